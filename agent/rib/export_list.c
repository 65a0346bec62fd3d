// SPDX-License-Identifier: BSD-2-Clause
/* The exports of a route. See export_list.h. */

#include "rib/export_list.h"

#include "rib/rib.h"

struct route_export *export_list_best(const struct route *route)
{
	struct route_export *first = route->exports;

	return first && first->path_id == RIB_BEST_PATH ? first : NULL;
}

struct route_export *export_list_next(const struct route *route,
				      const struct route_export *before)
{
	return before ? before->next : route->exports;
}

void export_list_add(struct route *route, struct route_export *before,
		     struct route_export *export)
{
	struct route_export *last = route->exports ? route->exports->previous :
						     export;

	export->next = export_list_next(route, before);
	export->previous = before ? before : last;
	if (export->next)
		export->next->previous = export;
	else
		last = export;
	if (before)
		before->next = export;
	else
		route->exports = export;
	route->exports->previous = last;
}

void export_list_remove(struct route_export *export)
{
	struct route *route = export->route;
	struct route_export *last = route->exports->previous;

	if (export == route->exports)
		route->exports = export->next;
	else
		export->previous->next = export->next;
	if (export->next)
		export->next->previous = export->previous;
	else
		last = export->previous;
	if (route->exports)
		route->exports->previous = last;
}

struct route_export *export_list_place(const struct route *route,
				       struct route_export *before,
				       const struct path *path,
				       uint64_t *passed)
{
	struct route_export *next = before ? before : export_list_best(route);

	do {
		before = next;
		next = export_list_next(route, before);
		(*passed)++;
	} while (next && next->path && path_order(next->path, path) < 0);
	return before;
}

struct route_export *export_list_find(const struct route *route,
				      const struct path *path, uint64_t *passed)
{
	struct route_export *export =
		export_list_next(route, export_list_best(route));

	for (; export && export->path && export->path != path;
	     export = export->next)
		(*passed)++;
	return export && export->path ? export : NULL;
}
