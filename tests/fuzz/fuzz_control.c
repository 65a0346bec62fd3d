// SPDX-License-Identifier: BSD-2-Clause
/*
 * Lines of the control socket: whatever comes in, the answer is one JSON object
 * on one line. What would be shown is left out; only requests are under test.
 */

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/request.h"
#include "headgate/ctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct json_object *show(const struct control_view *view, const char *what,
			 struct json_object *request)
{
	(void)view, (void)request;
	return strcmp(what, "status") ? NULL : json_object_new_object();
}

const char *show_names(char text[SHOW_NAMES_SIZE])
{
	strcpy(text, "status");
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct control_view view = { 0 };
	char line[HG_CTL_MAX_REQUEST + 1];
	struct json_object *reply;
	const char *text;

	if (size > HG_CTL_MAX_REQUEST)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	reply = request_answer(&view, line);
	text = json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN);
	if (*text != '{' || strchr(text, '\n'))
		abort();
	json_object_put(reply);
	return 0;
}
