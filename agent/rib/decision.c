// SPDX-License-Identifier: BSD-2-Clause
/* The decision process as a table of steps. See decision.h. */

#include "rib/decision.h"

#include <string.h>

#include "bgp/codec/as_path.h"
#include "core/wire.h"
#include "rib/distance.h"
#include "rib/path_list.h"
#include "rib/path_value.h"
#include "rib/weight.h"

_Static_assert(sizeof(struct path) <= 4 * sizeof(void *),
	       "there are millions of them");

/* < 0 if `a` wins, > 0 if `b` does, 0 if the step does not part them. */
typedef int compare_fn(const struct decision_options *options,
		       const struct path *a, const struct path *b);

struct step {
	enum path_reason reason; /* REASON_NONE ends a table */
	compare_fn *compare;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* ------------------------------------------------------------- steps */

/* RFC 9494 4.3: least preferred, even behind what is about to be shut down. */
static int compare_stale(const struct decision_options *options,
			 const struct path *a, const struct path *b)
{
	(void)options;
	return a->attributes->is_llgr_stale - b->attributes->is_llgr_stale;
}

static int compare_draining(const struct decision_options *options,
			    const struct path *a, const struct path *b)
{
	return path_is_draining(options, a) - path_is_draining(options, b);
}

static int compare_local_pref(const struct decision_options *options,
			      const struct path *a, const struct path *b)
{
	(void)options;
	return compare_numbers(b->attributes->local_pref,
			       a->attributes->local_pref);
}

static int compare_aigp(const struct decision_options *options,
			const struct path *a, const struct path *b)
{
	const struct attribute_set *x = a->attributes, *y = b->attributes;

	if (!options->aigp)
		return 0;
	if (!x->has_aigp || !y->has_aigp)
		return y->has_aigp - x->has_aigp;
	return compare_numbers(path_aigp(a), path_aigp(b));
}

static int compare_as_path_length(const struct decision_options *options,
				  const struct path *a, const struct path *b)
{
	return compare_numbers(path_length(options, a),
			       path_length(options, b));
}

static int compare_origin(const struct decision_options *options,
			  const struct path *a, const struct path *b)
{
	(void)options;
	return compare_numbers(a->attributes->origin, b->attributes->origin);
}

/* RFC 5065 5.3: routes of other members of a confederation are internal. */
static int compare_peer_type(const struct decision_options *options,
			     const struct path *a, const struct path *b)
{
	(void)options;
	return (b->source->type == PEER_EXTERNAL) -
	       (a->source->type == PEER_EXTERNAL);
}

static int compare_igp_cost(const struct decision_options *options,
			    const struct path *a, const struct path *b)
{
	if (options->cluster_length)
		return 0;
	return compare_numbers(a->attributes->nexthop->igp_cost,
			       b->attributes->nexthop->igp_cost);
}

static int compare_cluster_length(const struct decision_options *options,
				  const struct path *a, const struct path *b)
{
	if (!options->cluster_length)
		return 0;
	return compare_numbers(a->attributes->cluster_length,
			       b->attributes->cluster_length);
}

static const struct step steps_before_med[] = {
	{ REASON_STALE, compare_stale },
	{ REASON_DRAINING, compare_draining },
	{ REASON_LOCAL_PREF, compare_local_pref },
	{ REASON_AIGP, compare_aigp },
	{ REASON_AS_PATH_LENGTH, compare_as_path_length },
	{ REASON_ORIGIN, compare_origin },
	{ REASON_NONE },
};

static const struct step steps_after_med[] = {
	{ REASON_EBGP_OVER_IBGP, compare_peer_type },
	{ REASON_IGP_COST, compare_igp_cost },
	{ REASON_CLUSTER_LENGTH, compare_cluster_length },
	{ REASON_NONE },
};

/* ------------------------------------------------------------- elimination */

/* `path` itself or the first behind it that has not lost yet. */
static struct path *candidate(struct path *path)
{
	while (path && path->reason != REASON_NONE)
		path = path->next;
	return path;
}

/* The first step in which two paths differ, and who wins in it: *order. */
static enum path_reason first_difference(const struct decision_options *options,
					 const struct step *steps,
					 const struct path *a,
					 const struct path *b, int *order)
{
	for (; steps->reason != REASON_NONE; steps++) {
		*order = steps->compare(options, a, b);
		if (*order)
			break;
	}
	return steps->reason;
}

/* Strikes out every candidate that the best one beats in one of the steps. */
static void keep_best(const struct decision_options *options,
		      const struct step *steps, struct path *paths)
{
	struct path *best = candidate(paths), *path;
	bool equal = true;
	int order = 0;

	for (path = candidate(best->next); path; path = candidate(path->next)) {
		if (first_difference(options, steps, path, best, &order) ==
		    REASON_NONE)
			continue;
		equal = false;
		if (order < 0)
			best = path;
	}
	if (equal) /* as most often */
		return;
	for (path = candidate(paths); path; path = candidate(path->next))
		path->reason =
			first_difference(options, steps, path, best, &order);
}

static bool meds_differ(const struct decision_options *options,
			struct path *paths)
{
	struct path *first = candidate(paths), *path;

	for (path = first; path; path = candidate(path->next))
		if (path_med(options, path) != path_med(options, first))
			return true;
	return false;
}

static bool is_of_group(const struct decision_options *options,
			const struct path *first, const struct path *path)
{
	return path && (options->always_compare_med ||
			path->attributes->neighbor_as ==
				first->attributes->neighbor_as);
}

/* Of the group that begins with `first`; returns where the next one does. */
static struct path *keep_lowest_med(const struct decision_options *options,
				    struct path *first)
{
	uint32_t lowest = UINT32_MAX;
	struct path *path;

	for (path = first; is_of_group(options, first, path);
	     path = candidate(path->next))
		if (path_med(options, path) < lowest)
			lowest = path_med(options, path);
	for (path = first; is_of_group(options, first, path);
	     path = candidate(path->next))
		if (path_med(options, path) > lowest)
			path->reason = REASON_MED;
	return path;
}

/*
 * RFC 4271 9.1.2.2 c: MEDs compare only between paths from the same
 * neighboring AS, so there is no best MED of all. A path is struck out if its
 * own group has a lower one; comparing in pairs along the list would make the
 * result depend on the order.
 */
static void keep_lowest_meds(const struct decision_options *options,
			     struct path **paths)
{
	struct path *first;

	if (!meds_differ(options, *paths))
		return;
	if (!options->always_compare_med)
		path_list_sort(paths, path_neighbor_as_order);
	first = candidate(*paths);
	while (first)
		first = keep_lowest_med(options, first);
	if (!options->always_compare_med)
		path_list_sort(paths, path_order);
}

static struct path *win_tie_break(struct path *paths)
{
	struct path *best = candidate(paths), *path;

	for (path = best; path; path = candidate(path->next))
		if (path_tie_break(path, best) < 0)
			best = path;
	return best;
}

/* ------------------------------------------------------------- the set */

/* The first step in which the paths of a set may differ. */
static enum path_reason set_depth(const struct decision_options *options)
{
	if (options->ebgp_ibgp)
		return REASON_MED;
	if (options->skip_igp_cost && !options->cluster_length)
		return REASON_IGP_COST;
	return REASON_AS_PATH_CONTENT;
}

/* Makes candidates of all that are equal to the best path to that depth. */
static void admit(const struct decision_options *options, struct path *paths)
{
	enum path_reason depth = set_depth(options);

	for (; paths; paths = paths->next)
		if (paths->reason >= depth)
			paths->reason = REASON_NONE;
}

/* Confederations have a knob of their own. */
static bool next_segment(struct reader *path, struct as_path_segment *segment)
{
	while (as_path_next(path, BGP_AS4_SIZE, segment))
		if (segment->type == BGP_SEGMENT_SET ||
		    segment->type == BGP_SEGMENT_SEQUENCE)
			return true;
	return false;
}

static bool same_as_path(struct reader a, struct reader b)
{
	struct as_path_segment x, y;

	while (next_segment(&a, &x))
		if (!next_segment(&b, &y) || x.type != y.type ||
		    x.count != y.count ||
		    memcmp(x.numbers.data, y.numbers.data, x.numbers.left))
			return false;
	return !next_segment(&b, &y);
}

/* May `path` stand beside `best`, to which it is equal in every step? */
static bool content_fits(const struct decision_options *options,
			 const struct attribute_set *best,
			 const struct attribute_set *path)
{
	struct reader a, b;

	if (options->as_path == MULTIPATH_AS_PATH_SAME_PEER_AS &&
	    best->neighbor_as != path->neighbor_as)
		return false;
	if (options->as_path != MULTIPATH_AS_PATH_EXACT &&
	    options->confederation != MULTIPATH_CONFEDERATION_SAME_MEMBER_AS)
		return true;
	a = attribute_set_view(best).as_path;
	b = attribute_set_view(path).as_path;
	if (options->as_path == MULTIPATH_AS_PATH_EXACT && !same_as_path(a, b))
		return false;
	return options->confederation == MULTIPATH_CONFEDERATION_RELAXED ||
	       as_path_member_as(a) == as_path_member_as(b);
}

/* Why `path` cannot join the set. Two with one next hop would double it. */
static enum path_reason obstacle(const struct decision_options *options,
				 const struct decision *decision,
				 const struct path *path)
{
	const struct path *best = decision->best;

	/* A configured path has no AS_PATH that could differ. */
	if (path != best && !path_is_static(path) &&
	    !content_fits(options, best->attributes, path->attributes))
		return REASON_AS_PATH_CONTENT;
	if (path != best &&
	    (path->source->multipath_off || best->source->multipath_off))
		return REASON_MULTIPATH_OFF;
	if (path->attributes->nexthop->taken)
		return REASON_DUPLICATE_NEXTHOP;
	return decision->selected == decision->maximum ? REASON_MAX_PATHS :
							 REASON_NONE;
}

static void consider(const struct decision_options *options,
		     struct decision *decision, struct path *path)
{
	path->reason = obstacle(options, decision, path);
	if (path->reason == REASON_NONE) {
		path->attributes->nexthop->taken = true;
		decision->selected++;
	}
	decision->cut += path->reason == REASON_MAX_PATHS;
}

static void choose_set(const struct decision_options *options,
		       struct decision *decision, struct path *paths)
{
	struct path *path;

	decision->maximum = decision->best->source->type == PEER_EXTERNAL ?
				    options->maximum_paths :
				    options->maximum_paths_ibgp;
	consider(options, decision, decision->best);
	for (path = candidate(paths); path; path = candidate(path->next))
		if (path != decision->best)
			consider(options, decision, path);
	for (path = candidate(paths); path; path = candidate(path->next))
		path->attributes->nexthop->taken = false;
}

/* Forgets the last choice. Returns whether a path was reflected. */
static bool prepare(struct path *paths)
{
	bool reflected = false;

	for (; paths; paths = paths->next) {
		paths->best = false;
		paths->equal_weight = false;
		reflected |= paths->attributes->is_reflected;
	}
	return reflected;
}

/* The steps of BGP among its candidates. Returns the best of them, or NULL. */
static struct path *choose_best(const struct decision_options *options,
				struct path **paths, bool reflected)
{
	struct path *best;

	if (!candidate(*paths))
		return NULL;
	keep_best(options, steps_before_med, *paths);
	keep_lowest_meds(options, paths);
	keep_best(options, steps_after_med, *paths);
	best = reflected ? win_tie_break(*paths) : candidate(*paths);
	admit(options, *paths);
	return best;
}

struct decision decide(const struct decision_options *options,
		       struct path **paths)
{
	struct decision decision = { 0 };
	bool reflected = prepare(*paths);

	distance_set_aside(*paths);
	decision.best = choose_best(options, paths, reflected);
	decision.best = distance_compare(*paths, decision.best);
	if (!decision.best)
		return decision;
	decision.best->best = true;
	if (reflected)
		path_list_sort(paths, path_tie_break);
	choose_set(options, &decision, *paths);
	if (reflected)
		path_list_sort(paths, path_order);
	weigh_set(options, *paths);
	return decision;
}
