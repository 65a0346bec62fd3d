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
	LATE_TICK_MS = 4 * TICK_MS, /* the loop was busy meanwhile */
	QUIET_MS = 2000, /* of a session that does not promise End-of-RIB */
};

static bool is_named_backend(const struct bgp_neighbor *neighbor)
{
	return !neighbor->dynamic && !neighbor->admin.down &&
	       neighbor->options.role == NEIGHBOR_ROLE_BACKEND;
}

/* True if the peer's OPEN says that it sends End-of-RIB: RFC 4724 3. */
static bool promises_end_of_rib(const struct bgp_connection *session)
{
	return session->remote_open.capabilities & BGP_CAN_GRACEFUL_RESTART;
}

/* True if the neighbor has announced its VIPs, as far as one can know. */
static bool has_announced(const struct start_wait *start,
			  const struct bgp_neighbor *neighbor, uint64_t now_ms)
{
	const struct rib_peer *peer = neighbor->owner_data;
	const struct bgp_connection *session = neighbor->session;

	if (!session || !peer)
		return false;
	if (!(session->negotiated.families & ~peer->end_of_rib))
		return true;
	return !promises_end_of_rib(session) &&
	       now_ms - neighbor->changed_ms >= QUIET_MS &&
	       now_ms - start->listens_since_ms >= QUIET_MS;
}

/* Count the backends that have not announced their VIPs. */
static unsigned int count_missing(const struct start_wait *start,
				  uint64_t now_ms)
{
	const struct bgp_neighbor *neighbor;
	unsigned int count = 0;

	TAILQ_FOREACH(neighbor, &start->speaker->neighbors, link)
		count += is_named_backend(neighbor) &&
			 !has_announced(start, neighbor, now_ms);
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

/* Silence counts only while the loop reads what comes. */
static void note_tick(struct start_wait *start, uint64_t now_ms)
{
	if (now_ms - start->tick_ms > LATE_TICK_MS)
		start->listens_since_ms = now_ms;
	start->tick_ms = now_ms;
}

static void on_start_tick(evutil_socket_t fd, short what, void *context)
{
	struct start_wait *start = context;
	const uint64_t now_ms = clock_now_ms();
	bool is_late = now_ms - start->begin_ms >=
		       (uint64_t)start->max_s * CLOCK_MS_PER_S;
	unsigned int missing;

	(void)fd, (void)what;
	note_tick(start, now_ms);
	missing = count_missing(start, now_ms);
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
		log_event(EVENT_START_COMPLETE, NULL,
			  "VIPs are announced: all backends that are "
			  "configured by name have announced theirs");
	export_set_starting(start->rib, false);
	start->hooks.complete(start->hooks.context);
}

bool start_wait_begin(struct start_wait *start)
{
	const struct timeval tick = clock_timeval_of_ms(TICK_MS);

	start->begin_ms = start->tick_ms = clock_now_ms();
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
