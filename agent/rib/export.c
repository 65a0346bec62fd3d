// SPDX-License-Identifier: BSD-2-Clause
/*
 * Adj-RIB-Out: the announcements to neighbors.
 *
 * A route is announced while it is steered over at least --min-nexthops living
 * next hops. Bits in struct route_export say which neighbors have it and which
 * need a message; export_batch.c makes the messages from them.
 *
 * Most neighbors get one path of a route, the best. One that takes several
 * (RFC 7911) gets each path of the set, by an identifier of our own.
 */

#include "rib/export.h"

#include <errno.h>

#include "bgp/codec/as_path.h"
#include "core/clock.h"
#include "core/log.h"
#include "rib/aggregate.h"
#include "rib/export_list.h"
#include "rib/export_rule.h"
#include "rib/outbound.h"
#include "rib/rib_internal.h"
#include "rib/statement.h"

/*
 * True if neighbors of this profile take the export. They take routes of their
 * families: those with ADD-PATH each path of the set, others the best one, and
 * all of them aggregates.
 */
static bool is_meant_for(const struct route_export *export,
			 const struct update_profile *to)
{
	enum bgp_family family = bgp_nlri_family(&export->route->node.prefix);
	bool several = to->session.add_path_send[family];

	return bgp_negotiated_has_family(&to->session, family) &&
	       (export->route->aggregate ||
		several == (export->path_id != RIB_BEST_PATH));
}

/* True if neighbors of this profile get our statement, not the path. */
static bool gets_statement(const struct route_export *export,
			   const struct update_profile *to)
{
	return export->of_path && !statement_is_for_others(to, &export->origin);
}

struct export_view export_view_for(const struct update_profile *to,
				   const struct route_export *export)
{
	struct export_view view = { export->attributes, export->origin };

	if (gets_statement(export, to))
		view.origin = (struct export_origin){ .type = PEER_EXTERNAL };
	else if (export->of_path)
		view.attributes = export->of_path;
	return view;
}

enum export_reason export_obstacle(const struct rib *rib)
{
	if (rib->shutdown == RIB_SHUTDOWN_WITHDRAWN)
		return EXPORT_SHUTDOWN;
	if (rib->detached)
		return EXPORT_DETACHED;
	return rib->starting ? EXPORT_STARTING : EXPORT_ANNOUNCED;
}

/*
 * Return why neighbors of this profile do not get an export that has attributes
 * and is meant for them. `bit`: export_rule_peer().
 */
static enum export_reason
withheld_reason(struct rib *rib, const struct update_profile *to, uint64_t bit,
		const struct route_export *export, struct policy_trace *trace)
{
	const struct export_view view = export_view_for(to, export);
	struct bgp_attributes attributes = attribute_set_view(view.attributes);
	enum export_reason reason = export_obstacle(rib);

	if (reason != EXPORT_ANNOUNCED)
		return reason;
	if (rib->options.import.aggregate_count &&
	    aggregate_suppresses(export_list_best(export->route)))
		return EXPORT_SUPPRESSED_BY_AGGREGATE;
	reason = export_rule_peer(to, bit, &view.origin, &attributes);
	if (reason != EXPORT_ANNOUNCED)
		return reason;
	return outbound_check_rules(rib, to, &export->route->node.prefix,
				    view.attributes, &view.origin, trace);
}

struct attribute_set *export_attributes_for(struct rib *rib,
					    const struct update_profile *to,
					    const struct route_export *export,
					    struct policy_trace *trace)
{
	const uint64_t no_peer = 0;

	if (!is_meant_for(export, to) || !export->attributes ||
	    withheld_reason(rib, to, no_peer, export, trace) !=
		    EXPORT_ANNOUNCED)
		return NULL;
	return export_view_for(to, export).attributes;
}

bool export_is_loop(const struct rib_peer *peer,
		    const struct attribute_set *set)
{
	return set->as_path_length && peer->source.type == PEER_EXTERNAL &&
	       !peer->group->profile.override_as &&
	       as_path_contains(attribute_set_view(set).as_path,
				peer->source.as);
}

/* Create the export of a path, or of the best one, behind `before`. */
static struct route_export *create_export(struct rib *rib, struct route *route,
					  struct route_export *before,
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
	export_list_add(route, before, export);
	TAILQ_INSERT_HEAD(&rib->exports, export, all_link);
	return export;
}

void export_free(struct rib *rib, struct route_export *export)
{
	export_list_remove(export);
	TAILQ_REMOVE(&rib->exports, export, all_link);
	export_batch_remove(rib, export, export->pending);
	if (export->aggregate)
		LIST_REMOVE(export, contributor_link);
	if (export->waiting)
		TAILQ_REMOVE(&rib->waiting, export, waiting_link);
	if (export->attributes)
		attribute_set_release(&rib->attributes, export->attributes);
	if (export->of_path)
		attribute_set_release(&rib->attributes, export->of_path);
	pool_give(&rib->export_pool, export);
}

static bool is_unused(const struct route_export *export)
{
	return !export->attributes && !export->announced && !export->pending &&
	       !export->waiting;
}

void export_free_if_unused(struct rib *rib, struct route_export *export)
{
	struct route *route = export->route;

	if (!is_unused(export))
		return;
	export_free(rib, export);
	route_free_if_unused(rib, route);
}

/* The attributes of an export, and whose they are. */
struct content {
	struct attribute_set *attributes; /* NULL: withdraw */
	struct attribute_set *of_path;	  /* see struct route_export */
	struct export_origin origin;
};

static void replace_content(struct rib *rib, struct route_export *export,
			    const struct content *now)
{
	struct attribute_set *before = export->attributes;
	struct attribute_set *path_before = export->of_path;

	if (now->attributes)
		now->attributes->references++;
	if (now->of_path)
		now->of_path->references++;
	export_batch_set_attributes(rib, export, now->attributes);
	export->of_path = now->of_path;
	export->origin = now->origin;
	if (before)
		attribute_set_release(&rib->attributes, before);
	if (path_before)
		attribute_set_release(&rib->attributes, path_before);
}

static void log_export_failed(const struct route *route)
{
	log_event(EVENT_MEMORY_SHORT,
		  &(struct event_objects){ .vip = &route->node.prefix },
		  "not announced");
}

/* True if neighbors of this profile get the same from both. */
static bool looks_alike(const struct update_profile *to,
			const struct route_export *a,
			const struct route_export *b)
{
	const struct export_view x = export_view_for(to, a);
	const struct export_view y = export_view_for(to, b);

	return x.attributes == y.attributes &&
	       export_same_origin(&x.origin, &y.origin);
}

/*
 * Mark the export as pending for all neighbors that it is meant for, and for
 * which it does not look as `before`; NULL: all.
 */
static void mark_export_pending(struct rib *rib, struct route_export *export,
				const struct route_export *before)
{
	const struct rib_hooks *hooks = &rib->hooks;
	const struct update_group *group;
	uint64_t peers = 0;

	TAILQ_FOREACH(group, &rib->groups, link)
		if (is_meant_for(export, &group->profile) &&
		    (!before || !looks_alike(&group->profile, export, before)))
			peers |= group->members;
	export_batch_add(rib, export, peers);
	if (peers)
		hooks->export_waiting(hooks->context);
}

static struct export_origin origin_of(const struct path *path)
{
	/* The source is the first member of its peer. */
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

/*
 * Return what to announce for `what`; the caller releases it. The best path
 * stands for the whole set. Without memory for our statement nothing is
 * announced.
 */
static struct content make_content(struct rib *rib, const struct route *route,
				   const struct path *path,
				   const struct path *what)
{
	const struct route *set = path ? NULL : route;
	struct content content = { .attributes = NULL };
	struct attribute_set *statement;

	if (!what)
		return content;
	content.origin = origin_of(what);
	content.attributes = outbound_set(rib, set, what->attributes);
	if (!statement_applies(rib, what))
		return content;
	content.of_path = content.attributes;
	statement = statement_make(rib, route, what);
	content.attributes = statement ? outbound_set(rib, set, statement) :
					 NULL;
	if (statement)
		attribute_set_release(&rib->attributes, statement);
	return content;
}

static void release_content(struct rib *rib, const struct content *content)
{
	if (content->attributes)
		attribute_set_release(&rib->attributes, content->attributes);
	if (content->of_path)
		attribute_set_release(&rib->attributes, content->of_path);
}

static bool has_content(const struct route_export *export,
			const struct content *now)
{
	if (!export)
		return !now->attributes;
	return now->attributes == export->attributes &&
	       now->of_path == export->of_path &&
	       export_same_origin(&now->origin, &export->origin);
}

static bool is_export_of(const struct route_export *export,
			 const struct path *path)
{
	return export &&
	       (path ? export->path == path : export->path_id == RIB_BEST_PATH);
}

/*
 * Set what to announce for `path`, or for the best path if that is NULL. The place
 * of its export is behind `place`.
 */
static void set_export_content(struct rib *rib, struct route *route,
			       struct route_export *place,
			       const struct path *path,
			       const struct content *now)
{
	struct route_export *export = export_list_next(route, place);
	struct route_export before;

	if (!is_export_of(export, path))
		export = NULL;
	if (has_content(export, now))
		return;
	if (!export)
		export = create_export(rib, route, place, path);
	if (!export) {
		log_export_failed(route);
		return;
	}
	before = *export; /* to compare pointers, not to follow them */
	replace_content(rib, export, now);
	/* An aggregate of statements depends on the paths that they are of. */
	if (export->path_id == RIB_BEST_PATH && !route->aggregate &&
	    (before.attributes != export->attributes ||
	     before.of_path != export->of_path))
		aggregate_contribute(rib, export);
	mark_export_pending(rib, export, &before);
	if (is_unused(export))
		export_free(rib, export);
}

/* Announce `what` for `path`, or for the best path if that is NULL. */
static void set_export(struct rib *rib, struct route *route,
		       struct route_export *place, const struct path *path,
		       const struct path *what)
{
	struct content now = make_content(rib, route, path, what);

	set_export_content(rib, route, place, path, &now);
	release_content(rib, &now);
}

void export_withdraw_path(struct rib *rib, struct route_export *export)
{
	const struct content nothing = { .attributes = NULL };

	replace_content(rib, export, &nothing);
	mark_export_pending(rib, export, NULL);
}

/* Announce each path of the set to neighbors that take several. */
static void export_paths(struct rib *rib, struct route *route)
{
	struct route_export *export = export_list_best(route), *next;
	struct route_export *place = NULL;
	bool announce = rib->several_peers && export && export->attributes;

	for (export = route->exports; export; export = next) {
		next = export->next;
		if (export->path_id == RIB_BEST_PATH ||
		    (announce && export->path &&
		     export->path->reason == REASON_NONE))
			continue;
		export_withdraw_path(rib, export);
		if (is_unused(export))
			export_free(rib, export);
	}
	for (const struct path *path = route->paths; announce && path;
	     path = path->next) {
		if (path->reason != REASON_NONE)
			continue;
		place = export_list_place(route, place, path,
					  &rib->exports_passed);
		set_export(rib, route, place, path, path);
	}
}

/* ------------------------------------------------------- readiness */

/* Return why the route is not announced at all. `best` may be NULL. */
static enum export_reason readiness_reason(const struct rib *rib,
					   const struct route *route,
					   const struct route_export *best)
{
	const struct vip_options *vip =
		import_vip(&rib->options.import, &route->node.prefix);
	const struct export_readiness now = {
		.living = route->selected,
		.forwarding = route->forwarding,
		.announced = best && best->attributes,
		.waited = !rib->options.announce_delay_s,
		.bandwidth = vip && vip->min_bandwidth ?
				     route_bandwidth_units(rib, route) :
				     0,
		.vip = vip,
		.min_nexthops = rib->options.min_nexthops,
	};

	return export_rule_route(&now);
}

uint32_t export_min_nexthops(const struct rib *rib, const struct prefix *prefix)
{
	const struct vip_options *vip =
		import_vip(&rib->options.import, prefix);

	return vip && vip->min_nexthops ? vip->min_nexthops :
					  rib->options.min_nexthops;
}

static void begin_waiting(struct rib *rib, struct route *route,
			  struct route_export *best)
{
	if (!best)
		best = create_export(rib, route, NULL, NULL);
	if (!best) {
		log_export_failed(route);
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

/* Announce `what`, and with it the set. NULL: withdraw all. */
static void announce_set(struct rib *rib, struct route *route,
			 const struct path *what)
{
	struct route_export *best;

	set_export(rib, route, NULL, NULL, what);
	best = export_list_best(route);
	if (best && is_unused(best))
		export_free(rib, best);
	export_paths(rib, route);
}

void export_route(struct rib *rib, struct route *route)
{
	struct route_export *best = export_list_best(route);
	enum export_reason reason = readiness_reason(rib, route, best);

	if (route->aggregate)
		return;
	if (reason == EXPORT_ANNOUNCE_DELAY) {
		begin_waiting(rib, route, best);
		return;
	}
	end_waiting(rib, best);
	announce_set(rib, route,
		     reason == EXPORT_ANNOUNCED ? statement_choose(route) :
						  NULL);
}

void export_mark_route(struct rib *rib, struct route *route)
{
	struct route_export *export = route->exports;

	for (; export; export = export->next)
		mark_export_pending(rib, export, NULL);
}

void export_aggregate(struct rib *rib, struct route *route,
		      struct attribute_set *attributes)
{
	const struct content ours = {
		.attributes = attributes,
		.origin = { .type = PEER_EXTERNAL },
	};

	if (!route->aggregate)
		announce_set(rib, route, NULL); /* it may have had paths */
	route->aggregate = true;
	set_export_content(rib, route, NULL, NULL, &ours);
	route->aggregate = attributes;
}

/* Have all exports checked for a message once more. */
static void mark_all_pending(struct rib *rib)
{
	struct route_export *export;

	TAILQ_FOREACH(export, &rib->exports, all_link)
		if (export->route) /* no peer's bookmark */
			mark_export_pending(rib, export, NULL);
}

void export_set_shutdown(struct rib *rib, enum rib_shutdown shutdown)
{
	rib->shutdown = shutdown;
	mark_all_pending(rib);
}

void export_set_detached(struct rib *rib, bool detached)
{
	if (rib->detached == detached)
		return;
	rib->detached = detached;
	mark_all_pending(rib);
}

void export_set_starting(struct rib *rib, bool starting)
{
	if (rib->starting == starting)
		return;
	rib->starting = starting;
	mark_all_pending(rib);
}

/* Set the deadline of those that began to wait since the last call. */
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

uint64_t export_advance(struct rib *rib, uint64_t now_ms)
{
	struct route_export *export, *next;
	unsigned int cost = 0;

	set_deadlines(rib, now_ms + (uint64_t)rib->options.announce_delay_s *
					    CLOCK_MS_PER_S);
	for (export = TAILQ_FIRST(&rib->waiting);
	     export && export->due_ms <= now_ms && cost < rib->turn_budget;
	     export = next) {
		struct route *route = export->route;

		next = TAILQ_NEXT(export, waiting_link);
		if (route->marked) /* waits for its decision, too */
			continue;
		end_waiting(rib, export);
		announce_set(rib, route, statement_choose(route));
		cost += export_cost(rib, route);
	}
	aggregate_refresh(rib);
	export = TAILQ_FIRST(&rib->waiting);
	return export ? export->due_ms : 0;
}

enum export_reason export_explain(struct rib *rib, const struct route *route,
				  const struct rib_peer *peer)
{
	enum bgp_family family = bgp_nlri_family(&route->node.prefix);
	const struct route_export *best = export_list_best(route);
	struct policy_trace trace = { { 0 } };
	enum export_reason reason = route->aggregate ?
					    EXPORT_ANNOUNCED :
					    readiness_reason(rib, route, best);

	if (!peer->bit)
		return EXPORT_ROLE;
	if (!bgp_negotiated_has_family(&peer->group->profile.session, family))
		return EXPORT_FAMILY;
	if (reason != EXPORT_ANNOUNCED)
		return reason;
	if (!best || !best->attributes) /* an aggregate without VIPs */
		return EXPORT_NOT_FORWARDING;
	reason = withheld_reason(rib, &peer->group->profile, peer->bit, best,
				 &trace);
	if (reason == EXPORT_ANNOUNCED &&
	    export_is_loop(
		    peer,
		    export_view_for(&peer->group->profile, best).attributes))
		reason = EXPORT_AS_LOOP;
	return reason;
}

void export_forget_path(struct rib *rib, struct route *route,
			const struct path *path)
{
	struct route_export *export =
		export_list_find(route, path, &rib->exports_passed);

	if (!export)
		return;
	export->path = NULL;
	export_list_remove(export);
	export_list_add(route, route->exports ? route->exports->previous : NULL,
			export);
}

/*
 * A marked route gets its exports of paths with its decision. New ones are
 * pending for this peer, too, which is in its group.
 */
void export_mark_for_peer(struct rib *rib, struct route_export *export,
			  const struct rib_peer *peer)
{
	if (export->path_id == RIB_BEST_PATH && !export->route->marked)
		export_paths(rib, export->route);
	if (export->attributes && is_meant_for(export, &peer->group->profile))
		export_batch_add(rib, export, peer->bit);
}

void export_set_announced(struct rib *rib, struct route_export *export,
			  uint64_t peers)
{
	/* The usual case, in which no other export needs to be looked at. */
	if (!export->announced == !peers) {
		export->announced = peers;
		return;
	}
	rib->totals.announced -= route_announced(export->route) != 0;
	export->announced = peers;
	rib->totals.announced += route_announced(export->route) != 0;
}
