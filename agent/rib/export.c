// SPDX-License-Identifier: BSD-2-Clause
/*
 * Adj-RIB-Out: what the upstream neighbors are told.
 *
 * A route is announced while it is steered over at least --min-nexthops living
 * next hops. What a neighbor has, and what it still must be told, are bits in
 * the route; the message is made from the route's state at the moment it is
 * sent, so that a neighbor that reads slowly gets the newest state, once.
 *
 * Most neighbors get one path of a route, the best. One that takes several
 * (RFC 7911) gets each path of the set, by an identifier of our own.
 */

#include "core/log.h"
#include "rib/outbound.h"
#include "rib/table.h"

static bool may_announce(const struct rib *rib, const struct route *route)
{
	return route->selected && route->forwarding &&
	       route->selected >= rib->options.min_nexthops;
}

/* Neighbors have the best path or all of the set, of families they speak. */
static bool is_meant_for(const struct route_export *export,
			 const struct rib_peer *peer)
{
	uint32_t family =
		bgp_family_bit(bgp_nlri_family(&export->route->node.prefix));
	bool several = peer->several_paths & family;

	return (peer->families & family) &&
	       several == (export->path_id != RIB_BEST_PATH);
}

/* What `peer` is to have; NULL: nothing. `trace`: outbound_is_allowed(). */
static struct attribute_set *wanted(struct rib *rib,
				    const struct rib_peer *peer,
				    const struct route_export *export,
				    struct policy_trace *trace)
{
	if (!is_meant_for(export, peer))
		return NULL;
	/* Inside an AS routes from inside are not passed on: RFC 4271 9.2. */
	if (!export->attributes ||
	    (export->internal && peer->source.type != PEER_EXTERNAL))
		return NULL;
	return outbound_is_allowed(rib, peer, &export->route->node.prefix,
				   export->attributes, trace) ?
		       export->attributes :
		       NULL;
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

/* The export of a path, or of the best one if `path` is NULL; or NULL. */
static struct route_export *find(const struct route *route,
				 const struct path *path)
{
	struct route_export *export = route->exports;

	for (; export; export = export->next)
		if (path ? export->path == path :
			   export->path_id == RIB_BEST_PATH)
			return export;
	return NULL;
}

static struct route_export *create(struct rib *rib, struct route *route,
				   const struct path *path)
{
	struct route_export *export = pool_take(&rib->export_pool);

	if (!export)
		return NULL;
	export->route = route;
	export->path = path;
	if (path && ++rib->last_path_id == RIB_BEST_PATH)
		rib->last_path_id++;
	export->path_id = path ? rib->last_path_id : RIB_BEST_PATH;
	export->next = route->exports;
	route->exports = export;
	return export;
}

void export_free(struct rib *rib, struct route_export *export)
{
	struct route_export **link = &export->route->exports;

	while (*link != export)
		link = &(*link)->next;
	*link = export->next;
	if (export->pending)
		TAILQ_REMOVE(&rib->pending, export, pending_link);
	if (export->attributes)
		attribute_set_release(&rib->attributes, export->attributes);
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

static void tell_peers(struct rib *rib, struct route_export *export)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct rib_peer *peer;

	TAILQ_FOREACH(peer, &rib->peers, link) {
		if (!peer->bit || !is_meant_for(export, peer))
			continue;
		set_pending(rib, peer, export);
		hooks->export_waiting(peer, hooks->context);
	}
}

/* The attributes of `what`, with one more reference; NULL: nothing. */
static struct attribute_set *what_goes_out(struct rib *rib,
					   const struct route *route,
					   const struct path *path,
					   const struct path *what)
{
	if (!what)
		return NULL;
	if (!path) /* the best one stands for all */
		return outbound_set(rib, route, what);
	what->attributes->references++;
	return what->attributes;
}

/*
 * What goes out of `path`, or of the best path if that is NULL, is now `what`;
 * NULL: nothing any more.
 */
static void set_export(struct rib *rib, struct route *route,
		       const struct path *path, const struct path *what)
{
	struct route_export *export = find(route, path);
	struct attribute_set *now = what_goes_out(rib, route, path, what);
	bool internal = what && what->source->type != PEER_EXTERNAL;

	if (now == (export ? export->attributes : NULL) &&
	    (!export || internal == export->internal))
		goto out;
	if (!export)
		export = create(rib, route, path);
	if (!export) {
		tell_out_of_memory(route);
		goto out;
	}
	export->internal = internal;
	replace(rib, export, now);
	tell_peers(rib, export);
	if (is_unused(export))
		export_free(rib, export);
out:
	if (now)
		attribute_set_release(&rib->attributes, now);
}

/* Each path of the set, for neighbors that take several. */
static void export_paths(struct rib *rib, struct route *route)
{
	bool announce = rib->several_peers && may_announce(rib, route);
	struct route_export *export, *next;

	for (export = route->exports; export; export = next) {
		next = export->next;
		if (export->path_id == RIB_BEST_PATH ||
		    (announce && export->path &&
		     export->path->reason == REASON_NONE))
			continue;
		export->internal = false;
		replace(rib, export, NULL);
		tell_peers(rib, export);
		if (is_unused(export))
			export_free(rib, export);
	}
	for (const struct path *path = route->paths; announce && path;
	     path = path->next)
		if (path->reason == REASON_NONE)
			set_export(rib, route, path, path);
}

void export_route(struct rib *rib, struct route *route)
{
	set_export(rib, route, NULL,
		   may_announce(rib, route) ? route_best(route) : NULL);
	export_paths(rib, route);
}

void export_forget_path(struct route *route, const struct path *path)
{
	struct route_export *export = find(route, path);

	if (export)
		export->path = NULL;
}

void export_to_new_peer(struct rib *rib, const struct rib_peer *peer)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;
		struct route_export *export;

		export_paths(rib, route);
		for (export = route->exports; export; export = export->next)
			if (export->attributes && is_meant_for(export, peer))
				set_pending(rib, peer, export);
	}
}

/* What is left of a route's exports without this peer. */
static void forget_peer(struct rib *rib, const struct rib_peer *peer,
			struct route *route)
{
	struct route_export *export, *next;

	for (export = route->exports; export; export = next) {
		next = export->next;
		clear_pending(rib, peer, export);
		export->announced &= ~peer->bit;
		if (is_unused(export))
			export_free(rib, export);
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
		forget_peer(rib, peer, route);
		route_free_if_unused(rib, route);
	}
}

/* One route for rib_export_next(), told from now on. */
static void take(struct rib *rib, struct rib_peer *peer,
		 struct route_export *export, bool announce,
		 struct rib_export *out)
{
	out->routes[out->count++] = (struct bgp_route_key){
		.prefix = export->route->node.prefix,
		.path_id = export->path_id,
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

bool rib_export_next(struct rib *rib, struct rib_peer *peer,
		     struct rib_export *out)
{
	struct attribute_set *first = NULL;
	struct policy_trace first_trace = { { 0 } };
	struct route_export *export, *next;

	out->count = 0;
	for (export = TAILQ_FIRST(&rib->pending);
	     export && out->count < RIB_EXPORT_BATCH; export = next) {
		struct policy_trace trace = { { 0 } };
		struct attribute_set *set;

		next = TAILQ_NEXT(export, pending_link);
		if (!(export->pending & peer->bit))
			continue;
		set = wanted(rib, peer, export, &trace);
		if (!set && !(export->announced & peer->bit)) {
			clear_pending(rib, peer, export);
			free_if_unused(rib, export);
			continue;
		}
		if (out->count &&
		    (set != first || !policy_trace_equal(&trace, &first_trace)))
			break;
		first = set;
		first_trace = trace;
		take(rib, peer, export, set, out);
	}
	out->withdraw = !first;
	if (first)
		out->attributes = outbound_attributes(
			rib, peer, &out->routes[0].prefix, first);
	return out->count;
}
