// SPDX-License-Identifier: BSD-2-Clause
/* Announcements of the agent before this one. See leftovers.h. */

#include "leftovers.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "bgp/session/announcer.h"
#include "core/clock.h"
#include "core/log.h"
#include "rib/export.h"
#include "wiring.h"

enum {
	FIRST_ROOM = 256,
	TICK_MS = 500,
	REST_MS = 2000,
	/* Tables that wait longer than this wait for no work of theirs. */
	SETTLED_MS = 1000,
};

struct leftover {
	const struct bgp_neighbor *neighbor;
	struct bgp_path_key key;
};

struct leftovers *leftovers_new(struct agent *agent)
{
	struct leftovers *leftovers = calloc(1, sizeof(*leftovers));

	if (leftovers)
		leftovers->agent = agent;
	return leftovers;
}

void leftovers_free(struct leftovers *leftovers)
{
	if (!leftovers)
		return;
	if (leftovers->tick)
		event_free(leftovers->tick);
	free(leftovers->list);
	free(leftovers);
}

int leftovers_add(struct leftovers *leftovers,
		  const struct bgp_neighbor *neighbor,
		  const struct bgp_path_key *key)
{
	if (leftovers->count == leftovers->room) {
		size_t room = leftovers->room ? 2 * leftovers->room :
						FIRST_ROOM;
		struct leftover *more =
			reallocarray(leftovers->list, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		leftovers->list = more;
		leftovers->room = room;
	}
	leftovers->list[leftovers->count++] =
		(struct leftover){ neighbor, *key };
	return 0;
}

static void drop_leftover(struct leftovers *leftovers, size_t i)
{
	leftovers->list[i] = leftovers->list[--leftovers->count];
}

void leftovers_forget(struct leftovers *leftovers,
		      const struct bgp_neighbor *neighbor)
{
	for (size_t i = leftovers ? leftovers->count : 0; i-- > 0;)
		if (leftovers->list[i].neighbor == neighbor)
			drop_leftover(leftovers, i);
}

/* ------------------------------------------------------------- withdrawals */

enum fate {
	FATE_REPLACED, /* it is announced by this agent */
	FATE_WAITS,    /* it will be, or it will be known that not */
	FATE_WITHDRAWN,
};

static enum fate fate_of(const struct rib *rib, const struct rib_peer *peer,
			 const struct bgp_path_key *key)
{
	const struct route *route = rib_find(rib, &key->prefix);
	const struct route_export *export = route ? route->exports : NULL;

	for (; export; export = export->next) {
		if (export->waiting)
			return FATE_WAITS;
		if (export->path_id == key->path_id &&
		    export->announced & peer->bit)
			return FATE_REPLACED;
	}
	return FATE_WITHDRAWN;
}

bool leftovers_next_batch(struct leftovers *leftovers,
			  struct bgp_neighbor *neighbor,
			  struct bgp_batch *batch)
{
	const struct rib_peer *peer = neighbor->owner_data;
	struct export_batch *out;

	if (!leftovers || !leftovers->due || !peer)
		return false;
	out = &leftovers->agent->batch;
	out->count = 0;
	for (size_t i = leftovers->count;
	     i-- > 0 && out->count < EXPORT_BATCH_SIZE;) {
		const struct leftover *left = &leftovers->list[i];
		enum fate fate = FATE_WAITS;

		if (left->neighbor == neighbor)
			fate = fate_of(leftovers->agent->rib, peer, &left->key);
		if (fate == FATE_WITHDRAWN)
			out->routes[out->count++] = left->key;
		if (fate != FATE_WAITS)
			drop_leftover(leftovers, i);
	}
	if (!out->count)
		return false;
	batch->negotiated = &neighbor->session->negotiated;
	batch->announcement = (struct bgp_announcement){
		.routes = out->routes,
		.count = out->count,
	};
	batch->recipient_count = 1;
	batch->recipients[0] = neighbor;
	return true;
}

/* ------------------------------------------------------------- the rest */

static bool is_at_rest(const struct agent *agent)
{
	const struct rib_peer *peer = NULL;

	if (agent->deciding || agent->exports_waiting ||
	    agent->settle_wait_ms < SETTLED_MS ||
	    takeover_is_pending(&agent->takeover))
		return false;
	while ((peer = rib_peer_next(agent->rib, peer)))
		if (!export_is_complete(peer))
			return false;
	return true;
}

static void on_leftovers_tick(evutil_socket_t fd, short what, void *context)
{
	const struct timeval next = clock_timeval_of_ms(TICK_MS);
	struct leftovers *leftovers = context;
	struct agent *agent = leftovers->agent;
	uint64_t now = clock_now_ms();

	(void)fd, (void)what;
	if (!is_at_rest(agent) && now < leftovers->until_ms)
		leftovers->busy_ms = now;
	if (!leftovers->due && now - leftovers->busy_ms >= REST_MS) {
		leftovers->due = true;
		tracker_expect_no_more(agent->tracker);
		log_event(EVENT_HANDOVER_DONE, NULL, "complete");
	}
	if (leftovers->due)
		bgp_announcer_send_all(agent->speaker);
	if (leftovers->count || !leftovers->due)
		evtimer_add(leftovers->tick, &next);
}

void leftovers_begin(struct leftovers *leftovers)
{
	const struct timeval next = clock_timeval_of_ms(TICK_MS);

	leftovers->busy_ms = clock_now_ms();
	leftovers->until_ms =
		leftovers->busy_ms +
		(uint64_t)leftovers->agent->config->agent.takeover_max_s *
			CLOCK_MS_PER_S;
	leftovers->tick = evtimer_new(leftovers->agent->base, on_leftovers_tick,
				      leftovers);
	if (leftovers->tick)
		evtimer_add(leftovers->tick, &next);
	else
		log_event(
			EVENT_MEMORY_SHORT, NULL,
			"announcements of the agent before are not withdrawn");
}
