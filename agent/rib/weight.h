/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_WEIGHT_H
#define RIB_WEIGHT_H

/*
 * Weights: how much of a set's traffic each path gets. Pure.
 *
 * The weight of a path is the one that policy gave it, else its link bandwidth in
 * units of --bandwidth-unit, rounded, from 1 to WEIGHT_MAX; without a bandwidth
 * it is --default-weight. It is never a share of the whole set: it does not
 * depend on the other paths, and a server that comes or goes changes no weight
 * but its own.
 *
 * There is one exception, FRR's default and ours: under BANDWIDTH_USE_IF_ALL one
 * path of unknown weight turns off all bandwidths of its set. Else the first of
 * many equal servers that announces a bandwidth would get nearly all traffic.
 * BANDWIDTH_USE has no such exception; --default-weight must fit then.
 *
 * Two things take a part of a weight away: a new server whose weight rises
 * (warm_up.h), and a link to the next hop that is slower than
 * --link-speed-weight, as one that lost a member or was negotiated down. While a
 * path of the set has such a part, all weights of the set are multiplied by the
 * number of steps or by 100, so that a part of the weight 1 is a number.
 *
 * A bandwidth above the neighbor's max-bandwidth= counts as that. One that is no
 * number, negative or infinite counts as none, like one that is not there.
 *
 * A bandwidth of 0 is no weight. Like GRACEFUL_SHUTDOWN (RFC 8326), it asks not
 * to use the path.
 */

#include "rib/path.h"

/* Decide whether bandwidths count in the set. Call once the set is chosen. */
void weight_settle(const struct decision_options *options, struct path *paths);

/*
 * Set rib_nexthop.weight of each member to what weight_of_path() returns for it,
 * in time that grows with the number of paths and not with its square.
 */
void weight_add_up(const struct decision_options *options,
		   const struct path *paths);
/* Return the weight of a path among the `paths` of its route; 0: not in the set. */
uint32_t weight_of_path(const struct decision_options *options,
			const struct path *paths, const struct path *path);

/*
 * Return the factor of all weights in the set: WARM_UP_STEPS while a path of it
 * rises, 100 while a link is slow, the product while both, else 1.
 */
uint32_t weight_scale(const struct decision_options *options,
		      const struct path *paths);
/* Return what is left of the weight of a path, in a set of that scale. */
uint32_t weight_scaled(const struct decision_options *options,
		       const struct path *path, uint32_t weight,
		       uint32_t scale);
/* Return the speed of the link to the next hop in percent of a full one, 1 to 100. */
uint32_t weight_link_percent(const struct decision_options *options,
			     const struct path *path);
/* Return the weight that a path out of the set would have in it. */
uint32_t weight_of_joining(const struct decision_options *options,
			   const struct path *path);

/*
 * Sum the bandwidths of the paths of the set. A path without one counts by its
 * weight, and a path over a slow link with the percentage of its link. False if no path of the set has a bandwidth.
 */
bool weight_sum_bandwidth(const struct decision_options *options,
			  const struct path *paths, double *bytes_per_second);

/* The same as a whole number of --bandwidth-unit, whether it is known or not. */
uint64_t weight_sum_units(const struct decision_options *options,
			  const struct path *paths);

#endif
