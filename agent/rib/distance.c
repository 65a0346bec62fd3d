// SPDX-License-Identifier: BSD-2-Clause
/* Configured paths against those of BGP. See distance.h. */

#include "rib/distance.h"

enum {
	DISTANCE_NONE = UINT32_MAX, /* no path */
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

static uint32_t lowest_static(const struct path *paths)
{
	uint32_t lowest = DISTANCE_NONE;

	for (const struct path *path = paths; path; path = path->next)
		if (is_set_aside(path) && config_of(path)->distance < lowest)
			lowest = config_of(path)->distance;
	return lowest;
}

static uint32_t distance_of_bgp(const struct path *best)
{
	if (!best)
		return DISTANCE_NONE;
	return best->source->type == PEER_EXTERNAL ? DISTANCE_EXTERNAL :
						     DISTANCE_INTERNAL;
}

static struct path *first_left(struct path *paths)
{
	while (paths && paths->reason != REASON_NONE)
		paths = paths->next;
	return paths;
}

struct path *distance_compare(struct path *paths, struct path *best)
{
	uint32_t configured = lowest_static(paths);
	uint32_t bgp = distance_of_bgp(best);
	uint32_t lowest = configured < bgp ? configured : bgp;

	for (struct path *path = paths; path; path = path->next) {
		if (is_set_aside(path)) {
			if (config_of(path)->distance == lowest)
				path->reason = REASON_NONE;
		} else if (path->reason == REASON_NONE && bgp != lowest) {
			path->reason = REASON_DISTANCE;
		}
	}
	return bgp == lowest ? best : first_left(paths);
}
