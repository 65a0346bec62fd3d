// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors without a session. See silent_neighbors.h. */

#include "silent_neighbors.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>

#include "bgp/session/speaker.h"
#include "bgp/session/tcp_drops.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	CAUSE_SIZE = 384,
	LOOK_MOST = 64, /* lines in one turn of the loop */
};

/* True for a neighbor that should have a session, and has none. */
static bool is_missing(const struct bgp_neighbor *neighbor)
{
	return !neighbor->session && !neighbor->dynamic && !neighbor->stopped &&
	       !neighbor->admin.down;
}

/* The end of a session has a line of its own: it is not silent so soon. */
static bool is_due(const struct bgp_neighbor *neighbor, uint64_t now_ms)
{
	uint64_t since_ms = neighbor->silence_logged_ms;
	uint64_t wait_s = SILENT_AGAIN_S;

	if (since_ms < neighbor->changed_ms) {
		since_ms = neighbor->changed_ms;
		if (!neighbor->sessions_ended)
			wait_s = SILENT_FIRST_S;
	}
	return now_ms - since_ms >= wait_s * CLOCK_MS_PER_S;
}

static void find_cause(const struct bgp_neighbor *neighbor,
		       const struct bgp_tcp_drops *drops, char text[CAUSE_SIZE])
{
	if (bgp_neighbor_hint(neighbor, drops, text, CAUSE_SIZE))
		return;
	if (neighbor->last_error[0])
		snprintf(text, CAUSE_SIZE, "%.*s", CAUSE_SIZE - 1,
			 neighbor->last_error);
	else if (neighbor->options.passive)
		snprintf(text, CAUSE_SIZE,
			 "it does not connect, and this end only listens "
			 "(passive)");
	else
		snprintf(text, CAUSE_SIZE,
			 "it does not answer: is it up, does BGP run there, "
			 "and does a firewall drop port 179?");
}

static void tell(struct bgp_neighbor *neighbor,
		 const struct bgp_tcp_drops *drops, uint64_t now_ms)
{
	char cause[CAUSE_SIZE];

	find_cause(neighbor, drops, cause);
	neighbor->silence_logged_ms = now_ms;
	log_event(EVENT_NEIGHBOR_SILENT,
		  &(struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "no session %s, %" PRIu64 " s ago: %s",
		  neighbor->sessions_ended ? "since the last one ended" :
					     "since the start",
		  (now_ms - neighbor->changed_ms) / CLOCK_MS_PER_S, cause);
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct silent_neighbors *silent = context;
	struct bgp_tcp_drops drops = { .count = { 0 } };
	uint64_t now_ms = clock_now_ms();
	struct bgp_neighbor *neighbor;
	unsigned int count = 0;

	(void)fd, (void)what;
	TAILQ_FOREACH(neighbor, &silent->speaker->neighbors, link) {
		if (!is_missing(neighbor) || !is_due(neighbor, now_ms))
			continue;
		if (!count)
			bgp_tcp_drops_read(&drops);
		if (count++ == LOOK_MOST)
			return;
		tell(neighbor, &drops, now_ms);
	}
}

int silent_neighbors_begin(struct silent_neighbors *silent)
{
	const struct timeval interval = { .tv_sec = SILENT_LOOK_S };

	silent->look = event_new(silent->base, -1, EV_PERSIST, on_look, silent);
	return silent->look && !event_add(silent->look, &interval) ? 0 :
								     -ENOMEM;
}

void silent_neighbors_release(struct silent_neighbors *silent)
{
	if (silent->look)
		event_free(silent->look);
	silent->look = NULL;
}
