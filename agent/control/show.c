// SPDX-License-Identifier: BSD-2-Clause
/* The table of what can be shown, and the agent's status. See show.h. */

#include "control/show.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bgp/session/speaker.h"
#include "config/config.h"
#include "control/json.h"
#include "control/show_internal.h"
#include "core/array.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"
#include "nexthop/vlan_offload.h"
#include "rib/rib.h"
#include "steering/steering.h"

/* Only of interest, and asked for, where there are VLANs. */
static const char *vlan_tags(const struct control_view *view,
			     const struct nexthop_link *link)
{
	if (!tracker_has_vlans(view->tracker, link->ifindex))
		return NULL;
	return vlan_offload_strips(link->name) ? "stripped" : "seen";
}

static struct json_object *interface_json(const struct control_view *view,
					  const char *name)
{
	const struct nexthop_link *link =
		tracker_link_by_name(view->tracker, name);
	struct json_object *out = json_object_new_object();

	json_add_text(out, "name", name);
	json_add_bool(out, "up", link && link->up);
	if (!link)
		return out;
	json_add_number(out, "ifindex", link->ifindex);
	json_add_mac(out, "mac", link->mac);
	json_add_text(out, "mode",
		      datapath_mode_names[datapath_mode(view->datapath,
							link->ifindex)]);
	json_add_number(out, "program_id", datapath_program_id(view->datapath));
	json_add_text(out, "vlan_tags", vlan_tags(view, link));
	return out;
}

static struct json_object *interfaces_json(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < view->config->interface_count; i++)
		json_object_array_add(
			list,
			interface_json(view, view->config->interfaces[i]));
	return list;
}

static struct json_object *neighbor_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	const struct bgp_neighbor *neighbor;
	uint64_t total = 0, established = 0;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link) {
		total++;
		established += neighbor->session != NULL;
	}
	json_add_number(out, "configured", total);
	json_add_number(out, "established", established);
	json_add_number(out, "updates_encoded", view->speaker->updates_encoded);
	return out;
}

static struct json_object *vip_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	struct rib_totals totals = rib_totals(view->rib);

	json_add_number(out, "learned", totals.learned);
	json_add_number(out, "forwarding", totals.forwarding);
	json_add_number(out, "announced", totals.announced);
	return out;
}

static struct json_object *nexthop_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	const struct nexthop *nexthop = NULL;
	uint64_t total = 0, alive = 0;

	while ((nexthop = tracker_next(view->tracker, nexthop))) {
		total++;
		alive += nexthop_is_alive(nexthop);
	}
	json_add_number(out, "total", total);
	json_add_number(out, "alive", alive);
	return out;
}

static struct json_object *group_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	const struct steering_group *group = NULL;
	uint64_t used = 0;

	while ((group = steering_next_group(view->steering, group)))
		used++;
	json_add_number(out, "used", used);
	json_add_number(out, "maximum", steering_group_limit(view->steering));
	return out;
}

struct json_object *show_status(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();

	json_add_text(out, "version", HEADGATE_VERSION);
	json_add_number(out, "pid", (uint64_t)getpid());
	json_add_number(out, "uptime_s", json_age_s(view->started_ms));
	json_add_number(out, "as", view->config->as);
	json_add_identifier(out, view->config->router_id);
	json_add_number(out, "hash_seed", view->config->hash_seed);
	json_add_number(out, "table_size", view->config->table_size);
	json_add_number(out, "log_lines_lost", log_lines_lost());
	json_add(out, "interfaces", interfaces_json(view));
	json_add(out, "neighbors", neighbor_totals(view));
	json_add(out, "vips", vip_totals(view));
	json_add(out, "nexthops", nexthop_totals(view));
	json_add(out, "groups", group_totals(view));
	return out;
}

static const char routes[] = "routes";

static const struct {
	const char *name;
	/* NULL: see show_is_of_routes(). */
	struct json_object *(*show)(const struct control_view *view);
} things[] = {
	{ "status", show_status }, { "neighbors", show_neighbors },
	{ routes, NULL },	   { "nexthops", show_nexthops },
	{ "groups", show_groups }, { "counters", show_counters },
};

/* The same about one thing, which `request` names. May be {"error": ...}. */
static const struct {
	const char *name;
	struct json_object *(*show)(const struct control_view *view,
				    struct json_object *request);
} single_things[] = {
	{ "route", show_route },
};

struct json_object *show(const struct control_view *view, const char *what,
			 struct json_object *request)
{
	struct json_object *reply;

	for (size_t i = 0; i < COUNT_OF(single_things); i++)
		if (!strcmp(single_things[i].name, what))
			return single_things[i].show(view, request);
	for (size_t i = 0; i < COUNT_OF(things); i++) {
		if (!things[i].show || strcmp(things[i].name, what))
			continue;
		reply = json_object_new_object();
		json_add(reply, what, things[i].show(view));
		return reply;
	}
	return NULL;
}

bool show_is_of_routes(struct json_object *request)
{
	const char *verb = json_get_text(request, "request");
	const char *what = json_get_text(request, "what");

	return verb && what && !strcmp(verb, "show") && !strcmp(what, routes);
}

static size_t add_name(char text[SHOW_NAMES_SIZE], size_t used,
		       const char *name)
{
	return used + (size_t)snprintf(text + used, SHOW_NAMES_SIZE - used,
				       "%s%s", used ? ", " : "", name);
}

const char *show_names(char text[SHOW_NAMES_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < COUNT_OF(things); i++)
		used = add_name(text, used, things[i].name);
	for (size_t i = 0; i < COUNT_OF(single_things); i++)
		used = add_name(text, used, single_things[i].name);
	return text;
}
