// SPDX-License-Identifier: BSD-2-Clause
/* Weights of paths. See weight.h. */

#include "rib/weight.h"

#include <assert.h>

#include "rib/rib_nexthop.h"
#include "rib/warm_up.h"

enum {
	PERCENT = 100,
};

/* True for a path of the set with neither weight nor bandwidth. */
static bool is_unknown(const struct path *path)
{
	return path->reason == REASON_NONE && !path->attributes->weight &&
	       !path->attributes->has_bandwidth;
}

void weight_settle(const struct decision_options *options, struct path *paths)
{
	bool unknown = false;
	struct path *path;

	if (options->bandwidth_use != BANDWIDTH_USE_IF_ALL)
		return;
	for (path = paths; path; path = path->next)
		unknown |= is_unknown(path);
	for (path = paths; path; path = path->next)
		path->equal_weight = unknown;
}

static uint32_t clamp(double weight)
{
	if (weight < 1)
		return 1;
	return weight < WEIGHT_MAX ? (uint32_t)(weight + 0.5) : WEIGHT_MAX;
}

/* Return the bandwidth of the path in bytes per second, as far as it counts. */
static double counted_bandwidth(const struct decision_options *options,
				const struct path *path)
{
	double bandwidth = (double)path->attributes->bandwidth;
	double most =
		(double)path->source->max_bandwidth * options->bandwidth_unit;

	return most > 0 && bandwidth > most ? most : bandwidth;
}

static uint32_t own_weight(const struct decision_options *options,
			   const struct path *path)
{
	const struct attribute_set *set = path->attributes;

	if (set->weight)
		return set->weight;
	if (!path_has_bandwidth(options, path) || path->equal_weight)
		return clamp(options->default_weight);
	assert(options->bandwidth_unit);
	return clamp(counted_bandwidth(options, path) /
		     options->bandwidth_unit);
}

/* True if the path adds to the weight of a member: same neighbor and next hop. */
static bool counts_for(const struct path *member, const struct path *path)
{
	return path == member ||
	       (path->reason == REASON_DUPLICATE_NEXTHOP &&
		path->source == member->source &&
		path->attributes->nexthop == member->attributes->nexthop);
}

uint32_t weight_of_path(const struct decision_options *options,
			const struct path *paths, const struct path *path)
{
	uint64_t weight = 0;

	if (path->reason != REASON_NONE)
		return 0;
	if (!options->add_path_weight)
		return own_weight(options, path);
	for (; paths; paths = paths->next)
		if (counts_for(path, paths) && weight < WEIGHT_MAX)
			weight += own_weight(options, paths);
	return weight < WEIGHT_MAX ? (uint32_t)weight : WEIGHT_MAX;
}

/* Begin the sums of all members. */
static void begin_sums(const struct path *paths)
{
	for (; paths; paths = paths->next) {
		struct rib_nexthop *hop = paths->attributes->nexthop;

		hop->counted = NULL;
		hop->weight = 0;
	}
}

/* A next hop is in a set once, so its member tells whose paths add to it. */
static void note_members(const struct path *paths)
{
	for (; paths; paths = paths->next)
		if (paths->reason == REASON_NONE)
			paths->attributes->nexthop->counted = paths->source;
}

void weight_add_up(const struct decision_options *options,
		   const struct path *paths)
{
	begin_sums(paths);
	note_members(paths);
	for (; paths; paths = paths->next) {
		struct rib_nexthop *hop = paths->attributes->nexthop;

		if (hop->counted != paths->source ||
		    (paths->reason != REASON_NONE &&
		     paths->reason != REASON_DUPLICATE_NEXTHOP))
			continue;
		hop->weight += own_weight(options, paths);
		if (hop->weight > WEIGHT_MAX)
			hop->weight = WEIGHT_MAX;
	}
}

uint32_t weight_link_percent(const struct decision_options *options,
			     const struct path *path)
{
	uint32_t full = options->full_link_speed;
	uint32_t speed, percent;

	if (!full)
		return PERCENT;
	speed = path->attributes->nexthop->place.link_speed;
	if (!speed || speed >= full)
		return PERCENT;
	percent = (uint32_t)((uint64_t)speed * PERCENT / full);
	return percent ? percent : 1;
}

uint32_t weight_scale(const struct decision_options *options,
		      const struct path *paths)
{
	uint32_t steps = 1, percent = 1;

	for (; paths; paths = paths->next) {
		if (paths->reason != REASON_NONE)
			continue;
		if (paths->source->missing_steps)
			steps = WARM_UP_STEPS;
		if (weight_link_percent(options, paths) < PERCENT)
			percent = PERCENT;
	}
	return steps * percent;
}

/* The scale of the set is a multiple of what the path has a part of. */
uint32_t weight_scaled(const struct decision_options *options,
		       const struct path *path, uint32_t weight, uint32_t scale)
{
	uint64_t scaled = (uint64_t)weight * scale;
	uint32_t missing = path->source->missing_steps;
	uint32_t percent = weight_link_percent(options, path);

	if (scale > 1 && missing)
		scaled = scaled / WARM_UP_STEPS * (WARM_UP_STEPS - missing);
	if (scale > 1 && percent < PERCENT)
		scaled = scaled / PERCENT * percent;
	return scaled < WEIGHT_MAX ? (uint32_t)scaled : WEIGHT_MAX;
}

uint32_t weight_of_joining(const struct decision_options *options,
			   const struct path *path)
{
	return own_weight(options, path);
}

/* Return the sum in bytes per second; set *known if a path has a bandwidth. */
static double sum_bandwidth(const struct decision_options *options,
			    const struct path *paths, bool *known)
{
	double sum = 0;

	*known = false;
	for (; paths; paths = paths->next) {
		double bandwidth;

		if (paths->reason != REASON_NONE)
			continue;
		if (path_has_bandwidth(options, paths))
			bandwidth = counted_bandwidth(options, paths);
		else
			bandwidth = (double)own_weight(options, paths) *
				    options->bandwidth_unit;
		sum += bandwidth * weight_link_percent(options, paths) /
		       PERCENT;
		*known |= path_has_bandwidth(options, paths);
	}
	return sum;
}

bool weight_sum_bandwidth(const struct decision_options *options,
			  const struct path *paths, double *bytes_per_second)
{
	bool known;
	double sum = sum_bandwidth(options, paths, &known);

	if (known)
		*bytes_per_second = sum;
	return known;
}

uint64_t weight_sum_units(const struct decision_options *options,
			  const struct path *paths)
{
	bool known;
	double units =
		sum_bandwidth(options, paths, &known) / options->bandwidth_unit;

	/* A sum of 4,095 bandwidths is beyond any number that is asked for. */
	return units < UINT32_MAX ? (uint64_t)(units + 0.5) : UINT32_MAX;
}
