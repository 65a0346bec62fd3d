/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_WEIGHT_H
#define RIB_WEIGHT_H

/*
 * How much of a set's traffic each path gets. Pure.
 *
 * A weight is what policy gave the path, else its link bandwidth in units of
 * --bandwidth-unit, rounded, from 1 to WEIGHT_MAX; without a bandwidth it is
 * --default-weight. It is never a share of what the set has together: a path
 * weighs the same whoever stands beside it, and a server that comes or goes
 * changes no weight but its own.
 *
 * With one exception, which is FRR's default and ours: under
 * BANDWIDTH_USE_IF_ALL one path of the set of which nobody knows the weight
 * makes all bandwidths of the set count as none. Else the first of many equal
 * servers that begins to name its bandwidth would get nearly all the traffic.
 * BANDWIDTH_USE does without, for who knows what --default-weight has to be.
 *
 * A bandwidth of 0 is no weight but the wish to be used no more, as
 * GRACEFUL_SHUTDOWN is (RFC 8326).
 */

#include "rib/decision.h"

static inline bool path_has_bandwidth(const struct decision_options *options,
				      const struct path *path)
{
	return path->attributes->has_bandwidth &&
	       options->bandwidth_use != BANDWIDTH_IGNORE;
}

static inline bool path_is_draining(const struct decision_options *options,
				    const struct path *path)
{
	return path->attributes->is_shutdown ||
	       (path_has_bandwidth(options, path) &&
		!path->attributes->bandwidth);
}

/* Once the set of a route is chosen: do bandwidths count in it? */
void weigh_set(const struct decision_options *options, struct path *paths);

/* Of a path of the route whose paths are `paths`; 0 if it is not in the set. */
uint32_t path_weight(const struct decision_options *options,
		     const struct path *paths, const struct path *path);

/*
 * Bytes per second that the paths of the set have together, a path that names
 * none counting as its weight. False if no path of the set names one.
 */
bool path_list_bandwidth(const struct decision_options *options,
			 const struct path *paths, double *bytes_per_second);

#endif
