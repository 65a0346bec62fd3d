// SPDX-License-Identifier: BSD-2-Clause
/* Work in turns of the event loop. See work_turns.h. */

#include "core/work_turns.h"

#include <errno.h>
#include <event2/event.h>

#include "core/clock.h"

static void wait_for_next(struct work_turns *turns)
{
	const struct timeval next = { 0 };

	event_add(turns->next, &next);
}

/* While the timer is set, this turn has had its time. */
static void wake_turn(void *context)
{
	struct work_turns *turns = context;

	if (!event_pending(turns->next, EV_TIMEOUT, NULL))
		event_active(turns->next, EV_TIMEOUT, 0);
}

/* Spend what is left of this turn's time. Return true if work is left. */
static bool run_pieces(struct work_turns *turns)
{
	const uint64_t began_us = clock_now_us();
	bool is_left =
		work_queue_run(&turns->queue, turns->turn_us - turns->spent_us);

	turns->spent_us += clock_now_us() - began_us;
	return is_left;
}

static void on_next_turn(evutil_socket_t fd, short what, void *context)
{
	struct work_turns *turns = context;

	(void)fd, (void)what;
	turns->spent_us = 0;
	if (!work_queue_is_empty(&turns->queue) && run_pieces(turns))
		wait_for_next(turns);
}

void work_turns_run(struct work_turns *turns, struct work *work)
{
	struct work_queue *queue = &turns->queue;
	bool is_next = work_queue_is_empty(queue) && !queue->running &&
		       turns->spent_us < turns->turn_us;

	if (is_next) /* on_next_turn() has new time in any case */
		wait_for_next(turns);
	work_queue_add(queue, work);
	if (is_next)
		run_pieces(turns);
}

int work_turns_init(struct work_turns *turns, struct event_base *base,
		    uint64_t turn_us)
{
	*turns = (struct work_turns){ .turn_us = turn_us };
	work_queue_init(&turns->queue, wake_turn, turns);
	turns->next = event_new(base, -1, 0, on_next_turn, turns);
	return turns->next ? 0 : -ENOMEM;
}

void work_turns_destroy(struct work_turns *turns)
{
	if (turns->next)
		event_free(turns->next);
	turns->next = NULL;
}
