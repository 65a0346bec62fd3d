/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_PREFIX_CURSOR_H
#define CONTROL_PREFIX_CURSOR_H

/*
 * A walk over the prefixes of a map in their order, in pieces between which the
 * map may change. It holds prefixes and no node: the caller looks each up, and
 * skips those that have gone.
 *
 * At first the prefixes are collected, those of some chains of the map at a time.
 * They make runs, which are sorted one by one; a million prefixes sorted at once
 * would hold the event loop for half a second. Then the runs are merged prefix by
 * prefix. While a map grows, it moves nodes to its last chain: those that were
 * collected before come twice, and are returned once. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"

struct prefix_map;

enum prefix_cursor_limits {
	PREFIX_CURSOR_CHAINS = 1024, /* of the map, collected at a time */
	PREFIX_CURSOR_RUN = 1024,    /* prefixes of a run */
};

/* Sorted prefixes that are left to return. */
struct prefix_run {
	struct prefix *prefixes;
	size_t next, count;
};

struct prefix_cursor {
	const struct prefix_map *map;
	size_t chain; /* the next one to collect */
	/* Once all is collected a heap: the run with the lowest is the first. */
	struct prefix_run *runs;
	size_t run_count, run_room;
	bool has_last;
	struct prefix last; /* that was returned */
};

/*
 * Return a cursor at its begin. The map must outlive it; the caller ends it with
 * prefix_cursor_end().
 */
struct prefix_cursor prefix_cursor_of(const struct prefix_map *map);
/*
 * Collect some of the prefixes. Returns 1 if more are left, 0 when all are
 * collected, or -ENOMEM.
 */
int prefix_cursor_collect(struct prefix_cursor *cursor);
/* Take the next of the collected prefixes. False at the end. */
bool prefix_cursor_next(struct prefix_cursor *cursor, struct prefix *prefix);
/* Free the memory. Legal at any time, and for a cursor that is all zero. */
void prefix_cursor_end(struct prefix_cursor *cursor);

#endif
