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

bool work_queue_run(struct work_queue *queue, uint64_t turn_us)
{
	const uint64_t end_us = clock_now_us() + turn_us;
	struct work *work;

	queue->running = true;
	while ((work = TAILQ_FIRST(&queue->list))) {
		work_queue_remove(queue, work);
		/* It may free itself. */
		work->run(work->context);
		if (clock_now_us() >= end_us)
			break;
	}
	queue->running = false;
	return !work_queue_is_empty(queue);
}
