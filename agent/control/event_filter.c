// SPDX-License-Identifier: BSD-2-Clause
/* Which events a client asks for. See event_filter.h. */

#include "control/event_filter.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/speaker.h"
#include "control/json.h"
#include "control/request.h"
#include "core/event_ring.h"

static struct json_object *read_vip(struct json_object *request,
				    struct event_filter *filter)
{
	const char *text = json_get_text(request, "vip");

	if (!text)
		return NULL;
	if (prefix_parse(text, &filter->vip) != PREFIX_OK)
		return request_failure("vip '%s': not an address or a prefix",
				       text);
	filter->has_vip = true;
	return NULL;
}

/* A neighbor may have gone, and a next hop need not be one. */
static struct json_object *read_server(const struct control_view *view,
				       struct json_object *request,
				       const char *field,
				       struct event_filter *filter)
{
	const char *text = json_get_text(request, field);
	const struct bgp_neighbor *neighbor;

	if (!text)
		return NULL;
	neighbor = bgp_speaker_find(view->speaker, text);
	if (neighbor)
		filter->server = neighbor->address;
	else if (!address_parse(text, &filter->server))
		return request_failure("%s '%s': not an address, nor the name "
				       "of a neighbor",
				       field, text);
	filter->has_server = true;
	return NULL;
}

static struct json_object *read_event_kind(struct json_object *request,
					   struct event_filter *filter)
{
	const char *text = json_get_text(request, "event");

	if (!text)
		return NULL;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		if (!strcmp(text, event_types[i].name)) {
			filter->kind = (enum event_kind)i;
			filter->has_kind = true;
			return NULL;
		}
	return request_failure("event '%s': no such kind; docs/messages.md has "
			       "all",
			       text);
}

static struct json_object *read_severity(struct json_object *request,
					 struct event_filter *filter)
{
	const char *text = json_get_text(request, "severity");

	if (!text)
		return NULL;
	for (int i = 0; i <= LOG_LEVEL_INFO; i++)
		if (!strcmp(text, log_level_names[i])) {
			filter->least = (enum log_level)i;
			return NULL;
		}
	return request_failure("severity '%s': must be error, warning or info",
			       text);
}

struct json_object *event_filter_parse(const struct control_view *view,
				       struct json_object *request,
				       struct event_filter *filter)
{
	const char *interface = json_get_text(request, "interface");
	struct json_object *failure, *after;

	*filter = (struct event_filter){ .least = LOG_LEVEL_INFO };
	failure = read_vip(request, filter);
	if (!failure)
		failure = read_server(view, request, "neighbor", filter);
	if (!failure)
		failure = read_server(view, request, "nexthop", filter);
	if (!failure)
		failure = read_event_kind(request, filter);
	if (!failure)
		failure = read_severity(request, filter);
	if (interface)
		snprintf(filter->interface, sizeof(filter->interface), "%s",
			 interface);
	if (json_object_object_get_ex(request, "after", &after))
		filter->after = json_object_get_uint64(after);
	return failure;
}

static bool is_about_server(const struct event_about *about,
			    const struct address *server)
{
	return (about->has_neighbor &&
		address_equal(&about->neighbor, server)) ||
	       (about->has_nexthop && address_equal(&about->nexthop, server));
}

bool event_filter_takes(const struct event_filter *filter,
			const struct event *event)
{
	const struct event_about *about = &event->about;

	if (event->id <= filter->after || event->level > filter->least)
		return false;
	if (filter->has_kind && event->kind != filter->kind)
		return false;
	/* One of the VIPs that have an event together may be this one. */
	if (filter->has_vip && event->kind != EVENT_VIPS_CHANGED &&
	    !(about->has_vip && prefix_covers(&filter->vip, &about->vip)))
		return false;
	if (filter->has_server && !is_about_server(about, &filter->server))
		return false;
	return !filter->interface[0] ||
	       !strcmp(filter->interface, about->interface);
}
