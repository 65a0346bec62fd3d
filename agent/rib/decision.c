// SPDX-License-Identifier: BSD-2-Clause
/* The decision process as a table of steps. See decision.h. */

#include "rib/decision.h"

#include "bgp/as_path.h"
#include "core/wire.h"
#include "rib/distance.h"

/* True if `a` beats `b` in one step. */
typedef bool better_fn(const struct attribute_set *a,
		       const struct attribute_set *b);

static bool higher_local_pref(const struct attribute_set *a,
			      const struct attribute_set *b)
{
	return a->local_pref > b->local_pref;
}

static bool shorter_as_path(const struct attribute_set *a,
			    const struct attribute_set *b)
{
	return a->as_path_length < b->as_path_length;
}

static bool lower_origin(const struct attribute_set *a,
			 const struct attribute_set *b)
{
	return a->origin < b->origin;
}

/* `path` itself or the first behind it that has not lost yet. */
static struct path *candidate(struct path *path)
{
	while (path && path->reason != REASON_NONE)
		path = path->next;
	return path;
}

/* Strikes out what the best candidate of a total order beats. */
static void keep_best(struct path *paths, enum path_reason reason,
		      better_fn *better)
{
	struct path *best = candidate(paths);
	struct path *path;

	for (path = candidate(paths); path; path = candidate(path->next))
		if (better(path->attributes, best->attributes))
			best = path;
	for (path = candidate(paths); path; path = candidate(path->next))
		if (better(best->attributes, path->attributes))
			path->reason = reason;
}

static bool lower_med(const struct attribute_set *a,
		      const struct attribute_set *b)
{
	return a->neighbor_as == b->neighbor_as && a->med < b->med;
}

/*
 * RFC 4271 9.1.2.2 c: MEDs compare only between paths from the same
 * neighboring AS, so there is no best MED of all. A path is struck out if its
 * own group has a lower one; comparing in pairs along the list would make the
 * result depend on the order.
 */
static void keep_lowest_med_of_each_as(struct path *paths)
{
	struct path *path, *other;

	for (path = candidate(paths); path; path = candidate(path->next))
		for (other = candidate(paths); other;
		     other = candidate(other->next))
			if (lower_med(other->attributes, path->attributes))
				path->reason = REASON_MED;
}

/* RFC 4271 9.1.2.2 d. */
static void keep_external(struct path *paths)
{
	bool external = false;
	struct path *path;

	for (path = candidate(paths); path; path = candidate(path->next))
		external |= path->source->type == PEER_EXTERNAL;
	for (path = candidate(paths); path; path = candidate(path->next))
		if (external && path->source->type != PEER_EXTERNAL)
			path->reason = REASON_EBGP_OVER_IBGP;
}

static bool same_as_path(const struct attribute_set *a,
			 const struct attribute_set *b)
{
	struct reader x = attribute_set_view(a).as_path;
	struct reader y = attribute_set_view(b).as_path;

	return x.left == y.left && !memcmp(x.data, y.data, x.left);
}

/* May `path` stand beside `best`, to which it is equal in every step? */
static bool content_fits(enum multipath_as_path rule, const struct path *best,
			 const struct path *path)
{
	/* A configured path has no AS_PATH that could differ. */
	if (path_is_static(path))
		return true;
	switch (rule) {
	case MULTIPATH_AS_PATH_EXACT:
		return same_as_path(best->attributes, path->attributes);
	case MULTIPATH_AS_PATH_SAME_PEER_AS:
		return best->source->as == path->source->as;
	case MULTIPATH_AS_PATH_RELAXED:
		break;
	}
	return true;
}

/* Two paths with one next hop would give it twice its share. */
static bool next_hop_taken(const struct path *best, const struct path *path)
{
	for (; best != path; best = best->next)
		if (best->reason == REASON_NONE &&
		    address_equal(&best->attributes->next_hop,
				  &path->attributes->next_hop))
			return true;
	return false;
}

static void choose_set(const struct decision_options *options,
		       struct decision *decision)
{
	uint32_t maximum = decision->best->source->type == PEER_EXTERNAL ?
				   options->maximum_paths :
				   options->maximum_paths_ibgp;
	struct path *path;

	for (path = candidate(decision->best); path;
	     path = candidate(path->next)) {
		if (!content_fits(options->as_path, decision->best, path)) {
			path->reason = REASON_AS_PATH_CONTENT;
		} else if (next_hop_taken(decision->best, path)) {
			path->reason = REASON_DUPLICATE_NEXT_HOP;
		} else if (decision->selected == maximum) {
			path->reason = REASON_MAX_PATHS;
			decision->cut++;
		} else {
			decision->selected++;
		}
	}
}

int path_order(const struct path *a, const struct path *b)
{
	int order;

	if (a->source->identifier != b->source->identifier)
		return a->source->identifier < b->source->identifier ? -1 : 1;
	order = address_compare(&a->source->address, &b->source->address);
	if (order || a->path_id == b->path_id)
		return order;
	return a->path_id < b->path_id ? -1 : 1;
}

/* The steps of BGP. There is a candidate. */
static void compare_attributes(struct path *paths)
{
	keep_best(paths, REASON_LOCAL_PREF, higher_local_pref);
	keep_best(paths, REASON_AS_PATH_LENGTH, shorter_as_path);
	keep_best(paths, REASON_ORIGIN, lower_origin);
	keep_lowest_med_of_each_as(paths);
	keep_external(paths);
}

struct decision decide(const struct decision_options *options,
		       struct path *paths)
{
	struct decision decision = { 0 };

	distance_set_aside(paths);
	if (candidate(paths))
		compare_attributes(paths);
	distance_compare(paths);
	decision.best = candidate(paths);
	if (decision.best)
		choose_set(options, &decision);
	return decision;
}
