/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_BATCH_H
#define RIB_EXPORT_BATCH_H

/*
 * What is left to tell the neighbors, and rib_export_next(), which takes from
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

/* The peers whose bits are in `peers` must be told of a change. */
void export_batch_add(struct rib *rib, struct route_export *export,
		      uint64_t peers);
/* They need not any more. */
void export_batch_remove(struct rib *rib, struct route_export *export,
			 uint64_t peers);

/* A peer that is told something comes, and goes. 0 or -ENOMEM. */
int export_batch_begin(struct rib *rib, struct rib_peer *peer);
void export_batch_end(struct rib *rib, struct rib_peer *peer);

#endif
