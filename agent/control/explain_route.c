// SPDX-License-Identifier: BSD-2-Clause
/* Why each path of a prefix is in the set or not. See explain.h. */

#include <json-c/json.h>

#include "control/explain.h"
#include "control/json.h"
#include "control/show_parts.h"

struct json_object *explain_route(const struct control_view *view,
				  const char *prefix)
{
	struct json_object *request = json_object_new_object();
	struct json_object *reply;

	json_add_text(request, "prefix", prefix);
	reply = show_route(view, request);
	json_object_put(request);
	return reply;
}
