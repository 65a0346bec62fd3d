/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_EXPLAIN_GONE_H
#define CONTROL_EXPLAIN_GONE_H

/* Explanations of paths and VIPs that have gone. See explain.h. */

#include <stdbool.h>

#include "control/view.h"

struct json_object;
struct prefix;
struct route;

/*
 * Find the prefix that `text` asks for, if it has gone: ADDRESS/LENGTH without a
 * route, or the longest one around ADDRESS, if it is longer than that of
 * `route`, which was found for it, or NULL.
 */
bool explain_find_gone(const struct control_view *view, const char *text,
		       const struct route *route, struct prefix *gone);
/* Return the reply for a prefix without a route, which the caller puts. */
struct json_object *explain_gone(const struct control_view *view,
				 const struct prefix *prefix);
/*
 * Return the list of neighbors that had a path of a prefix, or meant to, and have
 * none now, with the reason; the last one first. `route` may be NULL.
 */
struct json_object *explain_departed(const struct control_view *view,
				     const struct prefix *prefix,
				     const struct route *route);
/* Return the list of what happened to a VIP of late; the last one first. */
struct json_object *explain_events(const struct prefix *prefix);

#endif
