/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

/*
 * Requests of the control socket, without the socket: what a line asks for and
 * what is wrong with it. The caller puts the replies.
 */

#include "control/show.h"

/* The object on a line, which the caller puts; NULL if there is none. */
struct json_object *request_parse(const char *line);
/* The reply to one request; {"error": ...} if it cannot be answered. */
struct json_object *request_answer(const struct control_view *view,
				   struct json_object *request);
/* {"error": TEXT}. */
struct json_object *request_failure(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
