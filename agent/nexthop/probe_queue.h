/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_QUEUE_H
#define NEXTHOP_PROBE_QUEUE_H

/* The deadlines of next hops, earliest first: a binary heap. Pure. */

#include <stddef.h>
#include <stdint.h>

struct probe_timer {
	void *owner;
	uint64_t deadline_ms;
	size_t position; /* in the heap, from 1; 0: not in it */
};

/* A zeroed queue is empty and valid. */
struct probe_queue {
	struct probe_timer **heap;
	size_t count;
	size_t room;
};

/* Free the heap, not the timers. */
void probe_queue_free(struct probe_queue *queue);
/* Make room for `count` timers. Returns 0 or -ENOMEM. */
int probe_queue_reserve(struct probe_queue *queue, size_t count);
/* Add a timer, for which there must be room, or move it. */
void probe_queue_set(struct probe_queue *queue, struct probe_timer *timer,
		     uint64_t deadline_ms);
/* Remove a timer of this queue. One that is in no queue is legal. */
void probe_queue_remove(struct probe_queue *queue, struct probe_timer *timer);
/* Return the timer with the earliest deadline, or NULL. */
struct probe_timer *probe_queue_first(const struct probe_queue *queue);

#endif
