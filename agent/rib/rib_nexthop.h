/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_NEXTHOP_H
#define RIB_RIB_NEXTHOP_H

/*
 * The next hops of attribute sets, each kept once, with what the outside world
 * last said of it: a decision asks nobody, and two paths have one next hop if
 * the pointers are equal.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/prefix_map.h"
#include "rib/reason.h"

struct rib;

struct rib_nexthop {
	struct prefix_node node; /* first: found by its host prefix */
	uint32_t references;	 /* of attribute sets */
	uint32_t wanted;	 /* by so many accepted paths */
	uint32_t igp_cost;	 /* RFC 4271 9.1.2.2 e */
	enum path_reason reason; /* REASON_NONE: can be used */
	bool taken;		 /* in the set that is being chosen */
};

static inline const struct address *
rib_nexthop_address(const struct rib_nexthop *hop)
{
	return &hop->node.prefix.address;
}

/*
 * The next hop with this address, new or shared, with one more reference, which
 * the caller gives back by rib_nexthop_release(). NULL: out of memory.
 */
struct rib_nexthop *rib_nexthop_intern(struct prefix_map *map,
				       const struct address *address);
void rib_nexthop_release(struct prefix_map *map, struct rib_nexthop *hop);
/* NULL if no attribute set has it. */
struct rib_nexthop *rib_nexthop_find(const struct prefix_map *map,
				     const struct address *address);

/*
 * Count an accepted path that wants its next hop tracked, or does so no more.
 * Calls nexthop_track() for the first one and the last one.
 */
void rib_nexthop_want(struct rib *rib, struct rib_nexthop *hop, bool wanted);

#endif
