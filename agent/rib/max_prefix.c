// SPDX-License-Identifier: BSD-2-Clause
/* The limit of prefixes of a neighbor. See max_prefix.h. */

#include "rib/max_prefix.h"

enum {
	NEAR_PERCENT = 80,
	PERCENT = 100,
};

/* True the first time for a family. */
static bool is_first_report(uint32_t *reported, enum bgp_family family)
{
	bool first = !(*reported & bgp_family_bit(family));

	*reported |= bgp_family_bit(family);
	return first;
}

static bool is_near(const struct max_prefix *limit, uint32_t count)
{
	return (uint64_t)count * PERCENT >=
	       (uint64_t)limit->limit * NEAR_PERCENT;
}

static enum max_prefix_verdict
verdict_of(enum neighbor_max_prefix_action action)
{
	switch (action) {
	case NEIGHBOR_MAX_PREFIX_BLOCK:
		return MAX_PREFIX_BLOCK;
	case NEIGHBOR_MAX_PREFIX_RESTART:
		return MAX_PREFIX_RESTART;
	default:
		return MAX_PREFIX_TAKE;
	}
}

enum max_prefix_verdict max_prefix_check(struct max_prefix *limit,
					 enum bgp_family family,
					 enum max_prefix_report *report)
{
	uint32_t count = limit->count[family];

	*report = MAX_PREFIX_NO_REPORT;
	if (!limit->limit)
		return MAX_PREFIX_TAKE;
	if (count >= limit->limit) {
		if (is_first_report(&limit->reported_reached, family))
			*report = MAX_PREFIX_REACHED;
		limit->exceeded = family;
		limit->blocked |= bgp_family_bit(family);
		return verdict_of(limit->action);
	}
	if (is_near(limit, count + 1) &&
	    is_first_report(&limit->reported_near, family))
		*report = MAX_PREFIX_NEAR;
	return MAX_PREFIX_TAKE;
}

uint32_t max_prefix_take_room(struct max_prefix *limit)
{
	uint32_t families = limit->paths_blocked & limit->paths_room;

	limit->paths_blocked &= ~families;
	limit->paths_room = 0;
	for (int family = 0; limit->blocked && family < BGP_FAMILY_COUNT;
	     family++)
		if (limit->count[family] < limit->limit)
			families |= limit->blocked & bgp_family_bit(family);
	limit->blocked &= ~families;
	return families;
}
