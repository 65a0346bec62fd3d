// SPDX-License-Identifier: BSD-2-Clause
/*
 * What comes in and what is decided: peers, paths and the marks that bring a
 * route to the decision process. See rib.h; what goes out is in export.c.
 */

#include "rib/rib.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/log.h"
#include "rib/aggregate.h"
#include "rib/otc.h"
#include "rib/table.h"

struct rib *rib_new(const struct rib_options *options)
{
	struct rib *rib = calloc(1, sizeof(*rib));

	if (!rib)
		return NULL;
	rib->options = *options;
	rib->aggregates =
		calloc(options->aggregate_count + 1, sizeof(*rib->aggregates));
	if (!rib->aggregates) {
		free(rib);
		return NULL;
	}
	for (size_t i = 0; i < options->aggregate_count; i++)
		rib->aggregates[i].config = &options->aggregates[i];
	rib->route_pool = pool_of(sizeof(struct route));
	rib->path_pool = pool_of(sizeof(struct path));
	rib->export_pool = pool_of(sizeof(struct route_export));
	STAILQ_INIT(&rib->marked);
	TAILQ_INIT(&rib->pending);
	TAILQ_INIT(&rib->waiting);
	TAILQ_INIT(&rib->peers);
	return rib;
}

static void mark(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;

	if (route->marked)
		return;
	if (STAILQ_EMPTY(&rib->marked))
		hooks->work_waiting(hooks->context);
	route->marked = true;
	STAILQ_INSERT_TAIL(&rib->marked, route, mark_link);
}

/* Counts an accepted path's interest in its next hop, up or down. */
static void track_next_hop(struct rib *rib, struct attribute_set *set, bool use)
{
	const struct rib_hooks *hooks = &rib->options.hooks;

	if (use ? !set->tracked++ : !--set->tracked)
		hooks->next_hop_track(&set->next_hop, use, hooks->context);
}

/*
 * Gives a path its attributes, of which it takes over the reference, and the
 * import verdict on them.
 */
static void path_set(struct rib *rib, struct rib_peer *peer, struct path *path,
		     struct attribute_set *attributes, enum path_reason import)
{
	path->attributes = attributes;
	path->import = import;
	path->reason = import;
	path->stale = false;
	if (import == REASON_NONE) {
		track_next_hop(rib, attributes, true);
		peer->prefixes_accepted++;
	}
	peer->prefixes_received++;
}

/* Undoes path_set(). */
static void path_clear(struct rib *rib, struct rib_peer *peer,
		       struct path *path)
{
	peer->prefixes_received--;
	if (path->import == REASON_NONE) {
		peer->prefixes_accepted--;
		track_next_hop(rib, path->attributes, false);
	}
	attribute_set_release(&rib->attributes, path->attributes);
}

/* Where in the route the peer's path with this identifier is, or would be. */
static struct path **path_place(struct route *route, struct rib_peer *peer,
				uint32_t path_id)
{
	const struct path wanted = { .source = &peer->source,
				     .path_id = path_id };
	struct path **link = &route->paths;

	while (*link && path_order(*link, &wanted) < 0)
		link = &(*link)->next;
	return link;
}

static bool is_of_peer(const struct path *path, const struct rib_peer *peer)
{
	return path && path->source == &peer->source;
}

static bool is_path(const struct path *path, const struct rib_peer *peer,
		    uint32_t path_id)
{
	return is_of_peer(path, peer) && path->path_id == path_id;
}

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

/* Takes the path at *link out of its route. */
static void remove_path(struct rib *rib, struct rib_peer *peer,
			struct route *route, struct path **link)
{
	struct path *path = *link;

	*link = path->next;
	export_forget_path(route, path);
	path_clear(rib, peer, path);
	pool_give(&rib->path_pool, path);
	mark(rib, route);
}

static void withdraw(struct rib *rib, struct rib_peer *peer,
		     const struct bgp_route_key *key)
{
	struct route *route =
		(struct route *)prefix_map_find(&rib->routes, &key->prefix);
	struct path **link;

	if (!route)
		return;
	link = path_place(route, peer, key->path_id);
	if (is_path(*link, peer, key->path_id))
		remove_path(rib, peer, route, link);
}

/* The peer's path of that identifier, new or present, or NULL. */
static struct path *path_get(struct rib *rib, struct rib_peer *peer,
			     struct route *route, uint32_t path_id)
{
	struct path **link = path_place(route, peer, path_id);
	struct path *path = *link;

	if (is_path(path, peer, path_id))
		return path;
	path = pool_take(&rib->path_pool);
	if (!path)
		return NULL;
	path->source = &peer->source;
	path->path_id = path_id;
	path->next = *link;
	*link = path;
	return path;
}

static enum path_reason judge(const struct rib *rib,
			      const struct rib_peer *peer,
			      const struct prefix *prefix,
			      const struct bgp_attributes *from)
{
	enum path_reason reason =
		import_check(&rib->options.import, peer->role, prefix, from);

	if (reason == REASON_NONE &&
	    otc_is_leak(peer->relation, peer->source.as, from))
		return REASON_FILTERED;
	return reason;
}

/* Takes over the reference on `attributes`, which are `from` interned. */
static int announce(struct rib *rib, struct rib_peer *peer,
		    const struct bgp_route_key *key,
		    struct attribute_set *attributes,
		    const struct bgp_attributes *from)
{
	struct route *route = route_get(rib, &key->prefix);
	struct path *path = NULL;
	struct path before;

	if (route) {
		mark(rib, route);
		path = path_get(rib, peer, route, key->path_id);
	}
	if (!path) {
		attribute_set_release(&rib->attributes, attributes);
		return -ENOMEM;
	}
	/* The new first: a next hop that stays must not be let go between. */
	before = *path;
	path_set(rib, peer, path, attributes,
		 judge(rib, peer, &key->prefix, from));
	if (before.attributes)
		path_clear(rib, peer, &before);
	return 0;
}

/* The next routes of an UPDATE, as many as are looked up together. */
struct batch {
	size_t count;
	struct bgp_route_key keys[PREFIX_MAP_BATCH];
};

static bool batch_next(const struct rib *rib, struct bgp_nlri *nlri,
		       struct batch *batch)
{
	const struct prefix *prefixes[PREFIX_MAP_BATCH];
	size_t count = 0;

	for (; count < PREFIX_MAP_BATCH; count++) {
		if (!bgp_nlri_next(nlri, &batch->keys[count]))
			break;
		prefixes[count] = &batch->keys[count].prefix;
	}
	prefix_map_prefetch(&rib->routes, prefixes, count);
	batch->count = count;
	return count;
}

static int announce_part(struct rib *rib, struct rib_peer *peer,
			 const struct bgp_update *update,
			 enum bgp_update_part part)
{
	struct bgp_nlri nlri = update->announced[part].nlri;
	struct bgp_attributes attributes;
	struct attribute_set *set;
	struct batch batch;
	int error = 0;

	if (!nlri.bytes.left)
		return 0;
	attributes = bgp_update_attributes(update, part);
	otc_mark_received(peer->relation, peer->source.as, &attributes);
	set = attribute_set_intern(&rib->attributes, &attributes);
	if (!set)
		return -ENOMEM;
	while (!error && batch_next(rib, &nlri, &batch)) {
		for (size_t i = 0; i < batch.count && !error; i++) {
			set->references++;
			error = announce(rib, peer, &batch.keys[i], set,
					 &attributes);
		}
	}
	attribute_set_release(&rib->attributes, set);
	return error;
}

static void withdraw_part(struct rib *rib, struct rib_peer *peer,
			  struct bgp_nlri nlri)
{
	struct batch batch;

	while (batch_next(rib, &nlri, &batch))
		for (size_t i = 0; i < batch.count; i++)
			withdraw(rib, peer, &batch.keys[i]);
}

int rib_update(struct rib *rib, struct rib_peer *peer,
	       const struct bgp_update *update)
{
	bool usable = update->fault.verdict < BGP_VERDICT_WITHDRAW;
	int error = 0;

	for (int part = 0; part < BGP_PART_COUNT; part++)
		withdraw_part(rib, peer, update->withdrawn[part]);
	for (int part = 0; part < BGP_PART_COUNT && !error; part++) {
		if (usable)
			error = announce_part(rib, peer, update, part);
		else
			withdraw_part(rib, peer, update->announced[part].nlri);
	}
	return error;
}

/* One configured path, by an identifier that is its place in the list. */
static int add_static_path(struct rib *rib, struct rib_peer *peer,
			   const struct path_config *config, uint32_t path_id)
{
	const struct bgp_route_key key = {
		.prefix = config->prefix,
		.path_id = path_id,
	};
	const struct bgp_attributes attributes = {
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXT_HOP,
		.origin = BGP_ORIGIN_IGP,
		.next_hop = config->next_hop,
	};
	struct attribute_set *set =
		attribute_set_intern(&rib->attributes, &attributes);

	return set ? announce(rib, peer, &key, set, &attributes) : -ENOMEM;
}

int rib_add_static_paths(struct rib *rib, const struct path_config *paths,
			 size_t count)
{
	/* Behind every neighbor in the order of a route. */
	const struct path_source source = {
		.identifier = UINT32_MAX,
		.type = PEER_EXTERNAL,
		.statics = paths,
	};
	const struct bgp_session none = { .families = 0 };
	struct rib_peer *peer;
	int error = 0;

	peer = rib_peer_up(rib, &source, NEIGHBOR_ROLE_BACKEND, &none,
			   &source.address);
	if (!peer)
		return -ENOMEM;
	for (size_t i = 0; i < count && !error; i++)
		error = add_static_path(rib, peer, &paths[i], (uint32_t)i + 1);
	return error;
}

/* The lowest free bit, or 0. */
static uint64_t take_bit(struct rib *rib)
{
	uint64_t bit = ~rib->bits_used & (rib->bits_used + 1);

	rib->bits_used |= bit;
	return bit;
}

/* The families in which the session sends several paths. */
static uint32_t several_paths(const struct bgp_session *session)
{
	uint32_t families = 0;

	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		if (session->add_path_send[family])
			families |= bgp_family_bit(family);
	return families;
}

struct rib_peer *rib_peer_up(struct rib *rib, const struct path_source *source,
			     enum neighbor_role role,
			     const struct bgp_session *session,
			     const struct address *local_address)
{
	struct rib_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->source = *source;
	peer->role = role;
	peer->local_address = *local_address;
	peer->families = session->families;
	if (role == NEIGHBOR_ROLE_UPSTREAM || role == NEIGHBOR_ROLE_PEER) {
		peer->bit = take_bit(rib);
		if (!peer->bit) {
			free(peer);
			return NULL;
		}
		peer->several_paths = several_paths(session);
		rib->several_peers += peer->several_paths != 0;
		export_to_new_peer(rib, peer);
	}
	TAILQ_INSERT_TAIL(&rib->peers, peer, link);
	return peer;
}

static void withdraw_all_paths(struct rib *rib, struct rib_peer *peer,
			       struct route *route)
{
	struct path **link = path_place(route, peer, 0);

	while (is_of_peer(*link, peer))
		remove_path(rib, peer, route, link);
}

void rib_peer_down(struct rib *rib, struct rib_peer *peer)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node)))
		withdraw_all_paths(rib, peer, (struct route *)node);
	export_forget_peer(rib, peer);
	rib->several_peers -= peer->several_paths != 0;
	rib->bits_used &= ~peer->bit;
	TAILQ_REMOVE(&rib->peers, peer, link);
	assert(!peer->prefixes_received);
	free(peer);
}

void rib_refresh(struct rib *rib, struct rib_peer *peer)
{
	if (peer->bit)
		export_to_new_peer(rib, peer);
}

/* The first path of a peer in a route of a family, or where it would be. */
static struct path **paths_of(struct route *route, struct rib_peer *peer,
			      enum bgp_family family)
{
	if (bgp_nlri_family(&route->node.prefix) != family)
		return NULL;
	return path_place(route, peer, 0);
}

void rib_begin_refresh(struct rib *rib, struct rib_peer *peer,
		       enum bgp_family family)
{
	struct prefix_node *node = NULL;

	peer->refreshing |= bgp_family_bit(family);
	while ((node = prefix_map_next(&rib->routes, node))) {
		struct path **link =
			paths_of((struct route *)node, peer, family);

		for (; link && is_of_peer(*link, peer); link = &(*link)->next)
			(*link)->stale = true;
	}
}

void rib_end_refresh(struct rib *rib, struct rib_peer *peer,
		     enum bgp_family family)
{
	struct prefix_node *node = NULL;

	if (!(peer->refreshing & bgp_family_bit(family)))
		return;
	peer->refreshing &= ~bgp_family_bit(family);
	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;
		struct path **link = paths_of(route, peer, family);

		while (link && is_of_peer(*link, peer)) {
			if ((*link)->stale)
				remove_path(rib, peer, route, link);
			else
				link = &(*link)->next;
		}
	}
}

void rib_next_hop_changed(struct rib *rib, const struct address *next_hop)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node))) {
		struct route *route = (struct route *)node;

		for (struct path *path = route->paths; path; path = path->next)
			if (address_equal(&path->attributes->next_hop,
					  next_hop))
				mark(rib, route);
	}
}

static void check_next_hops(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;

	for (struct path *path = route->paths; path; path = path->next) {
		path->reason = path->import;
		if (path->import == REASON_NONE)
			path->reason = hooks->next_hop_check(
				&path->attributes->next_hop, hooks->context);
	}
}

/* Once for each time the maximum begins to cut, and loudly. */
static void tell_cut(struct rib *rib, struct route *route, unsigned int cut)
{
	char text[PREFIX_TEXT_SIZE];

	if (cut && !route->cut)
		log_warning(
			"rib",
			"%s: %u equal paths, %u used; raise --maximum-paths "
			"(%u) to use all",
			prefix_format(&route->node.prefix, text),
			route->selected + cut, route->selected,
			rib->options.decision.maximum_paths);
	route->cut = cut;
}

void route_free_if_unused(struct rib *rib, struct route *route)
{
	if (route->paths || route->exports || route->marked)
		return;
	prefix_map_remove(&rib->routes, &route->node);
	pool_give(&rib->route_pool, route);
}

static void decide_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct decision decision;

	check_next_hops(rib, route);
	decision = decide(&rib->options.decision, route->paths);
	route->selected = decision.selected;
	tell_cut(rib, route, decision.cut);
	route->forwarding = hooks->set_decided(route, hooks->context);
	export_route(rib, route);
	route_free_if_unused(rib, route);
}

void rib_process(struct rib *rib)
{
	struct route *route;

	while ((route = STAILQ_FIRST(&rib->marked))) {
		STAILQ_REMOVE_HEAD(&rib->marked, mark_link);
		route->marked = false;
		decide_route(rib, route);
	}
	aggregate_refresh(rib);
}

void rib_free(struct rib *rib)
{
	struct rib_peer *peer;
	struct prefix_node *node, *next;

	if (!rib)
		return;
	while ((peer = TAILQ_FIRST(&rib->peers)))
		rib_peer_down(rib, peer);
	for (node = prefix_map_next(&rib->routes, NULL); node; node = next) {
		struct route *route = (struct route *)node;

		next = prefix_map_next(&rib->routes, node);
		while (route->exports)
			export_free(rib, route->exports);
		pool_give(&rib->route_pool, route);
	}
	prefix_map_free(&rib->routes);
	attribute_table_free(&rib->attributes);
	free(rib->aggregates);
	free(rib);
}

const struct route *rib_find(const struct rib *rib, const struct prefix *prefix)
{
	return (const struct route *)prefix_map_find(&rib->routes, prefix);
}

const struct route *rib_next(const struct rib *rib, const struct route *route)
{
	return (const struct route *)prefix_map_next(
		&rib->routes, route ? &route->node : NULL);
}

const struct rib_peer *rib_peer_next(const struct rib *rib,
				     const struct rib_peer *peer)
{
	return peer ? TAILQ_NEXT(peer, link) : TAILQ_FIRST(&rib->peers);
}
