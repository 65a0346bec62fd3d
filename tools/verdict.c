// SPDX-License-Identifier: BSD-2-Clause
/* The verdict of `show status`. See verdict.h. */

#include "verdict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "value.h"

static const struct {
	const char *name; /* in JSON */
	const char *title;
	const char *colour; /* on a terminal */
} verdicts[HEALTH_COUNT] = {
	[HEALTH_OK] = { "healthy", "HEALTHY", "32" },
	[HEALTH_DEGRADED] = { "degraded", "DEGRADED", "33" },
	[HEALTH_NOT_FORWARDING] = { "not_forwarding", "NOT FORWARDING", "31" },
	[HEALTH_UNKNOWN] = { "unknown", "UNKNOWN", "31" },
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

/* no-color.org: a variable that is set and not empty. */
static bool has_colour(FILE *out)
{
	const char *none = getenv("NO_COLOR");

	return isatty(fileno(out)) && !(none && *none);
}

void verdict_write(struct json_object *status, FILE *out)
{
	struct json_object *reasons = value_at(status, "reasons");
	enum health health = verdict_health(status);
	size_t count = 0;

	if (json_object_is_type(reasons, json_type_array))
		count = json_object_array_length(reasons);
	if (has_colour(out))
		fprintf(out, "\033[1;%sm%s\033[0m\n", verdicts[health].colour,
			verdicts[health].title);
	else
		fprintf(out, "%s\n", verdicts[health].title);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "  %s\n",
			json_object_get_string(
				json_object_array_get_idx(reasons, i)));
}
