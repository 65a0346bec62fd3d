// SPDX-License-Identifier: BSD-2-Clause
/* The names of the reasons, and sentences for them. See reason.h. */

#include "rib/reason.h"

static const struct {
	const char *name;
	const char *sentence;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = { NULL, "as good as the best path" },
	[REASON_FILTERED] = { "filtered", "refused" },
	[REASON_LOOP] = { "loop", "AS_PATH contains our AS" },
	[REASON_NEXTHOP_UNRESOLVED] = { "next_hop_unresolved",
					"next hop not resolved yet" },
	[REASON_NEXTHOP_DEAD] = { "next_hop_dead", "next hop dead" },
	[REASON_DISTANCE] = { "distance",
			      "another path has a lower administrative "
			      "distance (--path, distance=)" },
	[REASON_STALE] = { "stale", "LLGR_STALE, and another path is fresh" },
	[REASON_DRAINING] = { "draining",
			      "GRACEFUL_SHUTDOWN or a bandwidth of 0, and "
			      "another path is not draining" },
	[REASON_LOCAL_PREF] = { "local_pref" },
	[REASON_AIGP] = { "aigp", "no AIGP, and another path has one" },
	[REASON_AS_PATH_LENGTH] = { "as_path_length" },
	[REASON_ORIGIN] = { "origin" },
	[REASON_MED] = { "med" },
	[REASON_EBGP_OVER_IBGP] = { "ebgp_over_ibgp",
				    "learned inside our AS, and another path "
				    "outside" },
	[REASON_IGP_COST] = { "igp_cost" },
	[REASON_CLUSTER_LENGTH] = { "cluster_length" },
	[REASON_AS_PATH_CONTENT] = { "as_path_content",
				     "as good as the best path, but its "
				     "AS_PATH differs by more than "
				     "--multipath-as-path and "
				     "--multipath-confederation allow" },
	[REASON_MULTIPATH_OFF] = { "multipath_off",
				   "as good as the best path, but its neighbor "
				   "or that of the best path has multipath=no" },
	[REASON_DUPLICATE_NEXTHOP] = { "duplicate_next_hop",
				       "its next hop is in the set already" },
	[REASON_MAX_PATHS] = { "max_paths",
			       "as good as the best path, but the set is full: "
			       "--maximum-paths" },
};

const char *path_reason_name(enum path_reason reason)
{
	return reasons[reason].name;
}

const char *path_reason_sentence(enum path_reason reason)
{
	return reasons[reason].sentence;
}
