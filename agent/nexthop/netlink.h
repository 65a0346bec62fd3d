/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NETLINK_H
#define NEXTHOP_NETLINK_H

/*
 * The kernel's side of next-hop tracking, by rtnetlink: links and
 * addresses are dumped once and then followed, route changes are noticed, and
 * the routing table is asked for one address at a time.
 *
 * When the kernel had to drop notifications (ENOBUFS), everything is dumped
 * anew, so that what is known never drifts from what is.
 */

#include <stddef.h>
#include <stdint.h>

#include "nexthop/host.h"
#include "nexthop/netlink_message.h"

struct netlink;

/* What netlink_read() brought, a set. */
enum netlink_changes {
	NETLINK_LINKS = 1 << 0,
	NETLINK_ADDRESSES = 1 << 1,
	NETLINK_ROUTES = 1 << 2,
	NETLINK_ALL = NETLINK_LINKS | NETLINK_ADDRESSES | NETLINK_ROUTES,
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
/* Takes in what is waiting; returns a set of enum netlink_changes. */
unsigned int netlink_read(struct netlink *netlink);
/*
 * Looks an address up in the routing table. Returns 0, -EADDRINUSE if it is our
 * own, -ENETUNREACH or the kernel's other refusal if no unicast route leads to
 * it.
 */
int netlink_lookup(struct netlink *netlink, const struct address *address,
		   struct netlink_route *route);

#endif
