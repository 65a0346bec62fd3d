/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_ROUTE_CURSOR_H
#define CONTROL_ROUTE_CURSOR_H

/*
 * A walk over all routes in the order of their prefixes, during which the rib
 * may change. It holds the prefixes that existed when it began and no route:
 * later routes are left out, and routes that have gone are skipped. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"

struct rib;
struct route;

/* All zeroes: a walk that has ended. */
struct route_cursor {
	struct prefix *prefixes;
	size_t count;
	size_t next;
};

/* Return 0 or -ENOMEM. The caller ends the walk with route_cursor_end(). */
int route_cursor_start(struct route_cursor *cursor, const struct rib *rib);
/* Take one step: *route is NULL if it has gone. False at the end. */
bool route_cursor_next(struct route_cursor *cursor, const struct rib *rib,
		       const struct route **route);
void route_cursor_end(struct route_cursor *cursor);

#endif
