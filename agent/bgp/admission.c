// SPDX-License-Identifier: BSD-2-Clause
/* Limits on connections that come in. See admission.h. */

#include "bgp/admission.h"

static const char *const reasons[BGP_ADMISSION_COUNT] = {
	[BGP_ADMITTED] = "admitted",
	[BGP_REFUSED_UNKNOWN] = "no --neighbor covers it",
	[BGP_REFUSED_LIMIT] = "its --neighbor prefix is at its limit",
	[BGP_REFUSED_HALF_OPEN] =
		"too many connections wait for their OPEN; try again",
	[BGP_REFUSED_MEMORY] = "out of memory",
};

enum bgp_admission bgp_admission_decide(const struct bgp_crowd *crowd)
{
	if (crowd->is_static)
		return BGP_ADMITTED;
	if (!crowd->is_neighbor && !crowd->is_covered)
		return BGP_REFUSED_UNKNOWN;
	if (crowd->half_open >= BGP_MAX_HALF_OPEN)
		return BGP_REFUSED_HALF_OPEN;
	if (!crowd->is_neighbor && crowd->dynamic >= crowd->limit)
		return BGP_REFUSED_LIMIT;
	return BGP_ADMITTED;
}

const char *bgp_admission_reason(enum bgp_admission admission)
{
	return reasons[admission];
}

bool bgp_refusals_add(struct bgp_refusals *refusals, uint64_t now_ms,
		      uint64_t *untold)
{
	bool first = !refusals->total++;

	if (!first &&
	    now_ms - refusals->told_ms < BGP_REFUSED_LOG_INTERVAL_MS) {
		refusals->untold++;
		return false;
	}
	*untold = refusals->untold;
	refusals->untold = 0;
	refusals->told_ms = now_ms;
	return true;
}
