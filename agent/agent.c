// SPDX-License-Identifier: BSD-2-Clause
/* The agent's life: rooms made in order, run, and taken down. See agent.h. */

#include "agent.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"
#include "control/control.h"
#include "control/metrics.h"
#include "core/clock.h"
#include "core/log.h"
#include "fib/kernel_routes.h"
#include "rib/export.h"
#include "wires.h"

static int make_loop(struct agent *agent)
{
	struct event_config *options = event_config_new();

	if (!options)
		return -ENOMEM;
	/* Hold times are judged in milliseconds. */
	event_config_set_flag(options, EVENT_BASE_FLAG_PRECISE_TIMER);
	agent->base = event_base_new_with_config(options);
	event_config_free(options);
	if (!agent->base)
		return -ENOMEM;
	return 0;
}

/* In the order of need: what a second agent must not have comes first. */
static int make_rooms(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct control_hooks hooks = wire_capture(agent);
	int code = make_loop(agent);

	if (!code)
		code = interfaces_init(agent);
	if (!code)
		code = control_new(agent->base, agent->config->control.socket,
				   &agent->view, &hooks, &agent->control,
				   error);
	if (!code)
		code = metrics_new(agent->base, &agent->config->control.metrics,
				   &agent->view, &agent->metrics, error);
	if (!code)
		code = wire_datapath(agent, error);
	if (!code)
		code = wire_kernel_routes(agent, error);
	if (!code)
		code = wire_tracker(agent, error);
	if (!code)
		code = wire_steering(agent);
	if (!code)
		code = wire_rib(agent);
	if (!code)
		code = wire_speaker(agent, error);
	return code;
}

int agent_new(const struct config *config, struct agent **out,
	      char error[AGENT_ERROR_SIZE])
{
	struct agent *agent = calloc(1, sizeof(*agent));
	int code = -ENOMEM;

	snprintf(error, AGENT_ERROR_SIZE, "out of memory");
	if (!agent)
		return code;
	agent->config = config;
	code = make_rooms(agent, error);
	if (!code)
		code = interfaces_start(agent, error);
	if (code) {
		agent_free(agent);
		return code;
	}
	agent->view = (struct control_view){
		.bgp = &agent->config->bgp,
		.steering_options = &agent->config->steering,
		.datapath_options = &agent->config->datapath,
		.speaker = agent->speaker,
		.rib = agent->rib,
		.tracker = agent->tracker,
		.steering = agent->steering,
		.datapath = agent->datapath,
		.started_ms = clock_now_ms(),
	};
	*out = agent;
	return 0;
}

struct event_base *agent_base(struct agent *agent)
{
	return agent->base;
}

/* ------------------------------------------------------------- the end */

static bool is_announcing(const struct agent *agent)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(agent->rib, peer)))
		if (peer->prefixes_announced)
			return true;
	return false;
}

/* The neighbors had time to find another way: what goes now hurts nobody. */
static void on_leave(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;

	(void)fd, (void)what;
	export_set_shutdown(agent->rib, RIB_SHUTDOWN_WITHDRAWN);
	wire_send_all_exports(agent);
	event_base_loopbreak(agent->base);
}

static bool begin_leaving(struct agent *agent)
{
	const struct timeval delay = {
		.tv_sec = agent->config->agent.shutdown_delay_s,
	};

	if (agent->leave || !delay.tv_sec || !is_announcing(agent))
		return false;
	agent->leave = evtimer_new(agent->base, on_leave, agent);
	if (!agent->leave)
		return false;
	log_info("agent",
		 "leaving: neighbors are told, VIPs are withdrawn in %u s; "
		 "signal again to end at once",
		 agent->config->agent.shutdown_delay_s);
	export_set_shutdown(agent->rib, RIB_SHUTDOWN_GRACEFUL);
	wire_send_all_exports(agent);
	evtimer_add(agent->leave, &delay);
	return true;
}

void agent_end(struct agent *agent)
{
	if (!begin_leaving(agent))
		event_base_loopbreak(agent->base);
}

int agent_run(struct agent *agent)
{
	agent->running = true;
	bgp_speaker_start(agent->speaker);
	event_base_dispatch(agent->base);
	return agent->failed;
}

void agent_free(struct agent *agent)
{
	if (!agent)
		return;
	/* The upstreams withdraw first, then the program goes. */
	if (agent->speaker)
		bgp_speaker_stop(agent->speaker, "headgate ends");
	control_hang_up(agent->control);
	metrics_free(agent->metrics);
	bgp_speaker_free(agent->speaker);
	rib_free(agent->rib);
	steering_free(agent->steering);
	tracker_free(agent->tracker);
	/* A former run's program goes too, but not if we never came to run. */
	if (agent->running)
		datapath_remove_previous(agent->datapath);
	datapath_close(agent->datapath, false);
	kernel_routes_free(agent->kernel_routes, agent->running);
	control_free(agent->control);
	if (agent->leave)
		event_free(agent->leave);
	free(agent->members);
	if (agent->takeover)
		event_free(agent->takeover);
	if (agent->process)
		event_free(agent->process);
	if (agent->base)
		event_base_free(agent->base);
	free(agent);
}
