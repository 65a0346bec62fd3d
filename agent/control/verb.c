// SPDX-License-Identifier: BSD-2-Clause
/* The table of requests. See verb.h. */

#include "control/verb.h"

#include "control/explain.h"
#include "control/show.h"
#include "core/array.h"

const struct control_verb control_verbs[] = {
	{ "show", "status", .answer = show_status },
	{ "show", "neighbors", .stream = CONTROL_STREAM_LIST,
	  .list = &show_neighbors },
	{ "show", "routes", .stream = CONTROL_STREAM_LIST,
	  .list = &show_routes },
	{ "show", "route", "prefix", .answer = show_route },
	{ "show", "nexthops", .stream = CONTROL_STREAM_LIST,
	  .list = &show_nexthops },
	{ "show", "groups", .stream = CONTROL_STREAM_LIST,
	  .list = &show_groups },
	{ "show", "counters", .stream = CONTROL_STREAM_COUNTERS },
	{ "explain", NULL, "prefix", .answer = explain_route },
	{ "explain", NULL, "frame", .answer = explain_frame },
	{ "explain", NULL, "flow", .answer = explain_flow },
	{ "capture", .options = { "vip", "rate" },
	  .stream = CONTROL_STREAM_CAPTURE },
};

const size_t control_verb_count = COUNT_OF(control_verbs);
