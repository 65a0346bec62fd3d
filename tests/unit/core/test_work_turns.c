// SPDX-License-Identifier: BSD-2-Clause
/* When work is done in turns of an event loop, and when it has to wait. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/clock.h"
#include "core/work_turns.h"

enum {
	PIECES = 3,
	LONG_US = 60000000, /* as long as any turn of a test */
	SHORT_US = 100,
};

static struct event_base *base;
static struct work_turns turns;
static struct work pieces[PIECES];
static unsigned int done[PIECES], order[16], count;
static uint64_t piece_us; /* that each piece takes */

static void run_piece(void *context)
{
	struct work *work = context;
	const uint64_t end_us = clock_now_us() + piece_us;
	size_t i = (size_t)(work - pieces);

	done[i]++;
	order[count++] = (unsigned int)i;
	while (clock_now_us() < end_us)
		;
}

static int begin(void **state)
{
	(void)state;
	base = event_base_new();
	assert_non_null(base);
	assert_int_equal(work_turns_init(&turns, base, LONG_US), 0);
	piece_us = count = 0;
	for (size_t i = 0; i < PIECES; i++) {
		done[i] = 0;
		pieces[i] = (struct work){ .run = run_piece,
					   .context = &pieces[i] };
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	work_turns_destroy(&turns);
	event_base_free(base);
	return 0;
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* Let pieces take more than the time of a turn. */
static void make_turns_short(void)
{
	turns.turn_us = SHORT_US;
	piece_us = 2 * SHORT_US;
}

static void a_piece_runs_at_once_while_there_is_time(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PIECES; i++) {
		work_turns_run(&turns, &pieces[i]);
		assert_int_equal(done[i], 1);
	}
}

static void a_piece_waits_when_the_time_of_the_turn_is_spent(void **state)
{
	(void)state;
	make_turns_short();
	work_turns_run(&turns, &pieces[0]);
	work_turns_run(&turns, &pieces[1]);
	assert_int_equal(done[0], 1);
	assert_int_equal(done[1], 0);
	turn();
	assert_int_equal(done[1], 1);
}

static void the_next_turn_has_new_time(void **state)
{
	(void)state;
	make_turns_short();
	for (unsigned int i = 0; i < PIECES; i++) {
		work_turns_run(&turns, &pieces[0]);
		assert_int_equal(done[0], i + 1);
		turn();
	}
}

static void a_piece_does_not_overtake_one_that_waits(void **state)
{
	(void)state;
	work_queue_add(&turns.queue, &pieces[0]);
	work_turns_run(&turns, &pieces[1]);
	assert_int_equal(count, 0);
	turn();
	assert_int_equal(count, 2);
	assert_int_equal(order[0], 0);
	assert_int_equal(order[1], 1);
}

static void add_others(void *context)
{
	(void)context;
	work_queue_add(&turns.queue, &pieces[1]);
	work_queue_add(&turns.queue, &pieces[2]);
}

static void work_that_is_left_has_a_turn_each(void **state)
{
	struct work work = { .run = add_others };

	(void)state;
	make_turns_short();
	work_turns_run(&turns, &work);
	for (unsigned int i = 1; i < PIECES && !done[PIECES - 1]; i++)
		turn();
	assert_int_equal(done[1], 1);
	assert_int_equal(done[2], 1);
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
	bool *called = context;

	(void)fd, (void)what;
	*called = true;
	assert_int_equal(done[1], 0);
}

/* A timer that is due comes between two turns of the same queue. */
static void timers_come_between_turns(void **state)
{
	const struct timeval now = { 0 };
	bool called = false;
	struct event *timer = evtimer_new(base, on_event, &called);

	(void)state;
	make_turns_short();
	work_queue_add(&turns.queue, &pieces[0]);
	work_queue_add(&turns.queue, &pieces[1]);
	event_add(timer, &now);
	turn();
	assert_int_equal(done[0], 1);
	assert_int_equal(done[1], 0);
	turn();
	assert_true(called);
	assert_int_equal(done[1], 1);
	event_free(timer);
}

/* Work that arrives after the time is spent does not get it a second time. */
static void a_turn_has_its_time_once(void **state)
{
	(void)state;
	make_turns_short();
	work_turns_run(&turns, &pieces[0]);
	work_queue_add(&turns.queue, &pieces[1]);
	assert_false(event_pending(turns.next, EV_READ, NULL));
	assert_true(event_pending(turns.next, EV_TIMEOUT, NULL));
	assert_int_equal(done[1], 0);
	turn();
	assert_int_equal(done[1], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_piece_runs_at_once_while_there_is_time, begin, end),
		cmocka_unit_test_setup_teardown(
			a_piece_waits_when_the_time_of_the_turn_is_spent, begin,
			end),
		cmocka_unit_test_setup_teardown(the_next_turn_has_new_time,
						begin, end),
		cmocka_unit_test_setup_teardown(
			a_piece_does_not_overtake_one_that_waits, begin, end),
		cmocka_unit_test_setup_teardown(
			work_that_is_left_has_a_turn_each, begin, end),
		cmocka_unit_test_setup_teardown(timers_come_between_turns,
						begin, end),
		cmocka_unit_test_setup_teardown(a_turn_has_its_time_once, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
