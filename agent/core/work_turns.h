/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_WORK_TURNS_H
#define CORE_WORK_TURNS_H

/*
 * A work queue that has some time in each turn of the event loop: the work of
 * the rooms, and that of the clients (loop.h).
 *
 * Its turn is called for by event_active() when work arrives, so it comes in the
 * turn of the loop that brought the work. What is left waits for a timer of 0:
 * by event_active() it would run before sockets and timers.
 */

#include <stdint.h>

#include "core/work_queue.h"

struct event;
struct event_base;

struct work_turns {
	struct work_queue queue;
	struct event *next;
	uint64_t turn_us;  /* of a turn of the loop */
	uint64_t spent_us; /* of this one */
};

/* Return 0 or -ENOMEM; work_turns_destroy() is legal in both cases. */
int work_turns_init(struct work_turns *turns, struct event_base *base,
		    uint64_t turn_us);
void work_turns_destroy(struct work_turns *turns);
/*
 * Run a piece at once if none waits and this turn has time left; else add it to
 * the queue. The caller is in an event, and may be freed by the piece.
 */
void work_turns_run(struct work_turns *turns, struct work *work);

#endif
