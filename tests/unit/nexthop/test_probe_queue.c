// SPDX-License-Identifier: BSD-2-Clause
/* The heap of deadlines, against a search through all of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../chance.h"
#include "nexthop/probe_queue.h"

enum sizes {
	TIMERS = 200,
	STEPS = 50000,
	DEADLINES = 100, /* fewer than timers: some are equal */
};

static struct probe_queue queue;
static struct probe_timer timers[TIMERS];

static int set_up(void **state)
{
	(void)state;
	queue = (struct probe_queue){ .heap = NULL };
	for (size_t i = 0; i < TIMERS; i++)
		timers[i] = (struct probe_timer){ .position = 0 };
	return probe_queue_reserve(&queue, TIMERS);
}

static int tear_down(void **state)
{
	(void)state;
	probe_queue_free(&queue);
	return 0;
}

static void assert_first_is_earliest(void)
{
	const struct probe_timer *first = probe_queue_first(&queue);
	size_t count = 0;

	for (size_t i = 0; i < TIMERS; i++) {
		if (!timers[i].position)
			continue;
		count++;
		assert_ptr_equal(queue.heap[timers[i].position - 1],
				 &timers[i]);
		assert_true(first->deadline_ms <= timers[i].deadline_ms);
	}
	assert_int_equal(queue.count, count);
	assert_int_equal(!first, !count);
}

static void the_first_is_the_earliest(void **state)
{
	(void)state;
	for (int i = 0; i < STEPS; i++) {
		struct probe_timer *timer = &timers[chance_below(TIMERS)];

		if (chance_below(3))
			probe_queue_set(&queue, timer, chance_below(DEADLINES));
		else
			probe_queue_remove(&queue, timer);
		assert_first_is_earliest();
	}
}

static void they_come_out_in_order(void **state)
{
	uint64_t last = 0;

	(void)state;
	for (size_t i = 0; i < TIMERS; i++)
		probe_queue_set(&queue, &timers[i], chance_below(DEADLINES));
	for (size_t i = 0; i < TIMERS; i++) {
		struct probe_timer *first = probe_queue_first(&queue);

		assert_true(first->deadline_ms >= last);
		last = first->deadline_ms;
		probe_queue_remove(&queue, first);
	}
	assert_null(probe_queue_first(&queue));
}

static void removing_what_is_not_in_it_is_legal(void **state)
{
	(void)state;
	probe_queue_remove(&queue, &timers[0]);
	probe_queue_set(&queue, &timers[0], 1);
	probe_queue_remove(&queue, &timers[0]);
	probe_queue_remove(&queue, &timers[0]);
	assert_null(probe_queue_first(&queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_is_the_earliest,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(they_come_out_in_order, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			removing_what_is_not_in_it_is_legal, set_up, tear_down),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
