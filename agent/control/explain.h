/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_EXPLAIN_H
#define CONTROL_EXPLAIN_H

/*
 * Explanations: why each path of a prefix is in the set or not; which bucket
 * and which next hop a flow or a frame has. For a flow and a frame there are
 * two answers, from the tables as the agent computed them and from the loaded
 * program, run on a frame.
 *
 * Answers for verb.c. Each returns the reply, which the caller puts. The request
 * has one of
 *	"prefix":"192.0.2.1" or "192.0.2.1/32"
 *	"flow":{"source","source_port","destination","destination_port",
 *		"protocol"}, all strings
 *	"frame":"0200...", the bytes in hexadecimal
 */

#include "control/view.h"

struct json_object;

struct json_object *explain_route(const struct control_view *view,
				  struct json_object *request);
struct json_object *explain_flow(const struct control_view *view,
				 struct json_object *request);
struct json_object *explain_frame(const struct control_view *view,
				  struct json_object *request);

#endif
