/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_VALUE_H
#define RIB_PATH_VALUE_H

/*
 * The numbers that the steps of the decision process compare, for those who
 * decide and those who explain.
 */

#include "rib/decision.h"

/* RFC 7311 4.1: with the cost to the next hop, never beyond what 64 bits hold. */
static inline uint64_t path_aigp(const struct path *path)
{
	const struct attribute_set *set = path->attributes;
	uint64_t cost = set->nexthop->igp_cost;

	return set->aigp > UINT64_MAX - cost ? UINT64_MAX : set->aigp + cost;
}

/* RFC 5065 5.3 leaves confederation segments out, unless we are told to. */
static inline unsigned int path_length(const struct decision_options *options,
				       const struct path *path)
{
	const struct attribute_set *set = path->attributes;

	return set->as_path_length + (options->count_confederation_path ?
					      set->confederation_length :
					      0u);
}

static inline uint32_t path_med(const struct decision_options *options,
				const struct path *path)
{
	if (!path->attributes->has_med &&
	    options->missing_med == MISSING_MED_WORST)
		return UINT32_MAX; /* RFC 4451 3.2 */
	return path->attributes->med;
}

#endif
