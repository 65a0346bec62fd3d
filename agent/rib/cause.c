// SPDX-License-Identifier: BSD-2-Clause
/* The names of the causes. See cause.h. */

#include "rib/cause.h"

static const char *const names[IMPORT_CAUSE_COUNT] = {
	[IMPORT_DEFAULT_ROUTE] = "default_route",
	[IMPORT_OWN_ADDRESS] = "own_address",
	[IMPORT_NEXTHOP_SUBNET] = "next_hop_subnet",
	[IMPORT_AGGREGATE] = "aggregate",
	[IMPORT_OUTSIDE_VIP] = "outside_vip",
	[IMPORT_LOOP] = "loop",
	[IMPORT_LEAK] = "leak",
	[IMPORT_DENIED_BY_RULE] = "denied_by_rule",
	[IMPORT_NO_POLICY] = "no_policy",
	[IMPORT_MAX_PREFIX] = "max_prefix",
};

const char *import_cause_name(enum import_cause cause)
{
	return names[cause];
}

enum path_reason import_cause_reason(enum import_cause cause)
{
	switch (cause) {
	case IMPORT_ACCEPTED:
		return REASON_NONE;
	case IMPORT_LOOP:
		return REASON_LOOP;
	default:
		return REASON_FILTERED;
	}
}
