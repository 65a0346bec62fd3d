// SPDX-License-Identifier: BSD-2-Clause
/* Requests that ask why. See explain.h. */

#include "control/explain.h"

#include <json-c/json.h>

#include "control/json.h"
#include "control/request.h"

struct json_object *explain(const struct control_view *view,
			    struct json_object *request)
{
	const char *prefix = json_get_text(request, "prefix");
	const char *frame = json_get_text(request, "frame");
	struct json_object *flow;

	if (prefix)
		return explain_route(view, prefix);
	if (frame)
		return explain_frame(view, frame);
	if (json_object_object_get_ex(request, "flow", &flow))
		return explain_flow(view, flow);
	return request_failure(
		"explain what? One of prefix, flow and frame is needed");
}
