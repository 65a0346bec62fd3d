// SPDX-License-Identifier: BSD-2-Clause
/* The agent's life: rooms made in order, run, and taken down. See agent.h. */

#include "agent.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgp/session/neighbor_gone.h"
#include "bmp.h"
#include "config/config.h"
#include "control/control.h"
#include "control/metrics.h"
#include "core/clock.h"
#include "core/log.h"
#include "filter/book.h"
#include "handover_give.h"
#include "handover_take.h"
#include "host_config.h"
#include "leftovers.h"
#include "log_events.h"
#include "mrt_log.h"
#include "reload.h"
#include "rib/adj_rib_in.h"
#include "sessions.h"
#include "shutdown.h"
#include "wiring.h"

/* The line of status for the service manager. */
static void describe_agent(char line[NOTIFY_STATUS_SIZE], void *context)
{
	const struct agent *agent = context;
	const struct bgp_neighbor *neighbor;
	const uint64_t now_ms = clock_now_ms();
	uint64_t expected = 0, established = 0;

	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link) {
		established += neighbor->session != NULL;
		expected += neighbor->session ||
			    bgp_neighbor_is_expected(neighbor, now_ms);
	}
	snprintf(line, NOTIFY_STATUS_SIZE,
		 "%s%" PRIu64 " VIPs, %" PRIu64 " of %" PRIu64
		 " neighbors up%s",
		 agent->shutdown ? "shutting down: " : "",
		 (uint64_t)rib_totals(agent->rib).forwarding, established,
		 expected,
		 agent->audit.report.in_sync ?
			 "" :
			 "; DEGRADED, see headgatectl show status");
}

static int make_loop(struct agent *agent)
{
	int error = loop_init(&agent->loop);

	agent->base = agent->loop.base;
	if (error)
		return error;
	agent->log = log_events_new(agent->base);
	if (!agent->log)
		return -ENOMEM;
	return notify_open(&agent->notify, agent->base, describe_agent, agent);
}

/* Tell the service manager that a reload begins, and that it is over. */
static void reload_for_client(const struct reload_order *order,
			      struct reload_reply *reply, void *context)
{
	const bool changes = !order->dry_run && !order->confirms;
	struct agent *agent = context;

	if (changes)
		notify_reloading(&agent->notify);
	reload_carry_out(order, reply, agent);
	if (changes)
		notify_ready(&agent->notify);
}

static void reload_for_signal(void *context)
{
	struct agent *agent = context;

	notify_reloading(&agent->notify);
	reload_on_signal(agent);
	notify_ready(&agent->notify);
}

static int make_control(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct control_options *options = &agent->config->control;
	struct control_hooks hooks = captures_hooks(&agent->captures);

	hooks.order = sessions_order;
	hooks.order_context = agent;
	hooks.drain = drains_order;
	hooks.drain_context = &agent->drains;
	hooks.reload = reload_for_client;
	hooks.reload_context = agent;
	hooks.handover = handover_give;
	hooks.handover_context = agent;
	return control_new(agent->base, &agent->loop.clients, options->socket,
			   agent->take ? agent->take->control_lock : -1,
			   &agent->view, &hooks, &agent->control, error);
}

static int make_metrics(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	return metrics_new(agent->base, &agent->loop.clients,
			   agent->take ? agent->take->listeners : NULL,
			   &agent->config->control.metrics, &agent->view,
			   &agent->metrics, error);
}

static int make_datapath(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	struct datapath_error reason;
	int code = datapath_open_with(&agent->config->datapath,
				      agent->take ? agent->take->pins_lock : -1,
				      &agent->datapath, &reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason.text);
	return code;
}

static int make_tracker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	struct tracker_callbacks callbacks = wiring_tracker_callbacks(agent);
	const struct rib_options *rib = &agent->config->rib;
	int code;

	callbacks.addresses_changed = sessions_addresses_changed;
	code = tracker_new(agent->base, &agent->loop.work.queue,
			   &agent->config->nexthop, &callbacks,
			   agent->take ? agent->take->bfd_ports : NULL,
			   &agent->tracker, error, AGENT_ERROR_SIZE);
	if (!code)
		sessions_note_addresses(agent);
	/* Nothing but BFD says that a static path's server wants traffic. */
	for (size_t i = 0; i < rib->static_path_count && !code; i++) {
		const struct static_path_options *path = &rib->static_paths[i];
		struct bfd_key key;

		if (!path->bfd)
			continue;
		wiring_get_bfd_key(&path->bfd_key, &key);
		code = tracker_watch(agent->tracker, &path->nexthop, true,
				     &key);
		explicit_bzero(&key, sizeof(key));
	}
	return code;
}

static int make_fib(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	return fib_new(agent->base, &agent->loop.work.queue,
		       &agent->config->fib, agent->tracker,
		       datapath_tunnel_program(agent->datapath), &agent->fib,
		       error, AGENT_ERROR_SIZE);
}

/* Before a packet comes. */
static int begin_filters(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	char reason[FLOWSPEC_ERROR_SIZE];
	int code = filter_book_configure(agent->filters, &agent->config->filter,
					 reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason);
	return code;
}

static int make_tables(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct interfaces_hooks hooks = wiring_interfaces_hooks(agent);
	const struct steering_hooks steering = wiring_steering_hooks(agent);
	const struct steering_sink sink = wiring_steering_sink(agent);
	const struct filter_sink filters = wiring_filter_sink(agent);
	const struct config *config = agent->config;

	agent->filters = filter_book_new(&filters);
	if (!agent->filters)
		return -ENOMEM;
	agent->interfaces = interfaces_new(agent->base, &config->datapath,
					   agent->datapath, agent->tracker,
					   &hooks);
	agent->steering = steering_new(&config->steering, agent->tracker, &sink,
				       &steering);
	if (!agent->interfaces || !agent->steering)
		return -ENOMEM;
	return begin_filters(agent, error);
}

static int make_checks(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	agent->checks = (struct service_checks){
		.base = agent->base,
		.tracker = agent->tracker,
		.takeover = &agent->takeover,
		.steering = agent->steering,
	};
	return service_checks_open(&agent->checks, agent->config, error,
				   AGENT_ERROR_SIZE);
}

static int make_rib(struct agent *agent)
{
	const struct rib_options *options = &agent->config->rib;
	struct rib_hooks hooks = wiring_rib_hooks(agent);

	hooks.peer_gone = sessions_peer_gone;
	agent->end_of_turn = wiring_end_of_turn(agent);
	agent->rib = rib_new(options, &hooks);
	agent->learned.book = agent->filters;
	agent->learned.rib = agent->rib;
	agent->checks.rib = agent->rib;
	agent->vip_events = (struct vip_events){
		.base = agent->base,
		.rib = agent->rib,
	};
	if (!agent->end_of_turn || !agent->rib)
		return -ENOMEM;
	return adj_rib_in_add_static_paths(agent->rib, options->static_paths,
					   options->static_path_count);
}

static int begin_host_watch(struct agent *agent)
{
	agent->host_watch = (struct host_watch){
		.base = agent->base,
		.tracker = agent->tracker,
		.config = agent->config,
	};
	return host_watch_begin(&agent->host_watch);
}

/* Compare the kernel with what is wanted, and watch the settings around it. */
static int begin_audits(struct agent *agent)
{
	const struct agent_options *options = &agent->config->agent;

	agent->audit = (struct audit){
		.base = agent->base,
		.turns = &agent->loop.work,
		.interfaces = agent->interfaces,
		.datapath = agent->datapath,
		.steering = agent->steering,
		.rib = agent->rib,
		.frozen = &agent->give,
		.desync_stays = options->desync_stays,
	};
	if (audit_begin(&agent->audit, options->audit_interval_s))
		return -ENOMEM;
	return begin_host_watch(agent);
}

/* Watch for neighbors without a session, and for jumps of the clock. */
static int begin_watches(struct agent *agent)
{
	agent->silent = (struct silent_neighbors){
		.base = agent->base,
		.speaker = agent->speaker,
	};
	agent->clock = (struct clock_watch){ .base = agent->base };
	if (silent_neighbors_begin(&agent->silent))
		return -ENOMEM;
	return clock_watch_begin(&agent->clock);
}

static int make_mrt_log(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const char *path = agent->config->agent.mrt_file;

	return path[0] ? mrt_log_new(agent->base, path, &agent->mrt, error,
				     AGENT_ERROR_SIZE) :
			 0;
}

static int make_bmp(struct agent *agent)
{
	const struct bmp_sources sources = {
		.base = agent->base,
		.work = &agent->loop.work.queue,
		.speaker = agent->speaker,
		.rib = agent->rib,
	};

	agent->bmp = bmp_new(&sources);
	return agent->bmp ? 0 : -ENOMEM;
}

static int make_speaker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct bgp_callbacks callbacks = sessions_callbacks(agent);
	bool restarting = !agent->take &&
			  datapath_has_previous(agent->datapath);
	int code = bgp_speaker_new(agent->base, &agent->loop.work.queue,
				   &agent->config->bgp, restarting,
				   agent->take ? agent->take->listeners : NULL,
				   &callbacks, &agent->speaker, error);

	return code ? code : make_bmp(agent);
}

/* In the order of harm: first what a second agent must not get. */
static int make_rooms(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct config *config = agent->config;
	int code = make_loop(agent);

	if (!code && config->agent.takeover)
		code = handover_take_ask(agent, error);
	if (!code)
		code = make_control(agent, error);
	if (!code)
		code = make_mrt_log(agent, error);
	if (!code)
		code = make_metrics(agent, error);
	if (!code)
		code = make_datapath(agent, error);
	if (!code)
		code = make_tracker(agent, error);
	if (!code)
		code = make_fib(agent, error);
	if (!code)
		code = make_tables(agent, error);
	if (!code)
		code = make_checks(agent, error);
	if (!code)
		code = make_rib(agent);
	if (!code)
		code = make_speaker(agent, error);
	if (!code)
		log_set_namer(wiring_name_of, agent);
	agent->drains = (struct drains){
		.base = agent->base,
		.speaker = agent->speaker,
		.tracker = agent->tracker,
		.rib = agent->rib,
		.frozen = &agent->give,
	};
	agent->warm_ups = (struct warm_ups){
		.base = agent->base,
		.takeover = &agent->takeover,
		.rib = agent->rib,
	};
	agent->takeover = (struct takeover){
		.base = agent->base,
		.config = config,
		.datapath = agent->datapath,
		.tracker = agent->tracker,
		.steering = agent->steering,
		.rib = agent->rib,
		.hooks = wiring_takeover_hooks(agent),
	};
	if (!code)
		code = begin_audits(agent);
	if (!code)
		code = begin_watches(agent);
	agent->captures = (struct captures){
		.base = agent->base,
		.control = agent->control,
		.datapath = agent->datapath,
	};
	return code;
}

/* Wait with announcements, unless another agent had its own until now. */
static bool begin_start(struct agent *agent)
{
	agent->start = (struct start_wait){
		.base = agent->base,
		.speaker = agent->speaker,
		.tracker = agent->tracker,
		.rib = agent->rib,
		.hooks = wiring_start_hooks(agent),
		.max_s = agent->config->agent.start_max_s,
	};
	return !agent->take && start_wait_begin(&agent->start);
}

/* Take over from another agent, or from what one has left, and forward. */
static int take_charge(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	int code = agent->take ? handover_take_state(agent, error) : 0;

	if (!code)
		code = fib_begin(agent->fib, error, AGENT_ERROR_SIZE);
	if (!code)
		code = takeover_begin(&agent->takeover);
	return code ? code : interfaces_start(agent->interfaces, error);
}

/*
 * Return an agent in charge and 0, or -errno. The configuration is the agent's, or
 * stays the caller's.
 */
static int make_agent(struct config *config, const struct command_line *line,
		      struct agent **out, char error[AGENT_ERROR_SIZE])
{
	struct agent *agent = calloc(1, sizeof(*agent));
	int code = -ENOMEM;

	snprintf(error, AGENT_ERROR_SIZE, "out of memory");
	if (!agent)
		return code;
	agent->config = config;
	agent->command_line = line;
	agent->reload = (struct work){ .run = reload_for_signal,
				       .context = agent,
				       .name = "reload" };
	code = make_rooms(agent, error);
	if (!code)
		code = take_charge(agent, error);
	if (!code) {
		*out = agent;
		return 0;
	}
	agent->config = NULL;
	agent_free(agent);
	return code;
}

int agent_new(struct config *config, const struct command_line *line,
	      struct agent **out, char error[AGENT_ERROR_SIZE])
{
	struct agent *agent;
	int code = make_agent(config, line, &agent, error);

	while (code == -EOWNERDEAD) {
		log_warning("handover", "the running agent has died: start as "
					"after a crash");
		code = make_agent(config, line, &agent, error);
	}
	if (code) {
		host_config_free(config);
		return code;
	}
	agent->config_text = host_config_text(config);
	if (!agent->config_text) {
		agent_free(agent);
		return -ENOMEM;
	}
	agent->view = (struct control_view){
		.config_text = agent->config_text,
		.bgp = &agent->config->bgp,
		.steering_options = &agent->config->steering,
		.datapath_options = &agent->config->datapath,
		.speaker = agent->speaker,
		.rib = agent->rib,
		.tracker = agent->tracker,
		.steering = agent->steering,
		.filters = agent->filters,
		.datapath = agent->datapath,
		.drains = &agent->drains.list,
		.services = agent->checks.services,
		.turns = &agent->loop.meter,
		.audit = &agent->audit.report,
		.host = agent->host_watch.report,
		.takeover = &agent->takeover.report,
		.reloads = &agent->reloads,
		.mrt = mrt_log_file(agent->mrt),
		.bmp = bmp_report_of(agent->bmp),
		.seccomp = agent_seccomp_names[agent->config->agent.seccomp],
		.started_ms = clock_now_ms(),
		.started_at = (uint64_t)time(NULL),
	};
	agent->reloads.applied_at = (time_t)agent->view.started_at;
	if (takeover_is_pending(&agent->takeover))
		fib_await_takeover(agent->fib);
	else if (!begin_start(agent))
		bgp_speaker_tables_complete(agent->speaker);
	wiring_publish(agent);
	*out = agent;
	return 0;
}

void agent_reload(struct agent *agent)
{
	work_queue_add(&agent->loop.work.queue, &agent->reload);
}

struct event_base *agent_base(struct agent *agent)
{
	return agent->base;
}

/* ------------------------------------------------------------- the end */

void agent_end(struct agent *agent)
{
	handover_give_up(agent, "this agent ends");
	if (!shutdown_begin(agent))
		event_base_loopbreak(agent->base);
	notify_stopping(&agent->notify);
}

bool agent_has_left(const struct agent *agent)
{
	return agent->left;
}

static void tell_start(const struct agent *agent)
{
	char digest[HOST_CONFIG_DIGEST_SIZE];

	log_event(
		EVENT_AGENT_STARTED, NULL,
		"headgate " HEADGATE_VERSION
		" started: AS %u, %zu interfaces, %zu neighbors, configuration "
		"%s",
		agent->config->bgp.as, agent->config->datapath.interface_count,
		agent->config->bgp.neighbor_count,
		host_config_digest(agent->config_text, digest));
}

int agent_run(struct agent *agent)
{
	agent->running = true;
	log_events_begin(agent->log);
	tell_start(agent);
	handover_take_begin(agent);
	mrt_log_sessions(agent->mrt, agent->speaker);
	reload_set_collectors(agent);
	bgp_speaker_start(agent->speaker);
	notify_ready(&agent->notify);
	loop_run(&agent->loop);
	return agent->failed;
}

/* True if what forwards packets outlives the agent. */
static bool keeps_forwarding(const struct agent *agent)
{
	return agent->running && !agent->failed &&
	       agent->config->agent.on_exit == AGENT_EXIT_KEEP;
}

/* The upstreams get their withdrawals before the program goes. */
static void stop_sessions(struct agent *agent)
{
	if (!agent->speaker)
		return;
	agent->leaving = keeps_forwarding(agent);
	if (agent->leaving)
		bgp_speaker_leave(agent->speaker, "headgate ends, packets are "
						  "still forwarded");
	else
		bgp_speaker_stop(agent->speaker, "headgate ends");
}

/* Remove what forwards packets, or leave it. */
static void end_forwarding(struct agent *agent)
{
	const bool keep = keeps_forwarding(agent);

	if (keep)
		log_event(EVENT_AGENT_ENDING, NULL,
			  "the program goes on forwarding, by the "
			  "tables as they are (--on-exit keep)");
	/* A previous run's program goes, too, unless this one never ran. */
	if (agent->running && !keep)
		datapath_remove_previous(agent->datapath);
	/* Adopted tables go on forwarding if this run never began. */
	datapath_close(agent->datapath,
		       keep || (agent->datapath && !agent->running &&
				datapath_is_adopted(agent->datapath)));
	fib_free(agent->fib, agent->running && !keep);
}

void agent_free(struct agent *agent)
{
	if (!agent)
		return;
	handover_give_up(agent, "this agent ends");
	handover_take_release(agent);
	stop_sessions(agent);
	control_hang_up(agent->control);
	metrics_free(agent->metrics);
	bmp_free(agent->bmp, true);
	agent->bmp = NULL;
	silent_neighbors_release(&agent->silent);
	log_set_namer(NULL, NULL);
	bgp_speaker_free(agent->speaker);
	mrt_log_free(agent->mrt);
	leftovers_free(agent->leftovers);
	rib_free(agent->rib);
	steering_free(agent->steering);
	filter_book_free(agent->filters);
	interfaces_free(agent->interfaces);
	tracker_free(agent->tracker);
	end_forwarding(agent);
	control_free(agent->control);
	takeover_release(&agent->takeover);
	drains_release(&agent->drains);
	warm_ups_release(&agent->warm_ups);
	service_checks_release(&agent->checks);
	vip_events_release(&agent->vip_events);
	audit_release(&agent->audit);
	host_watch_release(&agent->host_watch);
	clock_watch_release(&agent->clock);
	shutdown_release(agent);
	start_wait_release(&agent->start);
	if (agent->end_of_turn)
		event_free(agent->end_of_turn);
	log_events_free(agent->log);
	notify_close(&agent->notify);
	loop_destroy(&agent->loop);
	free(agent->config_text);
	reload_release(agent);
	host_config_free(agent->config);
	free(agent);
}
