// SPDX-License-Identifier: BSD-2-Clause
/* Routes as JSON, with all their paths. */

#include "control/show.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "bgp/codec/as_path.h"
#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/show_services.h"
#include "rib/departures.h"
#include "rib/distance.h"
#include "rib/rib.h"

enum {
	AS_PATH_TEXT_SIZE = 256,
	ATTRIBUTE_TEXT_SIZE = 512,
	ATTRIBUTE_NAME_SIZE = 40,
};

struct json_object *show_attributes(const struct bgp_attributes *from)
{
	const uint32_t shown = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH |
			       BGP_HAS_NEXTHOP | BGP_HAS_MED |
			       BGP_HAS_LOCAL_PREF;
	struct bgp_attributes rest = *from;
	struct json_object *out = json_object_new_object();
	char text[ATTRIBUTE_TEXT_SIZE], name[ATTRIBUTE_NAME_SIZE];

	rest.present &= ~shown;
	if (!rest.present && !rest.unknown.left)
		return out;
	for (unsigned int type = 1; type <= UINT8_MAX; type++) {
		if (!bgp_attributes_show(&rest, type, text, sizeof(text)))
			continue;
		snprintf(name, sizeof(name), "%s (%u)",
			 bgp_attribute_name(type), type);
		json_add_text(out, name, text);
	}
	return out;
}

/* Return how often the neighbor's path of this prefix has gone and come back. */
static unsigned int count_flaps(const struct control_view *view,
				const struct route *route,
				const struct path *path)
{
	const struct departure *last =
		rib_departure(view->rib, route, &path->source->address);

	return last ? last->times : 0;
}

struct json_object *show_path(const struct control_view *view,
			      const struct route *route,
			      const struct path *path)
{
	struct bgp_attributes attributes = attribute_set_view(path->attributes);
	struct json_object *out = json_object_new_object();
	char as_path[AS_PATH_TEXT_SIZE];

	json_add(out, "neighbor",
		 path_is_static(path) ?
			 json_object_new_string("static") :
			 json_of_address(&path->source->address));
	json_add(out, "next_hop",
		 json_of_address(
			 rib_nexthop_address(path->attributes->nexthop)));
	json_add_bool(out, "selected", path->reason == REASON_NONE);
	json_add_text(out, "reason", path_reason_name(path->reason));
	json_add_text(out, "cause", import_reason_name(path->import));
	json_add_number(out, "rule", path->rule);
	json_add_number(out, "weight", rib_path_weight(view->rib, route, path));
	json_add_text(out, "as_path",
		      as_path_format(attributes.as_path, as_path,
				     sizeof(as_path)));
	json_add_text(out, "origin", bgp_origin_name(attributes.origin));
	json_add_number(out, "med", path->attributes->med);
	json_add_number(out, "local_pref", path->attributes->local_pref);
	json_add_number(out, "igp_cost", path->attributes->nexthop->igp_cost);
	json_add_number(out, "path_id", path->path_id);
	json_add_age(out, "age_s", "time", rib_path_since_ms(view->rib, path));
	json_add_number(out, "flaps", count_flaps(view, route, path));
	json_add(out, "check", show_path_check(view, route, path));
	json_add(out, "attributes", show_attributes(&attributes));
	return out;
}

static struct json_object *announced_json(const struct control_view *view,
					  const struct route *route)
{
	struct json_object *list = json_object_new_array();
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (route_announced(route) & peer->bit)
			json_object_array_add(
				list, json_of_address(&peer->source.address));
	return list;
}

struct json_object *show_whole_route(const struct control_view *view,
				     const struct route *route)
{
	struct json_object *out = json_object_new_object();
	struct json_object *paths = json_object_new_array();
	struct json_object *nexthops = json_object_new_array();
	const struct path *best = route_best(route);

	for (const struct path *path = route->paths; path; path = path->next) {
		const struct address *nexthop =
			rib_nexthop_address(path->attributes->nexthop);

		json_object_array_add(paths, show_path(view, route, path));
		if (path->reason == REASON_NONE)
			json_object_array_add(nexthops,
					      json_of_address(nexthop));
	}
	json_add(out, "prefix", json_of_prefix(&route->node.prefix));
	json_add(out, "best",
		 best ? json_of_address(rib_nexthop_address(
				best->attributes->nexthop)) :
			NULL);
	json_add(out, "paths", paths);
	json_add(out, "nexthops", nexthops);
	json_add_bool(out, "forwarding", route->forwarding);
	json_add(out, "announced", announced_json(view, route));
	return out;
}

const struct prefix_map *show_map_of_routes(const struct control_view *view)
{
	return rib_routes(view->rib);
}

static struct json_object *route_row(const struct control_view *view,
				     const void *key, const void *context)
{
	const struct route *route = rib_find(view->rib, key);

	(void)context;
	return route ? show_whole_route(view, route) : NULL;
}

const struct reply_list show_routes = {
	.name = "routes",
	.key_size = sizeof(struct prefix),
	.map = show_map_of_routes,
	.row = route_row,
};

const struct route *show_find_route(const struct control_view *view,
				    const char *text,
				    struct json_object **failure)
{
	const struct route *route;
	struct prefix prefix;

	if (!text || prefix_parse(text, &prefix) != PREFIX_OK) {
		*failure = request_failure(
			"prefix '%s': invalid; allowed: ADDRESS/LENGTH without "
			"host bits, or ADDRESS for the longest match",
			text ? text : "");
		return NULL;
	}
	route = strchr(text, '/') ? rib_find(view->rib, &prefix) :
				    rib_match(view->rib, &prefix.address);
	if (!route)
		*failure = request_failure(
			"%s: no route; show routes lists all", text);
	return route;
}

struct json_object *show_route(const struct control_view *view,
			       struct json_object *request)
{
	const char *text = json_get_text(request, "prefix");
	struct json_object *failure, *list;
	const struct route *route = show_find_route(view, text, &failure);

	if (!route)
		return failure;
	list = json_object_new_array();
	json_object_array_add(list, show_whole_route(view, route));
	return json_wrap("routes", list);
}
