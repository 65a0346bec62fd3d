// SPDX-License-Identifier: BSD-2-Clause
/* When to give up to wait for a next hop. See takeover_rule.h. */

#include "takeover_rule.h"

bool takeover_had_chance(const struct takeover_nexthop *nexthop,
			 uint32_t elapsed_s, uint32_t max_s)
{
	uint32_t hold_s = nexthop->hold_time_s ? nexthop->hold_time_s : max_s;

	if (elapsed_s >= max_s || nexthop->dead)
		return true;
	if (nexthop->resolving)
		return false;
	if (!nexthop->session_up)
		return elapsed_s >= hold_s;
	return nexthop->end_of_rib || nexthop->session_age_s >= hold_s;
}
