/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_ROUTE_CURSOR_H
#define CONTROL_ROUTE_CURSOR_H

/*
 * A walk over all routes in order of their prefixes that may rest between any
 * two of them while the rib changes. It holds the prefixes there were when it
 * began, never a route: one that came since is left out, one that has gone is
 * passed over. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"

struct rib;
struct route;

/* Zeroed, it is one that has ended. */
struct route_cursor {
	struct prefix *prefixes;
	size_t count;
	size_t next;
};

/* Returns 0 or -ENOMEM. The caller ends it with route_cursor_end(). */
int route_cursor_start(struct route_cursor *cursor, const struct rib *rib);
/* One step: the route, or NULL if it has gone. False if there is no more. */
bool route_cursor_next(struct route_cursor *cursor, const struct rib *rib,
		       const struct route **route);
void route_cursor_end(struct route_cursor *cursor);

#endif
