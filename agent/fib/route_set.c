// SPDX-License-Identifier: BSD-2-Clause
/* Sets of hops. See route_set.h. */

#include "fib/route_set.h"

#include <stdlib.h>
#include <string.h>

/*
 * Hash gateways and weights. Gateways are next hops that answer ARP or ND, so
 * that a neighbor cannot choose them freely.
 */
static size_t hash_hops(const struct route_hop *hops, size_t count)
{
	const uint64_t factor = 0x9e3779b97f4a7c15;
	uint64_t hash = count, words[2];

	for (size_t i = 0; i < count; i++) {
		memcpy(words, hops[i].via.bytes, sizeof(words));
		hash = (hash ^ words[0]) * factor;
		hash = (hash ^ words[1] ^ hash >> 32) * factor;
		hash = (hash ^ hops[i].ifindex ^
			(uint64_t)hops[i].weight << 32) *
		       factor;
	}
	return (size_t)(hash >> 32) % ROUTE_SET_CHAINS;
}

static bool has_hops(const struct route_set *set, const struct route_hop *hops,
		     size_t count)
{
	if (set->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (set->hops[i].ifindex != hops[i].ifindex ||
		    set->hops[i].weight != hops[i].weight ||
		    !address_equal(&set->hops[i].via, &hops[i].via))
			return false;
	return true;
}

struct route_set *route_set_get(struct route_sets *sets,
				const struct route_hop *hops, size_t count)
{
	size_t chain = hash_hops(hops, count);
	struct route_set *set;

	LIST_FOREACH(set, &sets->chains[chain], chain)
		if (has_hops(set, hops, count))
			return set;
	set = calloc(1, sizeof(*set));
	if (!set)
		return NULL;
	set->hops = calloc(count, sizeof(*hops));
	if (!set->hops) {
		free(set);
		return NULL;
	}
	memcpy(set->hops, hops, count * sizeof(*hops));
	set->count = count;
	set->worth = count + 1;
	TAILQ_INIT(&set->routes);
	LIST_INSERT_HEAD(&sets->chains[chain], set, chain);
	return set;
}

void route_set_free(struct route_set *set)
{
	LIST_REMOVE(set, chain);
	free(set->hops);
	free(set);
}
