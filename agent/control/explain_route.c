// SPDX-License-Identifier: BSD-2-Clause
/*
 * The reason of each path of a route in words, and the values that the step
 * compared in which it lost. See explain.h.
 */

#include "control/explain.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "bgp/codec/as_path.h"
#include "control/explain_gone.h"
#include "control/json.h"
#include "control/show.h"
#include "control/show_services.h"
#include "core/clock.h"
#include "nexthop/bfd_session.h"
#include "nexthop/drain_list.h"
#include "nexthop/tracker.h"
#include "rib/decision_step.h"
#include "rib/export.h"
#include "rib/origins.h"
#include "rib/rib.h"
#include "rib/statement.h"
#include "rib/upstream_machines.h"
#include "rib/weight.h"
#include "steering/steering.h"

enum {
	WHY_SIZE = 256,
	BFD_TEXT_SIZE = 96,
	AS_PATH_TEXT_SIZE = 128,
};

/* A path, and the text that is to say why it is in the set or not. */
struct question {
	const struct control_view *view;
	const struct route *route;
	const struct path *path;
	/* The step in which it lost; NULL: none. */
	const struct decision_explanation *lost;
	char *text; /* WHY_SIZE bytes */
};

static void describe_values(const struct question *q)
{
	const struct decision_step *step = q->lost->step;
	char winner[ADDRESS_TEXT_SIZE];

	address_format(&q->lost->winner->source->address, winner);
	if (step->value_name)
		snprintf(q->text, WHY_SIZE, "%s %s, the path of %s has %s",
			 step->label,
			 step->value_name((unsigned int)q->lost->own_value),
			 winner,
			 step->value_name((unsigned int)q->lost->winner_value));
	else
		snprintf(q->text, WHY_SIZE,
			 "%s %" PRIu64 ", the path of %s has %" PRIu64,
			 step->label, q->lost->own_value, winner,
			 q->lost->winner_value);
}

/* Return the end of a sentence about BFD; "" if BFD does not object. */
static const char *bfd_objection(const struct question *q,
				 const struct nexthop *nexthop,
				 char text[BFD_TEXT_SIZE])
{
	const struct bfd_session *session;
	const char *diagnostic;

	if (!nexthop || nexthop->bfd == NEXTHOP_BFD_SILENT)
		return "";
	session = tracker_bfd_session(q->view->tracker, &nexthop->address);
	if (!session)
		return ", and a BFD session with it could not be started";
	if (nexthop->bfd == NEXTHOP_BFD_WAITING)
		return ", and BFD with it was not up yet";
	diagnostic = bfd_diagnostic_name(session->diagnostic);
	snprintf(text, BFD_TEXT_SIZE, ", and BFD with it is down: %s",
		 diagnostic ? diagnostic : "coming back");
	return text;
}

static const char *const nexthop_words[NEXTHOP_STATE_COUNT] = {
	[NEXTHOP_UNREACHABLE] = "is not behind an attached interface",
	[NEXTHOP_RESOLVING] = "has not answered yet",
	[NEXTHOP_RESOLVED] = "is alive",
	[NEXTHOP_SUSPECT] = "is alive, but slow to answer",
	[NEXTHOP_FAILED] = "does not answer, or its link is down",
};

static void describe_nexthop(const struct question *q)
{
	const struct address *address =
		rib_nexthop_address(q->path->attributes->nexthop);
	const struct nexthop *nexthop = tracker_find(q->view->tracker, address);
	char text[ADDRESS_TEXT_SIZE], bfd[BFD_TEXT_SIZE];
	const char *words = "is not tracked";

	if (tracker_is_local(q->view->tracker, address))
		words = "is an address of this host";
	else if (tracker_is_behind_vip(q->view->tracker, address))
		words = "is behind a VIP: packets would come back";
	else if (nexthop)
		words = nexthop_words[nexthop->state];
	snprintf(q->text, WHY_SIZE, "next hop %s %s%s",
		 address_format(address, text), words,
		 bfd_objection(q, nexthop, bfd));
}

/* Say how packets would come back; check_nexthop() of wiring.c decides. */
static void describe_loop(const struct question *q)
{
	const struct address *address =
		rib_nexthop_address(q->path->attributes->nexthop);
	const struct nexthop *nexthop = tracker_find(q->view->tracker, address);
	char text[ADDRESS_TEXT_SIZE], via[ADDRESS_TEXT_SIZE] = "";
	const char *how = "is the address of an upstream";
	const struct address *upstream = NULL;

	if (nexthop)
		upstream = rib_upstream_at(q->view->rib, nexthop->ifindex,
					   nexthop->mac);

	if (nexthop && nexthop->by_default) {
		how = "is reached by the default route only";
	} else if (nexthop && !address_equal(&nexthop->via, address)) {
		how = "is behind an upstream: ";
		address_format(&nexthop->via, via);
	} else if (upstream && !address_equal(upstream, address)) {
		how = mac_is_virtual_router(nexthop->mac) ?
			      "has the MAC of a virtual router (VRRP or HSRP), "
			      "on the link of an upstream, " :
			      "has the MAC of an upstream, ";
		address_format(upstream, via);
	}
	snprintf(q->text, WHY_SIZE,
		 "next hop %s %s%s; it would send packets back",
		 address_format(address, text), how, via);
}

/* Return the order to drain the next hop or the neighbor of a path, or NULL. */
static const struct drain *find_order(const struct question *q)
{
	const struct drain_list *orders = q->view->drains;
	const struct drain *drain = drain_list_find(
		orders, rib_nexthop_address(q->path->attributes->nexthop));

	return drain ? drain :
		       drain_list_find(orders, &q->path->source->address);
}

static void describe_draining(const struct question *q)
{
	const struct drain *drain = find_order(q);
	const struct address *address =
		rib_nexthop_address(q->path->attributes->nexthop);
	const struct nexthop *nexthop = tracker_find(q->view->tracker, address);
	char text[ADDRESS_TEXT_SIZE];

	if (drain)
		snprintf(q->text, WHY_SIZE,
			 "%s drains by order%s%s, and another path does not",
			 address_format(&drain->address, text),
			 drain->reason[0] ? ": " : "", drain->reason);
	else if (nexthop && nexthop->bfd == NEXTHOP_BFD_DRAINING)
		snprintf(q->text, WHY_SIZE,
			 "%s drains: its administrator took BFD down, and "
			 "another path does not drain",
			 address_format(address, text));
	else
		snprintf(q->text, WHY_SIZE, "%s",
			 path_reason_sentence(REASON_DRAINING));
}

/* The neighbor's session is new, or its community says so. */
static void describe_joining(const struct question *q)
{
	const struct rib_peer *peer = (const struct rib_peer *)q->path->source;

	if (q->path->source->joining)
		snprintf(q->text, WHY_SIZE,
			 "joins in %" PRIu64 " s (join-delay=), and another "
			 "path is in",
			 rib_peer_joins_in_ms(peer, clock_now_ms()) /
				 CLOCK_MS_PER_S);
	else
		snprintf(q->text, WHY_SIZE, "%s",
			 path_reason_sentence(REASON_JOINING));
}

static void describe_check(const struct question *q)
{
	char text[SERVICE_TEXT_SIZE];
	const char *why = show_check_reason(q->view, q->route, q->path, text);

	snprintf(q->text, WHY_SIZE, "%s",
		 why ? why : path_reason_sentence(q->path->reason));
}

/* Say what of ours a refused path has been through, and where. */
static void describe_own_loop(const struct question *q)
{
	const struct import_options *options = rib_import_options(q->view->rib);
	const struct bgp_attributes attributes =
		attribute_set_view(q->path->attributes);
	const enum import_loop loop = import_find_loop(options, &attributes);
	uint32_t as = loop == IMPORT_LOOP_AS ? import_public_as(options) :
					       options->local_as;
	char as_path[AS_PATH_TEXT_SIZE];

	if (loop == IMPORT_LOOP_AS || loop == IMPORT_LOOP_MEMBER_AS)
		snprintf(q->text, WHY_SIZE,
			 "loop: our AS %u is at place %u of AS_PATH %s", as,
			 as_path_place(attributes.as_path, as),
			 as_path_format(attributes.as_path, as_path,
					sizeof(as_path)));
	else
		snprintf(q->text, WHY_SIZE, "loop: our router id is in %s",
			 loop == IMPORT_LOOP_CLUSTER ? "CLUSTER_LIST" :
						       "ORIGINATOR_ID");
}

static void describe_import(const struct question *q)
{
	const char *reason = import_reason_name(q->path->import);

	if (q->path->rule)
		snprintf(q->text, WHY_SIZE, "%s %u", reason, q->path->rule);
	else
		snprintf(q->text, WHY_SIZE, "%s", reason);
}

/* Find a path in the set that differs from the best one last of all. */
static enum path_tie last_tie(const struct question *q)
{
	enum path_tie last = PATH_TIE_IDENTIFIER;

	for (const struct path *path = q->route->paths; path; path = path->next)
		if (path != q->path && path->reason == REASON_NONE &&
		    path_tie_of(path, q->path) > last)
			last = path_tie_of(path, q->path);
	return last;
}

/* Say what decided between paths that are as good: path_tie_break(). */
static void describe_best(const struct question *q)
{
	static const char *const sentences[] = {
		[PATH_TIE_IDENTIFIER] =
			"best: the lowest BGP identifier of those that are as "
			"good",
		[PATH_TIE_CLUSTER_LENGTH] =
			"best: the shortest CLUSTER_LIST of those with the "
			"same, lowest BGP identifier",
		[PATH_TIE_ADDRESS] =
			"best: the lowest neighbor address of those with the "
			"same, lowest identifier, which must differ",
		[PATH_TIE_PATH_ID] =
			"best: the lowest path identifier of its neighbor",
	};

	snprintf(q->text, WHY_SIZE, "%s", sentences[last_tie(q)]);
}

static void describe_reason(const struct question *q)
{
	const struct path *path = q->path;
	const char *sentence = path_reason_sentence(path->reason);

	if (path->best)
		describe_best(q);
	else if (path->import == IMPORT_LOOP)
		describe_own_loop(q);
	else if (path->import != IMPORT_ACCEPTED)
		describe_import(q);
	else if (path->reason == REASON_NEXTHOP_DEAD ||
		 path->reason == REASON_NEXTHOP_UNRESOLVED)
		describe_nexthop(q);
	else if (path->reason == REASON_CHECK_PENDING ||
		 path->reason == REASON_CHECK_FAILED)
		describe_check(q);
	else if (path->reason == REASON_NEXTHOP_LOOP)
		describe_loop(q);
	else if (path->reason == REASON_DRAINING)
		describe_draining(q);
	else if (path->reason == REASON_JOINING)
		describe_joining(q);
	else if (q->lost && q->lost->has_values)
		describe_values(q);
	else
		snprintf(q->text, WHY_SIZE, "%s",
			 sentence ? sentence :
				    "lost to a path that has gone since");
}

static struct json_object *values_json(const struct decision_explanation *lost)
{
	struct json_object *out = json_object_new_object();

	json_add_number(out, "own", lost->own_value);
	json_add_number(out, "winner", lost->winner_value);
	json_add(out, "winner_neighbor",
		 json_of_address(&lost->winner->source->address));
	return out;
}

static struct json_object *explain_path(const struct control_view *view,
					const struct route *route,
					const struct path *path)
{
	char why[WHY_SIZE];
	struct question q = {
		.view = view, .route = route, .path = path, .text = why
	};
	struct json_object *out = show_path(view, route, path);
	const struct decision_options *options =
		rib_decision_options(view->rib, &route->node.prefix);
	struct decision_explanation lost;

	if (decision_explain(options, route->paths, path, &lost))
		q.lost = &lost;
	describe_reason(&q);
	json_add_bool(out, "best", path->best);
	json_add_text(out, "why", why);
	json_add_number(out, "link_percent",
			weight_link_percent(options, path));
	json_add_text(out, "not_announced",
		      export_reason_name(statement_explain(route, path)));
	if (q.lost && lost.has_values)
		json_add(out, "compared", values_json(&lost));
	return out;
}

/* Return which neighbors the route is announced to, and why others not. */
static struct json_object *
explain_announcements(const struct control_view *view,
		      const struct route *route)
{
	struct json_object *list = json_object_new_array();
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer))) {
		struct json_object *row;
		enum export_reason reason;

		if (!peer->bit)
			continue;
		reason = export_explain(view->rib, route, peer);
		row = json_object_new_object();
		json_add(row, "neighbor",
			 json_of_address(&peer->source.address));
		json_add_bool(row, "announced",
			      route_announced(route) & peer->bit);
		json_add_text(row, "cause", export_reason_name(reason));
		json_object_array_add(list, row);
	}
	return list;
}

/* How the VIP is steered, and why not by a table of its own set; or null. */
static struct json_object *explain_steering(const struct control_view *view,
					    const struct prefix *prefix)
{
	const struct steering_vip *vip =
		steering_find_vip(view->steering, prefix);
	enum steering_state state;
	struct json_object *out;
	char why[WHY_SIZE] = "";

	if (!vip)
		return NULL;
	state = steering_vip_state(vip);
	if (state != STEERING_EXACT)
		steering_explain(view->steering, vip, why, sizeof(why));
	out = json_object_new_object();
	json_add_text(out, "state", steering_state_name(state));
	json_add_text(out, "why", *why ? why : NULL);
	return out;
}

/* List the origin ASes that the VIP has had since the agent started. */
static struct json_object *origins_json(const struct control_view *view,
					const struct prefix *vip)
{
	struct json_object *list = json_object_new_array();
	const struct origins *origins = rib_origins(view->rib, vip);

	for (uint32_t i = 0; origins && i < origins->count; i++)
		json_object_array_add(list,
				      json_object_new_uint64(origins->as[i]));
	return list;
}

/* Return the options by which the set of a route is made. */
static struct json_object *multipath_json(const struct control_view *view,
					  const struct route *route)
{
	const struct prefix *prefix = &route->node.prefix;
	const struct decision_options *options =
		rib_decision_options(view->rib, prefix);
	const struct vip_options *vip =
		import_vip(rib_import_options(view->rib), prefix);
	struct json_object *out = json_object_new_object();

	json_add_number(out, "maximum_paths", options->maximum_paths);
	json_add_number(out, "maximum_paths_ibgp", options->maximum_paths_ibgp);
	json_add_text(out, "as_path",
		      multipath_as_path_names[options->as_path]);
	json_add_text(out, "confederation",
		      multipath_confederation_names[options->confederation]);
	json_add_bool(out, "ebgp_ibgp", options->ebgp_ibgp);
	json_add_bool(out, "skip_igp_cost", options->skip_igp_cost);
	json_add_text(out, "always_compare_med",
		      compare_med_names[options->always_compare_med]);
	json_add_text(out, "link_bandwidth",
		      bandwidth_use_names[options->bandwidth_use]);
	if (options->full_link_speed)
		json_add_number(out, "link_speed_weight",
				options->full_link_speed);
	if (vip && vip->min_bandwidth) {
		json_add_number(out, "min_bandwidth", vip->min_bandwidth);
		json_add_number(out, "bandwidth",
				route_bandwidth_units(view->rib, route));
	}
	return out;
}

struct json_object *explain_route(const struct control_view *view,
				  struct json_object *request)
{
	const char *prefix = json_get_text(request, "prefix");
	struct json_object *failure, *out, *paths;
	const struct route *route = show_find_route(view, prefix, &failure);
	struct prefix gone;
	uint64_t cut = 0;

	/* A VIP that has gone counts, not an aggregate around it. */
	if (explain_find_gone(view, prefix, route, &gone)) {
		if (!route)
			json_object_put(failure);
		return explain_gone(view, &gone);
	}
	if (!route)
		return failure;
	out = json_object_new_object();
	paths = json_object_new_array();
	for (const struct path *path = route->paths; path; path = path->next) {
		json_object_array_add(paths, explain_path(view, route, path));
		cut += path->reason == REASON_MAX_PATHS;
	}
	json_add(out, "prefix", json_of_prefix(&route->node.prefix));
	json_add_bool(out, "forwarding", route->forwarding);
	json_add(out, "steering", explain_steering(view, &route->node.prefix));
	json_add(out, "multipath", multipath_json(view, route));
	json_add_number(out, "selected", route->selected);
	json_add_number(out, "cut", cut);
	json_add(out, "paths", paths);
	json_add(out, "departed",
		 explain_departed(view, &route->node.prefix, route));
	json_add(out, "origins", origins_json(view, &route->node.prefix));
	json_add(out, "announcements", explain_announcements(view, route));
	json_add(out, "events", explain_events(&route->node.prefix));
	return json_wrap("explain", out);
}
