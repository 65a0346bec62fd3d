/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_NEXTHOP_H
#define RIB_RIB_NEXTHOP_H

/*
 * The rib's record of a next hop, one for each address in attribute sets, with
 * the last answer of nexthop_check(). A decision calls no hook, and two paths
 * have the same next hop if the pointers are equal.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/prefix_map.h"
#include "rib/reason.h"

struct rib;

struct rib_nexthop {
	struct prefix_node node; /* first: found by its host prefix */
	uint32_t references;	 /* from attribute sets */
	uint32_t wanted;	 /* number of accepted paths with it */
	uint32_t igp_cost;	 /* RFC 4271 9.1.2.2 e */
	enum path_reason reason; /* REASON_NONE: can be used */
	bool taken;		 /* already in the set being chosen */
};

static inline const struct address *
rib_nexthop_address(const struct rib_nexthop *hop)
{
	return &hop->node.prefix.address;
}

/*
 * Return the record of an address, new or shared, with one more reference, which
 * the caller drops by rib_nexthop_release(). NULL: out of memory.
 */
struct rib_nexthop *rib_nexthop_intern(struct prefix_map *map,
				       const struct address *address);
void rib_nexthop_release(struct prefix_map *map, struct rib_nexthop *hop);
/* Return the record of an address, or NULL if no attribute set has it. */
struct rib_nexthop *rib_nexthop_find(const struct prefix_map *map,
				     const struct address *address);

/*
 * Count an accepted path in or out of its next hop. Calls nexthop_track() for
 * the first and the last one, and nexthop_check() after the first.
 */
void rib_nexthop_want(struct rib *rib, struct rib_nexthop *hop, bool wanted);

#endif
