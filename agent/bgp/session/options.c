// SPDX-License-Identifier: BSD-2-Clause
/* Options of the speaker: compared, and the confederation. See options.h. */

#include "bgp/session/options.h"

#include <string.h>

const struct bgp_options bgp_options_default = {
	.listen = { .port = BGP_PORT },
	.dynamic_limit = BGP_DYNAMIC_LIMIT,
};

static bool confederation_equal(const struct bgp_confederation *a,
				const struct bgp_confederation *b)
{
	return a->identifier == b->identifier &&
	       a->member_count == b->member_count &&
	       !memcmp(a->members, b->members,
		       a->member_count * sizeof(a->members[0]));
}

bool bgp_options_equal(const struct bgp_options *a, const struct bgp_options *b)
{
	if (a->as != b->as || a->identifier != b->identifier ||
	    !confederation_equal(&a->confederation, &b->confederation) ||
	    !endpoint_equal(&a->listen, &b->listen) ||
	    a->dynamic_limit != b->dynamic_limit ||
	    a->neighbor_count != b->neighbor_count)
		return false;
	for (size_t i = 0; i < a->neighbor_count; i++)
		if (!bgp_neighbor_options_equal(&a->neighbors[i],
						&b->neighbors[i]))
			return false;
	return true;
}

uint32_t bgp_confederation_count(const struct bgp_confederation *confederation,
				 uint32_t first, uint32_t last)
{
	uint32_t count = 0;

	for (size_t i = 0; i < confederation->member_count; i++)
		count += confederation->members[i] >= first &&
			 confederation->members[i] <= last;
	return count;
}

bool neighbor_is_member(const struct bgp_neighbor_options *neighbor,
			const struct bgp_confederation *confederation)
{
	return neighbor->as.last &&
	       bgp_confederation_count(confederation, neighbor->as.first,
				       neighbor->as.last) ==
		       (uint64_t)neighbor->as.last - neighbor->as.first + 1;
}
