/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_AGGREGATE_H
#define RIB_AGGREGATE_H

/*
 * Aggregates (--aggregate, RFC 4271 9.2.2.2): one prefix announced for the VIPs
 * inside it, as long as one of them could be announced itself. A VIP that a
 * well-known community keeps here does not contribute.
 *
 * If all contributors have the same AS_PATH, the aggregate has it, too. Else its
 * AS_PATH is empty, and ATOMIC_AGGREGATE says that AS numbers were left out.
 * With as-set it is one AS_SET of all; RFC 9774 asks others to refuse that, so
 * it is not the default. AGGREGATOR is this host. The attributes do not depend
 * on the order in which contributors came.
 */

#include "rib/rib_internal.h"

/* Let the best path's export contribute, or not, by its new attributes. */
void aggregate_contribute(struct rib *rib, struct route_export *export);
/* Announce or withdraw the aggregates that have changed. */
void aggregate_refresh(struct rib *rib);
/*
 * Put the aggregates of other options, `list`, in the place of those so far. The
 * options of both must be there; rib->options has the new ones.
 */
void aggregate_replace_all(struct rib *rib, struct aggregate *list,
			   size_t count_before);
/* True if the route is announced by its aggregate only: summary-only. */
bool aggregate_suppresses(const struct route_export *best);

#endif
