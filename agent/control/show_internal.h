/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_INTERNAL_H
#define CONTROL_SHOW_INTERNAL_H

/* What show.c has in its table: one function for each thing to show. */

#include "control/show.h"

struct address;
struct path;
struct route;

struct json_object *show_neighbors(const struct control_view *view);
/* One route: the prefix, or the longest that contains an address. */
struct json_object *show_route(const struct control_view *view,
			       struct json_object *request);
/*
 * What somebody means by a prefix: that one if it has a length, else the
 * longest that contains the address. NULL and the text of an error if there is
 * none.
 */
const struct route *show_find_route(const struct control_view *view,
				    const char *text,
				    struct json_object **error);
/* A route with all its paths. */
struct json_object *show_whole_route(const struct control_view *view,
				     const struct route *route);
/* A path of a route. */
struct json_object *show_path(const struct control_view *view,
			      const struct route *route,
			      const struct path *path);
struct json_object *show_nexthops(const struct control_view *view);
/* Its BFD session; NULL for a next hop that BFD does not watch. */
struct json_object *show_bfd(const struct control_view *view,
			     const struct address *address);
struct json_object *show_groups(const struct control_view *view);
struct json_object *show_counters(const struct control_view *view);
struct json_object *show_status(const struct control_view *view);

#endif
