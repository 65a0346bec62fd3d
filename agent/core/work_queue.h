/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_WORK_QUEUE_H
#define CORE_WORK_QUEUE_H

/*
 * Work that may wait: first come, first served, a few milliseconds in each turn
 * of the event loop.
 *
 * What may take long does not run in the event that asks for it, but is added
 * here: the input of a session, a decision, a batch of announcements. Each piece
 * is short. Between two turns the loop looks at its sockets and timers, so that
 * probes and BFD wait for one piece of work, not for all.
 *
 * A piece that adds itself again comes after all that waits. So busy sessions
 * take turns, and one decision covers what all of them sent meanwhile.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum work_limits {
	/* A piece that has worked for this long adds itself again. */
	WORK_PIECE_US = 2000,
};

/* A piece of work, part of what it works on. The owner sets `run` and what follows. */
struct work {
	TAILQ_ENTRY(work) link;
	bool waiting;
	void (*run)(void *context);
	void *context;
	const char *name; /* of its kind, for the log */
};

/* The piece that took longest since the owner of the queue cleared this. */
struct work_longest {
	const char *name; /* NULL: no piece ran */
	uint64_t us;
};

struct work_queue {
	TAILQ_HEAD(, work) list;
	bool running;
	struct work_longest longest;
	/* Called when the first piece is added, but not from within a turn. */
	void (*wake)(void *context);
	void *context;
};

void work_queue_init(struct work_queue *queue, void (*wake)(void *context),
		     void *context);
/* Add a piece to the end, unless it waits already. */
void work_queue_add(struct work_queue *queue, struct work *work);
/* Take out a piece that may wait. Its owner does so before it goes. */
void work_queue_remove(struct work_queue *queue, struct work *work);
/*
 * Run one piece at least, and others until `turn_us` have passed. Returns true
 * if some wait: the caller goes on in the next turn.
 */
bool work_queue_run(struct work_queue *queue, uint64_t turn_us);

static inline bool work_queue_is_empty(const struct work_queue *queue)
{
	return TAILQ_EMPTY(&queue->list);
}

#endif
