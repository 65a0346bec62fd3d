// SPDX-License-Identifier: BSD-2-Clause
/* The table of requests. See verb.h. */

#include "control/verb.h"

#include "control/explain.h"
#include "control/show.h"
#include "core/array.h"

#define ORDER(word, number)                                                   \
	{                                                                     \
		"neighbor", word, "neighbor", .options = { "reason" },        \
					      .stream = CONTROL_STREAM_ORDER, \
					      .level = CONTROL_CHANGE,        \
					      .order = (number)               \
	}

const struct control_verb control_verbs[] = {
	{ "show", "status", .answer = show_status, .level = CONTROL_READ },
	{ "show", "host", .answer = show_host, .level = CONTROL_READ },
	{ "show", "neighbors", .stream = CONTROL_STREAM_LIST,
	  .list = &show_neighbors, .level = CONTROL_READ },
	{ "show", "neighbor", "neighbor", .answer = show_neighbor,
	  .level = CONTROL_READ },
	{ "show", "config", .stream = CONTROL_STREAM_LIST, .list = &show_config,
	  .level = CONTROL_READ },
	{ "show", "routes", "from", .stream = CONTROL_STREAM_LIST,
	  .list = &show_routes_from, .level = CONTROL_READ },
	{ "show", "routes", "to", .stream = CONTROL_STREAM_LIST,
	  .list = &show_routes_to, .level = CONTROL_READ },
	{ "show", "routes", .stream = CONTROL_STREAM_LIST, .list = &show_routes,
	  .level = CONTROL_READ },
	{ "show", "vips", .options = { "filter", "limit", "from" },
	  .stream = CONTROL_STREAM_LIST, .list = &show_vips,
	  .level = CONTROL_READ },
	{ "show", "route", "prefix", .answer = show_route,
	  .level = CONTROL_READ },
	{ "show", "nexthops", .stream = CONTROL_STREAM_LIST,
	  .list = &show_nexthops, .level = CONTROL_READ },
	{ "show", "drains", .stream = CONTROL_STREAM_LIST, .list = &show_drains,
	  .level = CONTROL_READ },
	{ "show", "filters", .stream = CONTROL_STREAM_LIST,
	  .list = &show_filters, .level = CONTROL_READ },
	{ "show", "groups", .stream = CONTROL_STREAM_LIST, .list = &show_groups,
	  .level = CONTROL_READ },
	{ "show", "flows", .options = { "vip", "nexthop", "limit", "from" },
	  .stream = CONTROL_STREAM_FLOWS, .level = CONTROL_READ },
	{ "show", "counters", .stream = CONTROL_STREAM_COUNTERS,
	  .level = CONTROL_READ },
	{ "show", "events",
	  .options = { "vip", "neighbor", "nexthop", "interface", "event",
		       "severity", "after", "last" },
	  .stream = CONTROL_STREAM_LIST, .list = &show_events,
	  .level = CONTROL_READ },
	{ "events",
	  .options = { "vip", "neighbor", "nexthop", "interface", "event",
		       "severity", "after" },
	  .stream = CONTROL_STREAM_EVENTS, .level = CONTROL_READ },
	{ "dump", .stream = CONTROL_STREAM_DUMP, .level = CONTROL_READ },
	{ "explain", NULL, "prefix", .answer = explain_route,
	  .level = CONTROL_READ },
	{ "explain", NULL, "frame", .answer = explain_frame,
	  .level = CONTROL_READ },
	{ "explain", NULL, "flow", .answer = explain_flow,
	  .level = CONTROL_READ },
	ORDER("shutdown", BGP_ADMIN_SHUTDOWN),
	ORDER("enable", BGP_ADMIN_ENABLE),
	ORDER("restart", BGP_ADMIN_RESTART),
	ORDER("clear", BGP_ADMIN_CLEAR),
	ORDER("refresh in", BGP_ADMIN_REFRESH_IN),
	ORDER("refresh out", BGP_ADMIN_REFRESH_OUT),
	{ "drain", NULL, "target", .options = { "for_s", "reason" },
	  .stream = CONTROL_STREAM_DRAIN, .level = CONTROL_CHANGE },
	{ "undrain", NULL, "target", .stream = CONTROL_STREAM_UNDRAIN,
	  .level = CONTROL_CHANGE },
	{ "reload", .options = { "dry_run", "confirm_s" },
	  .stream = CONTROL_STREAM_RELOAD, .level = CONTROL_CHANGE },
	{ "confirm", .stream = CONTROL_STREAM_CONFIRM,
	  .level = CONTROL_CHANGE },
	{ "handover", .stream = CONTROL_STREAM_HANDOVER,
	  .level = CONTROL_CHANGE },
	{ "capture", .options = { "vip", "rate" },
	  .stream = CONTROL_STREAM_CAPTURE, .level = CONTROL_CHANGE },
};

const size_t control_verb_count = COUNT_OF(control_verbs);
