// SPDX-License-Identifier: BSD-2-Clause
/* Router advertisements: socket and timer. See link_advert.h. */

#include "bgp/session/link_advert.h"

#include <errno.h>
#include <event2/event.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	TICK_MS = 250,
	MAX_MESSAGE = 1500,
	MAX_READ = 32, /* messages in a turn */
	PATH_SIZE = 96,
	FOLLOWS_AS_ROUTER = 2, /* accept_ra of a host that forwards */
	/* ff02::1 and ff02::2 (RFC 4291 2.7.1) */
	MULTICAST = 0xff,
	LINK_SCOPE = 0x02,
	IPV6_LAST_BYTE = 15,
	ALL_NODES = 1,
	ALL_ROUTERS = 2,
};

struct bgp_link_adverts {
	struct bgp_speaker *speaker;
	int fd;
	struct event *readable;
	struct event *tick;
};

/* ------------------------------------------------------------- links */

static int read_setting(const char *interface, const char *name)
{
	char path[PATH_SIZE];
	int value = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface,
		 name);
	in = fopen(path, "re");
	if (!in)
		return 0;
	if (fscanf(in, "%d", &value) != 1)
		value = 0;
	fclose(in);
	return value;
}

/* Warn if the peer's advertisements can give this host a default route. */
static void warn_of_default_route(const char *interface)
{
	int accept = read_setting(interface, "accept_ra");

	if (!accept || !read_setting(interface, "accept_ra_defrtr") ||
	    (accept < FOLLOWS_AS_ROUTER &&
	     read_setting(interface, "forwarding")))
		return;
	log_event(EVENT_HOST_COMPLAINT,
		  &(struct event_objects){ .interface = interface },
		  "the kernel takes default routes from router "
		  "advertisements there; set "
		  "net.ipv6.conf.%s.accept_ra_defrtr=0 if the peer must not "
		  "be the way out of this host",
		  interface);
}

/* Solicitations go to all routers: RFC 4861 6.1.1. */
static void join_routers(int fd, unsigned int ifindex)
{
	struct ipv6_mreq group = { .ipv6mr_interface = ifindex };

	group.ipv6mr_multiaddr.s6_addr[0] = MULTICAST;
	group.ipv6mr_multiaddr.s6_addr[1] = LINK_SCOPE;
	group.ipv6mr_multiaddr.s6_addr[IPV6_LAST_BYTE] = ALL_ROUTERS;
	setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group));
}

/* Follow the interface, which may be new. False if it does not exist. */
static bool follow_link(const struct bgp_link_adverts *adverts,
			struct bgp_neighbor *neighbor)
{
	const char *interface = neighbor->options.interface;
	struct bgp_link_advert *link = &neighbor->advert;
	unsigned int ifindex = if_nametoindex(interface);

	if (ifindex == link->ifindex)
		return ifindex;
	*link = (struct bgp_link_advert){ .ifindex = ifindex };
	if (!ifindex)
		return false;
	join_routers(adverts->fd, ifindex);
	warn_of_default_route(interface);
	return true;
}

/* ------------------------------------------------------------- sending */

static int send_advert(int fd, unsigned int ifindex)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_scope_id = ifindex };
	uint8_t message[ROUTER_ADVERT_SIZE];

	to.sin6_addr.s6_addr[0] = MULTICAST;
	to.sin6_addr.s6_addr[1] = LINK_SCOPE;
	to.sin6_addr.s6_addr[IPV6_LAST_BYTE] = ALL_NODES;
	router_advert_build(message);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex,
		       sizeof(ifindex)) ||
	    sendto(fd, message, sizeof(message), 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

static void advertise(const struct bgp_link_adverts *adverts,
		      struct bgp_neighbor *neighbor, uint64_t now_ms)
{
	struct bgp_link_advert *link = &neighbor->advert;

	if (neighbor->stopped || !follow_link(adverts, neighbor) ||
	    !router_advert_is_due(&link->state, now_ms))
		return;
	/* A link that is down, or has no address yet, is tried again. */
	if (!send_advert(adverts->fd, link->ifindex))
		router_advert_sent(&link->state, now_ms);
}

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
	struct bgp_link_adverts *adverts = argument;
	struct bgp_neighbor *neighbor;
	uint64_t now_ms = clock_now_ms();

	(void)fd, (void)what;
	TAILQ_FOREACH(neighbor, &adverts->speaker->neighbors, link)
		if (neighbor_is_interface(&neighbor->options))
			advertise(adverts, neighbor, now_ms);
}

/* ------------------------------------------------------------- receiving */

static struct bgp_neighbor *neighbor_on(const struct bgp_link_adverts *adverts,
					unsigned int ifindex)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &adverts->speaker->neighbors, link)
		if (neighbor_is_interface(&neighbor->options) &&
		    neighbor->advert.ifindex == ifindex)
			return neighbor;
	return NULL;
}

static void hear(struct bgp_neighbor *neighbor,
		 const struct router_message *message)
{
	struct router_advert *state = &neighbor->advert.state;
	uint64_t now_ms = clock_now_ms();

	switch (router_advert_check(message)) {
	case ROUTER_SOLICITATION:
		router_advert_solicited(state, now_ms);
		break;
	case ROUTER_ADVERTISEMENT:
		if (router_advert_heard(state, &message->source, now_ms))
			bgp_neighbor_start(neighbor);
		break;
	default:
		break;
	}
}

static int hop_limit_of(struct msghdr *message)
{
	int hop_limit = -1;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at;
	     at = CMSG_NXTHDR(message, at))
		if (at->cmsg_level == IPPROTO_IPV6 &&
		    at->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hop_limit, CMSG_DATA(at), sizeof(hop_limit));
	return hop_limit;
}

/* Take one message. False if there is none. */
static bool receive_one(const struct bgp_link_adverts *adverts)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	uint8_t data[MAX_MESSAGE];
	struct sockaddr_in6 from = { 0 };
	struct iovec part = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr header = { .msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	struct router_message message = { .data = data };
	ssize_t size = recvmsg(adverts->fd, &header, MSG_DONTWAIT);
	struct bgp_neighbor *neighbor;

	if (size < 0)
		return false;
	message.size = (size_t)size;
	message.hop_limit = hop_limit_of(&header);
	memcpy(message.source.bytes, &from.sin6_addr,
	       sizeof(message.source.bytes));
	neighbor = neighbor_on(adverts, from.sin6_scope_id);
	if (neighbor)
		hear(neighbor, &message);
	return true;
}

static void on_message_waiting(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	for (int i = 0; i < MAX_READ && receive_one(argument); i++)
		continue;
}

/* ------------------------------------------------------------- life */

static int open_advert_socket(void)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			IPPROTO_ICMPV6);
	int hops = ROUTER_ADVERT_HOP_LIMIT, on = 1, off = 0, code;
	struct icmp6_filter filter;

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ROUTER_SOLICITATION, &filter);
	ICMP6_FILTER_SETPASS(ROUTER_ADVERTISEMENT, &filter);
	if (!setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
			sizeof(filter)) &&
	    !setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
			sizeof(hops)) &&
	    !setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off,
			sizeof(off)) &&
	    !setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)))
		return fd;
	code = -errno;
	close(fd);
	return code;
}

static bool any_on_interface(const struct bgp_speaker *speaker)
{
	const struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (neighbor_is_interface(&neighbor->options))
			return true;
	return false;
}

static int watch_links(struct bgp_link_adverts *adverts)
{
	struct event_base *base = adverts->speaker->base;
	const struct timeval tick = clock_timeval_of_ms(TICK_MS);

	adverts->readable = event_new(base, adverts->fd, EV_READ | EV_PERSIST,
				      on_message_waiting, adverts);
	adverts->tick = event_new(base, -1, EV_PERSIST, on_tick, adverts);
	if (!adverts->readable || !adverts->tick ||
	    event_add(adverts->readable, NULL) ||
	    event_add(adverts->tick, &tick))
		return -ENOMEM;
	event_active(adverts->tick, EV_TIMEOUT, 0);
	return 0;
}

int bgp_link_adverts_new(struct bgp_speaker *speaker,
			 struct bgp_link_adverts **out)
{
	struct bgp_link_adverts *adverts;
	int code;

	if (!any_on_interface(speaker))
		return 0;
	adverts = calloc(1, sizeof(*adverts));
	if (!adverts)
		return -ENOMEM;
	adverts->speaker = speaker;
	adverts->fd = open_advert_socket();
	code = adverts->fd < 0 ? adverts->fd : watch_links(adverts);
	if (code) {
		bgp_link_adverts_free(adverts);
		return code;
	}
	*out = adverts;
	return 0;
}

void bgp_link_adverts_free(struct bgp_link_adverts *adverts)
{
	if (!adverts)
		return;
	if (adverts->readable)
		event_free(adverts->readable);
	if (adverts->tick)
		event_free(adverts->tick);
	if (adverts->fd >= 0)
		close(adverts->fd);
	free(adverts);
}
