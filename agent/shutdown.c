// SPDX-License-Identifier: BSD-2-Clause
/* The end with --shutdown-delay. See shutdown.h. */

#include "shutdown.h"

#include <event2/event.h>

#include "bgp/session/announcer.h"
#include "core/clock.h"
#include "core/log.h"
#include "rib/export.h"
#include "wiring.h"

enum {
	INTERVAL_MS = 100,
};

static bool is_announcing(const struct agent *agent)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(agent->rib, peer)))
		if (peer->prefixes_announced)
			return true;
	return false;
}

static uint64_t forwarded_packets(const struct agent *agent)
{
	struct hg_counter tx = { 0 }, redirect = { 0 };

	datapath_read_outcome_counter(agent->datapath, HG_FORWARDED_TX, &tx);
	datapath_read_outcome_counter(agent->datapath, HG_FORWARDED_REDIRECT,
				      &redirect);
	return tx.packets + redirect.packets;
}

/* The neighbors had time to find another way. */
static void withdraw_vips(struct agent *agent)
{
	export_set_shutdown(agent->rib, RIB_SHUTDOWN_WITHDRAWN);
	bgp_announcer_finish(agent->speaker);
	agent->withdraw_ms = 0;
	agent->fall.quiet = 0; /* a pause of before says nothing */
	log_event(EVENT_AGENT_ENDING, NULL, "VIPs are withdrawn");
}

static void on_shutdown_turn(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;
	const uint64_t now_ms = clock_now_ms();
	bool fallen = traffic_fall_note(&agent->fall, forwarded_packets(agent));

	(void)fd, (void)what;
	if (agent->withdraw_ms) {
		if (now_ms >= agent->withdraw_ms)
			withdraw_vips(agent);
		return;
	}
	if (!fallen && now_ms < agent->end_ms)
		return;
	if (fallen)
		log_event(EVENT_AGENT_ENDING, NULL,
			  "traffic has fallen: ending");
	else
		log_event(EVENT_TRAFFIC_REMAINS, NULL,
			  "traffic still comes %u s after VIPs were "
			  "withdrawn: ending; packets may be lost",
			  agent->config->agent.shutdown_delay_s);
	event_base_loopbreak(agent->base);
}

bool shutdown_begin(struct agent *agent)
{
	const struct agent_options *options = &agent->config->agent;
	const struct timeval interval = clock_timeval_of_ms(INTERVAL_MS);
	const uint64_t delay_ms =
		(uint64_t)options->shutdown_delay_s * CLOCK_MS_PER_S;

	if (agent->shutdown || options->on_exit == AGENT_EXIT_KEEP ||
	    !delay_ms || !is_announcing(agent))
		return false;
	agent->shutdown =
		event_new(agent->base, -1, EV_PERSIST, on_shutdown_turn, agent);
	if (!agent->shutdown)
		return false;
	agent->withdraw_ms = clock_now_ms() + delay_ms;
	agent->end_ms = agent->withdraw_ms + delay_ms;
	log_event(
		EVENT_AGENT_ENDING, NULL,
		"shutting down: VIPs are announced with GRACEFUL_SHUTDOWN and "
		"withdrawn in %u s; signal again to end at once",
		options->shutdown_delay_s);
	export_set_shutdown(agent->rib, RIB_SHUTDOWN_GRACEFUL);
	bgp_announcer_send_all(agent->speaker);
	event_add(agent->shutdown, &interval);
	return true;
}

void shutdown_release(struct agent *agent)
{
	if (agent->shutdown)
		event_free(agent->shutdown);
}
