/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

/*
 * Requests of the control socket, without the socket: from a line to its row in
 * the table of verbs.
 */

#include "control/verb.h"

/* Return the JSON object on a line, which the caller puts, or NULL. */
struct json_object *request_parse(const char *line);
/*
 * Return the verb of a request, NULL included. If no verb matches, return NULL
 * and the reply in *failure, which lists what is allowed; the caller puts it.
 */
const struct control_verb *request_find_verb(struct json_object *request,
					     struct json_object **failure);
/* Return the reply {"error": TEXT}, which the caller puts. */
struct json_object *request_failure(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
