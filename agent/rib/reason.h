/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_REASON_H
#define RIB_REASON_H

/*
 * Reasons: why a path is out of the multipath set, and why an announcement is
 * not made. Their names are the words that logs and JSON use. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

/* Why a path is not in the set, in the order of the steps. */
enum path_reason {
	REASON_NONE, /* in the set */
	/* Not a candidate. */
	REASON_FILTERED,
	REASON_LOOP,
	REASON_NEXTHOP_UNRESOLVED,
	/* The next hop is not one that the neighbor may give: path_usability(). */
	REASON_NEXTHOP_NOT_PEER,
	REASON_NEXTHOP_NOT_ON_LINK,
	REASON_NEXTHOP_LOOP, /* packets would come back */
	REASON_NEXTHOP_DEAD,
	/* The service there has not passed its check: check=. */
	REASON_CHECK_PENDING,
	REASON_CHECK_FAILED,
	/* Not of the lowest distance: distance.h. */
	REASON_DISTANCE,
	/* Out of the set while there are others: RFC 9494 4.3, RFC 8326. */
	REASON_STALE,
	REASON_DRAINING,
	REASON_HELD,
	REASON_JOINING, /* --joining-community, join-delay= */
	/* Lost in the decision process: RFC 4271 9.1.2.2, RFC 7311 4.1. */
	REASON_LOCAL_PREF,
	REASON_AIGP,
	REASON_AS_PATH_LENGTH,
	REASON_ORIGIN,
	REASON_MED,
	REASON_EBGP_OVER_IBGP,
	REASON_IGP_COST,
	REASON_CLUSTER_LENGTH,
	/* Equal to the best path, but not in the set. */
	REASON_AS_PATH_CONTENT,
	REASON_MULTIPATH_OFF, /* of the path or of the best one */
	REASON_DUPLICATE_NEXTHOP,
	REASON_SAME_SERVER, /* path_is_same_server() */
	REASON_MAX_PATHS,
	REASON_COUNT,
	/* The steps of the decision process: decision_step.h. */
	REASON_FIRST_STEP = REASON_STALE,
	REASON_LAST_STEP = REASON_CLUSTER_LENGTH,
};

/* Why a path was refused on import: behind REASON_FILTERED and REASON_LOOP. */
enum import_reason {
	IMPORT_ACCEPTED,
	/* No rule lifts these: import.h. */
	IMPORT_DEFAULT_ROUTE,
	IMPORT_OWN_ADDRESS,
	IMPORT_NEXTHOP_SUBNET,
	IMPORT_AGGREGATE, /* one of ours */
	IMPORT_OUTSIDE_VIP,
	IMPORT_NOT_ITS_VIP,   /* outside of the neighbor's own VIPs */
	IMPORT_PREFIX_LENGTH, /* longer than the neighbor may announce */
	IMPORT_LOOP,
	IMPORT_LEAK, /* RFC 9234 5 */
	/* The policy: policy.h. */
	IMPORT_DENIED_BY_RULE,
	IMPORT_NO_POLICY, /* no rule allows it: RFC 8212 */
	IMPORT_BLACKHOLE, /* taken, but not as a path: RFC 7999 */
	/* The neighbor's limits. */
	IMPORT_MAX_NEXTHOPS, /* peer_nexthops.h */
	/* Paths beyond the others are not kept, so struct path holds none of them. */
	IMPORT_LAST_KEPT = IMPORT_MAX_NEXTHOPS,
	IMPORT_MAX_PREFIX,     /* max_prefix.h */
	IMPORT_MAX_PATHS,      /* of one prefix */
	IMPORT_MAX_ATTRIBUTES, /* attribute_budget.h */
};

enum import_reason_count {
	IMPORT_REASON_COUNT = IMPORT_MAX_ATTRIBUTES + 1,
};

/* Why a route is not announced to a neighbor. */
enum export_reason {
	EXPORT_ANNOUNCED,
	/* Not to any neighbor. */
	EXPORT_NOT_FORWARDING,
	EXPORT_BELOW_MIN_NEXTHOPS,
	EXPORT_BELOW_MIN_BANDWIDTH,
	EXPORT_ANNOUNCE_DELAY,
	EXPORT_SHUTDOWN,
	EXPORT_DETACHED, /* export_set_detached() */
	EXPORT_STARTING, /* export_set_starting() */
	/* Not to this neighbor. */
	EXPORT_ROLE,
	EXPORT_FAMILY,
	EXPORT_SUPPRESSED_BY_AGGREGATE,
	EXPORT_SPLIT_HORIZON,
	EXPORT_NO_ADVERTISE,
	EXPORT_NO_EXPORT,
	EXPORT_LLGR_STALE,
	EXPORT_OTC,
	EXPORT_AS_LOOP, /* its AS is in the path */
	EXPORT_DENIED_BY_RULE,
	EXPORT_NO_NEXTHOP, /* no address of its family: outbound.c */
	EXPORT_REASON_COUNT,
};

/* True if the decision process may choose a path with this reason. */
static inline bool path_reason_is_usable(enum path_reason reason)
{
	return reason < REASON_FILTERED || reason > REASON_CHECK_FAILED;
}

/* True if the next hop is not allowed, whether it lives or not. */
static inline bool path_reason_is_bad_nexthop(enum path_reason reason)
{
	return reason >= REASON_NEXTHOP_NOT_PEER &&
	       reason <= REASON_NEXTHOP_LOOP;
}

/* True if the prefix may be no VIP of the neighbor, whatever its attributes. */
static inline bool import_reason_is_bad_prefix(enum import_reason reason)
{
	return reason >= IMPORT_DEFAULT_ROUTE && reason <= IMPORT_PREFIX_LENGTH;
}

/* "local_pref", ...; NULL for REASON_NONE. */
const char *path_reason_name(enum path_reason reason);
/*
 * The reason in words; NULL for a step that always compares two numbers, which
 * decision_explain() gives.
 */
const char *path_reason_sentence(enum path_reason reason);
/* "outside_vip", ...; NULL for IMPORT_ACCEPTED. */
const char *import_reason_name(enum import_reason reason);
/* "outside --vip", ...; NULL for IMPORT_ACCEPTED. */
const char *import_reason_sentence(enum import_reason reason);
/* "not_forwarding", ...; NULL for EXPORT_ANNOUNCED. */
const char *export_reason_name(enum export_reason reason);
/* Return REASON_NONE for IMPORT_ACCEPTED. */
enum path_reason path_reason_of_import(enum import_reason reason);

#endif
