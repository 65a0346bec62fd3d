/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_AGGREGATE_H
#define RIB_AGGREGATE_H

/*
 * Aggregates (--aggregate, RFC 4271 9.2.2.2): one prefix announced for the VIPs
 * inside it, as long as one of them could be announced itself. What has to stay
 * here by a well-known community does not contribute.
 *
 * The AS_PATH is what all contributors have in common if they are the same;
 * else it is empty, and ATOMIC_AGGREGATE says that AS numbers were left out, or
 * with as-set it is one AS_SET of all (which RFC 9774 tells others to refuse,
 * so it is not the default). AGGREGATOR is us. The attributes do not depend on
 * the order in which contributors came.
 */

#include "rib/rib_internal.h"

/* The best path's export has new attributes, or none: does it contribute? */
void aggregate_contribute(struct rib *rib, struct route_export *export);
/* Announces or withdraws the aggregates that have changed. */
void aggregate_refresh(struct rib *rib);
/* The route is announced as a part of an aggregate, and not by itself. */
bool aggregate_suppresses(const struct route_export *best);

#endif
