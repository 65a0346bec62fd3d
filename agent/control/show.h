/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

/*
 * What the agent can tell of itself, as JSON: reads every room, changes none.
 * The names of the fields are stable; fields are only ever added.
 */

#include <stdbool.h>
#include <stdint.h>

struct bgp_speaker;
struct config;
struct datapath;
struct json_object;
struct nexthop;
struct tracker;
struct rib;
struct steering;

enum show_sizes {
	SHOW_NAMES_SIZE = 128,
};

/* Where to look. */
struct control_view {
	const struct config *config;
	const struct bgp_speaker *speaker;
	struct rib *rib; /* changed only in its scratch memory */
	const struct tracker *tracker;
	const struct steering *steering;
	const struct datapath *datapath;
	uint64_t started_ms; /* core/clock.h */
};

/*
 * The reply to {"request":"show","what":WHAT}, which the caller puts; NULL if
 * there is nothing of that name, or it is "routes". `request` holds what WHAT is about, if it is
 * about something: {"what":"route","prefix":"192.0.2.1"}.
 */
struct json_object *show(const struct control_view *view, const char *what,
			 struct json_object *request);
/*
 * True if a request is for all routes. They are too many for one reply that
 * show() could make: control.c walks them.
 */
bool show_is_of_routes(struct json_object *request);
/* The next hop in a slot of the program's table, or NULL. */
const struct nexthop *show_nexthop_in(const struct control_view *view,
				      uint32_t slot);
/* "status, neighbors, ..." for an error message. Returns `text`. */
const char *show_names(char text[SHOW_NAMES_SIZE]);

#endif
