/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_BATCH_H
#define RIB_EXPORT_BATCH_H

/*
 * What is left to tell the neighbors, and export_batch_next(), which takes from
 * it what one of them is told next, together with those that are told the same.
 *
 * Everything with a bit in `pending` is in one list, rib.pending, and each
 * neighbor has a bookmark in it: nothing before that is pending for it. What has
 * to be told anew goes to the end, behind all bookmarks. So a neighbor never
 * goes over what waits for another one that reads slowly, however much that is.
 *
 * What is sent is made from the state at this moment: a neighbor that reads
 * slowly gets the newest, once.
 */

#include "rib/rib.h"

enum export_batch_limits {
	EXPORT_BATCH_SIZE = 256, /* prefixes of one struct export_batch */
};

/* Something to tell: routes that share one announcement. */
struct export_batch {
	/* To whom, and what these sessions have in common: it holds for all. */
	size_t peer_count;
	struct rib_peer *peers[RIB_MAX_UPSTREAMS];
	const struct bgp_negotiated *session;
	bool withdraw;
	struct bgp_attributes attributes; /* a view; for the next call only */
	size_t count;
	struct bgp_path_key routes[EXPORT_BATCH_SIZE];
};

/*
 * What is next for `peer`, which is the first of out->peers; those behind it
 * are in its group, are ready and must be told precisely the same. All of them
 * count as told. False if `peer` has been told everything.
 */
bool export_batch_next(struct rib *rib, struct rib_peer *peer,
		       struct export_batch *out);

#endif
