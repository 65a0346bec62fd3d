// SPDX-License-Identifier: BSD-2-Clause
/* The names of the reasons, and sentences for them. See reason.h. */

#include "rib/reason.h"

static const struct {
	const char *name;
	const char *sentence;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = { NULL, "as good as the best path" },
	[REASON_FILTERED] = { "filtered", "refused" },
	[REASON_LOOP] = { "loop", "came through this host" },
	[REASON_NEXTHOP_UNRESOLVED] = { "next_hop_unresolved",
					"next hop not resolved yet" },
	[REASON_NEXTHOP_NOT_PEER] = { "next_hop_not_peer",
				      "next hop is not the neighbor itself; "
				      "next-hop=any or on-link of --neighbor "
				      "allows it" },
	[REASON_NEXTHOP_NOT_ON_LINK] = { "next_hop_not_on_link",
					 "next hop is behind a gateway; "
					 "next-hop=any of --neighbor allows "
					 "it" },
	[REASON_NEXTHOP_LOOP] = { "next_hop_loop",
				  "next hop would send packets back: it is "
				  "an upstream, or reached by the default "
				  "route or through an upstream" },
	[REASON_NEXTHOP_DEAD] = { "next_hop_dead", "next hop dead" },
	[REASON_CHECK_PENDING] = { "check_pending",
				   "no check of the service has passed yet" },
	[REASON_CHECK_FAILED] = { "check_failed",
				  "the service fails its check" },
	[REASON_DISTANCE] = { "distance",
			      "another path has a lower administrative "
			      "distance (--path, distance=)" },
	[REASON_STALE] = { "stale", "LLGR_STALE, and another path is fresh" },
	[REASON_DRAINING] = { "draining",
			      "GRACEFUL_SHUTDOWN, one of "
			      "--draining-community or a bandwidth of 0, and "
			      "another path is not draining" },
	[REASON_HELD] = { "held_down",
			  "its server was dead and has not answered for "
			  "--hold-down yet, and another server is not held" },
	[REASON_JOINING] = { "joining",
			     "one of --joining-community or join-delay=, "
			     "and another path has neither" },
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
				   "as good as the best path, but multipath=no "
				   "of a neighbor or multipath no of a rule "
				   "keeps it or the best path alone" },
	[REASON_DUPLICATE_NEXTHOP] = { "duplicate_next_hop",
				       "its next hop is in the set already" },
	[REASON_SAME_SERVER] = { "same_server",
				 "its server is in the set already by another "
				 "session: same MAC, AS and BGP identifier" },
	[REASON_MAX_PATHS] = { "max_paths",
			       "as good as the best path, but the set is full: "
			       "--maximum-paths, or maximum-paths= of --vip" },
};

const char *path_reason_name(enum path_reason reason)
{
	return reasons[reason].name;
}

const char *path_reason_sentence(enum path_reason reason)
{
	return reasons[reason].sentence;
}

static const struct {
	const char *name;
	const char *sentence;
} import_reasons[IMPORT_REASON_COUNT] = {
	[IMPORT_DEFAULT_ROUTE] = { "default_route", "the default route" },
	[IMPORT_OWN_ADDRESS] = { "own_address", "an address of this host" },
	[IMPORT_NEXTHOP_SUBNET] = { "next_hop_subnet",
				    "a network of this host, with next hops" },
	[IMPORT_AGGREGATE] = { "aggregate", "a prefix of --aggregate" },
	[IMPORT_OUTSIDE_VIP] = { "outside_vip", "outside --vip" },
	[IMPORT_NOT_ITS_VIP] = { "not_its_vip",
				 "outside vips= of this neighbor" },
	[IMPORT_PREFIX_LENGTH] = { "prefix_length",
				   "longer than max-prefix-length= allows" },
	[IMPORT_LOOP] = { "loop", "its attributes say that it came through "
				  "this host" },
	[IMPORT_LEAK] = { "leak", "a leak, by relation= (RFC 9234 5)" },
	[IMPORT_DENIED_BY_RULE] = { "denied_by_rule", "denied by a rule" },
	[IMPORT_NO_POLICY] = { "no_policy", "no rule allows it" },
	[IMPORT_BLACKHOLE] = { "blackhole",
			       "BLACKHOLE: packets to it are dropped, by a "
			       "filter" },
	[IMPORT_MAX_PREFIX] = { "max_prefix",
				"more prefixes than max-prefix=" },
	[IMPORT_MAX_PATHS] = { "max_paths", "more paths than max-paths=" },
	[IMPORT_MAX_ATTRIBUTES] = { "max_attributes",
				    "more bytes of attributes than "
				    "max-attributes=" },
	[IMPORT_MAX_NEXTHOPS] = { "max_next_hops",
				  "more next hops than max-next-hops=" },
};

const char *import_reason_name(enum import_reason reason)
{
	return import_reasons[reason].name;
}

const char *import_reason_sentence(enum import_reason reason)
{
	return import_reasons[reason].sentence;
}

enum path_reason path_reason_of_import(enum import_reason reason)
{
	switch (reason) {
	case IMPORT_ACCEPTED:
		return REASON_NONE;
	case IMPORT_LOOP:
		return REASON_LOOP;
	default:
		return REASON_FILTERED;
	}
}

static const char *const export_reason_names[EXPORT_REASON_COUNT] = {
	[EXPORT_NOT_FORWARDING] = "not_forwarding",
	[EXPORT_BELOW_MIN_NEXTHOPS] = "below_min_nexthops",
	[EXPORT_BELOW_MIN_BANDWIDTH] = "below_min_bandwidth",
	[EXPORT_ANNOUNCE_DELAY] = "announce_delay",
	[EXPORT_SHUTDOWN] = "leaving",
	[EXPORT_DETACHED] = "program_detached",
	[EXPORT_STARTING] = "starting",
	[EXPORT_ROLE] = "role",
	[EXPORT_FAMILY] = "family",
	[EXPORT_SUPPRESSED_BY_AGGREGATE] = "suppressed_by_aggregate",
	[EXPORT_SPLIT_HORIZON] = "split_horizon",
	[EXPORT_NO_ADVERTISE] = "no_advertise",
	[EXPORT_NO_EXPORT] = "no_export",
	[EXPORT_LLGR_STALE] = "llgr_stale",
	[EXPORT_OTC] = "otc",
	[EXPORT_NO_NEXTHOP] = "no_next_hop",
	[EXPORT_AS_LOOP] = "as_loop",
	[EXPORT_DENIED_BY_RULE] = "denied_by_rule",
};

const char *export_reason_name(enum export_reason reason)
{
	return export_reason_names[reason];
}
