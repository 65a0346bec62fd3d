/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_MESSAGE_H
#define FIB_ROUTE_MESSAGE_H

/*
 * rtnetlink(7) messages that write, remove and list our routes. Pure: no
 * socket.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/netlink_message.h"
#include "nexthop/route_owner.h"

struct nlmsghdr;

enum route_limits {
	ROUTE_MAX_HOPS = 256,
	ROUTE_MAX_WEIGHT = 256, /* of the kernel: rtnh_hops is a byte */
	/* Size of the longest message; a hop takes at most 32 bytes. */
	ROUTE_MESSAGE_SIZE = 256 + ROUTE_MAX_HOPS * 32,
};

/* One hop of a multipath route. The gateway may be of the other family. */
struct route_hop {
	struct address via; /* the gateway; a scope in it is ignored */
	uint32_t ifindex;
	uint32_t weight; /* any number; 0: no traffic */
};

/* A program that puts packets inside others; their room in front. 0: none. */
struct route_tunnel {
	uint32_t room;
	int program;
};

/*
 * Build the message that sets a route, in `buffer`: ROUTE_MESSAGE_SIZE bytes,
 * aligned as a struct nlmsghdr. The caller sets its sequence number. `count` is
 * from 1 to ROUTE_MAX_HOPS; weights are scaled to ROUTE_MAX_WEIGHT.
 */
struct nlmsghdr *route_message_replace(void *buffer,
				       const struct route_owner *owner,
				       const struct prefix *prefix,
				       const struct route_hop *hops,
				       size_t count);
/* Set a route over a next-hop object of the kernel. */
struct nlmsghdr *route_message_object(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix, uint32_t id);
/*
 * Copy the hops that get traffic, with weights from 1 to ROUTE_MAX_WEIGHT as
 * route_message_replace() writes them. Returns their number.
 */
size_t route_message_scale(const struct route_hop *hops, size_t count,
			   struct route_hop *scaled);
/* Set an unreachable route: senders get ICMP (RFC 792, RFC 4443 3.1). */
struct nlmsghdr *route_message_unreachable(void *buffer,
					   const struct route_owner *owner,
					   const struct prefix *prefix);
/* Remove a route of either kind. */
struct nlmsghdr *route_message_remove(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix);
/*
 * Set and remove a route to `prefix` over one hop, in a table of its own: by
 * rules, some packets are routed by it. The kernel takes the room of the tunnel off
 * the link's MTU.
 */
struct nlmsghdr *
route_message_in_table(void *buffer, const struct route_owner *owner,
		       const struct prefix *prefix, const struct route_hop *hop,
		       const struct route_tunnel *tunnel, uint32_t table);
struct nlmsghdr *route_message_leave_table(void *buffer,
					   const struct route_owner *owner,
					   const struct prefix *prefix,
					   uint32_t table);
/* List all our routes of a family, AF_INET or AF_INET6. */
struct nlmsghdr *route_message_list(void *buffer,
				    const struct route_owner *owner,
				    uint8_t family);
/* True if the message lists or removes a route of ours; then sets *prefix. */
bool route_message_is_ours(const struct nlmsghdr *message,
			   const struct route_owner *owner,
			   struct prefix *prefix);
/* The same for a route in a table other than the main one */
bool route_message_is_in_table(const struct nlmsghdr *message,
			       const struct route_owner *owner,
			       struct prefix *prefix, uint32_t *table);

#endif
