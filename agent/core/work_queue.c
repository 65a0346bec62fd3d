// SPDX-License-Identifier: BSD-2-Clause
/* Work that may wait. See work_queue.h. */

#include "core/work_queue.h"

#include "core/clock.h"

void work_queue_init(struct work_queue *queue, void (*wake)(void *context),
		     void *context)
{
	*queue = (struct work_queue){ .wake = wake, .context = context };
	TAILQ_INIT(&queue->list);
}

void work_queue_add(struct work_queue *queue, struct work *work)
{
	bool first = work_queue_is_empty(queue);

	if (work->waiting)
		return;
	work->waiting = true;
	TAILQ_INSERT_TAIL(&queue->list, work, link);
	if (first && !queue->running)
		queue->wake(queue->context);
}

void work_queue_remove(struct work_queue *queue, struct work *work)
{
	if (!work->waiting)
		return;
	work->waiting = false;
	TAILQ_REMOVE(&queue->list, work, link);
}

/* Run the first piece, and note it if it took longest. Returns the time. */
static uint64_t run_first(struct work_queue *queue, uint64_t began_us)
{
	struct work *work = TAILQ_FIRST(&queue->list);
	const char *name = work->name;
	uint64_t now_us;

	work_queue_remove(queue, work);
	/* It may free itself. */
	work->run(work->context);
	now_us = clock_now_us();
	if (now_us - began_us >= queue->longest.us)
		queue->longest =
			(struct work_longest){ name, now_us - began_us };
	return now_us;
}

bool work_queue_run(struct work_queue *queue, uint64_t turn_us)
{
	uint64_t now_us = clock_now_us();
	const uint64_t end_us = now_us + turn_us;

	queue->running = true;
	while (!work_queue_is_empty(queue)) {
		now_us = run_first(queue, now_us);
		if (now_us >= end_us)
			break;
	}
	queue->running = false;
	return !work_queue_is_empty(queue);
}
