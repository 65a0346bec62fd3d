// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loc-RIB (RFC 4271 3.2): what marks a route, and the decision on those that are
 * marked. See rib.h; which paths there are is in adj_rib_in.c.
 */

#include "core/log.h"
#include "rib/aggregate.h"
#include "rib/rib_internal.h"

struct route *route_get(struct rib *rib, const struct prefix *prefix)
{
	struct prefix_node *node = prefix_map_find(&rib->routes, prefix);
	struct route *route;

	if (node)
		return (struct route *)node;
	route = pool_take(&rib->route_pool);
	if (!route)
		return NULL;
	route->node.prefix = *prefix;
	if (prefix_map_insert(&rib->routes, &route->node)) {
		pool_give(&rib->route_pool, route);
		return NULL;
	}
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
	const struct rib_hooks *hooks = &rib->options.hooks;

	if (route->marked)
		return;
	if (STAILQ_EMPTY(&rib->marked))
		hooks->work_waiting(hooks->context);
	route->marked = true;
	STAILQ_INSERT_TAIL(&rib->marked, route, mark_link);
}

/* Asks for the state of a next hop anew. False if it is what it was. */
static bool refresh_nexthop(const struct rib *rib, struct rib_nexthop *hop)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	uint32_t cost = 0;
	enum path_reason reason = hooks->nexthop_check(rib_nexthop_address(hop),
						       &cost, hooks->context);
	bool changed = reason != hop->reason || cost != hop->igp_cost;

	hop->reason = reason;
	hop->igp_cost = cost;
	return changed;
}

void route_track_nexthop(struct rib *rib, struct rib_nexthop *hop, bool use)
{
	const struct rib_hooks *hooks = &rib->options.hooks;

	if (use ? hop->tracked++ : --hop->tracked)
		return;
	hooks->nexthop_track(rib_nexthop_address(hop), use, hooks->context);
	if (use)
		refresh_nexthop(rib, hop);
}

void rib_nexthop_changed(struct rib *rib, const struct address *nexthop)
{
	struct rib_nexthop *hop =
		rib_nexthop_find(&rib->attributes.nexthops, nexthop);
	struct prefix_node *node = NULL;

	if (!hop || !refresh_nexthop(rib, hop))
		return;
	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		for (struct path *path = route->paths; path; path = path->next)
			if (path->attributes->nexthop == hop)
				route_mark(rib, route);
	}
}

static void check_nexthops(struct route *route)
{
	for (struct path *path = route->paths; path; path = path->next)
		path->reason = path_usability(path->import, path->attributes);
}

/* Once for each time the maximum begins to cut, and loudly. */
static void tell_cut(const struct rib *rib, struct route *route,
		     const struct decision *decision)
{
	const struct decision_options *options = &rib->options.decision;
	char text[PREFIX_TEXT_SIZE];

	if (decision->cut && !route->cut)
		log_warning("rib",
			    "%s: %u equal paths, %u used; raise %s (%u) to "
			    "use all",
			    prefix_format(&route->node.prefix, text),
			    decision->selected + decision->cut,
			    decision->selected,
			    decision->maximum == options->maximum_paths ?
				    "--maximum-paths" :
				    "--maximum-paths-ibgp",
			    decision->maximum);
	route->cut = decision->cut;
}

static void decide_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct decision decision;

	rib->totals.learned -= route->selected != 0;
	rib->totals.forwarding -= route->forwarding;
	check_nexthops(route);
	decision = decide(&rib->options.decision, &route->paths);
	route->selected = decision.selected;
	tell_cut(rib, route, &decision);
	route->forwarding = hooks->set_decided(route, hooks->context);
	rib->totals.learned += route->selected != 0;
	rib->totals.forwarding += route->forwarding;
	export_route(rib, route);
	route_free_if_unused(rib, route);
}

void rib_process(struct rib *rib)
{
	struct route *route;

	while ((route = STAILQ_FIRST(&rib->marked))) {
		STAILQ_REMOVE_HEAD(&rib->marked, mark_link);
		route->marked = false;
		route->decided = true;
		decide_route(rib, route);
	}
	aggregate_refresh(rib);
}
