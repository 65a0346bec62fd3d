// SPDX-License-Identifier: BSD-2-Clause
/* Reading the configuration again. See reload.h. */

#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/change.h"
#include "config/flag.h"
#include "config/secrets.h"
#include "core/log.h"
#include "core/secret.h"
#include "host_config.h"
#include "sessions.h"
#include "wiring.h"

enum {
	RELOAD_ERROR_SIZE = 640,
};

_Static_assert((int)RELOAD_ERROR_SIZE >= (int)BGP_SPEAKER_ERROR_SIZE,
	       "one text for all errors");

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

/* ------------------------------------------------------------- reading */

/* The seed of the file stays: the program has it. */
static void take_over_seed(struct config *config, const struct config *before)
{
	struct datapath_options *datapath = &config->datapath;

	if (datapath->hash_key_given || before->datapath.hash_key_given)
		return;
	datapath->hash_key = before->datapath.hash_key;
	secret_protect(&datapath->hash_key, sizeof(datapath->hash_key));
}

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
	if (config) {
		take_over_seed(config, agent->config);
		secrets_share(config, agent->config);
	}
	return config;
}

/* ------------------------------------------------------------- rooms */

/* Nothing but BFD says that a static path's server wants traffic. */
static void watch_statics(struct agent *agent, const struct config *before,
			  const struct config *after)
{
	const struct rib_options *old = &before->rib, *now = &after->rib;

	for (size_t i = 0; i < now->static_path_count; i++) {
		const struct static_path_options *path = &now->static_paths[i];
		const struct bfd_key key = wiring_bfd_key(&path->bfd_key);

		if (path->bfd)
			tracker_watch(agent->tracker, &path->nexthop, true,
				      &key);
	}
	/* After that, so that sessions with servers that stay go on. */
	for (size_t i = 0; i < old->static_path_count; i++)
		if (old->static_paths[i].bfd)
			tracker_unwatch(agent->tracker,
					&old->static_paths[i].nexthop, true);
}

/*
 * Give all rooms their options, those first that may refuse them. Returns 0 or
 * -errno with `error`; then some rooms have taken them.
 */
static int change_rooms(struct agent *agent, const struct config *before,
			const struct config *after,
			char error[RELOAD_ERROR_SIZE])
{
	int code = fib_reconfigure(agent->fib, &before->fib, &after->fib);

	if (code) {
		snprintf(error, RELOAD_ERROR_SIZE, "out of memory");
		return code;
	}
	code = tracker_reconfigure(agent->tracker, &after->nexthop, error,
				   RELOAD_ERROR_SIZE);
	if (code)
		return code;
	watch_statics(agent, before, after);
	code = rib_reconfigure(agent->rib, &after->rib);
	if (code) {
		snprintf(error, RELOAD_ERROR_SIZE, "out of memory");
		return code;
	}
	return bgp_speaker_reconfigure(agent->speaker, &after->bgp,
				       change_resets_neighbor, error);
}

static void replace_config(struct agent *agent, struct config *config,
			   char *text)
{
	struct control_view *view = &agent->view;

	steering_reconfigure(agent->steering, &config->steering);
	interfaces_reconfigure(agent->interfaces, &config->datapath);
	log_set_level(config->agent.log_level);
	view->bgp = &config->bgp;
	view->steering_options = &config->steering;
	view->datapath_options = &config->datapath;
	view->config_text = text;
	free(agent->config_text);
	agent->config_text = text;
	agent->takeover.config = config;
	agent->config = config;
}

/* Apply all of a configuration, or nothing. Returns 0 or -errno with `error`. */
static int apply_config(struct agent *agent, struct config *config,
			char error[RELOAD_ERROR_SIZE])
{
	char *text = host_config_text(config);
	char again[RELOAD_ERROR_SIZE];
	int code = -ENOMEM;

	snprintf(error, RELOAD_ERROR_SIZE, "out of memory");
	if (text)
		code = change_rooms(agent, agent->config, config, error);
	if (code && text && change_rooms(agent, config, agent->config, again))
		log_error("reload", "not all is as it was before: %s", again);
	if (code)
		free(text);
	else
		replace_config(agent, config, text);
	sessions_reconfigure(agent);
	wiring_wake(agent);
	return code;
}

/* ------------------------------------------------------------- the order */

static void refuse_restarts(const struct changes *changes,
			    struct reload_reply *reply)
{
	if (changes_have(changes, EFFECT_RESTART))
		reload_reply_error(reply, "some of it needs a restart; nothing "
					  "changed");
}

/* Describe all changes in the reply. Returns 0 or -ENOMEM. */
static int describe_changes(const struct agent *agent,
			    const struct config *config,
			    struct reload_reply *reply)
{
	struct changes changes;
	int code = changes_find(&changes, agent->config, config);

	if (code)
		return code;
	count_touched(agent, &changes);
	for (size_t i = 0; i < changes.count; i++)
		add_change(reply, &changes, &changes.list[i]);
	refuse_restarts(&changes, reply);
	changes_free(&changes);
	return 0;
}

static void forget_config(struct config *config, const struct config *other,
			  bool in_use)
{
	secrets_drop(config, other, in_use);
	host_config_free(config);
}

void reload_carry_out(const struct reload_order *order,
		      struct reload_reply *reply, void *context)
{
	struct agent *agent = context;
	struct config *before = agent->config, *config;
	char error[RELOAD_ERROR_SIZE];

	if (agent->shutdown) {
		reload_reply_error(reply, "the agent ends; nothing changed");
		return;
	}
	config = read_again(agent, reply);
	if (!config)
		return;
	if (describe_changes(agent, config, reply))
		reload_reply_error(reply, "out of memory; nothing changed");
	else if (!order->dry_run && !reload_reply_is_refused(reply) &&
		 apply_config(agent, config, error))
		reload_reply_error(reply, error);
	if (agent->config == config)
		forget_config(before, config, true);
	else
		forget_config(config, before, false);
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
