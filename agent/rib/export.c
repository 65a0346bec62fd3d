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
#include "rib/aggregate.h"
#include "rib/export_rule.h"
#include "rib/outbound.h"
#include "rib/table.h"

/*
 * Neighbors have the best path or all of the set, of families they speak. An
 * aggregate is but one path, whoever has it.
 */
static bool is_meant_for(const struct route_export *export,
			 const struct rib_peer *peer)
{
	uint32_t family =
		bgp_family_bit(bgp_nlri_family(&export->route->node.prefix));
	bool several = peer->several_paths & family;

	return (peer->families & family) &&
	       (export->route->aggregate ||
		several == (export->path_id != RIB_BEST_PATH));
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

/* Why a peer is not told of what it is meant for. There are attributes. */
static enum export_cause withheld(struct rib *rib, const struct rib_peer *peer,
				  const struct route_export *export,
				  struct policy_trace *trace)
{
	struct bgp_attributes attributes =
		attribute_set_view(export->attributes);
	enum export_cause cause;

	if (rib->presence == RIB_HAS_LEFT)
		return EXPORT_CAUSE_LEAVING;
	if (aggregate_suppresses(find(export->route, NULL)))
		return EXPORT_CAUSE_SUPPRESSED_BY_AGGREGATE;
	cause = export_rule_peer(peer, &export->origin, &attributes);
	if (cause != EXPORT_CAUSE_NONE)
		return cause;
	return outbound_ask_rules(rib, peer, &export->route->node.prefix,
				  export->attributes, trace);
}

/* What `peer` is to have; NULL: nothing. `trace`: outbound_ask_rules(). */
static struct attribute_set *wanted(struct rib *rib,
				    const struct rib_peer *peer,
				    const struct route_export *export,
				    struct policy_trace *trace)
{
	if (!is_meant_for(export, peer) || !export->attributes ||
	    withheld(rib, peer, export, trace) != EXPORT_CAUSE_NONE)
		return NULL;
	return export->attributes;
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
	if (export->aggregate)
		LIST_REMOVE(export, contributor_link);
	if (export->waiting)
		TAILQ_REMOVE(&rib->waiting, export, waiting_link);
	if (export->attributes)
		attribute_set_release(&rib->attributes, export->attributes);
	pool_give(&rib->export_pool, export);
}

static bool is_unused(const struct route_export *export)
{
	return !export->attributes && !export->announced && !export->pending &&
	       !export->waiting;
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

static struct export_origin origin_of(const struct path *path)
{
	/* A source is the first member of its peer. */
	const struct rib_peer *peer = (const struct rib_peer *)path->source;

	struct export_origin origin = {
		.type = path->source->type,
		.bit = peer->bit,
	};

	if (origin.type == PEER_INTERNAL) {
		origin.client = peer->client;
		origin.identifier = path->source->identifier;
	}
	return origin;
}

static bool same_origin(const struct export_origin *a,
			const struct export_origin *b)
{
	return a->type == b->type && a->bit == b->bit &&
	       a->client == b->client && a->identifier == b->identifier;
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
 * What goes out of `path`, or of the best path if that is NULL, has now these
 * attributes; NULL: nothing any more.
 */
static void set_attributes(struct rib *rib, struct route *route,
			   const struct path *path, struct attribute_set *now,
			   struct export_origin origin)
{
	struct route_export *export = find(route, path);

	if (now == (export ? export->attributes : NULL) &&
	    (!export || same_origin(&origin, &export->origin)))
		return;
	if (!export)
		export = create(rib, route, path);
	if (!export) {
		tell_out_of_memory(route);
		return;
	}
	export->origin = origin;
	replace(rib, export, now);
	if (export->path_id == RIB_BEST_PATH && !route->aggregate)
		aggregate_contribute(rib, export);
	tell_peers(rib, export);
	if (is_unused(export))
		export_free(rib, export);
}

/* The same with those of `what`. */
static void set_export(struct rib *rib, struct route *route,
		       const struct path *path, const struct path *what)
{
	struct attribute_set *now = what_goes_out(rib, route, path, what);
	struct export_origin none = { .bit = 0 };

	set_attributes(rib, route, path, now, what ? origin_of(what) : none);
	if (now)
		attribute_set_release(&rib->attributes, now);
}

/* Each path of the set, for neighbors that take several. */
static void export_paths(struct rib *rib, struct route *route)
{
	struct route_export *export = find(route, NULL), *next;
	bool announce = rib->several_peers && export && export->attributes;

	for (export = route->exports; export; export = next) {
		next = export->next;
		if (export->path_id == RIB_BEST_PATH ||
		    (announce && export->path &&
		     export->path->reason == REASON_NONE))
			continue;
		export->origin = (struct export_origin){ .bit = 0 };
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

/* ------------------------------------------------------- ready or not */

/* With what is remembered in the export of the best path, if it has one. */
static enum export_cause readiness(const struct rib *rib,
				   const struct route *route,
				   const struct route_export *best)
{
	const struct export_readiness now = {
		.living = route->selected,
		.forwarding = route->forwarding,
		.up = best && best->attributes,
		.waited = !rib->options.announce_delay_ms,
		.vip = import_vip(&rib->options.import, &route->node.prefix),
		.min_nexthops = rib->options.min_nexthops,
	};

	return export_rule_route(&now);
}

static void begin_waiting(struct rib *rib, struct route *route,
			  struct route_export *best)
{
	if (!best)
		best = create(rib, route, NULL);
	if (!best) {
		tell_out_of_memory(route);
		return;
	}
	if (best->waiting)
		return;
	best->waiting = true;
	best->due_ms = 0;
	TAILQ_INSERT_TAIL(&rib->waiting, best, waiting_link);
}

static void end_waiting(struct rib *rib, struct route_export *best)
{
	if (!best || !best->waiting)
		return;
	best->waiting = false;
	TAILQ_REMOVE(&rib->waiting, best, waiting_link);
}

/* `what` goes out from now on, and with it all of the set; NULL: nothing. */
static void publish(struct rib *rib, struct route *route,
		    const struct path *what)
{
	struct route_export *best;

	set_export(rib, route, NULL, what);
	best = find(route, NULL);
	if (best && is_unused(best))
		export_free(rib, best);
	export_paths(rib, route);
}

void export_route(struct rib *rib, struct route *route)
{
	struct route_export *best = find(route, NULL);
	enum export_cause cause = readiness(rib, route, best);

	if (route->aggregate)
		return;
	if (cause == EXPORT_CAUSE_ANNOUNCE_DELAY) {
		begin_waiting(rib, route, best);
		return;
	}
	end_waiting(rib, best);
	publish(rib, route,
		cause == EXPORT_CAUSE_NONE ? route_best(route) : NULL);
}

void export_tell_all(struct rib *rib, struct route *route)
{
	struct route_export *export = route->exports;

	for (; export; export = export->next)
		tell_peers(rib, export);
}

void export_aggregate(struct rib *rib, struct route *route,
		      struct attribute_set *attributes)
{
	const struct export_origin ours = { .type = PEER_EXTERNAL };

	route->aggregate = true;
	set_attributes(rib, route, NULL, attributes, ours);
	route->aggregate = attributes;
}

void rib_leave(struct rib *rib, enum rib_presence presence)
{
	struct prefix_node *node = NULL;

	rib->presence = presence;
	while ((node = prefix_map_next(&rib->routes, node)))
		export_tell_all(rib, (struct route *)node);
}

/* Those that began to wait since the last time have no deadline yet. */
static void set_deadlines(struct rib *rib, uint64_t due_ms)
{
	struct route_export *export;

	TAILQ_FOREACH_REVERSE(export, &rib->waiting, route_export_list,
			      waiting_link)
	{
		if (export->due_ms)
			break;
		export->due_ms = due_ms;
	}
}

uint64_t rib_advance(struct rib *rib, uint64_t now_ms)
{
	struct route_export *export;

	set_deadlines(rib, now_ms + rib->options.announce_delay_ms);
	while ((export = TAILQ_FIRST(&rib->waiting)) &&
	       export->due_ms <= now_ms) {
		struct route *route = export->route;

		end_waiting(rib, export);
		publish(rib, route, route_best(route));
	}
	aggregate_refresh(rib);
	return export ? export->due_ms : 0;
}

enum export_cause export_explain(struct rib *rib, const struct route *route,
				 const struct rib_peer *peer)
{
	enum bgp_family family = bgp_nlri_family(&route->node.prefix);
	const struct route_export *best = find(route, NULL);
	struct policy_trace trace = { { 0 } };
	enum export_cause cause = route->aggregate ?
					  EXPORT_CAUSE_NONE :
					  readiness(rib, route, best);

	if (!peer->bit)
		return EXPORT_CAUSE_ROLE;
	if (!(peer->families & bgp_family_bit(family)))
		return EXPORT_CAUSE_FAMILY;
	if (cause != EXPORT_CAUSE_NONE)
		return cause;
	if (!best || !best->attributes) /* an aggregate of nothing */
		return EXPORT_CAUSE_NOT_FORWARDING;
	return withheld(rib, peer, best, &trace);
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

static void set_announced(struct rib *rib, struct route_export *export,
			  uint64_t peers)
{
	rib->totals.announced -= route_announced(export->route) != 0;
	export->announced = peers;
	rib->totals.announced += route_announced(export->route) != 0;
}

/* What is left of a route's exports without this peer. */
static void forget_peer(struct rib *rib, const struct rib_peer *peer,
			struct route *route)
{
	struct route_export *export, *next;

	for (export = route->exports; export; export = next) {
		next = export->next;
		clear_pending(rib, peer, export);
		set_announced(rib, export, export->announced & ~peer->bit);
		export->origin.bit &= ~peer->bit;
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
	set_announced(rib, export,
		      announce ? export->announced | peer->bit :
				 export->announced & ~peer->bit);
	clear_pending(rib, peer, export);
	free_if_unused(rib, export);
}

bool rib_export_next(struct rib *rib, struct rib_peer *peer,
		     struct rib_export *out)
{
	struct attribute_set *first = NULL;
	struct export_origin origin = { .bit = 0 };
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
		    (set != first ||
		     (set && !same_origin(&origin, &export->origin)) ||
		     !policy_trace_equal(&trace, &first_trace)))
			break;
		first = set;
		origin = export->origin;
		first_trace = trace;
		take(rib, peer, export, set, out);
	}
	out->withdraw = !first;
	if (first)
		out->attributes = outbound_attributes(
			rib, peer, &out->routes[0].prefix, first, &origin);
	return out->count;
}
