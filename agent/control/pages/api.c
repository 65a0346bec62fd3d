// SPDX-License-Identifier: BSD-2-Clause
/* JSON by HTTP. See api.h. */

#include "control/pages/api.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "control/dump.h"
#include "control/json.h"
#include "control/pages/http.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/show.h"

enum {
	WORD_SIZE = 32,
	VALUE_SIZE = 96,
};

struct reply *api_list(const struct control_view *view,
		       const struct control_verb *verb,
		       struct json_object *request,
		       struct json_object **failure)
{
	*failure = NULL;
	if (verb->stream == CONTROL_STREAM_COUNTERS)
		return show_counters(view);
	if (verb->stream == CONTROL_STREAM_DUMP)
		return dump_routes(view);
	if (verb->stream == CONTROL_STREAM_FLOWS)
		return show_flows(view, request, failure);
	return reply_list_new(view, verb->list, request, failure);
}

/* The configuration is for those who may use the control socket. */
static bool is_shown(const struct control_verb *verb)
{
	return !strcmp(verb->name, "show") && verb->level == CONTROL_READ &&
	       strcmp(verb->object, "config") &&
	       (verb->answer || verb->stream == CONTROL_STREAM_LIST ||
		verb->stream == CONTROL_STREAM_COUNTERS ||
		verb->stream == CONTROL_STREAM_FLOWS);
}

static void add_query_value(struct json_object *request, const char *path,
			    const char *name)
{
	char value[VALUE_SIZE];

	if (name && http_query(path, name, value, sizeof(value)))
		json_add_text(request, name, value);
}

/* Return the request of a path, which the caller puts. */
static struct json_object *request_of(const char *path)
{
	struct json_object *request = json_object_new_object();
	char what[WORD_SIZE];

	snprintf(what, sizeof(what), "%.*s", (int)strcspn(path, "?"), path);
	json_add_text(request, "request", "show");
	json_add_text(request, "what", what);
	for (size_t i = 0; i < control_verb_count; i++) {
		const struct control_verb *verb = &control_verbs[i];

		if (!verb->object || strcmp(verb->object, what) ||
		    !is_shown(verb))
			continue;
		add_query_value(request, path, verb->argument);
		for (int j = 0; j < CONTROL_MAX_OPTIONS && verb->options[j];
		     j++)
			add_query_value(request, path, verb->options[j]);
	}
	return request;
}

struct reply *api_answer(const struct control_view *view, const char *path,
			 struct json_object **answer, bool *found)
{
	struct json_object *request = request_of(path);
	const struct control_verb *verb = request_find_verb(request, answer);
	struct reply *reply = NULL;

	*found = verb && is_shown(verb);
	if (verb && !*found)
		*answer = request_failure("%s: not shown here", verb->name);
	else if (verb && verb->answer)
		*answer = verb->answer(view, request);
	else if (verb)
		reply = api_list(view, verb, request, answer);
	if (verb && !reply && !*answer)
		*answer = request_failure("out of memory");
	json_object_put(request);
	return reply;
}
