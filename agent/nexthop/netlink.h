/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NETLINK_H
#define NEXTHOP_NETLINK_H

/*
 * Links, addresses and routes of the kernel, by rtnetlink(7). Links and
 * addresses are dumped once, then followed by notifications. Changes of routes
 * are noticed; a route is looked up for one address at a time.
 *
 * If the kernel had to drop notifications (ENOBUFS), all is dumped again, so
 * that `host` never drifts from the kernel.
 */

#include <stddef.h>
#include <stdint.h>

#include "nexthop/host.h"
#include "nexthop/netlink_message.h"

struct netlink;

/* A set: kinds of changes. */
enum netlink_changes {
	NETLINK_LINKS = 1 << 0,
	NETLINK_ADDRESSES = 1 << 1,
	NETLINK_ROUTES = 1 << 2,
	NETLINK_ALL = NETLINK_LINKS | NETLINK_ADDRESSES | NETLINK_ROUTES,
};

/*
 * Open the sockets and fill `host`. netlink_read() keeps it up to date; it must
 * outlive the sockets. The caller frees with netlink_close(). Returns 0 or
 * -errno.
 */
int netlink_open(struct host *host, struct netlink **netlink);
void netlink_close(struct netlink *netlink);
/* Return the descriptor that is readable when netlink_read() has work. */
int netlink_fd(const struct netlink *netlink);
/* Read waiting notifications; returns a set of enum netlink_changes. */
unsigned int netlink_read(struct netlink *netlink);
/*
 * Look up an address in the routing table. Returns 0, -EADDRINUSE for our own
 * address, -ELOOP for our own route to a VIP, -ENETUNREACH or another error of the
 * kernel without a unicast route.
 */
int netlink_lookup(struct netlink *netlink, const struct address *address,
		   struct netlink_route *route);
/*
 * Look up the MAC of an address on a link in the neighbor table. Returns 0,
 * -ENOENT if it has none, or another error of the kernel.
 */
int netlink_neighbor_mac(struct netlink *netlink, const struct address *address,
			 uint32_t ifindex, uint8_t mac[MAC_SIZE]);

#endif
