// SPDX-License-Identifier: BSD-2-Clause
/* Reading the configuration again. See reload.h. */

#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/change.h"
#include "config/flag.h"
#include "core/log.h"
#include "host_config.h"
#include "wiring.h"

/* ------------------------------------------------------------- the reply */

/* Add each line of a text to the reply's errors. */
static void refuse_lines(struct reload_reply *reply, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line)
			reload_reply_error(reply, line);
}

static void add_change(struct reload_reply *reply,
		       const struct changes *changes,
		       const struct change *change)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		change_print(changes, change, out);
		if (!fclose(out))
			reload_reply_change(reply, text, change->flag->name,
					    change_effect_names[change->effect],
					    change->touched);
	}
	free(text);
}

/* ------------------------------------------------------------- effects */

/* Count the sessions of a neighbor, or of the peers of a prefix. */
static uint64_t count_sessions(const struct agent *agent,
			       const struct bgp_neighbor_options *options)
{
	const struct bgp_neighbor *neighbor;
	uint64_t count = 0;

	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link)
		count += neighbor->session &&
			 prefix_equal(&neighbor->options.prefix,
				      &options->prefix) &&
			 !strcmp(neighbor->options.interface,
				 options->interface);
	return count;
}

static uint64_t count_paths(const struct agent *agent)
{
	const struct rib_peer *peer = NULL;
	uint64_t count = 0;

	while ((peer = rib_peer_next(agent->rib, peer)))
		count += peer->prefixes_received;
	return count;
}

static void count_touched(const struct agent *agent, struct changes *changes)
{
	uint64_t paths = count_paths(agent);

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (change->effect == EFFECT_JUDGE ||
		    change->effect == EFFECT_DECIDE)
			change->touched = paths;
		else if (change->effect == EFFECT_RESET)
			change->touched = count_sessions(
				agent, flag_entry(changes->before, change->flag,
						  change->before));
	}
}

/* ------------------------------------------------------------- the order */

/* Read the configuration. NULL: the reply has the errors. */
static struct config *read_again(const struct agent *agent,
				 struct reload_reply *reply)
{
	enum config_request request;
	struct config *config = NULL;
	char *text = NULL;
	size_t size;
	FILE *errors = open_memstream(&text, &size);

	if (!errors) {
		reload_reply_error(reply, "out of memory; nothing changed");
		return NULL;
	}
	host_config_parse(agent->command_line, &config, &request, errors);
	fclose(errors);
	refuse_lines(reply, text);
	free(text);
	return config;
}

static void refuse_restarts(const struct changes *changes,
			    struct reload_reply *reply)
{
	if (changes_have(changes, EFFECT_RESTART))
		reload_reply_error(reply, "some of it needs a restart; nothing "
					  "changed");
}

void reload_carry_out(const struct reload_order *order,
		      struct reload_reply *reply, void *context)
{
	struct agent *agent = context;
	struct changes changes;
	struct config *config;

	(void)order;
	if (agent->shutdown) {
		reload_reply_error(reply, "the agent ends; nothing changed");
		return;
	}
	config = read_again(agent, reply);
	if (!config)
		return;
	if (changes_find(&changes, agent->config, config)) {
		reload_reply_error(reply, "out of memory; nothing changed");
	} else {
		count_touched(agent, &changes);
		for (size_t i = 0; i < changes.count; i++)
			add_change(reply, &changes, &changes.list[i]);
		refuse_restarts(&changes, reply);
		changes_free(&changes);
	}
	host_config_free(config);
}

void reload_on_signal(struct agent *agent)
{
	const struct reload_order order = { .dry_run = false };
	struct reload_reply *reply = reload_reply_new();

	if (!reply) {
		log_error("reload", "out of memory; nothing changed");
		return;
	}
	reload_carry_out(&order, reply, agent);
	reload_reply_log(reply);
	reload_reply_free(reply);
}
