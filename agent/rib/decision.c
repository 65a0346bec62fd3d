// SPDX-License-Identifier: BSD-2-Clause
/* The decision process as a table of steps. See decision.h. */

#include "rib/decision.h"

#include <string.h>

#include "bgp/codec/as_path.h"
#include "core/wire.h"
#include "rib/decision_step.h"
#include "rib/distance.h"
#include "rib/weight.h"

_Static_assert(REASON_MED > REASON_FIRST_STEP && REASON_MED < REASON_LAST_STEP,
	       "MED stands between the steps of two rounds");

/* ------------------------------------------------------------- elimination */

/* Return `path` or the first behind it that has not lost yet. */
static struct path *candidate(struct path *path)
{
	while (path && path->reason != REASON_NONE)
		path = path->next;
	return path;
}

/* Consecutive rows of decision_steps, up to and without `end`. */
struct step_range {
	const struct decision_step *first;
	const struct decision_step *end;
};

static const struct step_range steps_before_med = {
	&decision_steps[REASON_FIRST_STEP],
	&decision_steps[REASON_MED],
};

static const struct step_range steps_after_med = {
	&decision_steps[REASON_MED + 1],
	&decision_steps[REASON_LAST_STEP + 1],
};

/*
 * Return the first step in which two paths differ, and in *order which one
 * wins; steps->end if they are equal in all of them.
 */
static const struct decision_step *
first_difference(const struct decision_options *options,
		 const struct step_range *steps, const struct path *a,
		 const struct path *b, int *order)
{
	const struct decision_step *step;

	for (step = steps->first; step < steps->end; step++) {
		*order = step->compare(options, a, b);
		if (*order)
			break;
	}
	return step;
}

/* Strike out every candidate that the best one beats in one of the steps. */
static void keep_best(const struct decision_options *options,
		      const struct step_range *steps, struct path *paths)
{
	struct path *best = candidate(paths), *path;
	const struct decision_step *step;
	bool equal = true;
	int order = 0;

	for (path = candidate(best->next); path; path = candidate(path->next)) {
		if (first_difference(options, steps, path, best, &order) ==
		    steps->end)
			continue;
		equal = false;
		if (order < 0)
			best = path;
	}
	if (equal) /* the usual case */
		return;
	for (path = candidate(paths); path; path = candidate(path->next)) {
		step = first_difference(options, steps, path, best, &order);
		if (step != steps->end)
			path->reason = step->reason;
	}
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

/* True if a lower MED of the one takes the other out. */
static bool meds_compare(const struct decision_options *options,
			 const struct path *a, const struct path *b)
{
	if (a->attributes->neighbor_as == b->attributes->neighbor_as)
		return true;
	return options->always_compare_med == COMPARE_MED_ALWAYS ||
	       (options->always_compare_med == COMPARE_MED_BACKENDS &&
		a->source->backend && b->source->backend);
}

/* True if all MEDs compare, whatever the neighboring AS. */
static bool all_meds_compare(const struct decision_options *options,
			     struct path *paths)
{
	struct path *path = candidate(paths);

	if (options->always_compare_med != COMPARE_MED_BACKENDS)
		return options->always_compare_med == COMPARE_MED_ALWAYS;
	while (path && path->source->backend)
		path = candidate(path->next);
	return !path;
}

/* Consecutive candidates whose MEDs compare, and the lowest ones. */
struct med_group {
	struct path *first;
	bool all;	   /* all candidates; else those of one AS */
	uint32_t lowest;   /* of the group */
	uint32_t backends; /* of all backends; UINT32_MAX: it does not count */
};

static bool is_in_med_group(const struct med_group *group,
			    const struct path *path)
{
	return group->all || path->attributes->neighbor_as ==
				     group->first->attributes->neighbor_as;
}

/*
 * Strike out the candidates of a group with a higher MED. Return the first path
 * of the next group, or NULL.
 */
static struct path *keep_lowest_med(const struct decision_options *options,
				    struct med_group *group)
{
	struct path *path;

	group->lowest = UINT32_MAX;
	for (path = group->first; path && is_in_med_group(group, path);
	     path = candidate(path->next))
		if (path_med(options, path) < group->lowest)
			group->lowest = path_med(options, path);
	for (path = group->first; path && is_in_med_group(group, path);
	     path = candidate(path->next)) {
		uint32_t med = path_med(options, path);

		if (med > group->lowest ||
		    (path->source->backend && med > group->backends))
			path->reason = REASON_MED;
	}
	return path;
}

/* Return the lowest MED of backends where it counts against all of them. */
static uint32_t lowest_of_backends(const struct decision_options *options,
				   struct path *paths)
{
	uint32_t lowest = UINT32_MAX;

	if (options->always_compare_med != COMPARE_MED_BACKENDS)
		return lowest;
	for (paths = candidate(paths); paths; paths = candidate(paths->next))
		if (paths->source->backend && path_med(options, paths) < lowest)
			lowest = path_med(options, paths);
	return lowest;
}

/*
 * RFC 4271 9.1.2.2 c: MEDs compare only between paths from the same
 * neighboring AS, and by our options between backends, so there is no best MED
 * of all. A path is struck out if one that it compares with has a lower one,
 * struck out itself or not; comparing in pairs along the list would make the
 * result depend on the order.
 */
static void keep_lowest_meds(const struct decision_options *options,
			     struct path **paths)
{
	struct med_group group;

	if (!meds_differ(options, *paths))
		return;
	group.all = all_meds_compare(options, *paths);
	group.backends = lowest_of_backends(options, *paths);
	if (!group.all)
		path_list_sort(paths, path_neighbor_as_order);
	group.first = candidate(*paths);
	while (group.first)
		group.first = keep_lowest_med(options, &group);
	if (!group.all)
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

/* Return the first step in which the paths of a set may differ. */
static enum path_reason set_depth(const struct decision_options *options)
{
	if (options->ebgp_ibgp)
		return REASON_MED;
	if (options->skip_igp_cost && !options->cluster_length)
		return REASON_IGP_COST;
	return REASON_AS_PATH_CONTENT;
}

/*
 * Make candidates of all paths that are equal to the best to this depth. Return
 * true if a path lost by its ORIGIN.
 */
static bool admit(const struct decision_options *options, struct path *paths)
{
	enum path_reason depth = set_depth(options);
	bool origin_lost = false;

	for (; paths; paths = paths->next) {
		origin_lost |= paths->reason == REASON_ORIGIN;
		if (paths->reason >= depth)
			paths->reason = REASON_NONE;
	}
	return origin_lost;
}

/* Skip confederation segments: --multipath-confederation is about them. */
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

/* True if the AS_PATH of `path`, equal in all steps, fits that of `best`. */
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

enum {
	/* Paths that may be other sessions of a server; further ones count. */
	SAME_SERVER_SEARCH = 16,
};

static bool share_identifier(const struct path *a, const struct path *b)
{
	return a->source->identifier == b->source->identifier;
}

/*
 * True if another path that is now in the set came from the same server. `first`
 * is the first candidate with this BGP identifier: they stand together.
 */
static bool is_server_taken(const struct path *first, const struct path *path)
{
	for (unsigned int i = 0;
	     i < SAME_SERVER_SEARCH && first && share_identifier(first, path);
	     i++, first = first->next)
		if (first->reason == REASON_NONE &&
		    first->attributes->nexthop->taken &&
		    path_is_same_server(first, path))
			return true;
	return false;
}

/*
 * Return why `path` cannot join the set; a next hop is in it only once, and a
 * server, too.
 */
static enum path_reason check_member(const struct decision_options *options,
				     const struct decision *decision,
				     const struct path *first,
				     const struct path *path)
{
	const struct path *best = decision->best;

	/* A configured path has no AS_PATH that could differ. */
	if (path != best && !path_is_static(path) &&
	    !content_fits(options, best->attributes, path->attributes))
		return REASON_AS_PATH_CONTENT;
	if (path != best && (!path_shares_set(path) || !path_shares_set(best)))
		return REASON_MULTIPATH_OFF;
	if (path->attributes->nexthop->taken)
		return REASON_DUPLICATE_NEXTHOP;
	if (is_server_taken(first, path))
		return REASON_SAME_SERVER;
	return decision->selected == decision->maximum ? REASON_MAX_PATHS :
							 REASON_NONE;
}

static void consider(const struct decision_options *options,
		     struct decision *decision, const struct path *first,
		     struct path *path)
{
	path->reason = check_member(options, decision, first, path);
	if (path->reason == REASON_NONE) {
		path->attributes->nexthop->taken = true;
		decision->selected++;
	}
	decision->cut += path->reason == REASON_MAX_PATHS;
}

static void choose_set(const struct decision_options *options,
		       struct decision *decision, struct path *paths)
{
	const struct path *first = NULL;
	struct path *path;

	decision->maximum = decision->best->source->type == PEER_EXTERNAL ?
				    options->maximum_paths :
				    options->maximum_paths_ibgp;
	consider(options, decision, NULL, decision->best);
	for (path = candidate(paths); path; path = candidate(path->next)) {
		if (!first || !share_identifier(first, path))
			first = path;
		if (path != decision->best)
			consider(options, decision, first, path);
	}
	for (path = candidate(paths); path; path = candidate(path->next))
		path->attributes->nexthop->taken = false;
}

/* Forget the last choice. Return true if a path was reflected. */
static bool forget_last_choice(struct path *paths)
{
	bool reflected = false;

	for (; paths; paths = paths->next) {
		paths->best = false;
		paths->equal_weight = false;
		reflected |= paths->attributes->is_reflected;
	}
	return reflected;
}

/* Take the steps of BGP: set the best of its candidates, if there are any. */
static void choose_best(const struct decision_options *options,
			struct path **paths, bool reflected,
			struct decision *decision)
{
	if (!candidate(*paths))
		return;
	keep_best(options, &steps_before_med, *paths);
	keep_lowest_meds(options, paths);
	keep_best(options, &steps_after_med, *paths);
	decision->best = reflected ? win_tie_break(*paths) : candidate(*paths);
	decision->origin_lost = admit(options, *paths);
}

struct decision decision_make(const struct decision_options *options,
			      struct path **paths)
{
	struct decision decision = { 0 };
	bool reflected = forget_last_choice(*paths);

	distance_set_aside(*paths);
	choose_best(options, paths, reflected, &decision);
	decision.best = distance_compare(options, *paths, decision.best);
	if (!decision.best)
		return decision;
	decision.best->best = true;
	if (reflected)
		path_list_sort(paths, path_tie_break);
	choose_set(options, &decision, *paths);
	if (reflected)
		path_list_sort(paths, path_order);
	weight_settle(options, *paths);
	return decision;
}

bool decision_foresees(const struct decision_options *options,
		       const struct path *best, const struct path *path)
{
	enum path_reason depth = set_depth(options);

	if (path->reason != REASON_JOINING || path_is_static(best) ||
	    path->source->multipath_off || best->source->multipath_off)
		return false;
	for (enum path_reason step = REASON_JOINING + 1;
	     step < depth && step <= REASON_LAST_STEP; step++)
		if ((step != REASON_MED || meds_compare(options, path, best)) &&
		    decision_steps[step].compare(options, path, best))
			return false;
	return content_fits(options, best->attributes, path->attributes);
}

/* ------------------------------------------------------------- explanation */

/*
 * True if `path` was still a candidate after `step`. Paths that BGP chose may
 * have lost to a configured one afterwards: distance.h.
 */
static bool survived(enum path_reason step, const struct path *path)
{
	return !path_is_static(path) &&
	       (path->reason == REASON_NONE ||
		path->reason == REASON_DISTANCE || path->reason > step);
}

/* Return the path whose MED took `path` out: the lowest that it compares with. */
static const struct path *lowest_med(const struct decision_options *options,
				     const struct path *path,
				     const struct path *paths)
{
	const struct path *lowest = NULL;

	for (; paths; paths = paths->next)
		if ((survived(REASON_MED, paths) ||
		     paths->reason == REASON_MED) &&
		    meds_compare(options, path, paths) &&
		    (!lowest ||
		     path_med(options, paths) < path_med(options, lowest)))
			lowest = paths;
	return lowest;
}

/* Return the best path that survived the step, or the first one; or NULL. */
static const struct path *best_survivor(enum path_reason step,
					const struct path *paths)
{
	const struct path *first = NULL;

	for (; paths; paths = paths->next) {
		if (!survived(step, paths))
			continue;
		if (paths->best)
			return paths;
		if (!first)
			first = paths;
	}
	return first;
}

bool decision_explain(const struct decision_options *options,
		      const struct path *paths, const struct path *path,
		      struct decision_explanation *out)
{
	const struct decision_step *step = &decision_steps[path->reason];
	struct decision_explanation explanation = { .step = step };

	if (!step->compare)
		return false;
	explanation.winner = path->reason == REASON_MED ?
				     lowest_med(options, path, paths) :
				     best_survivor(path->reason, paths);
	if (!explanation.winner)
		return false;
	if (step->value && (!step->has_value || step->has_value(path))) {
		explanation.has_values = true;
		explanation.own_value = step->value(options, path);
		explanation.winner_value =
			step->value(options, explanation.winner);
	}
	*out = explanation;
	return true;
}
