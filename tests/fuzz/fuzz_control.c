// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: lines of the control socket. For any input the answer is one
 * JSON object on one line. The target has its own table of verbs, because only
 * the way from a line to its verb is tested.
 */

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/request.h"
#include "core/array.h"
#include "headgate/ctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json_object *answer_empty(const struct control_view *view,
					struct json_object *request)
{
	(void)view, (void)request;
	return json_object_new_object();
}

const struct control_verb control_verbs[] = {
	{ "show", "status", .answer = answer_empty },
	{ "show", "routes", .stream = CONTROL_STREAM_ROUTES },
	{ "show", "route", "prefix", .answer = answer_empty },
	{ "explain", NULL, "flow", .answer = answer_empty },
	{ "capture", .options = { "vip", "rate" },
	  .stream = CONTROL_STREAM_CAPTURE },
};

const size_t control_verb_count = COUNT_OF(control_verbs);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct control_view view = { 0 };
	char line[HG_CTL_MAX_REQUEST + 1];
	struct json_object *request, *reply = NULL;
	const struct control_verb *verb;
	const char *text;

	if (size > HG_CTL_MAX_REQUEST)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	request = request_parse(line);
	verb = request_find_verb(request, &reply);
	if (verb && verb->answer)
		reply = verb->answer(&view, request);
	if (reply) {
		text = json_object_to_json_string_ext(reply,
						      JSON_C_TO_STRING_PLAIN);
		if (*text != '{' || strchr(text, '\n'))
			abort();
	}
	json_object_put(reply);
	json_object_put(request);
	return 0;
}
