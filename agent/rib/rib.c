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
#include "rib/table.h"

struct rib *rib_new(const struct rib_options *options)
{
	struct rib *rib = calloc(1, sizeof(*rib));

	if (!rib)
		return NULL;
	rib->options = *options;
	TAILQ_INIT(&rib->marked);
	TAILQ_INIT(&rib->pending);
	TAILQ_INIT(&rib->peers);
	return rib;
}

static void mark(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;

	if (route->marked)
		return;
	if (TAILQ_EMPTY(&rib->marked))
		hooks->work_waiting(hooks->context);
	route->marked = true;
	TAILQ_INSERT_TAIL(&rib->marked, route, mark_link);
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

/* Where in the route the peer's path is, or would be. */
static struct path **path_place(struct route *route, struct rib_peer *peer)
{
	const struct path wanted = { .source = &peer->source };
	struct path **link = &route->paths;

	while (*link && path_order(*link, &wanted) < 0)
		link = &(*link)->next;
	return link;
}

static bool is_of_peer(const struct path *path, const struct rib_peer *peer)
{
	return path && path->source == &peer->source;
}

static struct route *route_get(struct rib *rib, const struct prefix *prefix)
{
	struct prefix_node *node = prefix_map_find(&rib->routes, prefix);
	struct route *route;

	if (node)
		return (struct route *)node;
	route = calloc(1, sizeof(*route));
	if (!route)
		return NULL;
	route->node.prefix = *prefix;
	if (prefix_map_insert(&rib->routes, &route->node)) {
		free(route);
		return NULL;
	}
	return route;
}

static void withdraw(struct rib *rib, struct rib_peer *peer,
		     const struct prefix *prefix)
{
	struct route *route =
		(struct route *)prefix_map_find(&rib->routes, prefix);
	struct path **link, *path;

	if (!route)
		return;
	link = path_place(route, peer);
	path = *link;
	if (!is_of_peer(path, peer))
		return;
	*link = path->next;
	if (route->best == path)
		route->best = NULL;
	path_clear(rib, peer, path);
	free(path);
	mark(rib, route);
}

/* Takes over the reference on `attributes`. */
static int announce(struct rib *rib, struct rib_peer *peer,
		    const struct prefix *prefix,
		    struct attribute_set *attributes, struct reader as_path)
{
	struct route *route = route_get(rib, prefix);
	struct path **link, *path;

	if (!route)
		goto out_of_memory;
	mark(rib, route);
	link = path_place(route, peer);
	path = *link;
	if (is_of_peer(path, peer)) {
		path_clear(rib, peer, path);
	} else {
		path = calloc(1, sizeof(*path));
		if (!path)
			goto out_of_memory;
		path->source = &peer->source;
		path->next = *link;
		*link = path;
	}
	path_set(rib, peer, path, attributes,
		 import_check(&rib->options.import, peer->role, prefix,
			      as_path));
	return 0;

out_of_memory:
	attribute_set_release(&rib->attributes, attributes);
	return -ENOMEM;
}

static int announce_all(struct rib *rib, struct rib_peer *peer,
			const struct bgp_update *update)
{
	struct reader nlri = update->announced;
	struct attribute_set *set;
	struct prefix prefix;
	int error = 0;

	if (!nlri.left)
		return 0;
	set = attribute_set_intern(&rib->attributes, &update->attributes);
	if (!set)
		return -ENOMEM;
	while (!error && bgp_nlri_next(&nlri, &prefix)) {
		set->references++;
		error = announce(rib, peer, &prefix, set,
				 update->attributes.as_path);
	}
	attribute_set_release(&rib->attributes, set);
	return error;
}

static void withdraw_all(struct rib *rib, struct rib_peer *peer,
			 struct reader nlri)
{
	struct prefix prefix;

	while (bgp_nlri_next(&nlri, &prefix))
		withdraw(rib, peer, &prefix);
}

int rib_update(struct rib *rib, struct rib_peer *peer,
	       const struct bgp_update *update)
{
	withdraw_all(rib, peer, update->withdrawn);
	if (update->fault.verdict < BGP_VERDICT_WITHDRAW)
		return announce_all(rib, peer, update);
	withdraw_all(rib, peer, update->announced);
	return 0;
}

/* The lowest free bit, or 0. */
static uint64_t take_bit(struct rib *rib)
{
	uint64_t bit = ~rib->bits_used & (rib->bits_used + 1);

	rib->bits_used |= bit;
	return bit;
}

struct rib_peer *rib_peer_up(struct rib *rib, const struct path_source *source,
			     enum neighbor_role role, bool as4,
			     const struct address *local_address)
{
	struct rib_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->source = *source;
	peer->role = role;
	peer->as4 = as4;
	peer->local_address = *local_address;
	if (role == NEIGHBOR_ROLE_UPSTREAM) {
		peer->bit = take_bit(rib);
		if (!peer->bit) {
			free(peer);
			return NULL;
		}
		export_to_new_peer(rib, peer);
	}
	TAILQ_INSERT_TAIL(&rib->peers, peer, link);
	return peer;
}

void rib_peer_down(struct rib *rib, struct rib_peer *peer)
{
	struct prefix_node *node = NULL;

	while ((node = prefix_map_next(&rib->routes, node)))
		withdraw(rib, peer, &node->prefix);
	export_forget_peer(rib, peer);
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
	if (route->paths || route->announced || route->pending || route->marked)
		return;
	prefix_map_remove(&rib->routes, &route->node);
	free(route);
}

static void decide_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
	struct decision decision;

	check_next_hops(rib, route);
	decision = decide(&rib->options.decision, route->paths);
	route->best = decision.best;
	route->selected = decision.selected;
	tell_cut(rib, route, decision.cut);
	route->forwarding = hooks->set_decided(route, hooks->context);
	export_route(rib, route);
	route_free_if_unused(rib, route);
}

void rib_process(struct rib *rib)
{
	struct route *route;

	while ((route = TAILQ_FIRST(&rib->marked))) {
		TAILQ_REMOVE(&rib->marked, route, mark_link);
		route->marked = false;
		decide_route(rib, route);
	}
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
		if (route->exported)
			attribute_set_release(&rib->attributes,
					      route->exported);
		free(route);
	}
	prefix_map_free(&rib->routes);
	attribute_table_free(&rib->attributes);
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
