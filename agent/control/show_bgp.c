// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors and routes as JSON. */

#include "control/show_parts.h"

#include <json-c/json.h>

#include "bgp/as_path.h"
#include "bgp/speaker.h"
#include "control/json.h"
#include "core/config.h"
#include "rib/rib.h"

enum {
	AS_PATH_TEXT_SIZE = 256
};

/* ------------------------------------------------------------- neighbors */

static const struct rib_peer *peer_of(const struct control_view *view,
				      const struct address *address)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (address_equal(&peer->source.address, address))
			break;
	return peer;
}

/* The AS it has, or the one it is to have if that is a single one. */
static uint32_t neighbor_as_number(const struct bgp_neighbor *neighbor)
{
	const struct neighbor_config *config = &neighbor->config;

	if (neighbor->session)
		return neighbor->session->remote_open.as;
	if (config->as_kind == NEIGHBOR_AS_RANGE &&
	    config->as_first == config->as_last)
		return config->as_first;
	return 0;
}

static struct json_object *neighbor_json(const struct control_view *view,
					 const struct bgp_neighbor *neighbor)
{
	const struct rib_peer *peer = peer_of(view, &neighbor->address);
	const struct bgp_connection *session = neighbor->session;
	struct json_object *out = json_object_new_object();
	uint32_t as = neighbor_as_number(neighbor);

	json_add(out, "address", json_of_address(&neighbor->address));
	json_add(out, "as", as ? json_object_new_uint64(as) : NULL);
	json_add_text(out, "role", neighbor_role_name(neighbor->config.role));
	json_add_text(out, "state",
		      bgp_state_name(bgp_neighbor_state(neighbor)));
	json_add_number(out, "uptime_s",
			session ? json_age_s(neighbor->changed_ms) : 0);
	json_add_number(out, "changed_s", json_age_s(neighbor->changed_ms));
	json_add_bool(out, "dynamic", neighbor->dynamic);
	json_add_number(out, "hold_time",
			session ? session->hold_time :
				  neighbor->config.hold_time);
	if (session)
		json_add_identifier(out, session->remote_open.identifier);
	json_add_number(out, "prefixes_received",
			peer ? peer->prefixes_received : 0);
	json_add_number(out, "prefixes_accepted",
			peer ? peer->prefixes_accepted : 0);
	json_add_number(out, "prefixes_announced",
			peer ? peer->prefixes_announced : 0);
	json_add_text(out, "last_error",
		      neighbor->last_error[0] ? neighbor->last_error : NULL);
	return out;
}

struct json_object *show_neighbors(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link)
		json_object_array_add(list, neighbor_json(view, neighbor));
	json_object_array_sort(list, json_by_address);
	return list;
}

/* ------------------------------------------------------------- routes */

static struct json_object *path_json(const struct path *path)
{
	struct bgp_attributes attributes = attribute_set_view(path->attributes);
	struct json_object *out = json_object_new_object();
	char as_path[AS_PATH_TEXT_SIZE];

	json_add(out, "neighbor", json_of_address(&path->source->address));
	json_add(out, "next_hop", json_of_address(&path->attributes->next_hop));
	json_add_bool(out, "selected", path->reason == REASON_NONE);
	json_add_text(out, "reason", path_reason_name(path->reason));
	json_add_number(out, "weight", path->reason == REASON_NONE);
	json_add_text(out, "as_path",
		      as_path_format(attributes.as_path, as_path,
				     sizeof(as_path)));
	json_add_text(out, "origin", bgp_origin_name(attributes.origin));
	json_add_number(out, "med", path->attributes->med);
	json_add_number(out, "local_pref", path->attributes->local_pref);
	return out;
}

static struct json_object *announced_json(const struct control_view *view,
					  const struct route *route)
{
	struct json_object *list = json_object_new_array();
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (route->announced & peer->bit)
			json_object_array_add(
				list, json_of_address(&peer->source.address));
	return list;
}

static struct json_object *route_json(const struct control_view *view,
				      const struct route *route)
{
	struct json_object *out = json_object_new_object();
	struct json_object *paths = json_object_new_array();
	struct json_object *nexthops = json_object_new_array();

	for (const struct path *path = route->paths; path; path = path->next) {
		const struct address *next_hop = &path->attributes->next_hop;

		json_object_array_add(paths, path_json(path));
		if (path->reason == REASON_NONE)
			json_object_array_add(nexthops,
					      json_of_address(next_hop));
	}
	json_add(out, "prefix", json_of_prefix(&route->node.prefix));
	json_add(out, "best",
		 route->best ?
			 json_of_address(&route->best->attributes->next_hop) :
			 NULL);
	json_add(out, "paths", paths);
	json_add(out, "nexthops", nexthops);
	json_add_bool(out, "forwarding", route->forwarding);
	json_add(out, "announced", announced_json(view, route));
	return out;
}

struct json_object *show_routes(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();
	const struct route *route = NULL;

	while ((route = rib_next(view->rib, route)))
		json_object_array_add(list, route_json(view, route));
	json_object_array_sort(list, json_by_prefix);
	return list;
}
