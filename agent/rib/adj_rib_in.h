/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ADJ_RIB_IN_H
#define RIB_ADJ_RIB_IN_H

/*
 * Adj-RIB-In (RFC 4271 3.2): take in the paths that neighbors announce and
 * withdraw, and those of --path.
 */

#include "bgp/codec/update.h"
#include "rib/rib.h"

/*
 * Take in a decoded UPDATE whose verdict is below BGP_VERDICT_RESET. Returns 0,
 * -ENOMEM, or -EDQUOT if the peer announces more than it may; then some paths
 * may be missing and the session must be reset.
 */
int adj_rib_in_update(struct rib *rib, struct rib_peer *peer,
		      const struct bgp_update *update);
/*
 * True if paths of this peer may be accepted: its role says so, or a rule. Those
 * of others are not kept.
 */
bool adj_rib_in_learns_from(const struct rib *rib, const struct rib_peer *peer);
/*
 * Begin and end a refresh of one family (RFC 7313 4): paths that the neighbor
 * does not announce again in between are removed, those that do not fit into
 * this turn by rib_process(). An end without a beginning does nothing. A
 * beginning returns 0, or -EOVERFLOW after UINT8_MAX of them before the stale
 * paths of an earlier one are removed; then the session must be reset.
 */
int adj_rib_in_begin_refresh(struct rib *rib, struct rib_peer *peer,
			     enum bgp_family family);
void adj_rib_in_end_refresh(struct rib *rib, struct rib_peer *peer,
			    enum bgp_family family);
/*
 * Remove all paths of a family, after an error in its routes (RFC 4760 7). The
 * same return value.
 */
int adj_rib_in_drop_family(struct rib *rib, struct rib_peer *peer,
			   enum bgp_family family);
/*
 * Add the paths of --path, as if a backend had announced them; they stay until
 * rib_free() or rib_reconfigure(), and `paths` must live as long. Returns 0, or
 * -ENOMEM and adds none.
 */
int adj_rib_in_add_static_paths(struct rib *rib,
				const struct static_path_options *paths,
				size_t count);

#endif
