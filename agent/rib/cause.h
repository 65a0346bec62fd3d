/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_CAUSE_H
#define RIB_CAUSE_H

/*
 * Why a path was refused before the decision process: what stands behind the
 * reasons "filtered" and "loop" (reason.h). Pure.
 */

#include "rib/reason.h"

enum import_cause {
	IMPORT_ACCEPTED,
	/* No rule lifts these: import.h. */
	IMPORT_DEFAULT_ROUTE,
	IMPORT_OWN_ADDRESS,
	IMPORT_NEXTHOP_SUBNET,
	IMPORT_AGGREGATE, /* one of ours */
	IMPORT_OUTSIDE_VIP,
	IMPORT_LOOP,
	IMPORT_LEAK, /* RFC 9234 5 */
	/* The policy: policy.h. */
	IMPORT_DENIED_BY_RULE,
	IMPORT_NO_POLICY, /* no rule allows it: RFC 8212 */
	/* The neighbor's limit: max_prefix.h. */
	IMPORT_MAX_PREFIX,
	IMPORT_CAUSE_COUNT,
};

/* "outside_vip", ...; NULL for IMPORT_ACCEPTED. */
const char *import_cause_name(enum import_cause cause);
/* The reason that goes with it; REASON_NONE for IMPORT_ACCEPTED. */
enum path_reason import_cause_reason(enum import_cause cause);

#endif
