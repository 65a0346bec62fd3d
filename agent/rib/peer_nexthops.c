// SPDX-License-Identifier: BSD-2-Clause
/* The next hops of a neighbor. See peer_nexthops.h. */

#include "rib/peer_nexthops.h"

#include <stdlib.h>

#include "rib/rib_nexthop.h"

enum {
	FIRST_ROOM = 4,
};

static struct peer_nexthop *find_hop(const struct peer_nexthops *hops,
				     const struct rib_nexthop *hop)
{
	for (uint32_t i = 0; i < hops->count; i++)
		if (hops->list[i].hop == hop)
			return &hops->list[i];
	return NULL;
}

static bool grow_hops(struct peer_nexthops *hops)
{
	uint32_t room = hops->room ? 2 * hops->room : (uint32_t)FIRST_ROOM;
	struct peer_nexthop *list =
		reallocarray(hops->list, room, sizeof(*list));

	if (!list)
		return false;
	hops->list = list;
	hops->room = room;
	return true;
}

bool peer_nexthops_has_room(struct peer_nexthops *hops,
			    const struct rib_nexthop *hop)
{
	if (!hops->limit || find_hop(hops, hop))
		return true;
	if (hops->count >= hops->limit)
		return false;
	return hops->count < hops->room || grow_hops(hops);
}

void peer_nexthops_add(struct peer_nexthops *hops,
		       const struct rib_nexthop *hop)
{
	struct peer_nexthop *found;

	hops->own_paths += hop == hops->own;
	if (!hops->limit)
		return;
	found = find_hop(hops, hop);
	if (found)
		found->paths++;
	else
		hops->list[hops->count++] = (struct peer_nexthop){ hop, 1 };
}

void peer_nexthops_remove(struct peer_nexthops *hops,
			  const struct rib_nexthop *hop)
{
	struct peer_nexthop *found = hops->limit ? find_hop(hops, hop) : NULL;

	hops->own_paths -= hop == hops->own;
	if (!found || --found->paths)
		return;
	*found = hops->list[--hops->count];
}

void peer_nexthops_each_sole(const struct peer_nexthops *hops,
			     void (*each)(const struct address *address,
					  void *context),
			     void *context)
{
	for (uint32_t i = 0; i < hops->count; i++)
		if (hops->list[i].hop != hops->own &&
		    hops->list[i].paths == hops->list[i].hop->wanted)
			each(rib_nexthop_address(hops->list[i].hop), context);
	if (hops->own && hops->own_paths == hops->own->wanted)
		each(rib_nexthop_address(hops->own), context);
}

void peer_nexthops_free(struct peer_nexthops *hops)
{
	free(hops->list);
}
