/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_INDEX_H
#define RIB_PATH_INDEX_H

/*
 * The place of a path in its route. The paths of a route are a list in
 * path_order(). A list of a few is walked; a long one has an index beside it, an
 * array in the same order that is searched by halves: with 512 paths, a walk waits
 * for memory some 256 times. Routes with so many paths are few, so that the index
 * costs the others nothing.
 */

#include <stddef.h>

#include "core/prefix_map.h"
#include "rib/path.h"
#include "rib/route.h"

enum path_index_limits {
	PATH_INDEX_FROM = 32,  /* paths walked before a route gets an index */
	PATH_INDEX_UNTIL = 16, /* paths of one that loses it again */
};

/* The index of one route. Out of memory: the list is walked. */
struct path_index {
	struct prefix_node node; /* first: found by the route's prefix */
	size_t count, room;
	struct path **paths;
};

/* All indexes, by prefix. Zeroed: none. */
struct path_indexes {
	struct prefix_map map;
};

void path_indexes_free(struct path_indexes *indexes);

/*
 * Find the link to the path with the source and path_id of `wanted`, or to the one
 * behind its place.
 */
struct path **path_index_place(struct path_indexes *indexes,
			       struct route *route, const struct path *wanted);
/* Link a path into its route at `link`, which is its place. */
void path_index_insert(struct path_indexes *indexes, struct route *route,
		       struct path **link, struct path *path);
/* Take the path at `link` out of its route. */
void path_index_remove(struct path_indexes *indexes, struct route *route,
		       struct path **link);

#endif
