// SPDX-License-Identifier: BSD-2-Clause
/* Adj-RIB-In and Adj-RIB-Out of one neighbor as JSON (RFC 4271 3.2). */

#include "control/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bgp/codec/as_path.h"
#include "bgp/session/speaker.h"
#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "rib/export_sent.h"
#include "rib/rib.h"

enum {
	AS_PATH_TEXT_SIZE = 256,
};

/* The session that is shown: later ones of its neighbor are not. */
struct shown_peer {
	uint32_t incarnation;
};

static const struct rib_peer *peer_of_neighbor(const struct control_view *view,
					       const char *text)
{
	const struct bgp_neighbor *neighbor =
		bgp_speaker_find(view->speaker, text ? text : "");
	const struct rib_peer *peer = NULL;

	while (neighbor && (peer = rib_peer_next(view->rib, peer)))
		if (peer->owner == neighbor)
			return peer;
	return NULL;
}

static const struct rib_peer *shown_peer(const struct control_view *view,
					 const void *context)
{
	const struct shown_peer *shown = context;
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (peer->source.incarnation == shown->incarnation)
			break;
	return peer;
}

static int collect_of_peer(const struct control_view *view, const char *text,
			   struct reply_keys *keys,
			   struct json_object **failure)
{
	const struct rib_peer *peer = peer_of_neighbor(view, text);
	struct shown_peer *shown = calloc(1, sizeof(*shown));

	keys->context = shown;
	if (!shown)
		return -ENOMEM;
	if (!peer) {
		*failure = request_failure("neighbor '%s': unknown, or without "
					   "a session; see show neighbors",
					   text ? text : "");
		return -ENOENT;
	}
	shown->incarnation = peer->source.incarnation;
	return 0;
}

/* ------------------------------------------------------------- from it */

static int collect_from(const struct control_view *view,
			struct json_object *request, struct reply_keys *keys,
			struct json_object **failure)
{
	return collect_of_peer(view, json_get_text(request, "from"), keys,
			       failure);
}

/* Put a list that may be empty, with its prefix; NULL if it is. */
static struct json_object *row_of_paths(const struct prefix *prefix,
					struct json_object *paths)
{
	struct json_object *row;

	if (!json_object_array_length(paths)) {
		json_object_put(paths);
		return NULL;
	}
	row = json_object_new_object();
	json_add(row, "prefix", json_of_prefix(prefix));
	json_add(row, "paths", paths);
	return row;
}

static struct json_object *from_row(const struct control_view *view,
				    const void *key, const void *context)
{
	const struct rib_peer *peer = shown_peer(view, context);
	const struct route *route = rib_find(view->rib, key);
	const struct path *path = route ? route->paths : NULL;
	struct json_object *paths = json_object_new_array();

	for (; peer && path; path = path->next)
		if (path->source == &peer->source)
			json_object_array_add(paths,
					      show_path(view, route, path));
	return row_of_paths(key, paths);
}

const struct reply_list show_routes_from = {
	.name = "routes",
	.key_size = sizeof(struct prefix),
	.map = show_map_of_routes,
	.collect_for = collect_from,
	.row = from_row,
};

/* ------------------------------------------------------------- to it */

static int collect_to(const struct control_view *view,
		      struct json_object *request, struct reply_keys *keys,
		      struct json_object **failure)
{
	return collect_of_peer(view, json_get_text(request, "to"), keys,
			       failure);
}

static void add_optional(struct json_object *out, const char *name,
			 bool present, uint32_t value)
{
	json_add(out, name, present ? json_object_new_uint64(value) : NULL);
}

static struct json_object *sent_json(const struct export_sent *sent)
{
	const struct bgp_attributes *attributes = &sent->attributes;
	struct json_object *out = json_object_new_object();
	char as_path[AS_PATH_TEXT_SIZE];

	json_add_number(out, "path_id", sent->path_id);
	json_add_bool(out, "pending", sent->pending);
	json_add(out, "next_hop", json_of_address(&attributes->nexthop));
	json_add_text(out, "as_path",
		      as_path_format(attributes->as_path, as_path,
				     sizeof(as_path)));
	json_add_text(out, "origin", bgp_origin_name(attributes->origin));
	add_optional(out, "med", attributes->present & BGP_HAS_MED,
		     attributes->med);
	add_optional(out, "local_pref",
		     attributes->present & BGP_HAS_LOCAL_PREF,
		     attributes->local_pref);
	json_add(out, "attributes", show_attributes(attributes));
	return out;
}

static struct json_object *to_row(const struct control_view *view,
				  const void *key, const void *context)
{
	const struct rib_peer *peer = shown_peer(view, context);
	const struct route *route = rib_find(view->rib, key);
	struct json_object *paths = json_object_new_array();
	struct export_sent sent = { 0 };

	while (peer && route && export_sent_next(view->rib, route, peer, &sent))
		json_object_array_add(paths, sent_json(&sent));
	return row_of_paths(key, paths);
}

const struct reply_list show_routes_to = {
	.name = "routes",
	.key_size = sizeof(struct prefix),
	.map = show_map_of_routes,
	.collect_for = collect_to,
	.row = to_row,
};
