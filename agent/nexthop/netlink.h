/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NETLINK_H
#define NEXTHOP_NETLINK_H

/*
 * The kernel's side of next-hop tracking, by rtnetlink: links and IPv4
 * addresses are dumped once and then followed, route changes are noticed, and
 * the routing table is asked for one address at a time.
 *
 * When the kernel had to drop notifications (ENOBUFS), everything is dumped
 * anew, so that what is known never drifts from what is.
 */

#include <stddef.h>
#include <stdint.h>

#include "nexthop/host.h"

struct netlink;

/* What netlink_read() brought, a set. */
enum netlink_news {
	NETLINK_LINKS = 1 << 0,
	NETLINK_ADDRESSES = 1 << 1,
	NETLINK_ROUTES = 1 << 2,
	NETLINK_EVERYTHING = NETLINK_LINKS | NETLINK_ADDRESSES | NETLINK_ROUTES,
};

/* Where the kernel would send a packet. IPv4 in network byte order. */
struct netlink_route {
	uint32_t ifindex;
	uint32_t gateway; /* 0: on link */
	uint32_t source;  /* preferred source, or 0 */
};

/*
 * Opens the sockets and fills `host`, which netlink_read() keeps up to date
 * and which must outlive it. The caller frees with netlink_close(). Returns 0
 * or -errno.
 */
int netlink_open(struct host *host, struct netlink **netlink);
void netlink_close(struct netlink *netlink);
/* Becomes readable when there is something for netlink_read(). */
int netlink_fd(const struct netlink *netlink);
/* Takes in what is waiting; returns a set of enum netlink_news. */
unsigned int netlink_read(struct netlink *netlink);
/*
 * Looks an IPv4 address up in the routing table. Returns 0, -EADDRINUSE if it
 * is our own, -ENETUNREACH or the kernel's other refusal if no unicast route
 * leads to it.
 */
int netlink_lookup(struct netlink *netlink, uint32_t ipv4,
		   struct netlink_route *route);

#endif
