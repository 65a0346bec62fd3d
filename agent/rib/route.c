// SPDX-License-Identifier: BSD-2-Clause
/* The life of a route in the table. See route.h. */

#include "rib/route.h"

#include "rib/rib_internal.h"
#include "rib/weight.h"

struct route *route_get(struct rib *rib, const struct prefix *prefix)
{
	return route_get_hashed(rib, prefix,
				prefix_map_hash(&rib->routes, prefix));
}

struct route *route_get_hashed(struct rib *rib, const struct prefix *prefix,
			       uint32_t hash)
{
	struct prefix_node *node =
		prefix_map_find_hashed(&rib->routes, prefix, hash);
	struct route *route;

	if (node)
		return (struct route *)node;
	route = pool_take_raw(&rib->route_pool);
	if (!route)
		return NULL;
	*route = (struct route){ .node = { .prefix = *prefix, .hash = hash } };
	prefix_map_insert_hashed(&rib->routes, &route->node);
	return route;
}

void route_free_if_unused(struct rib *rib, struct route *route)
{
	if (route->paths || route->exports || route->marked)
		return;
	prefix_map_remove(&rib->routes, &route->node);
	pool_give(&rib->route_pool, route);
}

void route_mark(struct rib *rib, struct route *route)
{
	if (route->marked)
		return;
	rib_request_work(rib);
	route->marked = true;
	STAILQ_INSERT_TAIL(&rib->marked, route, mark_link);
}

bool route_bandwidth(const struct rib *rib, const struct route *route,
		     double *bytes_per_second)
{
	return weight_sum_bandwidth(rib_decision_options(rib,
							 &route->node.prefix),
				    route->paths, bytes_per_second);
}

uint64_t route_bandwidth_units(const struct rib *rib, const struct route *route)
{
	return weight_sum_units(rib_decision_options(rib, &route->node.prefix),
				route->paths);
}
