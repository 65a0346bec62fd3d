// SPDX-License-Identifier: BSD-2-Clause
/* The table of steps. See decision_step.h. */

#include "rib/decision_step.h"

#include "bgp/codec/attributes.h"
#include "rib/path.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* RFC 9494 4.3: least preferred, even behind a path that is draining. */
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

static int compare_held(const struct decision_options *options,
			const struct path *a, const struct path *b)
{
	(void)options;
	return a->attributes->nexthop->place.held -
	       b->attributes->nexthop->place.held;
}

static int compare_joining(const struct decision_options *options,
			   const struct path *a, const struct path *b)
{
	(void)options;
	return path_is_joining(a) - path_is_joining(b);
}

static uint64_t local_pref_value(const struct decision_options *options,
				 const struct path *path)
{
	(void)options;
	return path->attributes->local_pref;
}

static int compare_local_pref(const struct decision_options *options,
			      const struct path *a, const struct path *b)
{
	return compare_numbers(local_pref_value(options, b),
			       local_pref_value(options, a));
}

static bool has_aigp(const struct path *path)
{
	return path->attributes->has_aigp;
}

static uint64_t aigp_value(const struct decision_options *options,
			   const struct path *path)
{
	(void)options;
	return path_aigp(path);
}

static int compare_aigp(const struct decision_options *options,
			const struct path *a, const struct path *b)
{
	if (!options->aigp)
		return 0;
	if (!has_aigp(a) || !has_aigp(b))
		return has_aigp(b) - has_aigp(a);
	return compare_numbers(path_aigp(a), path_aigp(b));
}

static uint64_t as_path_length_value(const struct decision_options *options,
				     const struct path *path)
{
	return path_length(options, path);
}

static int compare_as_path_length(const struct decision_options *options,
				  const struct path *a, const struct path *b)
{
	return compare_numbers(path_length(options, a),
			       path_length(options, b));
}

static uint64_t origin_value(const struct decision_options *options,
			     const struct path *path)
{
	(void)options;
	return path->attributes->origin;
}

static int compare_origin(const struct decision_options *options,
			  const struct path *a, const struct path *b)
{
	return options->ignore_origin ?
		       0 :
		       compare_numbers(origin_value(options, a),
				       origin_value(options, b));
}

static uint64_t med_value(const struct decision_options *options,
			  const struct path *path)
{
	return path_med(options, path);
}

static int compare_med(const struct decision_options *options,
		       const struct path *a, const struct path *b)
{
	return compare_numbers(path_med(options, a), path_med(options, b));
}

/* RFC 5065 5.3: routes of other members of a confederation are internal. */
static int compare_peer_type(const struct decision_options *options,
			     const struct path *a, const struct path *b)
{
	(void)options;
	return (b->source->type == PEER_EXTERNAL) -
	       (a->source->type == PEER_EXTERNAL);
}

static uint64_t igp_cost_value(const struct decision_options *options,
			       const struct path *path)
{
	(void)options;
	return path->attributes->nexthop->igp_cost;
}

static int compare_igp_cost(const struct decision_options *options,
			    const struct path *a, const struct path *b)
{
	if (options->cluster_length)
		return 0;
	return compare_numbers(igp_cost_value(options, a),
			       igp_cost_value(options, b));
}

static uint64_t cluster_length_value(const struct decision_options *options,
				     const struct path *path)
{
	(void)options;
	return path->attributes->cluster_length;
}

static int compare_cluster_length(const struct decision_options *options,
				  const struct path *a, const struct path *b)
{
	if (!options->cluster_length)
		return 0;
	return compare_numbers(cluster_length_value(options, a),
			       cluster_length_value(options, b));
}

const struct decision_step decision_steps[REASON_COUNT] = {
	[REASON_STALE] = { REASON_STALE, compare_stale, "LLGR_STALE" },
	[REASON_DRAINING] = { REASON_DRAINING, compare_draining, "draining" },
	[REASON_HELD] = { REASON_HELD, compare_held, "hold-down" },
	[REASON_JOINING] = { REASON_JOINING, compare_joining, "joining" },
	[REASON_LOCAL_PREF] = { REASON_LOCAL_PREF, compare_local_pref,
				"LOCAL_PREF", local_pref_value },
	[REASON_AIGP] = { REASON_AIGP, compare_aigp, "AIGP plus IGP cost",
			  aigp_value, .has_value = has_aigp },
	[REASON_AS_PATH_LENGTH] = { REASON_AS_PATH_LENGTH,
				    compare_as_path_length, "AS_PATH length",
				    as_path_length_value },
	[REASON_ORIGIN] = { REASON_ORIGIN, compare_origin, "ORIGIN",
			    origin_value, .value_name = bgp_origin_name },
	[REASON_MED] = { REASON_MED, compare_med, "MED", med_value },
	[REASON_EBGP_OVER_IBGP] = { REASON_EBGP_OVER_IBGP, compare_peer_type,
				    "neighbor type" },
	[REASON_IGP_COST] = { REASON_IGP_COST, compare_igp_cost, "IGP cost",
			      igp_cost_value },
	[REASON_CLUSTER_LENGTH] = { REASON_CLUSTER_LENGTH,
				    compare_cluster_length,
				    "CLUSTER_LIST length",
				    cluster_length_value },
};
