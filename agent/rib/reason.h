/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_REASON_H
#define RIB_REASON_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Why a path is not in the set: the one word that logs, JSON and metrics use.
 * The order is the order in which the steps are taken.
 */

enum path_reason {
	REASON_NONE, /* in the set */
	/* Not a candidate. */
	REASON_FILTERED,
	REASON_LOOP,
	REASON_NEXTHOP_UNRESOLVED,
	REASON_NEXTHOP_DEAD,
	/* Not of the lowest distance: distance.h. */
	REASON_DISTANCE,
	/* Out of the set while there are others: RFC 9494 4.3, RFC 8326. */
	REASON_STALE,
	REASON_DRAINING,
	/* Lost in the decision process: RFC 4271 9.1.2.2, RFC 7311 4.1. */
	REASON_LOCAL_PREF,
	REASON_AIGP,
	REASON_AS_PATH_LENGTH,
	REASON_ORIGIN,
	REASON_MED,
	REASON_EBGP_OVER_IBGP,
	REASON_IGP_COST,
	REASON_CLUSTER_LENGTH,
	/* As good as the best path, but not in the set. */
	REASON_AS_PATH_CONTENT,
	REASON_MULTIPATH_OFF, /* multipath=no of its neighbor, or the best's */
	REASON_DUPLICATE_NEXTHOP,
	REASON_MAX_PATHS,
	REASON_COUNT,
	/* The steps of the decision process: decision_step.h. */
	REASON_FIRST_STEP = REASON_STALE,
	REASON_LAST_STEP = REASON_CLUSTER_LENGTH,
};

/* A decision chooses among paths that are; it may have other reasons not to. */
static inline bool path_reason_is_usable(enum path_reason reason)
{
	return reason < REASON_FILTERED || reason > REASON_NEXTHOP_DEAD;
}

/* "local_pref", ...; NULL for REASON_NONE. */
const char *path_reason_name(enum path_reason reason);
/*
 * The reason in words; NULL for a step that always compares two numbers, which
 * decision_explain() gives.
 */
const char *path_reason_sentence(enum path_reason reason);

#endif
