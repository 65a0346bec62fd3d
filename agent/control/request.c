// SPDX-License-Identifier: BSD-2-Clause
/* From the line of a request to the object of its reply. See request.h. */

#include "control/request.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "control/json.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

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
};

static struct json_object *answer_object(const struct control_view *view,
					 struct json_object *request)
{
	const char *verb = json_get_text(request, "request");

	for (size_t i = 0; verb && i < COUNT_OF(requests); i++)
		if (!strcmp(requests[i].verb, verb))
			return requests[i].answer(view, request);
	return request_failure("unknown request '%s'; allowed: show",
			       verb ? verb : "");
}

struct json_object *request_answer(const struct control_view *view,
				   const char *line)
{
	struct json_object *request = json_tokener_parse(line);
	struct json_object *reply;

	if (json_object_is_type(request, json_type_object))
		reply = answer_object(view, request);
	else
		reply = request_failure("the request is not a JSON object");
	json_object_put(request);
	return reply;
}
