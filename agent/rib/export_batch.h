/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_BATCH_H
#define RIB_EXPORT_BATCH_H

/*
 * Announcements and withdrawals still to be sent. export_batch_next() takes the
 * next ones for a neighbor, together with the neighbors that get the same.
 *
 * Every export with a bit in `pending` is in one list, rib.pending. Each
 * neighbor has a bookmark in the list; no export before it is pending for this
 * neighbor. So a neighbor never walks over exports that wait for another one,
 * which reads slowly.
 *
 * Exports with one set of attributes stand together, so that they go in one
 * UPDATE however they came: the last of such a run is known to the set. A new
 * change goes behind it if that waits for the same neighbors at least, as it is
 * behind their bookmarks then, else to the end of the list, behind all bookmarks.
 * A run has a maximum, or routes that change all the time would keep others from
 * a neighbor that reads slowly.
 *
 * A batch is made from the state at the moment of sending: a neighbor that reads
 * slowly gets the newest state, once.
 */

#include "rib/rib.h"

enum export_batch_limits {
	EXPORT_BATCH_SIZE = 256, /* prefixes of one struct export_batch */
	EXPORT_RUN_MAX = 4096,
};

/* Prefixes that share one announcement, or are withdrawn. */
struct export_batch {
	/* The receivers, and what they negotiated as far as sending needs it. */
	size_t peer_count;
	struct rib_peer *peers[RIB_MAX_UPSTREAMS];
	const struct bgp_negotiated *session;
	bool withdraw;
	struct bgp_attributes attributes; /* a view, until the next call */
	size_t count;
	struct bgp_path_key routes[EXPORT_BATCH_SIZE];
};

/*
 * Take the next batch for `peer`. It is the first of out->peers; the others are
 * of its group, ready to send to, and get the same. The batch counts as sent to
 * all of them. False if nothing is left for `peer`.
 */
bool export_batch_next(struct rib *rib, struct rib_peer *peer,
		       struct export_batch *out);

#endif
