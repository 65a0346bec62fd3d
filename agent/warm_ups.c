// SPDX-License-Identifier: BSD-2-Clause
/* Steps of new servers. See warm_ups.h. */

#include "warm_ups.h"

#include <event2/event.h>

#include "core/clock.h"
#include "core/log.h"
#include "rib/rib.h"
#include "takeover.h"

/* Apply the state of a peer; return the time until the next one, or 0. */
static uint64_t apply_step(struct rib *rib, struct rib_peer *peer, uint64_t now)
{
	uint64_t age_ms = now - peer->warm_since_ms;
	struct warm_up warm_up = warm_up_at(&peer->warm_up, age_ms);

	rib_peer_set_warm_up(rib, peer, &warm_up);
	return warm_up.next_ms ? warm_up.next_ms - age_ms : 0;
}

/* Apply the states of all peers and wait for the next one. */
static void take_steps(struct warm_ups *warm_ups)
{
	const struct rib_peer *peer = NULL;
	uint64_t now = clock_now_ms(), first = 0;
	struct timeval wait;

	while ((peer = rib_peer_next(warm_ups->rib, peer))) {
		uint64_t left = peer->warm_since_ms ?
					apply_step(warm_ups->rib,
						   (struct rib_peer *)peer,
						   now) :
					0;

		if (left && (!first || left < first))
			first = left;
	}
	wait = clock_timeval_of_ms(first);
	if (first)
		evtimer_add(warm_ups->step, &wait);
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	take_steps(context);
}

void warm_ups_begin(struct warm_ups *warm_ups, struct rib_peer *peer)
{
	if (!takeover_is_pending(warm_ups->takeover))
		warm_ups_go_on(warm_ups, peer, clock_now_ms());
}

void warm_ups_go_on(struct warm_ups *warm_ups, struct rib_peer *peer,
		    uint64_t since_ms)
{
	if (!since_ms ||
	    !(peer->warm_up.join_delay_s || peer->warm_up.slow_start_s))
		return;
	if (!warm_ups->step)
		warm_ups->step = evtimer_new(warm_ups->base, on_step, warm_ups);
	if (!warm_ups->step) {
		log_event(EVENT_MEMORY_SHORT, NULL,
			  "join-delay and slow-start have no effect");
		return;
	}
	peer->warm_since_ms = since_ms;
	take_steps(warm_ups);
}

void warm_ups_release(struct warm_ups *warm_ups)
{
	if (warm_ups->step)
		event_free(warm_ups->step);
}
