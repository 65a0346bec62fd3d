// SPDX-License-Identifier: BSD-2-Clause
/*
 * Adj-RIB-Out: what the upstream neighbors are told.
 *
 * A route is announced while it is steered over at least --min-nexthops living
 * next hops. What a neighbor has, and what it still must be told, are bits in
 * the route; the message is made from the route's state at the moment it is
 * sent, so that a neighbor that reads slowly gets the newest state, once.
 */

#include "bgp/as_path.h"
#include "bgp/community.h"
#include "rib/table.h"

static bool may_announce(const struct rib *rib, const struct route *route)
{
	return route->best && route->forwarding &&
	       route->selected >= rib->options.min_nexthops;
}

/* Well-known communities that keep a route from `peer`: RFC 1997. */
static bool held_back(const struct rib_peer *peer,
		      const struct bgp_attributes *attributes)
{
	struct reader list = attributes->communities;

	return community_list_contains(list, BGP_COMMUNITY_NO_ADVERTISE) ||
	       (peer->source.external &&
		community_list_contains(list, BGP_COMMUNITY_NO_EXPORT));
}

/* What `peer` is to have of `route`; NULL: nothing. */
static struct attribute_set *wanted(const struct rib_peer *peer,
				    const struct route *route)
{
	struct bgp_attributes attributes;

	if (!route->exported)
		return NULL;
	attributes = attribute_set_view(route->exported);
	return held_back(peer, &attributes) ? NULL : route->exported;
}

static void set_pending(struct rib *rib, const struct rib_peer *peer,
			struct route *route)
{
	if (!route->pending)
		TAILQ_INSERT_TAIL(&rib->pending, route, pending_link);
	route->pending |= peer->bit;
}

static void clear_pending(struct rib *rib, const struct rib_peer *peer,
			  struct route *route)
{
	if (!(route->pending & peer->bit))
		return;
	route->pending &= ~peer->bit;
	if (!route->pending)
		TAILQ_REMOVE(&rib->pending, route, pending_link);
}

void export_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct attribute_set *before = route->exported;
	struct attribute_set *now = NULL;
	struct rib_peer *peer;

	if (may_announce(rib, route))
		now = route->best->attributes;
	if (now == before)
		return;
	if (now)
		now->references++;
	route->exported = now;
	if (before)
		attribute_set_release(&rib->attributes, before);
	TAILQ_FOREACH(peer, &rib->peers, link) {
		if (!peer->bit)
			continue;
		set_pending(rib, peer, route);
		hooks->export_waiting(peer, hooks->context);
	}
}

void export_to_new_peer(struct rib *rib, const struct rib_peer *peer)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		if (route->exported)
			set_pending(rib, peer, route);
	}
}

void export_forget_peer(struct rib *rib, const struct rib_peer *peer)
{
	struct prefix_node *node, *next;

	for (node = prefix_map_next(&rib->routes, NULL); node; node = next) {
		struct route *route = (struct route *)node;

		next = prefix_map_next(&rib->routes, node);
		clear_pending(rib, peer, route);
		route->announced &= ~peer->bit;
		route_free_if_unused(rib, route);
	}
}

/* One route for rib_export_next(), told from now on. */
static void take(struct rib *rib, struct rib_peer *peer, struct route *route,
		 bool announce, struct rib_export *out)
{
	out->prefixes[out->count++] = route->node.prefix;
	if (announce && !(route->announced & peer->bit))
		peer->prefixes_announced++;
	if (!announce)
		peer->prefixes_announced--;
	route->announced &= ~peer->bit;
	if (announce)
		route->announced |= peer->bit;
	clear_pending(rib, peer, route);
	route_free_if_unused(rib, route);
}

/*
 * What `set` becomes on its way to `peer`: our AS in front towards another AS
 * and no MED (RFC 4271 5.1.2, 5.1.4), LOCAL_PREF only inside our own (5.1.5),
 * and the next hop is this host (5.1.3).
 */
static struct bgp_attributes outbound(struct rib *rib,
				      const struct rib_peer *peer,
				      const struct attribute_set *set)
{
	struct bgp_attributes out = attribute_set_view(set);
	struct writer path =
		writer_of(rib->export_as_path, sizeof(rib->export_as_path));

	out.next_hop = peer->local_address;
	out.present &= ~(BGP_HAS_MED | BGP_HAS_LOCAL_PREF);
	if (peer->source.external) {
		as_path_prepend(&path, out.as_path,
				rib->options.import.local_as, 1);
		out.as_path = reader_of(path.data, path.used);
	} else {
		out.present |= BGP_HAS_LOCAL_PREF;
		out.local_pref = set->local_pref;
	}
	return out;
}

bool rib_export_next(struct rib *rib, struct rib_peer *peer,
		     struct rib_export *out)
{
	struct attribute_set *first = NULL;
	struct route *route, *next;

	out->count = 0;
	for (route = TAILQ_FIRST(&rib->pending);
	     route && out->count < RIB_EXPORT_BATCH; route = next) {
		struct attribute_set *set = wanted(peer, route);

		next = TAILQ_NEXT(route, pending_link);
		if (!(route->pending & peer->bit))
			continue;
		if (!set && !(route->announced & peer->bit)) {
			clear_pending(rib, peer, route);
			route_free_if_unused(rib, route);
			continue;
		}
		if (out->count && set != first)
			break;
		first = set;
		take(rib, peer, route, set, out);
	}
	out->withdraw = !first;
	if (first)
		out->attributes = outbound(rib, peer, first);
	return out->count;
}
