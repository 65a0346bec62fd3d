/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_LIST_H
#define RIB_EXPORT_LIST_H

/*
 * The exports of a route: that of the best path first, then those of the paths of
 * the set in path_order(), then those whose path was removed. So a walk over the
 * paths finds all their exports with one walk over the list. Pure.
 */

#include "rib/route.h"

/* Return the export of the best path, or NULL. */
struct route_export *export_list_best(const struct route *route);
/* Return the export behind `before`, the first one if that is NULL. */
struct route_export *export_list_next(const struct route *route,
				      const struct route_export *before);
/* Put an export behind `before`, or first if that is NULL. */
void export_list_add(struct route *route, struct route_export *before,
		     struct route_export *export);
void export_list_remove(struct route_export *export);
/*
 * Search the place of a path's export behind `before`, NULL: in all exports.
 * Return the one before it; the one behind that is the path's, or there is none.
 * Adds the exports that it passes to `passed`.
 */
struct route_export *export_list_place(const struct route *route,
				       struct route_export *before,
				       const struct path *path,
				       uint64_t *passed);
/* Return the export of a path, or NULL. Adds those that it passes to `passed`. */
struct route_export *export_list_find(const struct route *route,
				      const struct path *path,
				      uint64_t *passed);

#endif
