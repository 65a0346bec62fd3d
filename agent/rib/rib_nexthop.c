// SPDX-License-Identifier: BSD-2-Clause
/* Next hops of the rib, by address. See rib_nexthop.h. */

#include "rib/rib_nexthop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
	hop->routes = turn_set_of(sizeof(struct route));
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
	assert(!hop->wanted && !turn_set_count(&hop->routes));
	if (hop->changed)
		LIST_REMOVE(hop, changed_link);
	prefix_map_remove(map, &hop->node);
	free(hop);
}

static bool is_same_place(const struct rib_nexthop_place *a,
			  const struct rib_nexthop_place *b)
{
	return a->ifindex == b->ifindex && a->on_link == b->on_link &&
	       a->held == b->held && a->link_speed == b->link_speed &&
	       !memcmp(a->mac, b->mac, MAC_SIZE);
}

/* Ask the hooks. False if the answers are the same as before. */
static bool refresh_nexthop(const struct rib *rib, struct rib_nexthop *hop)
{
	const struct rib_hooks *hooks = &rib->hooks;
	uint32_t cost = 0;
	enum path_reason reason = hooks->nexthop_check(rib_nexthop_address(hop),
						       &cost, hooks->context);
	struct rib_nexthop_place place = { 0 };
	bool draining =
		hooks->nexthop_drains &&
		hooks->nexthop_drains(rib_nexthop_address(hop), hooks->context);
	bool changed, at_upstream;

	if (hooks->nexthop_place)
		place = hooks->nexthop_place(rib_nexthop_address(hop),
					     hooks->context);
	at_upstream = upstream_machines_find(&rib->upstream_machines,
					     place.ifindex, place.mac);
	changed = reason != hop->reason || cost != hop->igp_cost ||
		  at_upstream != hop->at_upstream ||
		  draining != hop->draining ||
		  !is_same_place(&place, &hop->place);
	hop->at_upstream = at_upstream;
	hop->place = place;
	hop->reason = reason;
	hop->draining = draining;
	hop->igp_cost = cost;
	return changed;
}

void rib_nexthop_add_path(struct rib *rib, struct rib_nexthop *hop,
			  const struct route *route)
{
	const struct rib_hooks *hooks = &rib->hooks;

	turn_set_add(&hop->routes, route);
	if (hop->wanted++)
		return;
	hooks->nexthop_track(rib_nexthop_address(hop), true, hooks->context);
	refresh_nexthop(rib, hop);
}

static enum hg_encapsulation choose_encapsulation(const struct rib_nexthop *hop)
{
	for (int i = HG_ENCAPSULATION_COUNT - 1; i > HG_ENCAPSULATION_NONE; i--)
		if (hop->encapsulating[i])
			return i;
	return HG_ENCAPSULATION_NONE;
}

/* A next hop without paths stays as it was: flows may stay on it. */
void rib_nexthop_encapsulate(struct rib *rib, struct rib_nexthop *hop,
			     enum hg_encapsulation encapsulation, bool wanted)
{
	const struct rib_hooks *hooks = &rib->hooks;
	enum hg_encapsulation before = hop->encapsulation;
	bool first = wanted && hop->wanted == 1;

	hop->encapsulating[encapsulation] += wanted ? 1 : -1u;
	hop->encapsulation = choose_encapsulation(hop);
	if (hooks->nexthop_encapsulate && hop->wanted &&
	    (first || hop->encapsulation != before))
		hooks->nexthop_encapsulate(rib_nexthop_address(hop),
					   hop->encapsulation, hooks->context);
}

/* True if the route has an accepted path that depends on the next hop. */
static bool depends_on(const struct route *route, const struct rib_nexthop *hop)
{
	const struct path *path = route->paths;

	for (; path; path = path->next)
		if (path->import == IMPORT_ACCEPTED &&
		    (path->attributes->nexthop == hop ||
		     (path->source->self == hop && path_needs_proof(path))))
			return true;
	return false;
}

void rib_nexthop_remove_path(struct rib *rib, struct rib_nexthop *hop,
			     const struct route *route)
{
	const struct rib_hooks *hooks = &rib->hooks;
	/* The usual case, in which no path needs to be looked at. */
	bool one_path_each = hop->wanted == turn_set_count(&hop->routes) &&
			     !hop->routes.incomplete;

	if (one_path_each || !depends_on(route, hop))
		turn_set_remove(&hop->routes, route);
	if (--hop->wanted)
		return;
	hop->routes.incomplete = false;
	hooks->nexthop_track(rib_nexthop_address(hop), false, hooks->context);
}

void rib_nexthop_changed(struct rib *rib, const struct address *nexthop)
{
	struct rib_nexthop *hop =
		rib_nexthop_find(&rib->attributes.nexthops, nexthop);

	if (!hop || !hop->wanted || !refresh_nexthop(rib, hop))
		return;
	if (turn_set_is_visited(&hop->routes))
		turn_set_begin(&hop->routes); /* once more, after this */
	if (hop->changed)
		return;
	hop->changed = true;
	LIST_INSERT_HEAD(&rib->changed_nexthops, hop, changed_link);
	rib_request_work(rib);
}

/* ------------------------------------------------------------- look-ups */

enum {
	ROUTES_LOOKED_AT = 64,
};

bool rib_uses_nexthop(const struct rib *rib, const struct address *nexthop)
{
	const struct rib_nexthop *hop =
		rib_nexthop_find(&rib->attributes.nexthops, nexthop);

	return hop && hop->wanted;
}

/* Return the path of a route with the next hop that is out of the set, or NULL. */
static const struct path *find_left_out(const struct route *route,
					const struct rib_nexthop *hop)
{
	const struct path *path = route->paths;

	while (path && (path->attributes->nexthop != hop ||
			path->import != IMPORT_ACCEPTED ||
			path->reason == REASON_NONE || path->source->leaving))
		path = path->next;
	return path;
}

const struct path *rib_path_left_out(const struct rib *rib,
				     const struct address *nexthop)
{
	const struct rib_nexthop *hop =
		rib_nexthop_find(&rib->attributes.nexthops, nexthop);
	const struct path *found = NULL;
	struct pointer_set_walk walk = { 0 };

	for (int i = 0; hop && i < ROUTES_LOOKED_AT; i++) {
		const struct route *route =
			pointer_set_next(&hop->routes.done, &walk);
		const struct path *path;

		if (!route)
			break;
		path = find_left_out(route, hop);
		if (path && path_is_draining(&rib->options.decision, path))
			return path;
		if (path)
			found = path;
	}
	return found;
}

const char *rib_path_drain_cause(const struct rib *rib, const struct path *path)
{
	static const char *const names[PATH_DRAIN_CAUSE_COUNT] = {
		[PATH_DRAINS_BY_SHUTDOWN] = "graceful_shutdown",
		[PATH_DRAINS_BY_COMMUNITY] = "draining_community",
		[PATH_DRAINS_BY_BANDWIDTH] = "bandwidth_0",
		[PATH_DRAINS_BY_ORDER] = "order",
	};

	return names[path_drain_cause(&rib->options.decision, path)];
}

/* ------------------------------------------------------------- turns */

void rib_nexthop_recheck_place(struct rib *rib, uint32_t ifindex,
			       const uint8_t mac[MAC_SIZE])
{
	const struct prefix_map *map = &rib->attributes.nexthops;
	const struct prefix_node *node = NULL;

	while ((node = prefix_map_next(map, node))) {
		const struct rib_nexthop *hop = (const void *)node;

		if (hop->place.ifindex == ifindex &&
		    (!memcmp(hop->place.mac, mac, MAC_SIZE) ||
		     mac_is_virtual_router(hop->place.mac)))
			rib_nexthop_changed(rib, &node->prefix.address);
	}
}

static void mark_dependent(struct rib *rib, struct route *route)
{
	rib->dependents_marked++;
	route_mark(rib, route);
}

/* Look at all routes, for a set of routes that did not get memory. */
static void search_dependents(struct rib *rib, const struct rib_nexthop *hop)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		if (depends_on(route, hop))
			mark_dependent(rib, route);
	}
}

/* Mark all dependents at once, where that is little work. */
static void mark_all(struct rib *rib, const struct rib_nexthop *hop)
{
	struct pointer_set_walk walk = { 0 };
	struct route *route;

	if (hop->routes.incomplete)
		search_dependents(rib, hop);
	else
		while ((route = pointer_set_next(&hop->routes.done, &walk)))
			mark_dependent(rib, route);
}

/* Begin or go on to visit the dependents. Return true if some are left. */
static bool mark_some(struct rib *rib, struct rib_nexthop *hop)
{
	struct route *route;

	if (!turn_set_is_visited(&hop->routes))
		turn_set_begin(&hop->routes);
	while (rib_turn_left(rib, RIB_URGENT) &&
	       (route = turn_set_next(&hop->routes))) {
		mark_dependent(rib, route);
		turn_set_keep(&hop->routes, route);
		rib->turn_cost += RIB_MARK_COST;
	}
	return turn_set_is_visited(&hop->routes);
}

/* Return true if dependents are left. */
static bool mark_dependents(struct rib *rib, struct rib_nexthop *hop)
{
	size_t count = turn_set_count(&hop->routes);

	if (hop->routes.incomplete ||
	    (!turn_set_is_visited(&hop->routes) &&
	     count <= rib_turn_left(rib, RIB_URGENT) / RIB_MARK_COST)) {
		mark_all(rib, hop);
		rib->turn_cost += (unsigned int)count * RIB_MARK_COST;
		return false;
	}
	return mark_some(rib, hop);
}

bool rib_nexthop_mark_routes(struct rib *rib)
{
	struct rib_nexthop *hop;

	while ((hop = LIST_FIRST(&rib->changed_nexthops))) {
		if (!rib_turn_left(rib, RIB_URGENT) ||
		    mark_dependents(rib, hop))
			return true;
		LIST_REMOVE(hop, changed_link);
		hop->changed = false;
	}
	return false;
}
