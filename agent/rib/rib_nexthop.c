// SPDX-License-Identifier: BSD-2-Clause
/* Interning of next hops by their address. See nexthop.h. */

#include "rib/rib_nexthop.h"

#include <assert.h>
#include <stdlib.h>

struct rib_nexthop *rib_nexthop_find(const struct prefix_map *map,
				     const struct address *address)
{
	const struct prefix prefix = prefix_of_address(address);

	return (struct rib_nexthop *)prefix_map_find(map, &prefix);
}

static struct rib_nexthop *add(struct prefix_map *map,
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
		hop = add(map, address);
	if (hop)
		hop->references++;
	return hop;
}

void rib_nexthop_release(struct prefix_map *map, struct rib_nexthop *hop)
{
	assert(hop->references);
	if (--hop->references)
		return;
	assert(!hop->tracked);
	prefix_map_remove(map, &hop->node);
	free(hop);
}
