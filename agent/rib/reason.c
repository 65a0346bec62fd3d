// SPDX-License-Identifier: BSD-2-Clause
/* The names of the reasons. See reason.h. */

#include "rib/reason.h"

static const char *const names[REASON_COUNT] = {
	[REASON_FILTERED] = "filtered",
	[REASON_LOOP] = "loop",
	[REASON_NEXTHOP_UNRESOLVED] = "next_hop_unresolved",
	[REASON_NEXTHOP_DEAD] = "next_hop_dead",
	[REASON_STALE] = "stale",
	[REASON_DRAINING] = "draining",
	[REASON_LOCAL_PREF] = "local_pref",
	[REASON_AIGP] = "aigp",
	[REASON_AS_PATH_LENGTH] = "as_path_length",
	[REASON_ORIGIN] = "origin",
	[REASON_MED] = "med",
	[REASON_EBGP_OVER_IBGP] = "ebgp_over_ibgp",
	[REASON_IGP_COST] = "igp_cost",
	[REASON_CLUSTER_LENGTH] = "cluster_length",
	[REASON_DISTANCE] = "distance",
	[REASON_AS_PATH_CONTENT] = "as_path_content",
	[REASON_MULTIPATH_OFF] = "multipath_off",
	[REASON_DUPLICATE_NEXTHOP] = "duplicate_next_hop",
	[REASON_MAX_PATHS] = "max_paths",
};

const char *path_reason_name(enum path_reason reason)
{
	return names[reason];
}
