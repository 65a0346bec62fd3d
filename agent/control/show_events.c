// SPDX-License-Identifier: BSD-2-Clause
/* The last events as JSON. See show_events.h. */

#include "control/show_events.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "control/event_filter.h"
#include "control/json.h"
#include "control/reply.h"
#include "control/show.h"
#include "core/event_ring.h"
#include "core/log.h"

/* Return the name of the server that an event is about, or NULL. */
static const char *event_server_name(const struct event_about *about)
{
	if (about->has_neighbor)
		return log_name_of(&about->neighbor);
	return about->has_nexthop ? log_name_of(&about->nexthop) : NULL;
}

static const char *text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

struct json_object *show_event(const struct event *event)
{
	const struct event_about *about = &event->about;
	struct json_object *out = json_object_new_object();
	char object[EVENT_OBJECT_SIZE];

	log_event_object(about, object);
	json_add_number(out, "id", event->id);
	json_add_time(out, "time", event->unix_ms);
	json_add_number(out, "age_s", json_age_s(event->time_ms));
	json_add_text(out, "severity", log_level_names[event->level]);
	json_add_text(out, "event", event_types[event->kind].name);
	json_add_text(out, "subsystem", event->subsystem);
	json_add_text(out, "object", text_or_null(object));
	json_add(out, "vip",
		 about->has_vip ? json_of_prefix(&about->vip) : NULL);
	json_add(out, "neighbor",
		 about->has_neighbor ? json_of_address(&about->neighbor) :
				       NULL);
	json_add(out, "nexthop",
		 about->has_nexthop ? json_of_address(&about->nexthop) : NULL);
	json_add_text(out, "interface", text_or_null(about->interface));
	json_add_text(out, "name", text_or_null(event_server_name(about)));
	json_add_text(out, "text", event->text);
	return out;
}

struct json_object *show_events_for(const struct event_filter *filter,
				    unsigned int most)
{
	const struct event_ring *ring = log_events_kept();
	struct json_object *list = json_object_new_array();
	const struct event *event;

	for (uint64_t id = event_ring_next(ring) - 1;
	     most && (event = event_ring_find(ring, id)); id--)
		if (event_filter_takes(filter, event)) {
			json_object_array_add(list, show_event(event));
			most--;
		}
	return list;
}

/* ------------------------------------------------------------- the list */

/* Return how many of the latest events are asked for; 0: all. */
static size_t wanted_count(struct json_object *request)
{
	struct json_object *last;

	if (!json_object_object_get_ex(request, "last", &last) ||
	    json_object_get_int64(last) < 0)
		return 0;
	return (size_t)json_object_get_int64(last);
}

/* Collect the numbers of the events: the oldest first. */
static int collect_events(const struct control_view *view,
			  struct json_object *request, struct reply_keys *keys,
			  struct json_object **failure)
{
	const struct event_ring *ring = log_events_kept();
	size_t last = wanted_count(request), left_out;
	struct event_filter filter;
	const struct event *event;
	uint64_t *ids;

	*failure = event_filter_parse(view, request, &filter);
	if (*failure)
		return -EINVAL;
	ids = calloc(EVENT_RING_SIZE, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (uint64_t id = event_ring_oldest(ring);
	     (event = event_ring_find(ring, id)); id++)
		if (event_filter_takes(&filter, event))
			ids[keys->count++] = id;
	left_out = last && keys->count > last ? keys->count - last : 0;
	for (size_t i = left_out; i < keys->count; i++)
		ids[i - left_out] = ids[i];
	keys->count -= left_out;
	keys->keys = ids;
	return 0;
}

static struct json_object *event_row(const struct control_view *view,
				     const void *key, const void *context)
{
	const uint64_t *id = key;
	const struct event *event = event_ring_find(log_events_kept(), *id);

	(void)view, (void)context;
	return event ? show_event(event) : NULL;
}

const struct reply_list show_events = {
	.name = "events",
	.key_size = sizeof(uint64_t),
	.collect_for = collect_events,
	.row = event_row,
};
