/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NETLINK_MESSAGE_H
#define NEXTHOP_NETLINK_MESSAGE_H

/*
 * What rtnetlink(7) messages say. Pure: no socket. A message passed in here has
 * its fixed header; attributes that are missing or of a wrong size are as if
 * they were not there.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/host.h"

struct nlmsghdr;

/* The routes that fib/ writes. */
enum netlink_own_routes {
	NETLINK_OWN_PROTOCOL = 72, /* no other daemon is known to use it */
	NETLINK_OWN_METRIC = 7272, /* behind the routes of all others */
};

/* Where the kernel would send a packet. */
struct netlink_route {
	uint32_t ifindex;
	struct address gateway; /* of either family; zero: on link */
	struct address source;	/* preferred source; zero: none */
	uint32_t metric;
};

/*
 * A link that comes, changes or goes. False for messages of that type about
 * something else.
 */
bool netlink_message_link(const struct nlmsghdr *message,
			  struct nexthop_link *link);
/* An address that comes, changes or goes; false for other families. */
bool netlink_message_address(const struct nlmsghdr *message,
			     struct host_address *address);
/*
 * The answer to a lookup; of several ways the first that is up. Returns 0,
 * -EADDRINUSE for an address of our own, -ENETUNREACH for anything else that
 * is no unicast route.
 */
int netlink_message_route(const struct nlmsghdr *message,
			  struct netlink_route *route);

#endif
