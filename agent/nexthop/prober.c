// SPDX-License-Identifier: BSD-2-Clause
/* The times of all probes. See prober.h. */

#include "nexthop/prober.h"

#include <stdlib.h>

#include <event2/event.h>

#include "core/clock.h"
#include "nexthop/listening.h"
#include "nexthop/probe_budget.h"

enum prober_times {
	TURN_MS = 10, /* from one turn to the next: one wake-up for many */
	READ_AGAIN_MS = 1,
};

enum prober_queues {
	IN_DOUBT,
	OTHERS,
	QUEUE_COUNT,
};

struct prober {
	struct prober_callbacks callbacks;
	struct event *timer;
	struct listening listening;
	struct probe_budget budget;
	struct probe_queue queues[QUEUE_COUNT];
	uint64_t next_turn_ms; /* real time; no turn is earlier */
};

uint64_t prober_now_ms(struct prober *prober)
{
	return listening_advance(&prober->listening, clock_now_ms());
}

bool prober_take(struct prober *prober)
{
	return probe_budget_take(&prober->budget, clock_now_ms());
}

uint32_t prober_interval_ms(const struct prober *prober)
{
	uint64_t count = 0;

	for (int i = 0; i < QUEUE_COUNT; i++)
		count += prober->queues[i].count;
	return probe_budget_interval_ms(&prober->budget, count);
}

int prober_reserve(struct prober *prober, size_t count)
{
	int error = 0;

	for (int i = 0; i < QUEUE_COUNT && !error; i++)
		error = probe_queue_reserve(&prober->queues[i], count);
	return error;
}

/* True if the timer is in this queue. */
static bool holds_timer(const struct probe_queue *queue,
			const struct probe_timer *timer)
{
	return timer->position && timer->position <= queue->count &&
	       queue->heap[timer->position - 1] == timer;
}

void prober_remove(struct prober *prober, struct probe_timer *timer)
{
	for (int i = 0; i < QUEUE_COUNT; i++)
		if (holds_timer(&prober->queues[i], timer))
			probe_queue_remove(&prober->queues[i], timer);
}

void prober_set(struct prober *prober, struct probe_timer *timer,
		uint64_t deadline_ms, bool in_doubt)
{
	struct probe_queue *queue =
		&prober->queues[in_doubt ? IN_DOUBT : OTHERS];

	if (!holds_timer(queue, timer))
		prober_remove(prober, timer);
	probe_queue_set(queue, timer, deadline_ms);
}

static struct probe_timer *first_due(const struct prober *prober)
{
	for (int i = 0; i < QUEUE_COUNT; i++) {
		struct probe_timer *timer =
			probe_queue_first(&prober->queues[i]);

		if (timer && timer->deadline_ms <= prober->listening.now_ms)
			return timer;
	}
	return NULL;
}

static uint64_t earliest_deadline(const struct prober *prober)
{
	uint64_t earliest = UINT64_MAX;

	for (int i = 0; i < QUEUE_COUNT; i++) {
		const struct probe_timer *timer =
			probe_queue_first(&prober->queues[i]);

		if (timer && timer->deadline_ms < earliest)
			earliest = timer->deadline_ms;
	}
	return earliest;
}

/* Return the real time of the next turn, or LISTENING_NO_WAKE. */
static uint64_t next_turn(struct prober *prober, uint64_t real_ms)
{
	uint64_t now = prober->listening.now_ms;
	uint64_t deadline = earliest_deadline(prober), turn = real_ms;

	if (deadline == UINT64_MAX)
		return LISTENING_NO_WAKE;
	if (deadline > now)
		turn += deadline - now;
	else
		turn += probe_budget_wait_ms(&prober->budget, real_ms);
	return turn > prober->next_turn_ms ? turn : prober->next_turn_ms;
}

static void wait_until(struct prober *prober, uint64_t turn_ms,
		       uint64_t real_ms)
{
	uint64_t wait = turn_ms > real_ms ? turn_ms - real_ms : 0;
	const struct timeval interval = clock_timeval_of_ms(wait);

	listening_wait(&prober->listening, turn_ms);
	evtimer_add(prober->timer, &interval);
}

/* A turn that is too early does nothing: the timer is moved forward only. */
void prober_wait(struct prober *prober)
{
	uint64_t real_ms = clock_now_ms(), turn;

	listening_advance(&prober->listening, real_ms);
	turn = next_turn(prober, real_ms);
	if (turn != LISTENING_NO_WAKE && turn < prober->listening.wake_ms)
		wait_until(prober, turn, real_ms);
}

static void ask_all_due(struct prober *prober)
{
	const struct prober_callbacks *callbacks = &prober->callbacks;
	struct probe_timer *timer;

	while ((timer = first_due(prober)) && prober_take(prober))
		callbacks->due(timer->owner, callbacks->context);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct prober *prober = context;
	const struct prober_callbacks *callbacks = &prober->callbacks;
	uint64_t real_ms = clock_now_ms();

	(void)fd;
	(void)what;
	listening_advance(&prober->listening, real_ms);
	listening_wait(&prober->listening, LISTENING_NO_WAKE);
	prober->next_turn_ms = real_ms + TURN_MS;
	if (first_due(prober)) {
		if (callbacks->read_answers(callbacks->context))
			ask_all_due(prober);
		else
			wait_until(prober, real_ms + READ_AGAIN_MS, real_ms);
	}
	callbacks->done(callbacks->context);
}

struct prober *prober_new(struct event_base *base, uint32_t rate,
			  const struct prober_callbacks *callbacks)
{
	struct prober *prober = calloc(1, sizeof(*prober));
	uint64_t now = clock_now_ms();

	if (!prober)
		return NULL;
	prober->callbacks = *callbacks;
	listening_init(&prober->listening, now);
	probe_budget_init(&prober->budget, rate, now);
	prober->timer = evtimer_new(base, on_turn, prober);
	if (!prober->timer) {
		free(prober);
		return NULL;
	}
	return prober;
}

void prober_free(struct prober *prober)
{
	if (!prober)
		return;
	for (int i = 0; i < QUEUE_COUNT; i++)
		probe_queue_free(&prober->queues[i]);
	event_free(prober->timer);
	free(prober);
}
