/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NETLINK_MESSAGE_H
#define NEXTHOP_NETLINK_MESSAGE_H

/*
 * Parsers of rtnetlink(7) messages. Pure: no socket. A message must have its
 * fixed header. Attributes of a wrong size are ignored.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/host.h"
#include "nexthop/route_owner.h"

struct nlmsghdr;

/* The routes that fib/ writes. */
enum netlink_own_routes {
	NETLINK_OWN_METRIC = 7272, /* behind the routes of all others */
};

/* The kernel's route to an address. */
struct netlink_route {
	uint32_t ifindex;
	struct address gateway; /* of either family; zero: on link */
	struct address source;	/* preferred source; zero: none */
	uint32_t metric;
	bool by_default; /* of prefix length 0 */
};

/*
 * Parse a link that appears, changes or vanishes. False for messages of these
 * types that are not about a link.
 */
bool netlink_message_link(const struct nlmsghdr *message,
			  struct nexthop_link *link);
/* Parse an address that is added, changed or removed; false if not IP. */
bool netlink_message_address(const struct nlmsghdr *message,
			     struct host_address *address);
/*
 * Parse the answer to a lookup; of several hops the first whose link is up.
 * Returns 0, -EADDRINUSE for our own address, -ELOOP for our own route to a VIP,
 * which would make a next hop depend on itself, -ENETUNREACH for other routes
 * that are not unicast.
 */
int netlink_message_route(const struct nlmsghdr *message,
			  struct netlink_route *route);
/* Parse an entry of the neighbor table; false if it has no MAC in use. */
bool netlink_message_neighbor(const struct nlmsghdr *message,
			      uint8_t mac[MAC_SIZE]);

#endif
