// SPDX-License-Identifier: BSD-2-Clause
/* Configured paths against those of BGP. See distance.h. */

#include "rib/distance.h"

enum {
	DISTANCE_DRAINING = DISTANCE_MAX + 1, /* added while a path drains */
	DISTANCE_NONE = UINT32_MAX,	      /* no path */
};

/* Return the configured path. Path identifiers count from 1. */
static const struct static_path_options *config_of(const struct path *path)
{
	return &path->source->statics[path->path_id - 1];
}

void distance_set_aside(struct path *paths)
{
	for (struct path *path = paths; path; path = path->next)
		if (path_is_static(path) && path->reason == REASON_NONE)
			path->reason = REASON_DISTANCE;
}

static bool is_set_aside(const struct path *path)
{
	return path_is_static(path) && path->reason == REASON_DISTANCE;
}

/* Return the distance; paths that drain stand behind all others. */
static uint32_t rank(const struct decision_options *options,
		     const struct path *path, uint32_t distance)
{
	return path_is_draining(options, path) ? distance + DISTANCE_DRAINING :
						 distance;
}

static uint32_t rank_of_static(const struct decision_options *options,
			       const struct path *path)
{
	return rank(options, path, config_of(path)->distance);
}

static uint32_t lowest_static(const struct decision_options *options,
			      const struct path *paths)
{
	uint32_t lowest = DISTANCE_NONE;

	for (const struct path *path = paths; path; path = path->next)
		if (is_set_aside(path) &&
		    rank_of_static(options, path) < lowest)
			lowest = rank_of_static(options, path);
	return lowest;
}

static uint32_t rank_of_bgp(const struct decision_options *options,
			    const struct path *best)
{
	if (!best)
		return DISTANCE_NONE;
	return rank(options, best,
		    best->source->type == PEER_EXTERNAL ? DISTANCE_EXTERNAL :
							  DISTANCE_INTERNAL);
}

/* Return why a path of this rank loses to one of the lowest rank. */
static enum path_reason reason_of_loss(uint32_t own, uint32_t lowest)
{
	return own > DISTANCE_DRAINING && lowest < DISTANCE_DRAINING ?
		       REASON_DRAINING :
		       REASON_DISTANCE;
}

static struct path *first_left(struct path *paths)
{
	while (paths && paths->reason != REASON_NONE)
		paths = paths->next;
	return paths;
}

struct path *distance_compare(const struct decision_options *options,
			      struct path *paths, struct path *best)
{
	uint32_t configured = lowest_static(options, paths);
	uint32_t bgp = rank_of_bgp(options, best);
	uint32_t lowest = configured < bgp ? configured : bgp;

	for (struct path *path = paths; path; path = path->next) {
		if (is_set_aside(path)) {
			uint32_t own = rank_of_static(options, path);

			path->reason = own == lowest ?
					       REASON_NONE :
					       reason_of_loss(own, lowest);
		} else if (path->reason == REASON_NONE && bgp != lowest) {
			path->reason = reason_of_loss(bgp, lowest);
		}
	}
	return bgp == lowest ? best : first_left(paths);
}
