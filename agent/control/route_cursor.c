// SPDX-License-Identifier: BSD-2-Clause
/* A walk that survives changes. See route_cursor.h. */

#include "control/route_cursor.h"

#include <errno.h>
#include <stdlib.h>

#include "rib/rib.h"

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static size_t count_routes(const struct rib *rib)
{
	const struct route *route = NULL;
	size_t count = 0;

	while ((route = rib_next(rib, route)))
		count++;
	return count;
}

int route_cursor_start(struct route_cursor *cursor, const struct rib *rib)
{
	const size_t count = count_routes(rib);
	const struct route *route = NULL;

	*cursor = (struct route_cursor){ 0 };
	if (!count)
		return 0;
	cursor->prefixes = calloc(count, sizeof(*cursor->prefixes));
	if (!cursor->prefixes)
		return -ENOMEM;
	while ((route = rib_next(rib, route)))
		cursor->prefixes[cursor->count++] = route->node.prefix;
	qsort(cursor->prefixes, count, sizeof(*cursor->prefixes), by_prefix);
	return 0;
}

bool route_cursor_next(struct route_cursor *cursor, const struct rib *rib,
		       const struct route **route)
{
	if (cursor->next == cursor->count)
		return false;
	*route = rib_find(rib, &cursor->prefixes[cursor->next++]);
	return true;
}

void route_cursor_end(struct route_cursor *cursor)
{
	free(cursor->prefixes);
	*cursor = (struct route_cursor){ 0 };
}
