// SPDX-License-Identifier: BSD-2-Clause
/* Next hops of the rib, by address. See rib_nexthop.h. */

#include "rib/rib_nexthop.h"

#include <assert.h>
#include <stdlib.h>

#include "rib/rib_internal.h"

struct rib_nexthop *rib_nexthop_find(const struct prefix_map *map,
				     const struct address *address)
{
	const struct prefix prefix = prefix_of_address(address);

	return (struct rib_nexthop *)prefix_map_find(map, &prefix);
}

static struct rib_nexthop *add_nexthop(struct prefix_map *map,
				       const struct address *address)
{
	struct rib_nexthop *hop = calloc(1, sizeof(*hop));

	if (!hop)
		return NULL;
	hop->node.prefix = prefix_of_address(address);
	hop->reason = REASON_NEXTHOP_UNRESOLVED;
	if (prefix_map_insert(map, &hop->node)) {
		free(hop);
		return NULL;
	}
	return hop;
}

struct rib_nexthop *rib_nexthop_intern(struct prefix_map *map,
				       const struct address *address)
{
	struct rib_nexthop *hop = rib_nexthop_find(map, address);

	if (!hop)
		hop = add_nexthop(map, address);
	if (hop)
		hop->references++;
	return hop;
}

void rib_nexthop_release(struct prefix_map *map, struct rib_nexthop *hop)
{
	assert(hop->references);
	if (--hop->references)
		return;
	assert(!hop->wanted);
	prefix_map_remove(map, &hop->node);
	free(hop);
}

/* Call nexthop_check(). False if the answer is the same as before. */
static bool refresh_nexthop(const struct rib *rib, struct rib_nexthop *hop)
{
	const struct rib_hooks *hooks = &rib->hooks;
	uint32_t cost = 0;
	enum path_reason reason = hooks->nexthop_check(rib_nexthop_address(hop),
						       &cost, hooks->context);
	bool changed = reason != hop->reason || cost != hop->igp_cost;

	hop->reason = reason;
	hop->igp_cost = cost;
	return changed;
}

void rib_nexthop_want(struct rib *rib, struct rib_nexthop *hop, bool wanted)
{
	const struct rib_hooks *hooks = &rib->hooks;

	if (wanted ? hop->wanted++ : --hop->wanted)
		return;
	hooks->nexthop_track(rib_nexthop_address(hop), wanted, hooks->context);
	if (wanted)
		refresh_nexthop(rib, hop);
}

void rib_nexthop_changed(struct rib *rib, const struct address *nexthop)
{
	struct rib_nexthop *hop =
		rib_nexthop_find(&rib->attributes.nexthops, nexthop);
	struct prefix_node *node = NULL;

	if (!hop || !hop->wanted || !refresh_nexthop(rib, hop))
		return;
	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		for (struct path *path = route->paths; path; path = path->next)
			if (path->attributes->nexthop == hop)
				route_mark(rib, route);
	}
}
