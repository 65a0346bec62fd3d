// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sweeps: the paths of a lost session are removed, or those that a refresh left
 * stale (RFC 7313 4), in turns. The routes of a neighbor that begins or ends to
 * drain are visited alike, and decided again; after a reload all paths of all
 * neighbors are, and judged by the new rules.
 *
 * A peer has the sets of its routes, which a sweep visits: first those with
 * accepted paths, as VIPs must not wait for a mass of refused ones. A lost
 * session's peer may be followed by another one of the same neighbor at once;
 * path_source.incarnation tells their paths apart. A decision comes to a route
 * before the sweep only if it removes the paths of lost sessions first. See
 * rib_internal.h.
 */

#include <assert.h>
#include <limits.h>

#include "core/clock.h"
#include "rib/rib_internal.h"

/* True if the sweep removes this path of the peer. */
static bool is_swept(const struct rib_peer *peer, const struct route *route,
		     const struct path *path)
{
	enum bgp_family family = bgp_nlri_family(&route->node.prefix);
	const struct refresh_rounds *rounds = &peer->rounds[family];
	uint8_t age = (uint8_t)(rounds->now - path->round);

	return peer->source.leaving ||
	       age > (uint8_t)(rounds->now - rounds->oldest);
}

static enum departure_cause cause_of(const struct rib_peer *peer,
				     const struct route *route)
{
	enum bgp_family family = bgp_nlri_family(&route->node.prefix);

	if (peer->source.leaving)
		return DEPARTURE_SESSION;
	return peer->dropped_families & bgp_family_bit(family) ?
		       DEPARTURE_ERROR :
		       DEPARTURE_STALE;
}

/*
 * Visit a route of one of the peer's sets. It stays in the set if paths of this
 * kind stay. A route with many paths of the peer may take several turns: then it
 * is still to be visited. May free the route.
 */
static bool has_first_accepted(const struct route *route,
			       const struct rib_peer *peer)
{
	const struct path *path = route->paths;

	while (path && path->import != IMPORT_ACCEPTED)
		path = path->next;
	return adj_rib_in_is_of_peer(path, peer);
}

/* Mark a route that the peer's sweep has to have decided. */
static void mark_visited(struct rib *rib, struct rib_peer *peer,
			 struct route *route)
{
	if (peer->reconsidered ||
	    (peer->judged && has_first_accepted(route, peer)))
		route_mark(rib, route);
}

static void visit_route(struct rib *rib, struct rib_peer *peer,
			struct turn_set *set, struct route *route,
			enum rib_work work)
{
	struct path **link = adj_rib_in_first_path(rib, route, peer);
	bool accepted = set == &peer->accepted_routes, stays = false;
	unsigned int cost = accepted ? RIB_SWEEP_COST : RIB_REFUSED_SWEEP_COST;
	unsigned int before = rib->turn_cost;

	while (adj_rib_in_is_of_peer(*link, peer)) {
		if (is_swept(peer, route, *link)) {
			if (rib->turn_cost != before &&
			    !rib_turn_left(rib, work))
				return;
			adj_rib_in_remove_path(rib, peer, route, link,
					       cause_of(peer, route));
			rib->turn_cost += cost;
			continue;
		}
		if (peer->judged) {
			adj_rib_in_judge(rib, peer, route, *link);
			rib->turn_cost += RIB_JUDGE_COST;
		}
		stays |= ((*link)->import == IMPORT_ACCEPTED) == accepted;
		link = &(*link)->next;
	}
	if (rib->turn_cost == before)
		rib->turn_cost += cost;
	if (stays)
		turn_set_keep(set, route);
	if (stays && accepted)
		mark_visited(rib, peer, route);
	route_free_if_unused(rib, route);
}

/* Visit routes of a set. Return true if some are left. */
static bool visit_set(struct rib *rib, struct rib_peer *peer,
		      struct turn_set *set, enum rib_work work)
{
	struct route *route;

	while (rib_turn_left(rib, work) && (route = turn_set_next(set)))
		visit_route(rib, peer, set, route, work);
	return turn_set_is_visited(set);
}

/* Look at all routes, for a set that did not get memory. */
static void search_routes(struct rib *rib, struct rib_peer *peer)
{
	struct prefix_node *node, *next;

	for (node = prefix_map_next(&rib->routes, NULL); node; node = next) {
		struct route *route = (struct route *)node;
		struct path **link = adj_rib_in_first_path(rib, route, peer);

		next = prefix_map_next(&rib->routes, node);
		while (adj_rib_in_is_of_peer(*link, peer)) {
			if (is_swept(peer, route, *link)) {
				adj_rib_in_remove_path(rib, peer, route, link,
						       cause_of(peer, route));
				continue;
			}
			if (peer->judged)
				adj_rib_in_judge(rib, peer, route, *link);
			link = &(*link)->next;
		}
		if (adj_rib_in_is_of_peer(
			    *adj_rib_in_first_path(rib, route, peer), peer))
			mark_visited(rib, peer, route);
		route_free_if_unused(rib, route);
	}
}

static void end_sweep(struct rib *rib, struct rib_peer *peer)
{
	const struct rib_hooks *hooks = &rib->hooks;

	if (peer->accepted_routes.incomplete || peer->refused_routes.incomplete)
		search_routes(rib, peer);
	TAILQ_REMOVE(&rib->sweeps, peer, sweep_link);
	peer->sweeping = false;
	peer->reconsidered = false;
	peer->judged = false;
	for (int family = 0; family < BGP_FAMILY_COUNT; family++) {
		struct refresh_rounds *rounds = &peer->rounds[family];

		rounds->used = rounds->now - rounds->oldest;
	}
	if (!peer->source.leaving)
		return;
	rib->leaving--;
	if (hooks->peer_gone)
		hooks->peer_gone(peer, hooks->context);
	if (peer->bit)
		export_forget_peer(rib, peer);
	else
		rib_peer_free(rib, peer);
}

bool sweep_accepted(struct rib *rib)
{
	struct rib_peer *peer;
	bool left = false;

	TAILQ_FOREACH(peer, &rib->sweeps, sweep_link)
		left |= visit_set(rib, peer, &peer->accepted_routes,
				  RIB_URGENT);
	return left;
}

bool sweep_refused(struct rib *rib)
{
	struct rib_peer *peer, *next;

	for (peer = TAILQ_FIRST(&rib->sweeps); peer; peer = next) {
		next = TAILQ_NEXT(peer, sweep_link);
		if (!turn_set_is_visited(&peer->accepted_routes) &&
		    !visit_set(rib, peer, &peer->refused_routes, RIB_MASS))
			end_sweep(rib, peer);
	}
	return sweep_is_waiting(rib);
}

/* A lost session comes first: traffic should leave it. */
static void add_to_sweeps(struct rib *rib, struct rib_peer *peer)
{
	if (peer->sweeping && peer->source.leaving)
		TAILQ_REMOVE(&rib->sweeps, peer, sweep_link);
	if (peer->source.leaving)
		TAILQ_INSERT_HEAD(&rib->sweeps, peer, sweep_link);
	else if (!peer->sweeping)
		TAILQ_INSERT_TAIL(&rib->sweeps, peer, sweep_link);
	peer->sweeping = true;
}

static void begin_all(struct rib *rib, struct rib_peer *peer)
{
	turn_set_begin(&peer->accepted_routes);
	turn_set_begin(&peer->refused_routes);
	add_to_sweeps(rib, peer);
}

static void begin_sweep(struct rib *rib, struct rib_peer *peer)
{
	rib->now_ms = clock_now_ms();
	begin_all(rib, peer);
	/* With the whole turn: traffic should leave this peer's next hops. */
	visit_set(rib, peer, &peer->accepted_routes, RIB_MASS);
	if (sweep_refused(rib))
		rib_request_work(rib);
}

void sweep_lost_session(struct rib *rib, struct rib_peer *peer)
{
	peer->source.leaving = true;
	rib->leaving++;
	begin_sweep(rib, peer);
}

void sweep_stale(struct rib *rib, struct rib_peer *peer)
{
	begin_sweep(rib, peer);
}

void sweep_reconsider(struct rib *rib, struct rib_peer *peer)
{
	peer->reconsidered = true;
	turn_set_begin(&peer->accepted_routes);
	add_to_sweeps(rib, peer);
	rib_request_work(rib);
}

void sweep_judge(struct rib *rib, struct rib_peer *peer)
{
	peer->judged = true;
	begin_all(rib, peer);
	rib_request_work(rib);
}

void sweep_now(struct rib *rib, struct rib_peer *peer)
{
	const unsigned int budget = rib->turn_budget, cost = rib->turn_cost;

	peer->source.leaving = true;
	rib->leaving++;
	begin_all(rib, peer);
	rib->turn_budget = UINT_MAX;
	while (visit_set(rib, peer, &peer->accepted_routes, RIB_MASS) ||
	       visit_set(rib, peer, &peer->refused_routes, RIB_MASS))
		continue;
	rib->turn_budget = budget;
	rib->turn_cost = cost;
	end_sweep(rib, peer);
}

/* The source is the first member of its peer. */
static struct rib_peer *peer_of_path(const struct path *path)
{
	return (struct rib_peer *)path->source;
}

bool sweep_route(struct rib *rib, struct route *route)
{
	struct path **link = &route->paths;
	bool any = false;

	while (rib->leaving && *link) {
		if (!(*link)->source->leaving) {
			link = &(*link)->next;
			continue;
		}
		if (any && !rib_turn_left(rib, RIB_DECISIONS))
			return true;
		any = true;
		adj_rib_in_remove_path(rib, peer_of_path(*link), route, link,
				       DEPARTURE_SESSION);
		rib->turn_cost += RIB_SWEEP_COST;
	}
	return false;
}

bool rib_is_leaving(const struct rib *rib, const struct address *address)
{
	const struct rib_peer *peer;

	TAILQ_FOREACH(peer, &rib->sweeps, sweep_link)
		if (peer->source.leaving &&
		    address_equal(&peer->source.address, address))
			return true;
	return false;
}
