// SPDX-License-Identifier: BSD-2-Clause
/* From the line of a request to the object of its reply. See request.h. */

#include "control/request.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static const char *string_of(struct json_object *request, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(request, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static struct json_object *answer_object(const struct control_view *view,
					 struct json_object *request)
{
	const char *verb = string_of(request, "request");
	const char *what = string_of(request, "what");
	char names[SHOW_NAMES_SIZE];
	struct json_object *reply;

	if (!verb || strcmp(verb, "show"))
		return request_failure("unknown request '%s'; allowed: show",
				       verb ? verb : "");
	reply = what ? show(view, what) : NULL;
	if (!reply)
		return request_failure("cannot show '%s'; allowed: %s",
				       what ? what : "", show_names(names));
	return reply;
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
