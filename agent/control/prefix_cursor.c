// SPDX-License-Identifier: BSD-2-Clause
/* Sorted runs and a heap of them. See prefix_cursor.h. */

#include "control/prefix_cursor.h"

#include <errno.h>
#include <stdlib.h>

#include "core/prefix_map.h"

enum {
	FIRST_ROOM = 8,
};

struct prefix_cursor prefix_cursor_of(const struct prefix_map *map)
{
	return (struct prefix_cursor){ .map = map };
}

void prefix_cursor_end(struct prefix_cursor *cursor)
{
	for (size_t i = 0; i < cursor->run_count; i++)
		free(cursor->runs[i].prefixes);
	free(cursor->runs);
	*cursor = (struct prefix_cursor){ 0 };
}

/* ------------------------------------------------------------- runs */

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void sort_run(struct prefix_run *run)
{
	qsort(run->prefixes, run->count, sizeof(*run->prefixes), by_prefix);
}

/* Begin a run. NULL: out of memory. */
static struct prefix_run *add_run(struct prefix_cursor *cursor)
{
	size_t room = cursor->run_room ? 2 * cursor->run_room : FIRST_ROOM;
	struct prefix_run *run;

	if (cursor->run_count == cursor->run_room) {
		run = reallocarray(cursor->runs, room, sizeof(*run));
		if (!run)
			return NULL;
		cursor->runs = run;
		cursor->run_room = room;
	}
	run = &cursor->runs[cursor->run_count];
	*run = (struct prefix_run){
		.prefixes = calloc(PREFIX_CURSOR_RUN, sizeof(*run->prefixes)),
	};
	if (!run->prefixes)
		return NULL;
	cursor->run_count++;
	return run;
}

/* Add a prefix to the last run, which is sorted when it is full. */
static bool add_prefix(struct prefix_cursor *cursor,
		       const struct prefix *prefix)
{
	struct prefix_run *run = NULL;

	if (cursor->run_count)
		run = &cursor->runs[cursor->run_count - 1];
	if (!run || run->count == PREFIX_CURSOR_RUN)
		run = add_run(cursor);
	if (!run)
		return false;
	run->prefixes[run->count++] = *prefix;
	if (run->count == PREFIX_CURSOR_RUN)
		sort_run(run);
	return true;
}

/* ------------------------------------------------------------- heap */

static const struct prefix *first_of(const struct prefix_run *run)
{
	return &run->prefixes[run->next];
}

/* Move a run down to its place in the heap below it. */
static void sift_down(struct prefix_cursor *cursor, size_t place)
{
	struct prefix_run *runs = cursor->runs;
	const struct prefix_run moved = runs[place];
	size_t child;

	while ((child = 2 * place + 1) < cursor->run_count) {
		if (child + 1 < cursor->run_count &&
		    prefix_compare(first_of(&runs[child + 1]),
				   first_of(&runs[child])) < 0)
			child++;
		if (prefix_compare(first_of(&moved), first_of(&runs[child])) <=
		    0)
			break;
		runs[place] = runs[child];
		place = child;
	}
	runs[place] = moved;
}

static void begin_merge(struct prefix_cursor *cursor)
{
	if (cursor->run_count)
		sort_run(&cursor->runs[cursor->run_count - 1]);
	for (size_t i = cursor->run_count / 2; i > 0; i--)
		sift_down(cursor, i - 1);
}

/* Take the lowest prefix, which there is. */
static struct prefix take_lowest(struct prefix_cursor *cursor)
{
	struct prefix_run *first = cursor->runs;
	struct prefix lowest = *first_of(first);

	if (++first->next == first->count) {
		free(first->prefixes);
		*first = cursor->runs[--cursor->run_count];
	}
	if (cursor->run_count)
		sift_down(cursor, 0);
	return lowest;
}

/* ------------------------------------------------------------- steps */

int prefix_cursor_collect(struct prefix_cursor *cursor)
{
	const struct prefix_map *map = cursor->map;
	size_t end = cursor->chain + PREFIX_CURSOR_CHAINS;

	for (; cursor->chain < map->size && cursor->chain < end;
	     cursor->chain++) {
		const struct prefix_node *node =
			prefix_map_chain(map, cursor->chain);

		for (; node; node = node->next)
			if (!add_prefix(cursor, &node->prefix))
				return -ENOMEM;
	}
	if (cursor->chain < map->size)
		return 1;
	begin_merge(cursor);
	return 0;
}

static bool is_last_again(const struct prefix_cursor *cursor,
			  const struct prefix *prefix)
{
	return cursor->has_last && prefix_equal(&cursor->last, prefix);
}

bool prefix_cursor_next(struct prefix_cursor *cursor, struct prefix *prefix)
{
	struct prefix lowest;

	do {
		if (!cursor->run_count)
			return false;
		lowest = take_lowest(cursor);
	} while (is_last_again(cursor, &lowest));
	cursor->last = lowest;
	cursor->has_last = true;
	*prefix = lowest;
	return true;
}
