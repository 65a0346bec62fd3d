// SPDX-License-Identifier: BSD-2-Clause
/* Places of paths in long lists. See path_index.h. */

#include "rib/path_index.h"

#include <stdlib.h>
#include <string.h>

static struct path_index *find_index(const struct path_indexes *indexes,
				     const struct route *route)
{
	if (!route->indexed)
		return NULL;
	return (struct path_index *)prefix_map_find(&indexes->map,
						    &route->node.prefix);
}

static void drop_index(struct path_indexes *indexes, struct path_index *index)
{
	prefix_map_remove(&indexes->map, &index->node);
	free(index->paths);
	free(index);
}

void path_indexes_free(struct path_indexes *indexes)
{
	struct prefix_node *node;

	while ((node = prefix_map_next(&indexes->map, NULL)))
		drop_index(indexes, (struct path_index *)node);
	prefix_map_free(&indexes->map);
}

/* Return the number of paths before `wanted`. */
static size_t search_index(const struct path_index *index,
			   const struct path *wanted)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (path_order(index->paths[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve_index(struct path_index *index, size_t count)
{
	size_t room = 2 * count;
	struct path **grown;

	if (count <= index->room)
		return true;
	grown = reallocarray(index->paths, room, sizeof(struct path *));
	if (!grown)
		return false;
	index->paths = grown;
	index->room = room;
	return true;
}

/* Give a route an index of all its paths, if there is memory. */
static void make_index(struct path_indexes *indexes, struct route *route)
{
	struct path_index *index = calloc(1, sizeof(*index));
	size_t count = 0;

	if (!index)
		return;
	for (struct path *path = route->paths; path; path = path->next)
		count++;
	index->node.prefix = route->node.prefix;
	if (!reserve_index(index, count) ||
	    prefix_map_insert(&indexes->map, &index->node)) {
		free(index->paths);
		free(index);
		return;
	}
	for (struct path *path = route->paths; path; path = path->next)
		index->paths[index->count++] = path;
	route->indexed = true;
}

struct path **path_index_place(struct path_indexes *indexes,
			       struct route *route, const struct path *wanted)
{
	const struct path_index *index = find_index(indexes, route);
	struct path **link = &route->paths;
	size_t before, steps = 0;

	if (index) {
		before = search_index(index, wanted);
		return before ? &index->paths[before - 1]->next : link;
	}
	for (; *link && path_order(*link, wanted) < 0; steps++)
		link = &(*link)->next;
	if (steps >= PATH_INDEX_FROM)
		make_index(indexes, route);
	return link;
}

void path_index_insert(struct path_indexes *indexes, struct route *route,
		       struct path **link, struct path *path)
{
	struct path_index *index = find_index(indexes, route);
	size_t before = index ? search_index(index, path) : 0;

	path->next = *link;
	*link = path;
	if (!index)
		return;
	if (!reserve_index(index, index->count + 1)) {
		drop_index(indexes, index);
		route->indexed = false;
		return;
	}
	memmove(index->paths + before + 1, index->paths + before,
		(index->count - before) * sizeof(struct path *));
	index->paths[before] = path;
	index->count++;
}

void path_index_remove(struct path_indexes *indexes, struct route *route,
		       struct path **link)
{
	struct path_index *index = find_index(indexes, route);
	struct path *path = *link;
	size_t before;

	*link = path->next;
	if (!index)
		return;
	before = search_index(index, path);
	index->count--;
	memmove(index->paths + before, index->paths + before + 1,
		(index->count - before) * sizeof(struct path *));
	if (index->count >= PATH_INDEX_UNTIL)
		return;
	drop_index(indexes, index);
	route->indexed = false;
}
