// SPDX-License-Identifier: BSD-2-Clause
/* The table of requests. See verb.h. */

#include "control/verb.h"

#include "control/explain.h"
#include "control/show.h"
#include "core/array.h"

const struct control_verb control_verbs[] = {
	{ "show", "status", .answer = show_status },
	{ "show", "neighbors", .answer = show_neighbors },
	{ "show", "routes", .stream = CONTROL_STREAM_ROUTES },
	{ "show", "route", "prefix", .answer = show_route },
	{ "show", "nexthops", .answer = show_nexthops },
	{ "show", "groups", .answer = show_groups },
	{ "show", "counters", .answer = show_counters },
	{ "explain", NULL, "prefix", .answer = explain_route },
	{ "explain", NULL, "frame", .answer = explain_frame },
	{ "explain", NULL, "flow", .answer = explain_flow },
	{ "capture", .options = { "vip", "rate" },
	  .stream = CONTROL_STREAM_CAPTURE },
};

const size_t control_verb_count = COUNT_OF(control_verbs);
