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
#include "bgp/extended_community.h"
#include "core/log.h"
#include "rib/table.h"

static bool may_announce(const struct rib *rib, const struct route *route)
{
	return route->selected && route->forwarding &&
	       route->selected >= rib->options.min_nexthops;
}

/* A well-known community keeps the route from `peer`: RFC 1997. */
static bool held_back(const struct rib_peer *peer,
		      const struct bgp_attributes *attributes)
{
	struct reader list = attributes->communities;

	return community_list_contains(list, BGP_COMMUNITY_NO_ADVERTISE) ||
	       (peer->source.external &&
		(community_list_contains(list, BGP_COMMUNITY_NO_EXPORT) ||
		 community_list_contains(list,
					 BGP_COMMUNITY_NO_EXPORT_SUBCONFED)));
}

/* What `peer` is to have; NULL: nothing. */
static struct attribute_set *wanted(const struct rib_peer *peer,
				    const struct route_export *export)
{
	struct bgp_attributes attributes;

	/* Inside an AS routes from inside are not passed on: RFC 4271 9.2. */
	if (!export->attributes || (export->internal && !peer->source.external))
		return NULL;
	attributes = attribute_set_view(export->attributes);
	return held_back(peer, &attributes) ? NULL : export->attributes;
}

static void set_pending(struct rib *rib, const struct rib_peer *peer,
			struct route_export *export)
{
	if (!export->pending)
		TAILQ_INSERT_TAIL(&rib->pending, export, pending_link);
	export->pending |= peer->bit;
}

static void clear_pending(struct rib *rib, const struct rib_peer *peer,
			  struct route_export *export)
{
	if (!(export->pending & peer->bit))
		return;
	export->pending &= ~peer->bit;
	if (!export->pending)
		TAILQ_REMOVE(&rib->pending, export, pending_link);
}

static struct route_export *export_of(struct rib *rib, struct route *route)
{
	if (!route->export)
		route->export = pool_take(&rib->export_pool);
	if (route->export)
		route->export->route = route;
	return route->export;
}

void export_free(struct rib *rib, struct route_export *export)
{
	if (export->pending)
		TAILQ_REMOVE(&rib->pending, export, pending_link);
	if (export->attributes)
		attribute_set_release(&rib->attributes, export->attributes);
	export->route->export = NULL;
	pool_give(&rib->export_pool, export);
}

static bool is_unused(const struct route_export *export)
{
	return !export->attributes && !export->announced && !export->pending;
}

/* And the route with it, if this was all that was left of it. */
static void free_if_unused(struct rib *rib, struct route_export *export)
{
	struct route *route = export->route;

	if (!is_unused(export))
		return;
	export_free(rib, export);
	route_free_if_unused(rib, route);
}

static void replace(struct rib *rib, struct route_export *export,
		    struct attribute_set *attributes)
{
	if (attributes)
		attributes->references++;
	if (export->attributes)
		attribute_set_release(&rib->attributes, export->attributes);
	export->attributes = attributes;
}

static void tell_out_of_memory(const struct route *route)
{
	char text[PREFIX_TEXT_SIZE];

	log_error("rib", "%s: cannot be announced: out of memory",
		  prefix_format(&route->node.prefix, text));
}

void export_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct attribute_set *now = NULL;
	struct route_export *export;
	struct rib_peer *peer;
	bool internal = false;

	if (may_announce(rib, route)) {
		const struct path *best = route_best(route);

		now = best->attributes;
		internal = !best->source->external;
	}
	export = route->export;
	if (now == (export ? export->attributes : NULL) &&
	    (!export || internal == export->internal))
		return;
	export = export_of(rib, route);
	if (!export) {
		tell_out_of_memory(route);
		return;
	}
	export->internal = internal;
	replace(rib, export, now);
	TAILQ_FOREACH(peer, &rib->peers, link) {
		if (!peer->bit)
			continue;
		set_pending(rib, peer, export);
		hooks->export_waiting(peer, hooks->context);
	}
	if (is_unused(export))
		export_free(rib, export);
}

void export_to_new_peer(struct rib *rib, const struct rib_peer *peer)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		if (route->export && route->export->attributes)
			set_pending(rib, peer, route->export);
	}
}

void export_forget_peer(struct rib *rib, const struct rib_peer *peer)
{
	struct prefix_node *node, *next;

	if (!peer->bit)
		return;
	for (node = prefix_map_next(&rib->routes, NULL); node; node = next) {
		struct route *route = (struct route *)node;

		next = prefix_map_next(&rib->routes, node);
		if (!route->export)
			continue;
		clear_pending(rib, peer, route->export);
		route->export->announced &= ~peer->bit;
		free_if_unused(rib, route->export);
	}
}

/* One route for rib_export_next(), told from now on. */
static void take(struct rib *rib, struct rib_peer *peer,
		 struct route_export *export, bool announce,
		 struct rib_export *out)
{
	out->routes[out->count++] = (struct bgp_route_key){
		.prefix = export->route->node.prefix,
		.path_id = RIB_PATH_ID,
	};
	if (announce && !(export->announced & peer->bit))
		peer->prefixes_announced++;
	if (!announce)
		peer->prefixes_announced--;
	export->announced &= ~peer->bit;
	if (announce)
		export->announced |= peer->bit;
	clear_pending(rib, peer, export);
	free_if_unused(rib, export);
}

enum {
	/* Of our own AS only: RFC 4271 5.1.5, RFC 4456 8, RFC 7311 3.4. */
	INTERNAL_ONLY = BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR_ID |
			BGP_HAS_CLUSTER_LIST | BGP_HAS_AIGP,
};

static struct reader transitive_only(struct writer *w, struct reader list,
				     size_t size)
{
	size_t before = w->used;

	extended_community_write_transitive(w, list, size);
	return reader_of(w->data + before, w->used - before);
}

/* Towards another AS; what is rewritten lies in the rib's scratch. */
static void make_external(struct rib *rib, struct bgp_attributes *out)
{
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));

	as_path_prepend(&w, out->as_path, rib->options.import.local_as, 1);
	out->as_path = reader_of(w.data, w.used);
	out->extended_communities = transitive_only(
		&w, out->extended_communities, BGP_EXTENDED_COMMUNITY_SIZE);
	if (!out->extended_communities.left)
		out->present &= ~BGP_HAS_EXTENDED_COMMUNITIES;
	out->ipv6_extended_communities =
		transitive_only(&w, out->ipv6_extended_communities,
				BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
	if (!out->ipv6_extended_communities.left)
		out->present &= ~BGP_HAS_IPV6_EXTENDED_COMMUNITIES;
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

	out.next_hop = peer->local_address;
	out.link_local = (struct address){ 0 };
	out.present &= ~(BGP_HAS_MED | INTERNAL_ONLY);
	if (peer->source.external) {
		make_external(rib, &out);
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
	struct route_export *export, *next;

	out->count = 0;
	for (export = TAILQ_FIRST(&rib->pending);
	     export && out->count < RIB_EXPORT_BATCH; export = next) {
		struct attribute_set *set = wanted(peer, export);

		next = TAILQ_NEXT(export, pending_link);
		if (!(export->pending & peer->bit))
			continue;
		if (!set && !(export->announced & peer->bit)) {
			clear_pending(rib, peer, export);
			free_if_unused(rib, export);
			continue;
		}
		if (out->count && set != first)
			break;
		first = set;
		take(rib, peer, export, set, out);
	}
	out->withdraw = !first;
	if (first)
		out->attributes = outbound(rib, peer, first);
	return out->count;
}
