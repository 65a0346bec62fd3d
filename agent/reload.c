// SPDX-License-Identifier: BSD-2-Clause
/* Reading the configuration again. See reload.h. */

#include "reload.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bmp.h"
#include "config/change.h"
#include "config/flag.h"
#include "config/secrets.h"
#include "control/metrics.h"
#include "core/log.h"
#include "core/secret.h"
#include "filter/book.h"
#include "handover_give.h"
#include "host_config.h"
#include "mrt_log.h"
#include "sessions.h"
#include "wiring.h"

enum {
	RELOAD_ERROR_SIZE = 640,
};

_Static_assert((int)RELOAD_ERROR_SIZE >= (int)BGP_SPEAKER_ERROR_SIZE &&
		       (int)RELOAD_ERROR_SIZE >= (int)METRICS_ERROR_SIZE,
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
		struct bfd_key key;

		if (!path->bfd)
			continue;
		wiring_get_bfd_key(&path->bfd_key, &key);
		tracker_watch(agent->tracker, &path->nexthop, true, &key);
		explicit_bzero(&key, sizeof(key));
	}
	/* After that, so that sessions with servers that stay go on. */
	for (size_t i = 0; i < old->static_path_count; i++)
		if (old->static_paths[i].bfd)
			tracker_unwatch(agent->tracker,
					&old->static_paths[i].nexthop, true);
}

/* The old server ends first: the new one may need its port. */
static int change_metrics(struct agent *agent, const struct config *before,
			  const struct config *after,
			  char error[RELOAD_ERROR_SIZE])
{
	const struct endpoint *was = &before->control.metrics;
	char again[METRICS_ERROR_SIZE];
	int code;

	if (endpoint_equal(was, &after->control.metrics))
		return 0;
	metrics_free(agent->metrics);
	code = metrics_new(agent->base, &agent->loop.clients, NULL,
			   &after->control.metrics, &agent->view,
			   &agent->metrics, error);
	if (code && metrics_new(agent->base, &agent->loop.clients, NULL, was,
				&agent->view, &agent->metrics, again))
		log_event(EVENT_RELOAD_INCOMPLETE, NULL,
			  "metrics are not served any more: %s", again);
	return code;
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
	code = service_checks_open(&agent->checks, after, error,
				   RELOAD_ERROR_SIZE);
	if (code)
		return code;
	code = filter_book_configure(agent->filters, &after->filter, error);
	if (code)
		return code;
	watch_statics(agent, before, after);
	code = rib_reconfigure(agent->rib, &after->rib);
	if (code) {
		snprintf(error, RELOAD_ERROR_SIZE, "out of memory");
		return code;
	}
	code = change_metrics(agent, before, after, error);
	if (code)
		return code;
	return bgp_speaker_reconfigure(agent->speaker, &after->bgp,
				       change_resets_neighbor, error);
}

void reload_set_collectors(struct agent *agent)
{
	const struct agent_options *options = &agent->config->agent;

	if (bmp_set_collectors(agent->bmp, options->bmp, options->bmp_count))
		log_event(EVENT_MEMORY_SHORT, NULL,
			  "not all collectors get routes");
}

static void replace_config(struct agent *agent, struct config *config,
			   char *text)
{
	struct control_view *view = &agent->view;

	steering_reconfigure(agent->steering, &config->steering);
	interfaces_reconfigure(agent->interfaces, &config->datapath);
	log_set_level(config->agent.log_level);
	audit_reconfigure(&agent->audit, config->agent.audit_interval_s,
			  config->agent.desync_stays);
	host_watch_reconfigure(&agent->host_watch, config);
	log_set_format(config->agent.log_format);
	view->bgp = &config->bgp;
	view->steering_options = &config->steering;
	view->datapath_options = &config->datapath;
	view->services = agent->checks.services;
	view->config_text = text;
	free(agent->config_text);
	agent->config_text = text;
	agent->takeover.config = config;
	agent->config = config;
	reload_set_collectors(agent);
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
		log_event(EVENT_RELOAD_INCOMPLETE, NULL,
			  "not all is as it was before: %s", again);
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
	if (!changes_have(changes, EFFECT_RESTART))
		return;
	reload_reply_error(reply,
			   "some of it needs a restart; nothing changed");
	reload_reply_needs_successor(reply);
}

/* True if the file of the program that runs has been replaced, or removed. */
static bool is_program_replaced(void)
{
	static const char mark[] = " (deleted)";
	const size_t mark_length = sizeof(mark) - 1;
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));

	return length > (ssize_t)mark_length &&
	       !memcmp(path + length - mark_length, mark, mark_length);
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
	if (is_program_replaced())
		reload_reply_needs_successor(reply);
	changes_free(&changes);
	return 0;
}

static void forget_config(struct config *config, const struct config *other,
			  bool in_use)
{
	secrets_drop(config, other, in_use);
	host_config_free(config);
}

/* ------------------------------------------------------------- confirmation */

static void end_undo(struct agent *agent)
{
	forget_config(agent->undo, agent->config, true);
	agent->undo = NULL;
	evtimer_del(agent->undo_timer);
}

static void on_undo_due(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;
	struct config *undone = agent->config;
	char error[RELOAD_ERROR_SIZE];

	(void)fd, (void)what;
	if (apply_config(agent, agent->undo, error)) {
		log_event(EVENT_RELOAD_INCOMPLETE, NULL,
			  "not confirmed, and not undone: %s", error);
		end_undo(agent);
		return;
	}
	log_event(EVENT_RELOAD_UNDONE, NULL,
		  "not confirmed: the configuration of before is "
		  "back");
	agent->undo = NULL;
	forget_config(undone, agent->config, true);
}

/* Have a timer, before anything is changed. */
static bool prepare_undo(struct agent *agent, const struct reload_order *order)
{
	if (order->confirm_s && !agent->undo_timer)
		agent->undo_timer =
			evtimer_new(agent->base, on_undo_due, agent);
	return !order->confirm_s || agent->undo_timer;
}

static void wait_for_confirmation(struct agent *agent, struct config *before,
				  uint32_t seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	agent->undo = before;
	evtimer_add(agent->undo_timer, &time);
	log_event(EVENT_RELOAD_PENDING, NULL,
		  "undone in %u s unless headgatectl confirm is given",
		  seconds);
}

static void confirm(struct agent *agent, struct reload_reply *reply)
{
	if (!agent->undo) {
		reload_reply_error(reply, "no reload waits for a confirmation");
		return;
	}
	log_event(EVENT_RELOAD_CONFIRMED, NULL, "confirmed");
	end_undo(agent);
}

void reload_release(struct agent *agent)
{
	host_config_free(agent->undo);
	if (agent->undo_timer)
		event_free(agent->undo_timer);
}

/* ------------------------------------------------------------- orders */

/* True if the order is not carried out; the reply says why. */
static bool refuse_order(struct agent *agent, const struct reload_order *order,
			 struct reload_reply *reply)
{
	if (agent->shutdown)
		reload_reply_error(reply, "the agent ends; nothing changed");
	else if (handover_is_giving(agent))
		reload_reply_error(reply, "another agent takes over; nothing "
					  "changed");
	else if (agent->undo && !order->dry_run)
		reload_reply_error(reply,
				   "the last one waits for a confirmation; "
				   "give headgatectl confirm first");
	else if (!prepare_undo(agent, order))
		reload_reply_error(reply, "out of memory; nothing changed");
	return reload_reply_is_refused(reply);
}

/* Apply a configuration that was read, or say what it would change. */
static void take_config(struct agent *agent, const struct reload_order *order,
			struct config *config, struct reload_reply *reply)
{
	struct config *before = agent->config;
	char error[RELOAD_ERROR_SIZE];

	if (describe_changes(agent, config, reply))
		reload_reply_error(reply, "out of memory; nothing changed");
	else if (!order->dry_run && !reload_reply_is_refused(reply) &&
		 apply_config(agent, config, error))
		reload_reply_error(reply, error);
	if (agent->config != config)
		forget_config(config, before, false);
	else if (order->confirm_s)
		wait_for_confirmation(agent, before, order->confirm_s);
	else
		forget_config(before, config, true);
}

static void read_and_take(struct agent *agent, const struct reload_order *order,
			  struct reload_reply *reply)
{
	struct config *config = NULL;

	if (!refuse_order(agent, order, reply))
		config = read_again(agent, reply);
	if (config)
		take_config(agent, order, config, reply);
}

void reload_carry_out(const struct reload_order *order,
		      struct reload_reply *reply, void *context)
{
	struct agent *agent = context;

	if (order->confirms) {
		confirm(agent, reply);
		return;
	}
	read_and_take(agent, order, reply);
	if (order->dry_run)
		return;
	reload_report_note(&agent->reloads, reload_reply_is_refused(reply) ?
						    RELOAD_REFUSED :
						    RELOAD_APPLIED);
	mrt_log_reopen(agent->mrt, agent->speaker);
}

void reload_on_signal(void *context)
{
	struct agent *agent = context;
	const struct reload_order order = { .dry_run = false };
	struct reload_reply *reply = reload_reply_new();

	if (!reply) {
		log_event(EVENT_MEMORY_SHORT, NULL, "nothing reloaded");
		return;
	}
	reload_carry_out(&order, reply, agent);
	reload_reply_log(reply);
	reload_reply_free(reply);
}
