// SPDX-License-Identifier: BSD-2-Clause
/*
 * Adj-RIB-In (RFC 4271 3.2): the paths that peers announce and withdraw, refused
 * ones too. See adj_rib_in.h; loc_rib.c decides about them.
 */

#include "rib/adj_rib_in.h"

#include <errno.h>

#include "core/clock.h"
#include "rib/inbound.h"
#include "rib/rib_internal.h"

enum {
	NLRI_BATCH = 16, /* prefixes that are looked up together */
};

_Static_assert(POLICY_MAX_RULES < 1 << 10, "fits path.rule");

static enum bgp_family family_of(const struct route *route)
{
	return bgp_nlri_family(&route->node.prefix);
}

/* Add or remove one path in the peer's counters. */
static void count_path(struct rib_peer *peer, enum import_reason import,
		       bool came)
{
	uint32_t one = came ? 1 : -1u;

	peer->prefixes_received += one;
	if (import == IMPORT_ACCEPTED)
		peer->prefixes_accepted += one;
	else
		peer->refused[import] += one;
}

/*
 * Give a path its attributes and the verdict on them. One assignment writes all
 * bit fields of a word at once; writes to one after the other would stall.
 */
static void set_path(struct rib *rib, struct rib_peer *peer,
		     const struct route *route, struct path *path,
		     const struct inbound_verdict *verdict)
{
	struct attribute_set *attributes = verdict->attributes;
	bool accepted = verdict->reason == IMPORT_ACCEPTED;

	attributes->references++;
	if (accepted)
		rib_nexthop_add_path(rib, attributes->nexthop, route);
	*path = (struct path){
		.next = path->next,
		.source = path->source,
		.attributes = attributes,
		.path_id = path->path_id,
		.import = verdict->reason,
		.rule = verdict->rule,
		.round = peer->rounds[family_of(route)].now,
		.best = path->best && accepted,
		.equal_weight = path->equal_weight,
		.own_nexthop = verdict->own_nexthop,
		.multipath_off = verdict->multipath_off,
	};
	if (accepted) {
		peer_nexthops_add(&peer->nexthops, attributes->nexthop);
		rib_nexthop_encapsulate(rib, attributes->nexthop,
					path_encapsulation(path), true);
	}
	if (accepted && path_needs_proof(path))
		rib_nexthop_add_path(rib, path->source->self, route);
	if (!accepted)
		inbound_tell_refused(peer, &route->node.prefix,
				     verdict->reason);
	attribute_budget_add(&peer->attributes,
			     attribute_set_received(attributes)->size);
	path->reason = path_usability(path);
	rib_count_bad_nexthop(path, path->reason, true);
	count_path(peer, verdict->reason, true);
}

/* Undo set_path(). */
static void clear_path(struct rib *rib, struct rib_peer *peer,
		       const struct route *route, struct path *path)
{
	count_path(peer, path->import, false);
	attribute_budget_remove(&peer->attributes,
				attribute_set_received(path->attributes)->size);
	rib_count_bad_nexthop(path, path->reason, false);
	if (path->import == IMPORT_ACCEPTED) {
		peer_nexthops_remove(&peer->nexthops,
				     path->attributes->nexthop);
		if (path_needs_proof(path))
			rib_nexthop_remove_path(rib, path->source->self, route);
		rib_nexthop_remove_path(rib, path->attributes->nexthop, route);
		rib_nexthop_encapsulate(rib, path->attributes->nexthop,
					path_encapsulation(path), false);
	}
	attribute_set_release(&rib->attributes, path->attributes);
}

static bool is_path_of(const struct path *path, const struct rib_peer *peer,
		       uint32_t path_id)
{
	return adj_rib_in_is_of_peer(path, peer) && path->path_id == path_id;
}

static struct path **search_path_place(struct rib *rib, struct route *route,
				       struct rib_peer *peer, uint32_t path_id)
{
	const struct path wanted = { .source = &peer->source,
				     .path_id = path_id };

	return path_index_place(&rib->path_indexes, route, &wanted);
}

/*
 * Find the peer's path with this identifier in a route, or its place. Most often
 * it is the first one, or the route is new.
 */
static inline struct path **find_path_place(struct rib *rib,
					    struct route *route,
					    struct rib_peer *peer,
					    uint32_t path_id)
{
	if (!route->paths || is_path_of(route->paths, peer, path_id))
		return &route->paths;
	return search_path_place(rib, route, peer, path_id);
}

struct path **adj_rib_in_first_path(struct rib *rib, struct route *route,
				    struct rib_peer *peer)
{
	return find_path_place(rib, route, peer, 0);
}

bool adj_rib_in_has_other_path(struct rib *rib, struct rib_peer *peer,
			       struct route *route, const struct path *path)
{
	const struct path *first;

	if (!peer->has_path_ids)
		return false;
	first = *adj_rib_in_first_path(rib, route, peer);
	return first != path || adj_rib_in_is_of_peer(first->next, peer);
}

/*
 * Mark a route, one path of which comes or goes. A route that was never decided
 * waits for its first path that can be chosen.
 */
static void mark_for_path(struct rib *rib, struct route *route,
			  const struct path *path)
{
	if (route->decided || path_reason_is_usable(path->reason))
		route_mark(rib, route);
}

/* Tell the user of the rib of an accepted path, or of one that was (NULL). */
static void tell_path(struct rib *rib, const struct rib_peer *peer,
		      const struct route *route, uint32_t path_id,
		      const struct attribute_set *attributes)
{
	const struct bgp_path_key key = { .prefix = route->node.prefix,
					  .path_id = path_id };

	if (rib->hooks.path_changed && !peer->source.leaving)
		rib->hooks.path_changed(peer, &key, attributes,
					rib->hooks.context);
}

/*
 * Tell the user of the rib of a path that is a blackhole, or was one. Of several
 * paths of the peer (RFC 7911) one is enough.
 */
static void tell_blackhole(struct rib *rib, struct rib_peer *peer,
			   struct route *route)
{
	const struct path *path = *adj_rib_in_first_path(rib, route, peer);

	while (adj_rib_in_is_of_peer(path, peer) &&
	       path->import != IMPORT_BLACKHOLE)
		path = path->next;
	if (rib->hooks.blackhole_changed && !peer->source.leaving)
		rib->hooks.blackhole_changed(peer, &route->node.prefix,
					     adj_rib_in_is_of_peer(path, peer),
					     rib->hooks.context);
}

/* ------------------------------------------------------- routes of a peer */

/* Return the set of routes with such paths of the peer. */
static struct turn_set *set_of(struct rib_peer *peer, bool accepted)
{
	return accepted ? &peer->accepted_routes : &peer->refused_routes;
}

/* True if the peer has a path of this kind in the route. */
static bool has_path(struct rib *rib, struct route *route,
		     struct rib_peer *peer, bool accepted)
{
	const struct path *path = *adj_rib_in_first_path(rib, route, peer);

	while (adj_rib_in_is_of_peer(path, peer) &&
	       (path->import == IMPORT_ACCEPTED) != accepted)
		path = path->next;
	return adj_rib_in_is_of_peer(path, peer);
}

/* Remove a route from a set after a path that the counters have no more. */
static void drop_peer_route(struct rib *rib, struct rib_peer *peer,
			    struct route *route, bool accepted)
{
	struct turn_set *set = set_of(peer, accepted);
	uint32_t paths =
		accepted ? peer->prefixes_accepted :
			   peer->prefixes_received - peer->prefixes_accepted;
	/* The usual case, in which no path needs to be looked at. */
	bool one_path_each = turn_set_count(set) == (size_t)paths + 1 &&
			     !set->incomplete;

	if (one_path_each || !has_path(rib, route, peer, accepted))
		turn_set_remove(set, route);
}

/*
 * Remember how an accepted path goes, if the route had one that could be chosen.
 * Of a lost session only some are: the others would push out all that is
 * remembered of other neighbors.
 */
static void note_departure(struct rib *rib, struct rib_peer *peer,
			   const struct route *route,
			   enum departure_cause cause)
{
	if (cause == DEPARTURE_SESSION &&
	    peer->departures++ >= DEPARTURES_OF_SESSION)
		return;
	departures_add(&rib->departures, &route->node.prefix, route->node.hash,
		       &peer->source.address, cause, rib->now_ms);
}

/* Count the path of a peer that goes within its limits of prefixes and paths. */
static void uncount_prefix(struct rib *rib, struct rib_peer *peer,
			   struct route *route, const struct path *path)
{
	struct max_prefix *limit = &peer->max_prefix;
	enum bgp_family family = family_of(route);

	if (!adj_rib_in_has_other_path(rib, peer, route, path))
		max_prefix_count(limit, family, false);
	else if (limit->paths_blocked & bgp_family_bit(family) &&
		 inbound_is_full(rib, peer, route))
		max_prefix_make_room(limit, family);
}

void adj_rib_in_remove_path(struct rib *rib, struct rib_peer *peer,
			    struct route *route, struct path **link,
			    enum departure_cause cause)
{
	struct path *path = *link;

	if (path->import == IMPORT_ACCEPTED && route->decided)
		note_departure(rib, peer, route, cause);
	if (path->import == IMPORT_ACCEPTED)
		tell_path(rib, peer, route, path->path_id, NULL);
	mark_for_path(rib, route, path);
	uncount_prefix(rib, peer, route, path);
	attribute_budget_make_room(&peer->attributes);
	path_index_remove(&rib->path_indexes, route, link);
	if (path->import == IMPORT_BLACKHOLE)
		tell_blackhole(rib, peer, route);
	export_forget_path(rib, route, path);
	clear_path(rib, peer, route, path);
	drop_peer_route(rib, peer, route, path->import == IMPORT_ACCEPTED);
	pool_give(&rib->path_pool, path);
}

static void withdraw_path(struct rib *rib, struct rib_peer *peer,
			  const struct bgp_path_key *key, uint32_t hash,
			  enum departure_cause cause)
{
	struct route *route = (struct route *)prefix_map_find_hashed(
		&rib->routes, &key->prefix, hash);
	struct path **link = NULL;

	if (route)
		link = find_path_place(rib, route, peer, key->path_id);
	if (!link || !is_path_of(*link, peer, key->path_id)) {
		waiting_prefixes_remove(&peer->waiting, &key->prefix);
		return;
	}
	adj_rib_in_remove_path(rib, peer, route, link, cause);
	route_free_if_unused(rib, route);
}

/* Return the peer's path with this identifier, new or present, or NULL. */
static struct path *get_path(struct rib *rib, struct rib_peer *peer,
			     struct route *route, uint32_t path_id)
{
	struct path **link = find_path_place(rib, route, peer, path_id);
	struct path *path = *link;

	if (is_path_of(path, peer, path_id))
		return path;
	path = pool_take_raw(&rib->path_pool);
	if (!path)
		return NULL;
	*path = (struct path){ .source = &peer->source, .path_id = path_id };
	peer->has_path_ids |= path_id;
	path_index_insert(&rib->path_indexes, route, link, path);
	return path;
}

/* Remove a path beyond a limit. A new one has no attributes yet. */
static void drop_path(struct rib *rib, struct rib_peer *peer,
		      struct route *route, uint32_t path_id)
{
	struct path **link = find_path_place(rib, route, peer, path_id);
	struct path *path = *link;

	if (path->attributes) {
		adj_rib_in_remove_path(rib, peer, route, link, DEPARTURE_LIMIT);
	} else {
		path_index_remove(&rib->path_indexes, route, link);
		pool_give(&rib->path_pool, path);
	}
	route_free_if_unused(rib, route);
}

/* Note the time, which is the tag of a path. */
static void note_change(struct rib *rib, const struct path *path)
{
	*pool_tag(&rib->path_pool, path) =
		(uint32_t)(rib->now_ms / CLOCK_MS_PER_S);
}

/* Set before clearing: a next hop that both have must not be released. */
static void replace_path(struct rib *rib, struct rib_peer *peer,
			 struct route *route, struct path *path,
			 const struct inbound_verdict *verdict)
{
	struct path before = { .attributes = NULL };
	bool accepted = verdict->reason == IMPORT_ACCEPTED, was_accepted;

	if (path->attributes)
		before = *path;
	was_accepted = before.import == IMPORT_ACCEPTED;
	set_path(rib, peer, route, path, verdict);
	mark_for_path(rib, route, path);
	if (!before.attributes || was_accepted != accepted)
		turn_set_add(set_of(peer, accepted), route);
	if (path->attributes != before.attributes ||
	    path->import != before.import)
		note_change(rib, path);
	if (accepted || (before.attributes && was_accepted))
		tell_path(rib, peer, route, path->path_id,
			  accepted ? path->attributes : NULL);
	if (path->import == IMPORT_BLACKHOLE ||
	    (before.attributes && before.import == IMPORT_BLACKHOLE))
		tell_blackhole(rib, peer, route);
	if (!before.attributes) {
		if (!adj_rib_in_has_other_path(rib, peer, route, path))
			max_prefix_count(&peer->max_prefix, family_of(route),
					 true);
		return;
	}
	mark_for_path(rib, route, &before);
	clear_path(rib, peer, route, &before);
	if (was_accepted != accepted)
		drop_peer_route(rib, peer, route, was_accepted);
}

static bool has_verdict(const struct path *path,
			const struct inbound_verdict *verdict)
{
	return path->import == verdict->reason &&
	       path->attributes == verdict->attributes &&
	       path->own_nexthop == verdict->own_nexthop &&
	       path->multipath_off == verdict->multipath_off;
}

void adj_rib_in_judge(struct rib *rib, struct rib_peer *peer,
		      struct route *route, struct path *path)
{
	const unsigned int round = path->round;
	struct inbound_verdict verdict;
	struct inbound in;

	if (path_is_static(path))
		return;
	inbound_begin_held(&in, rib, peer,
			   attribute_set_received(path->attributes));
	/* Without memory the last verdict stays. */
	if (!inbound_judge(&in, &route->node.prefix, &verdict) &&
	    !inbound_limit(rib, peer, route, path, &verdict)) {
		if (!has_verdict(path, &verdict))
			replace_path(rib, peer, route, path, &verdict);
		path->rule = verdict.rule;
		path->round = round;
	}
	attribute_set_read_signals(&rib->attributes, path->attributes);
	inbound_end(&in);
}

static int announce_path(struct rib *rib, struct rib_peer *peer,
			 const struct bgp_path_key *key, uint32_t hash,
			 struct inbound_verdict verdict)
{
	struct route *route = route_get_hashed(rib, &key->prefix, hash);
	struct path *path;
	int error;

	if (!route)
		return -ENOMEM;
	path = get_path(rib, peer, route, key->path_id);
	if (!path) {
		route_free_if_unused(rib, route);
		return -ENOMEM;
	}
	error = inbound_limit(rib, peer, route, path, &verdict);
	if (error || !inbound_is_kept(&verdict))
		drop_path(rib, peer, route, key->path_id);
	else
		replace_path(rib, peer, route, path, &verdict);
	return error;
}

/* The next prefixes of an UPDATE, as many as are looked up together. */
struct nlri_batch {
	size_t count;
	struct bgp_path_key keys[NLRI_BATCH];
	uint32_t hashes[NLRI_BATCH]; /* of the prefixes, in rib->routes */
};

static bool next_nlri_batch(const struct rib *rib, struct bgp_nlri *nlri,
			    struct nlri_batch *batch)
{
	size_t count = 0;

	for (; count < NLRI_BATCH; count++) {
		if (!bgp_nlri_next(nlri, &batch->keys[count]))
			break;
		batch->hashes[count] = prefix_map_hash(
			&rib->routes, &batch->keys[count].prefix);
	}
	prefix_map_prefetch(&rib->routes, batch->hashes, count);
	batch->count = count;
	return count;
}

static int announce_batch(struct rib *rib, struct rib_peer *peer,
			  struct inbound *in, const struct nlri_batch *batch)
{
	struct inbound_verdict verdict;
	int error = 0;

	for (size_t i = 0; i < batch->count && !error; i++) {
		error = inbound_judge(in, &batch->keys[i].prefix, &verdict);
		if (!error)
			error = announce_path(rib, peer, &batch->keys[i],
					      batch->hashes[i], verdict);
	}
	return error;
}

/*
 * Prefetch the rest of the chains of a batch, the paths, their attributes, and
 * where those are found: they wait for memory together. A route may be that of another prefix, and its
 * path be prefetched for nothing.
 */
static void prefetch_paths(const struct rib *rib,
			   const struct nlri_batch *batch)
{
	const struct route *routes[NLRI_BATCH];
	const struct path *paths[NLRI_BATCH];

	for (size_t i = 0; i < batch->count; i++) {
		routes[i] = (const struct route *)prefix_map_likely(
			&rib->routes, batch->hashes[i]);
		__builtin_prefetch(routes[i]);
	}
	for (size_t i = 0; i < batch->count; i++) {
		paths[i] = routes[i] ? routes[i]->paths : NULL;
		__builtin_prefetch(paths[i]);
	}
	for (size_t i = 0; i < batch->count; i++)
		if (paths[i])
			__builtin_prefetch(paths[i]->attributes);
	for (size_t i = 0; i < batch->count; i++)
		if (paths[i])
			attribute_set_prefetch_place(&rib->attributes,
						     paths[i]->attributes,
						     batch->count);
}

static void withdraw_part(struct rib *rib, struct rib_peer *peer,
			  struct bgp_nlri nlri, enum departure_cause cause)
{
	struct nlri_batch batch;

	while (next_nlri_batch(rib, &nlri, &batch)) {
		prefetch_paths(rib, &batch);
		for (size_t i = 0; i < batch.count; i++)
			withdraw_path(rib, peer, &batch.keys[i],
				      batch.hashes[i], cause);
	}
}

/* True for backends and peers, and for others by a rule. */
bool adj_rib_in_learns_from(const struct rib *rib, const struct rib_peer *peer)
{
	const struct policy_peer view = rib_policy_peer(rib, peer);

	return peer->role == NEIGHBOR_ROLE_BACKEND ||
	       peer->role == NEIGHBOR_ROLE_PEER ||
	       policy_may_allow(&rib->policy, RULE_FROM, &view);
}

/*
 * Count paths that no rule could allow, instead of keeping them. They may take
 * the place of blackholes.
 */
static void refuse_unwanted(struct rib *rib, struct rib_peer *peer,
			    struct bgp_nlri nlri)
{
	struct bgp_path_key key;

	if (peer->blackhole)
		withdraw_part(rib, peer, nlri, DEPARTURE_WITHDRAWN);
	while (bgp_nlri_next(&nlri, &key))
		peer->not_kept[IMPORT_NO_POLICY]++;
}

static int announce_part(struct rib *rib, struct rib_peer *peer,
			 const struct bgp_update *update,
			 enum bgp_update_part part)
{
	struct bgp_nlri nlri = update->announced[part].nlri;
	struct bgp_attributes attributes;
	struct inbound in;
	struct nlri_batch batch;
	int error;

	if (!nlri.bytes.left)
		return 0;
	attributes = bgp_update_attributes(update, part);
	if (!adj_rib_in_learns_from(rib, peer) &&
	    !inbound_is_blackhole(peer, &attributes)) {
		refuse_unwanted(rib, peer, nlri);
		return 0;
	}
	attributes.nexthop =
		address_scoped(&attributes.nexthop, peer->source.ifindex);
	/* The routes are on their way from memory while attributes are kept. */
	next_nlri_batch(rib, &nlri, &batch);
	error = inbound_begin(&in, rib, peer, &attributes);
	if (error)
		return error;
	do
		error = announce_batch(rib, peer, &in, &batch);
	while (!error && next_nlri_batch(rib, &nlri, &batch));
	inbound_end(&in);
	return error;
}

/* Forget the errors of prefixes that the neighbor withdraws itself. */
static void forget_errors(struct rib_peer *peer, struct bgp_nlri nlri)
{
	struct bgp_path_key key;

	while (peer->errors.count && bgp_nlri_next(&nlri, &key))
		path_errors_remove(&peer->errors, &key.prefix);
}

/* RFC 7606 2: the routes of the UPDATE are withdrawn, and the error is kept. */
static void withdraw_by_error(struct rib *rib, struct rib_peer *peer,
			      const struct bgp_update *update)
{
	char text[BGP_UPDATE_ERROR_TEXT_SIZE];

	bgp_update_describe(update, text);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_nlri nlri = update->announced[part].nlri;
		struct bgp_path_key key;

		withdraw_part(rib, peer, nlri, DEPARTURE_ERROR);
		while (bgp_nlri_next(&nlri, &key))
			path_errors_add(&peer->errors, &key.prefix, rib->now_ms,
					text);
	}
}

int adj_rib_in_update(struct rib *rib, struct rib_peer *peer,
		      const struct bgp_update *update)
{
	bool usable = update->error.verdict < BGP_VERDICT_WITHDRAW;
	int error = 0;

	/* Within one turn the time of its first UPDATE is that of all. */
	if (!rib->work_requested)
		rib->now_ms = clock_now_ms();
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		withdraw_part(rib, peer, update->withdrawn[part],
			      DEPARTURE_WITHDRAWN);
		forget_errors(peer, update->withdrawn[part]);
	}
	if (!usable)
		withdraw_by_error(rib, peer, update);
	for (int part = 0; usable && part < BGP_PART_COUNT && !error; part++)
		error = announce_part(rib, peer, update, part);
	return error;
}

/* Add one configured path. Its path identifier is its place in the list. */
static int add_static_path(struct rib *rib, struct rib_peer *peer,
			   const struct static_path_options *config,
			   uint32_t path_id)
{
	const struct bgp_path_key key = {
		.prefix = config->prefix,
		.path_id = path_id,
	};
	const struct bgp_attributes attributes = {
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		.origin = BGP_ORIGIN_IGP,
		.nexthop = config->nexthop,
	};
	const struct attribute_marks marks = {
		.weight = config->weight,
		.encapsulation = config->encapsulation,
	};
	struct inbound_verdict verdict = { .reason = IMPORT_ACCEPTED };
	int error;

	verdict.attributes = attribute_set_intern_marked(&rib->attributes,
							 &attributes, &marks);
	if (!verdict.attributes)
		return -ENOMEM;
	error = announce_path(rib, peer, &key,
			      prefix_map_hash(&rib->routes, &key.prefix),
			      verdict);
	attribute_set_release(&rib->attributes, verdict.attributes);
	return error;
}

/* This source sorts behind every neighbor in a route. */
static struct rib_peer *
static_source_up(struct rib *rib, const struct static_path_options *paths)
{
	const struct rib_peer_options options = {
		.source = { .identifier = UINT32_MAX,
			    .type = PEER_EXTERNAL,
			    .statics = paths },
		.role = NEIGHBOR_ROLE_BACKEND,
		.relation = BGP_ROLE_NONE,
	};

	struct rib_peer *peer = rib_peer_up(rib, &options);

	if (!peer)
		return NULL;
	/* In front, the same as after a start. */
	TAILQ_REMOVE(&rib->peers, peer, link);
	TAILQ_INSERT_HEAD(&rib->peers, peer, link);
	return peer;
}

int adj_rib_in_add_static_paths(struct rib *rib,
				const struct static_path_options *paths,
				size_t count)
{
	struct rib_peer *peer = static_source_up(rib, paths);
	int error = 0;

	if (!peer)
		return -ENOMEM;
	rib->now_ms = clock_now_ms();
	for (size_t i = 0; i < count && !error; i++)
		error = add_static_path(rib, peer, &paths[i], (uint32_t)i + 1);
	if (error) {
		TAILQ_REMOVE(&rib->peers, peer, link);
		sweep_now(rib, peer);
	}
	return error;
}

/* ------------------------------------------------------------- refreshes */

int adj_rib_in_begin_refresh(struct rib *rib, struct rib_peer *peer,
			     enum bgp_family family)
{
	struct refresh_rounds *rounds = &peer->rounds[family];

	(void)rib;
	if (rounds->used == UINT8_MAX)
		return -EOVERFLOW;
	rounds->used++;
	rounds->now++;
	peer->refreshing |= bgp_family_bit(family);
	return 0;
}

void adj_rib_in_end_refresh(struct rib *rib, struct rib_peer *peer,
			    enum bgp_family family)
{
	struct refresh_rounds *rounds = &peer->rounds[family];

	if (!(peer->refreshing & bgp_family_bit(family)))
		return;
	peer->refreshing &= ~bgp_family_bit(family);
	rounds->oldest = rounds->now;
	sweep_stale(rib, peer);
}

/* Do as after a refresh in which nothing came. */
int adj_rib_in_drop_family(struct rib *rib, struct rib_peer *peer,
			   enum bgp_family family)
{
	int error = adj_rib_in_begin_refresh(rib, peer, family);

	if (error)
		return error;
	peer->dropped_families |= bgp_family_bit(family);
	waiting_prefixes_clear(&peer->waiting, bgp_family_bit(family));
	adj_rib_in_end_refresh(rib, peer, family);
	return 0;
}
