/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_NEXTHOP_MESSAGE_H
#define FIB_NEXTHOP_MESSAGE_H

/*
 * rtnetlink(7) messages about next-hop objects (Linux 5.3): a hop, a group of
 * hops, and what a list of them says. Each message fits into
 * ROUTE_MESSAGE_SIZE bytes. Pure: no socket.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fib/route_message.h"

/* Create the object of one hop; fails if the id is in use. */
struct nlmsghdr *nexthop_message_hop(void *buffer,
				     const struct route_owner *owner,
				     uint32_t id, const struct route_hop *hop);
/*
 * Create a group, or with `replace` change one that exists. `ids` are those of
 * the hops' objects; weights are from 1 to ROUTE_MAX_WEIGHT.
 */
struct nlmsghdr *
nexthop_message_group(void *buffer, const struct route_owner *owner,
		      uint32_t id, const struct route_hop *hops,
		      const uint32_t *ids, size_t count, bool replace);
struct nlmsghdr *nexthop_message_remove(void *buffer,
					const struct route_owner *owner,
					uint32_t id);
/* List the objects of all protocols. */
struct nlmsghdr *nexthop_message_list(void *buffer);
/* True if the message lists or removes one of our objects. */
bool nexthop_message_is_ours(const struct nlmsghdr *message,
			     const struct route_owner *owner, uint32_t *id,
			     bool *is_group);

#endif
