// SPDX-License-Identifier: BSD-2-Clause
/* The verdict of `show status`. See verdict.h. */

#include "verdict.h"

#include <string.h>

#include <json-c/json.h>

#include "value.h"

static const struct {
	const char *name; /* in JSON */
	const char *title;
} verdicts[HEALTH_COUNT] = {
	[HEALTH_OK] = { "healthy", "HEALTHY" },
	[HEALTH_DEGRADED] = { "degraded", "DEGRADED" },
	[HEALTH_NOT_FORWARDING] = { "not_forwarding", "NOT FORWARDING" },
	[HEALTH_UNKNOWN] = { "unknown", "UNKNOWN" },
};

enum health verdict_health(struct json_object *status)
{
	const char *name = json_object_get_string(value_at(status, "verdict"));
	enum health health = HEALTH_OK;

	while (health < HEALTH_UNKNOWN &&
	       (!name || strcmp(verdicts[health].name, name)))
		health++;
	return health;
}

const char *verdict_title(enum health health)
{
	return verdicts[health].title;
}

void verdict_write(struct json_object *status, FILE *out)
{
	struct json_object *reasons = value_at(status, "reasons");
	size_t count = 0;

	if (json_object_is_type(reasons, json_type_array))
		count = json_object_array_length(reasons);
	fprintf(out, "%s\n", verdict_title(verdict_health(status)));
	for (size_t i = 0; i < count; i++)
		fprintf(out, "  %s\n",
			json_object_get_string(
				json_object_array_get_idx(reasons, i)));
}
