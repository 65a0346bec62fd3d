/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBER_H
#define NEXTHOP_PROBER_H

/*
 * When to probe which next hop: the deadlines of all, the host's budget, and the
 * clock that silence is judged by. Its turns come every 10 ms at most. Each one
 * reads the answers that wait before a deadline counts. Next hops in doubt come
 * first; the others wait while the budget is used up.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/probe_queue.h"

struct event_base;
struct prober;

/* Called from the event loop. */
struct prober_callbacks {
	/* Read what waits; false: there may be more from before the call. */
	bool (*read_answers)(void *context);
	/* The deadline is over, and there is a token for a probe. */
	void (*due)(void *owner, void *context);
	/* Called at the end of a turn; may add and remove timers. */
	void (*done)(void *context);
	void *context;
};

/* The caller frees with prober_free(). NULL: out of memory. */
struct prober *prober_new(struct event_base *base, uint32_t rate,
			  const struct prober_callbacks *callbacks);
void prober_free(struct prober *prober);
/* Return the time that deadlines are counted in: see listening.h. */
uint64_t prober_now_ms(struct prober *prober);
/* Take the token of one probe, outside of due(). */
bool prober_take(struct prober *prober);
/* Return the shortest interval between probes of one next hop at rest. */
uint32_t prober_interval_ms(const struct prober *prober);
/* Make room for timers. Returns 0 or -ENOMEM. */
int prober_reserve(struct prober *prober, size_t count);
/* Set the deadline. `in_doubt`: it carries traffic and has not answered. */
void prober_set(struct prober *prober, struct probe_timer *timer,
		uint64_t deadline_ms, bool in_doubt);
/* Remove a timer; one that is not set is legal. */
void prober_remove(struct prober *prober, struct probe_timer *timer);
/* Wait for the next deadline; every event handler ends with it. */
void prober_wait(struct prober *prober);

#endif
