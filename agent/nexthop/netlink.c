// SPDX-License-Identifier: BSD-2-Clause
/*
 * Links, addresses and routes from rtnetlink(7). See netlink.h.
 *
 * Notifications come in on a non-blocking socket of their own. Dumps and
 * lookups use another one, where the kernel has answered before send()
 * returns. The subscription is older than every dump: a notification that is
 * read after the dump can repeat what is known, never hide what is new.
 */

#include "nexthop/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"

enum netlink_limits {
	BUFFER_SIZE = 32768, /* the kernel's largest dump message */
	RECEIVE_QUEUE_SIZE = 4 * 1024 * 1024,
	READS_AT_ONCE = 64, /* then the event loop has its turn */
	DUMP_TRIES = 8,
};

struct netlink {
	struct host *host;
	struct mnl_socket *events;
	struct mnl_socket *requests;
	unsigned int sequence;
	unsigned int news;
	char buffer[BUFFER_SIZE];
};

static bool link_is_up(unsigned int flags)
{
	/* Administratively up, carrier (LOWER_UP), operational (RUNNING). */
	const unsigned int up = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

	return (flags & up) == up;
}

static void read_link_attribute(const struct nlattr *attribute,
				const struct ifinfomsg *info,
				struct nexthop_link *link)
{
	size_t size = mnl_attr_get_payload_len(attribute);
	uint32_t mtu;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		strncpy(link->name, mnl_attr_get_str(attribute),
			sizeof(link->name) - 1);
		break;
	case IFLA_ADDRESS:
		if (info->ifi_type == ARPHRD_ETHER && size == sizeof(link->mac))
			memcpy(link->mac, mnl_attr_get_payload(attribute),
			       size);
		break;
	case IFLA_MTU:
		mtu = mnl_attr_get_u32(attribute);
		link->mtu = mtu < UINT16_MAX ? (uint16_t)mtu : UINT16_MAX;
		break;
	default:
		break;
	}
}

static void read_link(struct netlink *netlink, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct nexthop_link link = {
		.ifindex = (uint32_t)info->ifi_index,
		.up = link_is_up(info->ifi_flags),
	};
	const struct nlattr *attribute;

	/* A bridge reports its ports in messages of the same type. */
	if (info->ifi_family != AF_UNSPEC)
		return;
	netlink->news |= NETLINK_LINKS;
	if (message->nlmsg_type == RTM_DELLINK) {
		host_remove_link(netlink->host, link.ifindex);
		return;
	}
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_link_attribute(attribute, info, &link);
	/* Wireless drivers send events of this type without any of it. */
	if (!link.name[0])
		return;
	if (host_set_link(netlink->host, &link))
		log_error("nexthop", "%s: link forgotten: out of memory",
			  link.name);
}

/* Local and subnet differ on a point-to-point link only. */
static void read_address_attribute(const struct nlattr *attribute,
				   struct host_address *address)
{
	switch (mnl_attr_get_type(attribute)) {
	case IFA_LOCAL:
		address->local = mnl_attr_get_u32(attribute);
		break;
	case IFA_ADDRESS:
		address->subnet = mnl_attr_get_u32(attribute);
		break;
	default:
		break;
	}
}

static void read_address(struct netlink *netlink,
			 const struct nlmsghdr *message)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct host_address address = {
		.ifindex = info->ifa_index,
		.length = info->ifa_prefixlen,
	};
	const struct nlattr *attribute;

	if (info->ifa_family != AF_INET ||
	    info->ifa_prefixlen > ADDRESS_BITS_IPV4)
		return;
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_address_attribute(attribute, &address);
	netlink->news |= NETLINK_ADDRESSES;
	if (message->nlmsg_type == RTM_DELADDR)
		host_remove_address(netlink->host, &address);
	else if (host_set_address(netlink->host, &address))
		log_error("nexthop", "address forgotten: out of memory");
}

static void read_route(struct netlink *netlink, const struct nlmsghdr *message)
{
	(void)message;
	netlink->news |= NETLINK_ROUTES;
}

static const struct {
	uint16_t type;
	uint16_t header_size;
	void (*read)(struct netlink *netlink, const struct nlmsghdr *message);
} readers[] = {
	{ RTM_NEWLINK, sizeof(struct ifinfomsg), read_link },
	{ RTM_DELLINK, sizeof(struct ifinfomsg), read_link },
	{ RTM_NEWADDR, sizeof(struct ifaddrmsg), read_address },
	{ RTM_DELADDR, sizeof(struct ifaddrmsg), read_address },
	{ RTM_NEWROUTE, sizeof(struct rtmsg), read_route },
	{ RTM_DELROUTE, sizeof(struct rtmsg), read_route },
	{ RTM_NEWRULE, sizeof(struct rtmsg), read_route },
	{ RTM_DELRULE, sizeof(struct rtmsg), read_route },
};

static int read_message(const struct nlmsghdr *message, void *context)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].type == message->nlmsg_type &&
		    mnl_nlmsg_get_payload_len(message) >=
			    readers[i].header_size)
			readers[i].read(context, message);
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

/* An empty request in the buffer, with a header of `size` bytes behind it. */
static struct nlmsghdr *new_request(struct netlink *netlink, uint16_t type,
				    uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(netlink->buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++netlink->sequence;
	return request;
}

/* Sends the request and hands each message of the answer to `read`. */
static int converse(struct netlink *netlink, const struct nlmsghdr *request,
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
	return converse(netlink, request, read_message, netlink);
}

static int dump_once(struct netlink *netlink)
{
	int error;

	host_begin_sync(netlink->host);
	error = dump_table(netlink, RTM_GETLINK, AF_UNSPEC);
	if (!error)
		error = dump_table(netlink, RTM_GETADDR, AF_INET);
	if (!error)
		host_end_sync(netlink->host);
	return error;
}

/* A dump that something changed under (EINTR) has holes: take another one. */
static int dump(struct netlink *netlink)
{
	int error = -EINTR;

	for (int i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		error = dump_once(netlink);
		/* The rest of a broken answer goes with its socket. */
		if (error && open_requests(netlink))
			break;
	}
	return error;
}

struct lookup {
	struct netlink_route route;
	uint8_t type; /* RTN_* */
	bool foreign_gateway;
};

static void read_lookup_attribute(const struct nlattr *attribute,
				  struct lookup *lookup)
{
	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		lookup->route.ifindex = mnl_attr_get_u32(attribute);
		break;
	case RTA_GATEWAY:
		lookup->route.gateway = mnl_attr_get_u32(attribute);
		break;
	case RTA_PREFSRC:
		lookup->route.source = mnl_attr_get_u32(attribute);
		break;
	case RTA_VIA:
		lookup->foreign_gateway = true;
		break;
	default:
		break;
	}
}

static int read_lookup(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct lookup *lookup = context;
	const struct nlattr *attribute;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return MNL_CB_STOP;
	lookup->type = info->rtm_type;
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_lookup_attribute(attribute, lookup);
	return MNL_CB_STOP;
}

int netlink_lookup(struct netlink *netlink, uint32_t ipv4,
		   struct netlink_route *route)
{
	struct lookup lookup = { .type = RTN_UNSPEC };
	struct nlmsghdr *request = new_request(netlink, RTM_GETROUTE, 0);
	struct rtmsg *header =
		mnl_nlmsg_put_extra_header(request, sizeof(*header));
	int error;

	header->rtm_family = AF_INET;
	header->rtm_dst_len = ADDRESS_BITS_IPV4;
	mnl_attr_put_u32(request, RTA_DST, ipv4);
	error = converse(netlink, request, read_lookup, &lookup);
	if (error)
		return error;
	if (lookup.type == RTN_LOCAL)
		return -EADDRINUSE;
	/* An IPv6 gateway (RFC 8950) cannot be asked by ARP. */
	if (lookup.type != RTN_UNICAST || lookup.foreign_gateway)
		return -ENETUNREACH;
	*route = lookup.route;
	return 0;
}

static int open_events(struct netlink *netlink)
{
	const unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
				    RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE;
	const int size = RECEIVE_QUEUE_SIZE;

	netlink->events =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (!netlink->events)
		return -errno;
	/* Best effort: with a smaller queue there are more full dumps. */
	setsockopt(mnl_socket_get_fd(netlink->events), SOL_SOCKET,
		   SO_RCVBUFFORCE, &size, sizeof(size));
	if (mnl_socket_bind(netlink->events, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
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
		error = dump(netlink);
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

/* Notifications were lost: those still waiting are worth no more. */
static void resync(struct netlink *netlink)
{
	int error;

	while (mnl_socket_recvfrom(netlink->events, netlink->buffer,
				   BUFFER_SIZE) > 0 ||
	       errno == ENOBUFS)
		;
	error = dump(netlink);
	if (error)
		log_error("nexthop",
			  "reading links and addresses anew failed: %s; "
			  "what is known may be out of date",
			  strerror(-error));
	netlink->news = NETLINK_EVERYTHING;
}

unsigned int netlink_read(struct netlink *netlink)
{
	netlink->news = 0;
	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t size = mnl_socket_recvfrom(
			netlink->events, netlink->buffer, BUFFER_SIZE);

		if (size > 0) {
			mnl_cb_run(netlink->buffer, (size_t)size, 0, 0,
				   read_message, netlink);
			continue;
		}
		/* ENOSPC: a message larger than the buffer, cut short. */
		if (size < 0 && (errno == ENOBUFS || errno == ENOSPC))
			resync(netlink);
		break;
	}
	return netlink->news;
}
