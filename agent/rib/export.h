/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_H
#define RIB_EXPORT_H

/*
 * Adj-RIB-Out (RFC 4271 3.2): which routes are announced to which neighbors.
 * The announcements themselves are taken by export_batch_next().
 */

#include "rib/reason.h"
#include "rib/rib.h"

/*
 * Announce everything to a neighbor once more: RFC 2918. rib_process() goes on
 * with what does not fit into this turn, and calls export_waiting().
 */
void export_refresh(struct rib *rib, struct rib_peer *peer);
/*
 * True if all routes were looked at for the neighbor: what export_batch_next()
 * gives up to its end is the whole table.
 */
bool export_is_complete(const struct rib_peer *peer);
/*
 * Announce with the new time what has waited for --announce-delay. Call after
 * rib_process() and at the time returned; 0: nothing waits.
 */
uint64_t export_advance(struct rib *rib, uint64_t now_ms);

/* Announce or withdraw everything once more, as the new state says. */
void export_set_shutdown(struct rib *rib, enum rib_shutdown shutdown);
/*
 * Withdraw all announcements while no program steers, or announce them again.
 */
void export_set_detached(struct rib *rib, bool detached);
/* Announce nothing yet: the agent starts, and servers are still on their way. */
void export_set_starting(struct rib *rib, bool starting);

/* Return why nothing is announced now: it ends, starts, or no program steers. */
enum export_reason export_obstacle(const struct rib *rib);
/* Return how many living next hops a VIP needs to stay announced. */
uint32_t export_min_nexthops(const struct rib *rib, const struct prefix *vip);
/*
 * Return why `route` is not announced to `peer`; its best path, if the peer
 * takes several.
 */
enum export_reason export_explain(struct rib *rib, const struct route *route,
				  const struct rib_peer *peer);

#endif
