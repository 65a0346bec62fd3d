/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_PARTS_H
#define CONTROL_SHOW_PARTS_H

/* What show.c has in its table: one function for each thing to show. */

#include "control/show.h"

struct json_object *show_neighbors(const struct control_view *view);
struct json_object *show_routes(const struct control_view *view);
/* One route: the prefix, or the longest that contains an address. */
struct json_object *show_route(const struct control_view *view,
			       struct json_object *request);
struct json_object *show_nexthops(const struct control_view *view);
struct json_object *show_groups(const struct control_view *view);
struct json_object *show_counters(const struct control_view *view);
struct json_object *show_status(const struct control_view *view);

#endif
