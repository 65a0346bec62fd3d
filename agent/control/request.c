// SPDX-License-Identifier: BSD-2-Clause
/* From a request to its reply. See request.h. */

#include "control/request.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "control/explain.h"
#include "control/json.h"
#include "core/array.h"

struct json_object *request_failure(const char *format, ...)
{
	struct json_object *reply = json_object_new_object();
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_object_object_add(reply, "error", json_object_new_string(text));
	return reply;
}

static struct json_object *answer_show(const struct control_view *view,
				       struct json_object *request)
{
	const char *what = json_get_text(request, "what");
	struct json_object *reply = what ? show(view, what, request) : NULL;
	char names[SHOW_NAMES_SIZE];

	if (!reply)
		return request_failure("cannot show '%s'; allowed: %s",
				       what ? what : "", show_names(names));
	return reply;
}

static const struct {
	const char *verb;
	struct json_object *(*answer)(const struct control_view *view,
				      struct json_object *request);
} requests[] = {
	{ "show", answer_show },
	{ "explain", explain },
};

struct json_object *request_parse(const char *line)
{
	struct json_object *request = json_tokener_parse(line);

	if (json_object_is_type(request, json_type_object))
		return request;
	json_object_put(request);
	return NULL;
}

struct json_object *request_answer(const struct control_view *view,
				   struct json_object *request)
{
	const char *verb = json_get_text(request, "request");

	if (!request)
		return request_failure("the request is not a JSON object");
	for (size_t i = 0; verb && i < COUNT_OF(requests); i++)
		if (!strcmp(requests[i].verb, verb))
			return requests[i].answer(view, request);
	return request_failure(
		"unknown request '%s'; allowed: show, explain, capture",
		verb ? verb : "");
}
