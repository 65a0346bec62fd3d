// SPDX-License-Identifier: BSD-2-Clause
/* Rules for incoming connections. See admission.h. */

#include "bgp/session/admission.h"

static const char *const reasons[BGP_ADMISSION_COUNT] = {
	[BGP_ADMITTED] = "admitted",
	[BGP_REFUSED_UNKNOWN] = "no --neighbor covers it",
	[BGP_ADMITTED_EVICT_ANY] = "limit of half-open connections reached, "
				   "and this was the oldest",
	[BGP_ADMITTED_EVICT_OF_PREFIX] =
		"limit of its --neighbor prefix reached, and it had not sent "
		"its OPEN",
	[BGP_ADMITTED_EVICT_DYNAMIC] =
		"--dynamic-limit reached, and it had not sent its OPEN",
	[BGP_REFUSED_DISTANCE] = "further away than its ttl-security allows",
	[BGP_REFUSED_LIMIT] = "limit of its --neighbor prefix reached",
	[BGP_REFUSED_DYNAMIC_LIMIT] =
		"--dynamic-limit reached, for the peers of all prefixes",
	[BGP_REFUSED_MEMORY] = "out of memory",
};

/* Decide at a limit: a connection that has not sent its OPEN makes room. */
static enum bgp_admission
decide_at_limit(const struct bgp_admission_input *input)
{
	if (input->dynamic >= input->limit)
		return input->half_open_of_prefix ?
			       BGP_ADMITTED_EVICT_OF_PREFIX :
			       BGP_REFUSED_LIMIT;
	return input->half_open ? BGP_ADMITTED_EVICT_DYNAMIC :
				  BGP_REFUSED_DYNAMIC_LIMIT;
}

enum bgp_admission bgp_admission_decide(const struct bgp_admission_input *input)
{
	bool is_full = input->dynamic >= input->limit ||
		       input->all_dynamic >= input->dynamic_limit;

	if (!input->is_neighbor && !input->is_covered)
		return BGP_REFUSED_UNKNOWN;
	if (input->is_far)
		return BGP_REFUSED_DISTANCE;
	if (input->is_static)
		return BGP_ADMITTED;
	if (is_full && !input->is_neighbor)
		return decide_at_limit(input);
	return input->half_open >= BGP_MAX_HALF_OPEN ? BGP_ADMITTED_EVICT_ANY :
						       BGP_ADMITTED;
}

const char *bgp_admission_reason(enum bgp_admission admission)
{
	return reasons[admission];
}
