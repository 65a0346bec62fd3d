/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_VALUE_H
#define RIB_PATH_VALUE_H

/*
 * Numbers that steps of the decision process compare and that are more than a
 * member of struct attribute_set.
 */

#include "rib/decision.h"

/* RFC 7311 4.1: AIGP plus the cost to the next hop, at most UINT64_MAX. */
static inline uint64_t path_aigp(const struct path *path)
{
	const struct attribute_set *set = path->attributes;
	uint64_t cost = set->nexthop->igp_cost;

	return set->aigp > UINT64_MAX - cost ? UINT64_MAX : set->aigp + cost;
}

/* RFC 5065 5.3: without confederation segments, unless the options count them. */
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
