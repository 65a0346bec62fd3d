// SPDX-License-Identifier: BSD-2-Clause
/* Loc-RIB (RFC 4271 3.2): the decision on each marked route. See rib.h. */

#include <stdlib.h>

#include "core/log.h"
#include "rib/origins.h"
#include "rib/rib_internal.h"
#include "rib/weight.h"

enum fetch_sizes {
	FETCH_ROUTES = 8,
	FETCH_PATHS = 1024, /* 32 KiB, of all of these routes */
};

/* Warn once a session about a next hop that the neighbor must not give. */
static void log_bad_nexthop(const struct route *route, const struct path *path)
{
	struct rib_peer *peer = (struct rib_peer *)path->source;
	char to[ADDRESS_TEXT_SIZE], text[PREFIX_TEXT_SIZE];

	if (peer->nexthop_logged || !path_reason_is_bad_nexthop(path->reason))
		return;
	peer->nexthop_logged = true;
	log_event(EVENT_PATH_REFUSED,
		  &(struct event_objects){
			  .neighbor = path_is_static(path) ?
					      NULL :
					      &path->source->address,
		  },
		  "%spath to %s not used, as others like it: %s (%s)",
		  path_is_static(path) ? "--path: " : "",
		  prefix_format(&route->node.prefix, text),
		  path_reason_sentence(path->reason),
		  address_format(rib_nexthop_address(path->attributes->nexthop),
				 to));
}

/*
 * Set the reasons that next hops and their services give. False if no path can
 * be chosen, or could be if its service passed.
 */
static bool check_paths(const struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->hooks;
	bool usable = false;

	for (struct path *path = route->paths; path; path = path->next) {
		rib_count_bad_nexthop(path, path->reason, false);
		path->reason = path_usability(path);
		rib_count_bad_nexthop(path, path->reason, true);
		log_bad_nexthop(route, path);
		if (path->reason != REASON_NONE)
			continue;
		usable = true;
		if (hooks->path_check)
			path->reason =
				hooks->path_check(route, path, hooks->context);
	}
	return usable;
}

/* Return the option that cut a set. */
static const char *cut_option(const struct rib *rib, const struct route *route,
			      const struct decision *decision)
{
	const struct prefix *prefix = &route->node.prefix;
	const struct vip_options *vip =
		import_vip(&rib->options.import, prefix);

	if (vip && vip->maximum_paths)
		return "maximum-paths= of --vip";
	return decision->maximum == rib->options.decision.maximum_paths ?
		       "--maximum-paths" :
		       "--maximum-paths-ibgp";
}

/* Count the sets that the maximum cuts, and warn of the first one. */
static void note_cut(struct rib *rib, struct route *route,
		     const struct decision *decision)
{
	if (decision->cut && !rib->totals.cut)
		log_event(EVENT_SET_CUT,
			  &(struct event_objects){ .vip = &route->node.prefix },
			  "%u equal paths, %u used; raise %s (%u) to use all; "
			  "`headgatectl show status` counts such VIPs",
			  decision->selected + decision->cut,
			  decision->selected, cut_option(rib, route, decision),
			  decision->maximum);
	rib->totals.cut += decision->cut != 0;
	rib->totals.cut -= route->cut;
	route->cut = decision->cut != 0;
}

/* Make room for `count` members, kept for the next set. */
static bool grow_members(struct rib *rib, size_t count)
{
	size_t room = 2 * (count + 1);
	struct member *grown;

	if (count < rib->member_room)
		return true;
	grown = reallocarray(rib->members, room, sizeof(*grown));
	if (!grown)
		return false;
	rib->members = grown;
	rib->member_room = room;
	return true;
}

static struct member member_of(const struct path *path, uint32_t weight,
			       uint32_t next_weight)
{
	return (struct member){
		.address = *rib_nexthop_address(path->attributes->nexthop),
		.weight = weight,
		.next_weight = next_weight,
	};
}

/* Set or clear the marks of all next hops with a member. */
static void mark_members(const struct route *route, bool taken)
{
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE || !taken)
			path->attributes->nexthop->taken = taken;
}

/* Add the paths that will be in the set when they have joined. */
static void foresee_members(struct rib *rib, struct route *route, size_t room,
			    uint32_t scale)
{
	const struct decision_options *options =
		rib_decision_options(rib, &route->node.prefix);
	const struct path *best = route_best(route);
	size_t count = route->selected;

	mark_members(route, true);
	for (const struct path *path = route->paths; path && count < room;
	     path = path->next) {
		struct rib_nexthop *hop = path->attributes->nexthop;
		uint32_t weight;

		if (hop->taken || !decision_foresees(options, best, path))
			continue;
		hop->taken = true;
		weight = weight_of_joining(options, path);
		rib->members[count++] = member_of(
			path, 0, weight_scaled(options, path, weight, scale));
	}
	mark_members(route, false);
	route->foreseen = (unsigned int)(count - route->selected);
}

static size_t count_joining(const struct route *route)
{
	size_t count = 0;

	for (const struct path *path = route->paths; path; path = path->next)
		count += path->reason == REASON_JOINING;
	return count;
}

/* Return the weight of a member, after weight_add_up() if paths add to it. */
static uint32_t member_weight(const struct decision_options *options,
			      const struct path *path)
{
	return options->add_path_weight ?
		       (uint32_t)path->attributes->nexthop->weight :
		       weight_of_path(options, path, path);
}

/* List the members of the route's set in rib->members. False: out of memory. */
static bool list_members(struct rib *rib, struct route *route, uint32_t maximum)
{
	const struct decision_options *options =
		rib_decision_options(rib, &route->node.prefix);
	const uint32_t scale = weight_scale(options, route->paths);
	size_t room = route->selected + count_joining(route), count = 0;

	route->foreseen = 0;
	if (!grow_members(rib, room))
		return false;
	if (options->add_path_weight)
		weight_add_up(options, route->paths);
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE) {
			uint32_t weight = weight_scaled(
				options, path, member_weight(options, path),
				scale);

			rib->members[count++] = member_of(path, weight, weight);
		}
	if (count < room)
		foresee_members(rib, route, room < maximum ? room : maximum,
				scale);
	return true;
}

/* Hand the set on. Returns whether the route is steered. */
static bool hand_on_set(struct rib *rib, struct route *route, uint32_t maximum)
{
	const struct rib_hooks *hooks = &rib->hooks;
	if (list_members(rib, route, maximum))
		return hooks->set_decided(route, rib->members, hooks->context);
	log_event(EVENT_MEMORY_SHORT,
		  &(struct event_objects){ .vip = &route->node.prefix },
		  "not steered and not announced");
	return false;
}

/* Tell once a session that it brought a VIP a new origin. */
static void log_new_origin(const struct route *route, const struct path *path,
			   uint32_t as, uint32_t before)
{
	struct rib_peer *peer = (struct rib_peer *)path->source;
	char from[ADDRESS_TEXT_SIZE];

	if (peer->origin_logged)
		return;
	peer->origin_logged = true;
	log_event(EVENT_ORIGIN_NEW,
		  &(struct event_objects){
			  .vip = &route->node.prefix,
			  .neighbor = &path->source->address,
		  },
		  "AS %u, from %s, is a new origin, AS %u was the last one; "
		  "vips= of --neighbor says who may announce it",
		  as, address_format(&path->source->address, from), before);
}

/* Tell once that origins are not followed for a VIP, and so for later ones. */
static void log_unfollowed(struct rib *rib, const struct prefix *vip)
{
	if (rib->origins_logged || !origins_is_full(&rib->origins) ||
	    origins_find(&rib->origins, vip))
		return;
	rib->origins_logged = true;
	log_event(EVENT_ORIGINS_UNFOLLOWED,
		  &(struct event_objects){ .vip = vip },
		  "origin AS not followed, nor are those of later VIPs: "
		  "limit of %d VIPs reached; vips= of --neighbor says who "
		  "may announce what",
		  ORIGINS_MAX_VIPS);
}

/* Note the origin ASes of the set, once for each path. */
static void note_origins(struct rib *rib, struct route *route)
{
	for (struct path *path = route->paths; path; path = path->next) {
		uint32_t as, before;

		if (path->reason != REASON_NONE || path->origin_noted)
			continue;
		path->origin_noted = true;
		as = path->attributes->origin_as;
		before = as ? origins_add(&rib->origins, &route->node.prefix,
					  as) :
			      0;
		if (before)
			log_new_origin(route, path, as, before);
		else if (as)
			log_unfollowed(rib, &route->node.prefix);
	}
}

/* Warn once a session that only ORIGIN keeps a backend out of a set. */
static void log_origin_lost(const struct route *route, const struct path *path)
{
	struct rib_peer *peer = (struct rib_peer *)path->source;
	char vip[PREFIX_TEXT_SIZE];

	if (peer->incomplete_logged || peer->role != NEIGHBOR_ROLE_BACKEND)
		return;
	peer->incomplete_logged = true;
	log_event(EVENT_ORIGIN_LOST,
		  &(struct event_objects){ .neighbor = &path->source->address },
		  "gets no traffic for %s, as its ORIGIN is worse than that of "
		  "other servers; give all servers the same one, or use "
		  "--ignore-origin",
		  prefix_format(&route->node.prefix, vip));
}

static void log_origins_lost(const struct route *route)
{
	const struct path *path = route->paths;

	for (; path; path = path->next)
		if (path->reason == REASON_ORIGIN && !path_is_static(path))
			log_origin_lost(route, path);
}

static void log_decided(const struct route *route)
{
	const struct path *best = route_best(route);
	char text[PREFIX_TEXT_SIZE], from[ADDRESS_TEXT_SIZE];

	log_debug("rib", "%s: decided: %u in the set, best from %s, %s",
		  prefix_format(&route->node.prefix, text), route->selected,
		  best ? address_format(&best->source->address, from) : "-",
		  route->forwarding ? "steered" : "not steered");
}

static void decide_route(struct rib *rib, struct route *route)
{
	const struct decision_options *options =
		rib_decision_options(rib, &route->node.prefix);
	const struct rib_hooks *hooks = &rib->hooks;
	const unsigned int before = route->selected;
	struct decision decision;

	rib->totals.learned -= route->selected != 0;
	rib->totals.forwarding -= route->forwarding;
	decision = decision_make(options, &route->paths);
	route->selected = decision.selected;
	note_cut(rib, route, &decision);
	route->forwarding = hand_on_set(rib, route, decision.maximum);
	log_decided(route);
	if (route->selected != before && hooks->servers_changed)
		hooks->servers_changed(route, before, hooks->context);
	if (route->forwarding)
		note_origins(rib, route);
	if (decision.origin_lost)
		log_origins_lost(route);
	rib->totals.learned += route->selected != 0;
	rib->totals.forwarding += route->forwarding;
	export_route(rib, route);
}

void rib_vip_changed(struct rib *rib, const struct prefix *vip)
{
	struct route *route =
		(struct route *)prefix_map_find(&rib->routes, vip);

	if (route)
		route_mark(rib, route);
}

/* The decision announces a marked route, whose set and paths may disagree. */
void loc_rib_set_forwarding(struct rib *rib, const struct prefix *prefix,
			    bool forwarding)
{
	struct route *route =
		(struct route *)prefix_map_find(&rib->routes, prefix);

	if (!route || route->forwarding == forwarding)
		return;
	route->forwarding = forwarding;
	rib->totals.forwarding += forwarding ? 1 : -(size_t)1;
	if (forwarding)
		note_origins(rib, route);
	if (!route->marked)
		export_route(rib, route);
}

/* Return the cost of a decision, and of the announcements that it may change. */
static unsigned int decision_cost(const struct rib *rib,
				  const struct route *route)
{
	unsigned int cost = export_cost(rib, route);

	for (const struct path *path = route->paths; path; path = path->next)
		cost += RIB_PATH_COST;
	return cost;
}

/* Take a mark away and decide. */
static void decide_marked(struct rib *rib, struct route *route)
{
	STAILQ_REMOVE_HEAD(&rib->marked, mark_link);
	route->marked = false;
	route->decided |= check_paths(rib, route);
	if (route->decided)
		decide_route(rib, route);
	rib->turn_cost += decision_cost(rib, route);
	route_free_if_unused(rib, route);
}

/* Look at the clock now and then. */
static bool is_late(struct rib *rib)
{
	const struct rib_hooks *hooks = &rib->hooks;

	if (!hooks->is_late || rib->turn_cost < rib->next_look)
		return false;
	rib->next_look = rib->turn_cost + RIB_COST_BETWEEN_LOOKS;
	return hooks->is_late(hooks->context);
}

/*
 * Load the paths of the next routes into the cache. The paths of one route are a
 * chain of cache misses, each of which waits for the one before; those of several
 * routes are loaded side by side. More paths than FETCH_PATHS would push out the
 * first ones again.
 */
static void fetch_paths(struct rib *rib)
{
	const struct route *route = STAILQ_FIRST(&rib->marked);
	const struct path *ends[FETCH_ROUTES];
	size_t count = 0, left;

	for (; route && count < FETCH_ROUTES;
	     route = STAILQ_NEXT(route, mark_link))
		ends[count++] = route->paths;
	rib->fetched = (unsigned int)count;
	for (size_t paths = 0; count && paths < FETCH_PATHS; paths += count) {
		left = 0;
		for (size_t i = 0; i < count; i++) {
			if (!ends[i])
				continue;
			ends[left] = ends[i]->next;
			__builtin_prefetch(ends[left++]);
		}
		count = left;
	}
}

/* Decisions that take too long leave the rest of the turn its share. */
bool loc_rib_decide(struct rib *rib)
{
	struct route *route;

	rib->next_look = rib->turn_cost + RIB_COST_BETWEEN_LOOKS;
	while ((route = STAILQ_FIRST(&rib->marked))) {
		if (!rib_turn_left(rib, RIB_DECISIONS) ||
		    sweep_route(rib, route))
			return true;
		if (!rib->fetched)
			fetch_paths(rib);
		rib->fetched--;
		decide_marked(rib, route);
		if (is_late(rib))
			rib->turn_cost += rib_turn_left(rib, RIB_DECISIONS);
	}
	return false;
}
