// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl health: one line and an exit code as monitoring plugins have them,
 * with numbers behind a bar.
 */

#include "command.h"

#include <stdio.h>

#include <json-c/json.h>

#include "value.h"
#include "verdict.h"
#include "watch.h"

static const char *const plugin_words[HEALTH_COUNT] = {
	[HEALTH_OK] = "OK",
	[HEALTH_DEGRADED] = "WARNING",
	[HEALTH_NOT_FORWARDING] = "CRITICAL",
	[HEALTH_UNKNOWN] = "UNKNOWN",
};

static void write_reasons(struct json_object *status, FILE *out)
{
	struct json_object *reasons = value_at(status, "reasons");
	size_t count = json_object_array_length(reasons);

	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i ? "; " : ": ",
			json_object_get_string(
				json_object_array_get_idx(reasons, i)));
}

static void write_health(struct json_object *status, enum health health)
{
	printf("HEADGATE %s - %s", plugin_words[health], verdict_title(health));
	if (json_object_is_type(value_at(status, "reasons"), json_type_array))
		write_reasons(status, stdout);
	value_expand(status,
		     " | vips={vips.learned} vips_forwarding={vips.forwarding} "
		     "vips_announced={vips.announced} "
		     "neighbors={neighbors.configured} "
		     "neighbors_up={neighbors.established} "
		     "nexthops={nexthops.total} "
		     "nexthops_alive={nexthops.alive}\n",
		     stdout);
}

static enum health health_once(const struct ask_options *options)
{
	struct json_object *request = ask_request("show"), *reply, *status;
	enum health health = HEALTH_UNKNOWN;

	ask_add(request, "what", "status");
	if (ask(options, request, &reply)) {
		if (!options->json)
			puts("HEADGATE UNKNOWN - the agent does not answer");
		return HEALTH_UNKNOWN;
	}
	status = value_at(reply, "status");
	if (status)
		health = verdict_health(status);
	if (!options->json)
		write_health(status, health);
	json_object_put(reply);
	return ask_flush() ? HEALTH_UNKNOWN : health;
}

/* With --watch it goes on whatever the state is, also while no agent runs. */
enum exit_code command_health(const struct ask_options *options, int count,
			      char **words)
{
	enum health health;

	if (count) {
		fprintf(stderr,
			"headgatectl: health: unexpected '%s'; see --help\n",
			words[0]);
		return (enum exit_code)HEALTH_UNKNOWN;
	}
	health = health_once(options);
	for (unsigned int i = 1; watch_goes_on(options, EXIT_OK, i); i++) {
		watch_next(options);
		health = health_once(options);
	}
	return (enum exit_code)health;
}
