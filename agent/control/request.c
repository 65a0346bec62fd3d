// SPDX-License-Identifier: BSD-2-Clause
/* From a line to a verb. See request.h. */

#include "control/request.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "control/json.h"

enum {
	FAILURE_SIZE = 2304,
	FORMS_SIZE = 2048,
	MAX_QUOTED = 32, /* characters of a client's word in a message */
};

struct json_object *request_failure(const char *format, ...)
{
	struct json_object *reply = json_object_new_object();
	char text[FAILURE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_add_text(reply, "error", text);
	return reply;
}

struct json_object *request_parse(const char *line)
{
	struct json_object *request = json_tokener_parse(line);

	if (json_object_is_type(request, json_type_object))
		return request;
	json_object_put(request);
	return NULL;
}

/* Write "show route prefix" or "capture [vip] [rate]". */
static void write_form(FILE *out, const struct control_verb *verb)
{
	fputs(verb->name, out);
	if (verb->object)
		fprintf(out, " %s", verb->object);
	if (verb->argument)
		fprintf(out, " %s", verb->argument);
	for (int i = 0; i < CONTROL_MAX_OPTIONS && verb->options[i]; i++)
		fprintf(out, " [%s]", verb->options[i]);
}

/* Write the forms of all verbs, or those of one name. */
static void write_forms(char text[FORMS_SIZE], const char *name)
{
	FILE *out = fmemopen(text, FORMS_SIZE, "w");
	const char *separator = "";

	*text = '\0';
	for (size_t i = 0; out && i < control_verb_count; i++) {
		const struct control_verb *verb = &control_verbs[i];

		if (name && strcmp(verb->name, name))
			continue;
		fputs(separator, out);
		write_form(out, verb);
		separator = ", ";
	}
	if (out)
		fclose(out);
}

static bool matches_request(const struct control_verb *verb,
			    struct json_object *request)
{
	const char *object = json_get_text(request, "what");

	if (verb->object && (!object || strcmp(verb->object, object)))
		return false;
	return !verb->argument ||
	       json_object_object_get_ex(request, verb->argument, NULL);
}

const struct control_verb *request_find_verb(struct json_object *request,
					     struct json_object **failure)
{
	const char *name = json_get_text(request, "request");
	const char *object = json_get_text(request, "what");
	const char *known = NULL;
	char forms[FORMS_SIZE];

	if (!request) {
		*failure = request_failure("request: not a JSON object");
		return NULL;
	}
	for (size_t i = 0; name && i < control_verb_count; i++) {
		const struct control_verb *verb = &control_verbs[i];

		if (strcmp(verb->name, name))
			continue;
		if (matches_request(verb, request))
			return verb;
		known = verb->name;
	}
	write_forms(forms, known);
	*failure = request_failure("request '%.*s%s%.*s': %s; allowed: %s",
				   MAX_QUOTED, name ? name : "",
				   object ? " " : "", MAX_QUOTED,
				   object ? object : "",
				   known ? "unknown or incomplete" : "unknown",
				   forms);
	return NULL;
}
