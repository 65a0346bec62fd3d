/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_EVENTS_H
#define CONTROL_SHOW_EVENTS_H

/* The last events as JSON. See show.h, which has their list. */

struct event;
struct event_filter;
struct json_object;

/* Return one event, which the caller puts. */
struct json_object *show_event(const struct event *event);
/* Return the last events that a filter takes, the latest first. */
struct json_object *show_events_for(const struct event_filter *filter,
				    unsigned int most);

#endif
