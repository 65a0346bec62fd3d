// SPDX-License-Identifier: BSD-2-Clause
/* A heap of deadlines. See probe_queue.h. */

#include "nexthop/probe_queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum probe_queue_sizes {
	FIRST_ROOM = 64,
};

void probe_queue_free(struct probe_queue *queue)
{
	free(queue->heap);
	*queue = (struct probe_queue){ .heap = NULL };
}

int probe_queue_reserve(struct probe_queue *queue, size_t count)
{
	size_t room = queue->room ? queue->room : FIRST_ROOM;
	struct probe_timer **heap;

	if (count <= queue->room)
		return 0;
	while (room < count)
		room *= 2;
	heap = reallocarray(queue->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	queue->heap = heap;
	queue->room = room;
	return 0;
}

static void put_timer(struct probe_queue *queue, size_t position,
		      struct probe_timer *timer)
{
	queue->heap[position - 1] = timer;
	timer->position = position;
}

/* Move the timer to its place among those above and below it. */
static void sift_timer(struct probe_queue *queue, struct probe_timer *timer)
{
	struct probe_timer **heap = queue->heap;
	size_t at = timer->position, child;

	for (; at > 1 && timer->deadline_ms < heap[at / 2 - 1]->deadline_ms;
	     at /= 2)
		put_timer(queue, at, heap[at / 2 - 1]);
	for (; (child = 2 * at) <= queue->count; at = child) {
		if (child < queue->count &&
		    heap[child]->deadline_ms < heap[child - 1]->deadline_ms)
			child++;
		if (timer->deadline_ms <= heap[child - 1]->deadline_ms)
			break;
		put_timer(queue, at, heap[child - 1]);
	}
	put_timer(queue, at, timer);
}

void probe_queue_set(struct probe_queue *queue, struct probe_timer *timer,
		     uint64_t deadline_ms)
{
	timer->deadline_ms = deadline_ms;
	if (!timer->position) {
		assert(queue->count < queue->room);
		put_timer(queue, ++queue->count, timer);
	}
	sift_timer(queue, timer);
}

void probe_queue_remove(struct probe_queue *queue, struct probe_timer *timer)
{
	size_t position = timer->position;
	struct probe_timer *last;

	if (!position)
		return;
	last = queue->heap[--queue->count];
	timer->position = 0;
	if (last == timer)
		return;
	put_timer(queue, position, last);
	sift_timer(queue, last);
}

struct probe_timer *probe_queue_first(const struct probe_queue *queue)
{
	return queue->count ? queue->heap[0] : NULL;
}
