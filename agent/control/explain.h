/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_EXPLAIN_H
#define CONTROL_EXPLAIN_H

/*
 * Why: of a prefix, which paths are in the set and at which step the others
 * lost; of a flow or a frame, which bucket it falls in and who gets it. For the
 * latter two are asked, the tables as they were computed and the program as it
 * is loaded, and both answers are given.
 */

#include "control/show.h"

/*
 * The reply, which the caller puts, to {"request":"explain"} with one of
 *	"prefix":"192.0.2.1" or "192.0.2.1/32"
 *	"flow":{"source","source_port","destination","destination_port",
 *		"protocol"}, all of them texts
 *	"frame":"0200..."
 */
struct json_object *explain(const struct control_view *view,
			    struct json_object *request);

/* Its parts, for explain.c only. */
struct json_object *explain_flow(const struct control_view *view,
				 struct json_object *flow);
struct json_object *explain_frame(const struct control_view *view,
				  const char *hex);
struct json_object *explain_route(const struct control_view *view,
				  const char *prefix);

#endif
