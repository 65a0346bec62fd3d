/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_SERVICES_H
#define CONTROL_SHOW_SERVICES_H

/* Checks of services, as parts of replies. */

#include "nexthop/service_state.h"

struct address;
struct control_view;
struct json_object;
struct path;
struct route;

/* Return the checks at a next hop by state; NULL: there are none. */
struct json_object *show_nexthop_checks(const struct control_view *view,
					const struct address *nexthop);
/* Return the check of the service behind a path; NULL: it is not checked. */
struct json_object *show_path_check(const struct control_view *view,
				    const struct route *route,
				    const struct path *path);
/* Write what the check says; NULL if there is none. */
const char *show_check_reason(const struct control_view *view,
			      const struct route *route,
			      const struct path *path,
			      char text[SERVICE_TEXT_SIZE]);
/* Return the numbers of all checks; NULL: nothing is checked. */
struct json_object *show_check_totals(const struct control_view *view);

#endif
