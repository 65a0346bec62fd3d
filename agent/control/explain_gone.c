// SPDX-License-Identifier: BSD-2-Clause
/* Paths and VIPs that have gone, and why. See explain_gone.h. */

#include "control/explain_gone.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/speaker.h"
#include "control/event_filter.h"
#include "control/json.h"
#include "control/show_events.h"
#include "rib/departures.h"
#include "rib/rib.h"

enum {
	WHY_SIZE = 256,
	EVENTS_SHOWN = 20,
};

/* Return the peer with this address, or NULL while it has no session. */
static const struct rib_peer *peer_at_address(const struct control_view *view,
					      const struct address *address)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (address_equal(&peer->source.address, address))
			break;
	return peer;
}

/* Return the error that ended the last session, or "". */
static const char *last_error_of(const struct control_view *view,
				 const struct address *address)
{
	const struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link)
		if (address_equal(&neighbor->address, address))
			return neighbor->last_error;
	return "";
}

/* A path that has gone. */
struct gone_path {
	struct address neighbor;
	enum departure_cause cause;
	unsigned int times;
	uint64_t time_ms;
	const struct path_error *error; /* NULL: not known, or none */
};

static const char *why_gone(const struct control_view *view,
			    const struct gone_path *path, char text[WHY_SIZE])
{
	const char *error = path->error ? path->error->text : "";

	switch (path->cause) {
	case DEPARTURE_WITHDRAWN:
		return "withdrawn by it";
	case DEPARTURE_LIMIT:
		return "more bytes of attributes than max-attributes=";
	case DEPARTURE_STALE:
		return "not announced again in a route refresh";
	case DEPARTURE_ERROR:
		snprintf(text, WHY_SIZE, "withdrawn by error%s%s",
			 *error ? ": " : "", error);
		return text;
	default:
		error = last_error_of(view, &path->neighbor);
		/* A peer's shutdown text may be long. */
		snprintf(text, WHY_SIZE, "its session ended%s%.200s",
			 *error ? ": " : "", error);
		return text;
	}
}

static void add_gone_path(const struct control_view *view,
			  struct json_object *list,
			  const struct gone_path *path)
{
	struct json_object *row = json_object_new_object();
	char why[WHY_SIZE];

	json_add(row, "neighbor", json_of_address(&path->neighbor));
	json_add_age(row, "age_s", "time", path->time_ms);
	json_add_number(row, "times", path->times);
	json_add_text(row, "cause", departure_cause_name(path->cause));
	json_add_text(row, "why", why_gone(view, path, why));
	json_object_array_add(list, row);
}

static bool has_path_of(const struct route *route,
			const struct address *neighbor)
{
	const struct path *path = route ? route->paths : NULL;

	while (path && !address_equal(&path->source->address, neighbor))
		path = path->next;
	return path;
}

/* Return how often an accepted path of the neighbor has gone. */
static unsigned int count_departures(const struct control_view *view,
				     const struct prefix *prefix,
				     const struct address *neighbor)
{
	const struct departures *departures = rib_departures(view->rib);
	const struct departure *entry = NULL;

	while ((entry = departures_next(departures, prefix, entry)))
		if (address_equal(&entry->neighbor, neighbor))
			return entry->times;
	return 0;
}

/* Add the paths that an error took away, or kept from coming. */
static void add_errors(const struct control_view *view,
		       struct json_object *list, const struct prefix *prefix,
		       const struct route *route)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer))) {
		const struct address *address = &peer->source.address;
		struct gone_path path = {
			.neighbor = *address,
			.cause = DEPARTURE_ERROR,
			.error = path_errors_find(&peer->errors, prefix),
		};

		if (!path.error || has_path_of(route, address))
			continue;
		path.times = count_departures(view, prefix, address);
		path.time_ms = path.error->time_ms;
		add_gone_path(view, list, &path);
	}
}

/* Add the other paths that were accepted once. */
static void add_departures(const struct control_view *view,
			   struct json_object *list,
			   const struct prefix *prefix,
			   const struct route *route)
{
	const struct departures *departures = rib_departures(view->rib);
	const struct departure *entry = NULL;

	while ((entry = departures_next(departures, prefix, entry))) {
		const struct rib_peer *peer =
			peer_at_address(view, &entry->neighbor);
		const struct gone_path path = {
			.neighbor = entry->neighbor,
			.cause = entry->cause,
			.times = entry->times,
			.time_ms = entry->time_ms,
		};

		if (has_path_of(route, &entry->neighbor) ||
		    (peer && path_errors_find(&peer->errors, prefix)))
			continue;
		add_gone_path(view, list, &path);
	}
}

static int64_t age_of(struct json_object *row)
{
	struct json_object *age = NULL;

	json_object_object_get_ex(row, "age_s", &age);
	return json_object_get_int64(age);
}

static int by_age(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return (age_of(*x) > age_of(*y)) - (age_of(*x) < age_of(*y));
}

struct json_object *explain_departed(const struct control_view *view,
				     const struct prefix *prefix,
				     const struct route *route)
{
	struct json_object *list = json_object_new_array();

	add_errors(view, list, prefix, route);
	add_departures(view, list, prefix, route);
	json_object_array_sort(list, by_age);
	return list;
}

/* ------------------------------------------------------------- the prefix */

/* Find the longest prefix around an address that has gone. */
static bool match_gone(const struct control_view *view,
		       const struct address *address, struct prefix *gone)
{
	const struct rib_peer *peer = NULL;
	bool found = departures_match(rib_departures(view->rib), address, gone);

	while ((peer = rib_peer_next(view->rib, peer)))
		for (size_t i = 0; i < peer->errors.count; i++) {
			const struct prefix *prefix =
				&peer->errors.entries[i].prefix;

			if (!prefix_contains(prefix, address) ||
			    (found && prefix->length <= gone->length))
				continue;
			*gone = *prefix;
			found = true;
		}
	return found;
}

static bool is_known(const struct control_view *view,
		     const struct prefix *prefix)
{
	struct json_object *list = explain_departed(view, prefix, NULL);
	bool known = json_object_array_length(list);

	json_object_put(list);
	return known;
}

bool explain_find_gone(const struct control_view *view, const char *text,
		       const struct route *route, struct prefix *gone)
{
	struct prefix prefix;

	if (!text || prefix_parse(text, &prefix) != PREFIX_OK)
		return false;
	if (strchr(text, '/')) {
		*gone = prefix;
		return !route && is_known(view, &prefix);
	}
	return match_gone(view, &prefix.address, gone) &&
	       (!route || gone->length > route->node.prefix.length) &&
	       !rib_find(view->rib, gone);
}

struct json_object *explain_events(const struct prefix *prefix)
{
	const struct event_filter filter = {
		.has_vip = true,
		.vip = *prefix,
		.least = LOG_LEVEL_INFO,
	};

	return show_events_for(&filter, EVENTS_SHOWN);
}

struct json_object *explain_gone(const struct control_view *view,
				 const struct prefix *prefix)
{
	struct json_object *out = json_object_new_object();
	struct json_object *departed = explain_departed(view, prefix, NULL);

	json_add(out, "prefix", json_of_prefix(prefix));
	json_add_bool(out, "forwarding", false);
	json_add(out, "steering", NULL);
	json_add_number(out, "selected", 0);
	json_add_number(out, "cut", 0);
	json_add(out, "paths", json_object_new_array());
	json_add(out, "gone",
		 json_object_get(json_object_array_get_idx(departed, 0)));
	json_add(out, "departed", departed);
	json_add(out, "origins", json_object_new_array());
	json_add(out, "announcements", json_object_new_array());
	json_add(out, "events", explain_events(prefix));
	return json_wrap("explain", out);
}
