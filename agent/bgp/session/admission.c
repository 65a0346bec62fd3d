// SPDX-License-Identifier: BSD-2-Clause
/* Limits on connections that come in. See admission.h. */

#include "bgp/session/admission.h"

static const char *const reasons[BGP_ADMISSION_COUNT] = {
	[BGP_ADMITTED] = "admitted",
	[BGP_REFUSED_UNKNOWN] = "no --neighbor covers it",
	[BGP_ADMITTED_FOR_ONE_OF_ALL] = "too many connections wait for their "
					"OPEN; this one was the oldest",
	[BGP_ADMITTED_FOR_ONE_OF_PREFIX] =
		"its --neighbor prefix is at its limit, and this one had not "
		"sent its OPEN",
	[BGP_REFUSED_DISTANCE] =
		"it is further away than its ttl-security allows",
	[BGP_REFUSED_LIMIT] = "its --neighbor prefix is at its limit",
	[BGP_REFUSED_MEMORY] = "out of memory",
};

enum bgp_admission bgp_admission_decide(const struct bgp_crowd *crowd)
{
	bool is_full = !crowd->is_neighbor && crowd->dynamic >= crowd->limit;

	if (!crowd->is_neighbor && !crowd->is_covered)
		return BGP_REFUSED_UNKNOWN;
	if (crowd->is_far)
		return BGP_REFUSED_DISTANCE;
	if (crowd->is_static)
		return BGP_ADMITTED;
	if (is_full)
		return crowd->half_open_of_prefix ?
			       BGP_ADMITTED_FOR_ONE_OF_PREFIX :
			       BGP_REFUSED_LIMIT;
	return crowd->half_open >= BGP_MAX_HALF_OPEN ?
		       BGP_ADMITTED_FOR_ONE_OF_ALL :
		       BGP_ADMITTED;
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
