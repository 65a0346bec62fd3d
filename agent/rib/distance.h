/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DISTANCE_H
#define RIB_DISTANCE_H

/*
 * Administrative distance: configured paths (--path) against those of BGP.
 *
 * As in a router, BGP first chooses among its own paths, and the distance of its
 * best path is compared with the lowest distance of the configured ones. The
 * lower distance wins. With equal distances both share the set: a configured
 * path has no AS_PATH, MED or LOCAL_PREF, so only the distance can be compared.
 *
 * A path that drains is as far as all others are not: it competes only with
 * those that drain, too.
 *
 * Distance is not the first step of the decision process: it would set eBGP
 * above the LOCAL_PREF of iBGP, against RFC 4271 9.1.2.
 *
 * The configured paths of a route belong to a source of their own, which sorts
 * behind every neighbor in a route. So the best path of a mixed set is one of
 * BGP, and its attributes are announced. Pure.
 */

#include "rib/path.h"

/* The customary values of routers. */
enum distance {
	DISTANCE_EXTERNAL = 20,
	DISTANCE_INTERNAL = 200, /* also for members of our confederation */
};

/* Take configured paths out. Call before the steps of BGP. */
void distance_set_aside(struct path *paths);
/*
 * Keep the paths with the lowest distance, among them configured ones. Call
 * after the steps of BGP, with their losers out and `best` the best path of BGP,
 * or NULL. Returns the best path of all, or NULL.
 */
struct path *distance_compare(const struct decision_options *options,
			      struct path *paths, struct path *best);

#endif
