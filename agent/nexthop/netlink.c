// SPDX-License-Identifier: BSD-2-Clause
/*
 * Links, addresses and routes from rtnetlink(7). See netlink.h.
 *
 * Notifications have a non-blocking socket of their own. Dumps and lookups use
 * another one, where the kernel answers before send() returns. The subscription
 * starts before the first dump: a notification read after a dump can repeat
 * known facts, but none is missed.
 */

#include "nexthop/netlink.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/array.h"
#include "core/log.h"
#include "nexthop/netlink_message.h"
#include "nexthop/receive_buffer.h"

enum netlink_limits {
	BUFFER_SIZE = 32768, /* the kernel's largest dump message */
	READS_AT_ONCE = 64,  /* then the event loop has its turn */
	DUMP_TRIES = 8,
};

struct netlink {
	struct host *host;
	struct mnl_socket *events;
	struct mnl_socket *requests;
	unsigned int sequence;
	unsigned int changes;
	char buffer[BUFFER_SIZE];
};

static void handle_link(struct netlink *netlink, const struct nlmsghdr *message)
{
	struct nexthop_link link;

	if (!netlink_message_link(message, &link))
		return;
	netlink->changes |= NETLINK_LINKS;
	if (message->nlmsg_type == RTM_DELLINK)
		host_remove_link(netlink->host, link.ifindex);
	else if (host_set_link(netlink->host, &link))
		log_event(EVENT_MEMORY_SHORT,
			  &(struct event_objects){ .interface = link.name },
			  "link not recorded");
}

static void handle_address(struct netlink *netlink,
			   const struct nlmsghdr *message)
{
	struct host_address address;

	if (!netlink_message_address(message, &address))
		return;
	netlink->changes |= NETLINK_ADDRESSES;
	if (message->nlmsg_type == RTM_DELADDR)
		host_remove_address(netlink->host, &address);
	else if (host_set_address(netlink->host, &address))
		log_event(EVENT_MEMORY_SHORT, NULL,
			  "an address of this host is not recorded");
}

/* Handle a change of a route or of a rule. */
static void handle_routing(struct netlink *netlink,
			   const struct nlmsghdr *message)
{
	(void)message;
	netlink->changes |= NETLINK_ROUTES;
}

static const struct {
	uint16_t type;
	uint16_t header_size;
	void (*handle)(struct netlink *netlink, const struct nlmsghdr *message);
} handlers[] = {
	{ RTM_NEWLINK, sizeof(struct ifinfomsg), handle_link },
	{ RTM_DELLINK, sizeof(struct ifinfomsg), handle_link },
	{ RTM_NEWADDR, sizeof(struct ifaddrmsg), handle_address },
	{ RTM_DELADDR, sizeof(struct ifaddrmsg), handle_address },
	{ RTM_NEWROUTE, sizeof(struct rtmsg), handle_routing },
	{ RTM_DELROUTE, sizeof(struct rtmsg), handle_routing },
	{ RTM_NEWRULE, sizeof(struct rtmsg), handle_routing },
	{ RTM_DELRULE, sizeof(struct rtmsg), handle_routing },
};

static int handle_message(const struct nlmsghdr *message, void *context)
{
	for (size_t i = 0; i < COUNT_OF(handlers); i++)
		if (handlers[i].type == message->nlmsg_type &&
		    mnl_nlmsg_get_payload_len(message) >=
			    handlers[i].header_size)
			handlers[i].handle(context, message);
	return MNL_CB_OK;
}

static int open_requests(struct netlink *netlink)
{
	struct mnl_socket *socket;

	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		mnl_socket_close(socket);
		return error;
	}
	if (netlink->requests)
		mnl_socket_close(netlink->requests);
	netlink->requests = socket;
	return 0;
}

/* Start a request in the buffer. */
static struct nlmsghdr *new_request(struct netlink *netlink, uint16_t type,
				    uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(netlink->buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++netlink->sequence;
	return request;
}

/* Send the request and pass each message of the answer to `read`. */
static int do_request(struct netlink *netlink, const struct nlmsghdr *request,
		      mnl_cb_t read, void *context)
{
	unsigned int port = mnl_socket_get_portid(netlink->requests);
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(netlink->requests, request, request->nlmsg_len) <
	    0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t size = TEMP_FAILURE_RETRY(mnl_socket_recvfrom(
			netlink->requests, netlink->buffer, BUFFER_SIZE));

		if (size < 0)
			return -errno;
		more = mnl_cb_run(netlink->buffer, (size_t)size,
				  netlink->sequence, port, read, context);
	}
	return more < 0 ? -errno : 0;
}

static int dump_table(struct netlink *netlink, uint16_t type, uint8_t family)
{
	struct nlmsghdr *request = new_request(netlink, type, NLM_F_DUMP);
	struct rtgenmsg *header =
		mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->rtgen_family = family;
	return do_request(netlink, request, handle_message, netlink);
}

static int dump_once(struct netlink *netlink)
{
	int error;

	host_begin_sync(netlink->host);
	error = dump_table(netlink, RTM_GETLINK, AF_UNSPEC);
	if (!error)
		error = dump_table(netlink, RTM_GETADDR, AF_INET);
	if (!error)
		error = dump_table(netlink, RTM_GETADDR, AF_INET6);
	if (!error)
		host_end_sync(netlink->host);
	return error;
}

/* Dump; again if it is incomplete because of a change meanwhile (EINTR). */
static int dump_all(struct netlink *netlink)
{
	int error = -EINTR;

	for (int i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		error = dump_once(netlink);
		/* A new socket, without the rest of a broken answer. */
		if (error && open_requests(netlink))
			break;
	}
	return error;
}

struct lookup {
	struct netlink_route route;
	int verdict;
};

static int read_lookup(const struct nlmsghdr *message, void *context)
{
	struct lookup *lookup = context;

	lookup->verdict = netlink_message_route(message, &lookup->route);
	return MNL_CB_STOP;
}

static void put_destination(struct nlmsghdr *request, struct rtmsg *header,
			    const struct address *address)
{
	struct address bare = address_unscoped(address);

	if (address_is_ipv4(address)) {
		header->rtm_family = AF_INET;
		header->rtm_dst_len = ADDRESS_BITS_IPV4;
		mnl_attr_put_u32(request, RTA_DST, address_ipv4(address));
		return;
	}
	header->rtm_family = AF_INET6;
	header->rtm_dst_len = ADDRESS_BITS_IPV6;
	mnl_attr_put(request, RTA_DST, sizeof(bare.bytes), bare.bytes);
	if (address_scope(address))
		mnl_attr_put_u32(request, RTA_OIF, address_scope(address));
}

int netlink_lookup(struct netlink *netlink, const struct address *address,
		   struct netlink_route *route)
{
	struct lookup lookup = { .verdict = -ENETUNREACH };
	struct nlmsghdr *request = new_request(netlink, RTM_GETROUTE, 0);
	struct rtmsg *header =
		mnl_nlmsg_put_extra_header(request, sizeof(*header));
	int error;

	/* The route as in the table, with its metric. */
	header->rtm_flags = RTM_F_FIB_MATCH;
	put_destination(request, header, address);
	error = do_request(netlink, request, read_lookup, &lookup);
	if (!error)
		error = lookup.verdict;
	if (!error)
		*route = lookup.route;
	return error;
}

struct neighbor_lookup {
	uint8_t mac[MAC_SIZE];
	bool found;
};

static int read_neighbor_entry(const struct nlmsghdr *message, void *context)
{
	struct neighbor_lookup *lookup = context;

	if (message->nlmsg_type == RTM_NEWNEIGH &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(struct ndmsg))
		lookup->found = netlink_message_neighbor(message, lookup->mac);
	return MNL_CB_STOP;
}

int netlink_neighbor_mac(struct netlink *netlink, const struct address *address,
			 uint32_t ifindex, uint8_t mac[MAC_SIZE])
{
	const struct address bare = address_unscoped(address);
	struct neighbor_lookup lookup = { .found = false };
	struct nlmsghdr *request = new_request(netlink, RTM_GETNEIGH, 0);
	struct ndmsg *entry =
		mnl_nlmsg_put_extra_header(request, sizeof(*entry));
	int error;

	entry->ndm_family = AF_INET6;
	entry->ndm_ifindex = (int)ifindex;
	if (address_is_ipv4(address)) {
		entry->ndm_family = AF_INET;
		mnl_attr_put_u32(request, NDA_DST, address_ipv4(address));
	} else {
		mnl_attr_put(request, NDA_DST, sizeof(bare.bytes), bare.bytes);
	}
	error = do_request(netlink, request, read_neighbor_entry, &lookup);
	if (error || !lookup.found)
		return error ? error : -ENOENT;
	memcpy(mac, lookup.mac, MAC_SIZE);
	return 0;
}

/*
 * Drop notifications of routes of Headgate in the kernel, of any instance: there is
 * one for each VIP that comes or goes, and no next hop is used behind a VIP. Numbers of a message are
 * in host byte order, and a filter loads them in network byte order.
 */
static int ignore_own_routes(int fd)
{
	const unsigned int protocol =
		NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol);
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
			 offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htobe16(RTM_NEWROUTE), 1,
			 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htobe16(RTM_DELROUTE), 0,
			 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, protocol),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ROUTE_OWNER_FIRST_PROTOCOL,
			 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ROUTE_OWNER_LAST_PROTOCOL,
			 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog filter = {
		.len = COUNT_OF(program),
		.filter = program,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			  sizeof(filter)) ?
		       -errno :
		       0;
}

static int open_events(struct netlink *netlink)
{
	/* The group of IPv6 rules has no RTMGRP_ constant. */
	const unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
				    RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE |
				    RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE |
				    1U << (RTNLGRP_IPV6_RULE - 1);
	int error;

	netlink->events =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (!netlink->events)
		return -errno;
	/* A smaller buffer means more full dumps. */
	receive_buffer_enlarge(mnl_socket_get_fd(netlink->events));
	error = ignore_own_routes(mnl_socket_get_fd(netlink->events));
	if (!error &&
	    mnl_socket_bind(netlink->events, groups, MNL_SOCKET_AUTOPID) < 0)
		error = -errno;
	return error;
}

int netlink_open(struct host *host, struct netlink **opened)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int error;

	if (!netlink)
		return -ENOMEM;
	netlink->host = host;
	netlink->sequence = (unsigned int)time(NULL);
	error = open_events(netlink);
	if (!error)
		error = open_requests(netlink);
	if (!error)
		error = dump_all(netlink);
	if (error) {
		netlink_close(netlink);
		return error;
	}
	*opened = netlink;
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	if (netlink->requests)
		mnl_socket_close(netlink->requests);
	if (netlink->events)
		mnl_socket_close(netlink->events);
	free(netlink);
}

int netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->events);
}

/* Drop all waiting notifications, since some were lost, and dump again. */
static void dump_again(struct netlink *netlink)
{
	int error;

	while (mnl_socket_recvfrom(netlink->events, netlink->buffer,
				   BUFFER_SIZE) > 0 ||
	       errno == ENOBUFS)
		;
	log_event(
		EVENT_HOST_CHANGES_LOST, NULL,
		"the kernel dropped messages about links, addresses and routes: all are read again");
	error = dump_all(netlink);
	if (error)
		log_event(EVENT_HOST_UNREAD, NULL,
			  "links and addresses not read again: %s; "
			  "the known ones may be out of date",
			  strerror(-error));
	host_doubt_links(netlink->host);
	netlink->changes = NETLINK_ALL;
}

unsigned int netlink_read(struct netlink *netlink)
{
	netlink->changes = 0;
	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t size = mnl_socket_recvfrom(
			netlink->events, netlink->buffer, BUFFER_SIZE);

		if (size > 0) {
			mnl_cb_run(netlink->buffer, (size_t)size, 0, 0,
				   handle_message, netlink);
			continue;
		}
		/* ENOSPC: the message was longer than the buffer. */
		if (size < 0 && (errno == ENOBUFS || errno == ENOSPC))
			dump_again(netlink);
		break;
	}
	return netlink->changes;
}
