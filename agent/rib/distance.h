/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DISTANCE_H
#define RIB_DISTANCE_H

/*
 * Administrative distance: configured paths (--path) against those of BGP.
 *
 * As in a router, BGP first chooses among its own, and what it has chosen has
 * the distance of its best path. That is then held against the configured paths
 * of the lowest distance; the lower one wins. With equal distances they share
 * the set: a configured path has no AS_PATH, no MED and no LOCAL_PREF that could
 * be compared with those of BGP, so that nothing but the distance is.
 *
 * Distance is not the first step of the decision process: it would set eBGP
 * above the LOCAL_PREF of iBGP, against RFC 4271 9.1.2.
 *
 * Pure. The configured paths of a route belong to a source of their own, which
 * comes after every neighbor in the order of a route, so that the best path of
 * a mixed set is one of BGP and its attributes are what is announced.
 */

#include "rib/decision.h"

/* What routers customarily have. */
enum distance {
	DISTANCE_EXTERNAL = 20,
	DISTANCE_INTERNAL = 200, /* members of our confederation, too */
};

/* True if the path was configured. */
bool path_is_static(const struct path *path);

/* To be called before the steps of BGP: strikes out configured paths. */
void distance_set_aside(struct path *paths);
/*
 * To be called after them, with their losers struck out and `best` of BGP (or
 * NULL): leaves what has the lowest distance, and brings back configured paths
 * that have it. Returns what is the best path now, or NULL.
 */
struct path *distance_compare(struct path *paths, struct path *best);

#endif
