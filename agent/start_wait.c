// SPDX-License-Identifier: BSD-2-Clause
/* The first announcements. See start_wait.h. */

#include "start_wait.h"

#include <event2/event.h>

#include "bgp/session/connection.h"
#include "bgp/session/neighbor.h"
#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"
#include "nexthop/tracker.h"
#include "rib/export.h"
#include "rib/rib.h"

enum {
	TICK_MS = 50,
	QUIET_MS = 1000, /* of a session without End-of-RIB */
};

static bool is_named_backend(const struct bgp_neighbor *neighbor)
{
	return !neighbor->dynamic && !neighbor->admin.down &&
	       neighbor->options.role == NEIGHBOR_ROLE_BACKEND;
}

/* True if the neighbor has announced its VIPs, as far as one can know. */
static bool has_announced(const struct bgp_neighbor *neighbor, uint64_t now_ms)
{
	const struct rib_peer *peer = neighbor->owner_data;
	const struct bgp_connection *session = neighbor->session;

	if (!session || !peer)
		return false;
	return !(session->negotiated.families & ~peer->end_of_rib) ||
	       now_ms - neighbor->changed_ms >= QUIET_MS;
}

/* Count the backends that have not announced their VIPs. */
static unsigned int count_missing(const struct start_wait *start,
				  uint64_t now_ms)
{
	const struct bgp_neighbor *neighbor;
	unsigned int count = 0;

	TAILQ_FOREACH(neighbor, &start->speaker->neighbors, link)
		count += is_named_backend(neighbor) &&
			 !has_announced(neighbor, now_ms);
	return count;
}

/* True while a next hop has not answered: its paths do not count so far. */
static bool is_resolving(const struct start_wait *start)
{
	const struct nexthop *nexthop = NULL;

	while ((nexthop = tracker_next(start->tracker, nexthop)))
		if (nexthop->state == NEXTHOP_RESOLVING)
			return true;
	return false;
}

static void on_start_tick(evutil_socket_t fd, short what, void *context)
{
	struct start_wait *start = context;
	const uint64_t now_ms = clock_now_ms();
	unsigned int missing = count_missing(start, now_ms);
	bool is_late = now_ms - start->begin_ms >=
		       (uint64_t)start->max_s * CLOCK_MS_PER_S;

	(void)fd, (void)what;
	if (!is_late &&
	    (missing || start->hooks.is_busy(start->hooks.context) ||
	     is_resolving(start)))
		return;
	evtimer_del(start->tick);
	if (missing)
		log_event(EVENT_START_WAIT_OVER, NULL,
			  "VIPs are announced without %u backends, which did "
			  "not announce theirs within %u s",
			  missing, start->max_s);
	else
		log_info("agent", "VIPs are announced: all backends that are "
				  "configured by name have announced theirs");
	export_set_starting(start->rib, false);
	start->hooks.complete(start->hooks.context);
}

bool start_wait_begin(struct start_wait *start)
{
	const struct timeval tick = clock_timeval_of_ms(TICK_MS);

	start->begin_ms = clock_now_ms();
	if (!start->max_s || !count_missing(start, start->begin_ms))
		return false;
	start->tick =
		event_new(start->base, -1, EV_PERSIST, on_start_tick, start);
	if (!start->tick || event_add(start->tick, &tick))
		return false;
	export_set_starting(start->rib, true);
	return true;
}

bool start_wait_is_pending(const struct start_wait *start)
{
	return start->tick && evtimer_pending(start->tick, NULL);
}

void start_wait_release(struct start_wait *start)
{
	if (start->tick)
		event_free(start->tick);
}
