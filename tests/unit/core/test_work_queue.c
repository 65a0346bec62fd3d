// SPDX-License-Identifier: BSD-2-Clause
/* In which order work is done, and how much of it in one turn. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/work_queue.h"

enum {
	PIECES = 3,
	LONG_US = 60000000, /* as long as any turn of a test */
	SLOW_US = 50000,
};

static struct work_queue queue;
static struct work pieces[PIECES];
static unsigned int done[PIECES], order[16], count, wakes;
static bool again; /* each piece adds itself again */

static void count_wake(void *context)
{
	(void)context;
	wakes++;
}

static void run_piece(void *context)
{
	struct work *work = context;
	size_t i = (size_t)(work - pieces);

	done[i]++;
	order[count++] = (unsigned int)i;
	if (again)
		work_queue_add(&queue, work);
}

static int begin(void **state)
{
	(void)state;
	work_queue_init(&queue, count_wake, NULL);
	count = wakes = 0;
	again = false;
	for (size_t i = 0; i < PIECES; i++) {
		done[i] = 0;
		pieces[i] = (struct work){ .run = run_piece,
					   .context = &pieces[i] };
		work_queue_add(&queue, &pieces[i]);
	}
	return 0;
}

static void all_are_done_in_the_order_in_which_they_came(void **state)
{
	(void)state;
	assert_false(work_queue_run(&queue, LONG_US));
	assert_int_equal(count, PIECES);
	for (unsigned int i = 0; i < PIECES; i++)
		assert_int_equal(order[i], i);
}

static void the_first_piece_wakes_the_loop_and_no_other_does(void **state)
{
	(void)state;
	assert_int_equal(wakes, 1);
	work_queue_run(&queue, LONG_US);
	work_queue_add(&queue, &pieces[1]);
	assert_int_equal(wakes, 2);
}

static void a_piece_that_waits_is_not_added_twice(void **state)
{
	(void)state;
	work_queue_add(&queue, &pieces[1]);
	assert_false(work_queue_run(&queue, LONG_US));
	assert_int_equal(count, PIECES);
}

static void a_turn_without_time_does_one_piece(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < PIECES; i++) {
		assert_true(work_queue_run(&queue, 0));
		assert_int_equal(count, i);
	}
	assert_false(work_queue_run(&queue, 0));
	assert_false(work_queue_run(&queue, 0));
	assert_int_equal(count, PIECES);
}

static void a_piece_that_comes_again_lets_the_others_go_first(void **state)
{
	(void)state;
	again = true;
	for (unsigned int i = 0; i < 3 * PIECES; i++)
		assert_true(work_queue_run(&queue, 0));
	for (unsigned int i = 0; i < PIECES; i++)
		assert_int_equal(done[i], 3);
	/* The caller of the turn knows that there is more. */
	assert_int_equal(wakes, 1);
}

static void a_piece_that_is_taken_out_is_not_done(void **state)
{
	(void)state;
	work_queue_remove(&queue, &pieces[1]);
	work_queue_remove(&queue, &pieces[1]);
	work_queue_run(&queue, LONG_US);
	assert_int_equal(done[0], 1);
	assert_int_equal(done[1], 0);
	assert_int_equal(done[2], 1);
}

static void take_time(void *context)
{
	const uint64_t end_us = clock_now_us() + SLOW_US;

	run_piece(context);
	while (clock_now_us() < end_us)
		;
}

static void the_longest_piece_is_known_by_its_name(void **state)
{
	(void)state;
	pieces[0].name = pieces[2].name = "quick";
	pieces[1].name = "slow";
	pieces[1].run = take_time;
	work_queue_run(&queue, LONG_US);
	assert_string_equal(queue.longest.name, "slow");
	assert_true(queue.longest.us >= SLOW_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			all_are_done_in_the_order_in_which_they_came, begin),
		cmocka_unit_test_setup(
			the_first_piece_wakes_the_loop_and_no_other_does,
			begin),
		cmocka_unit_test_setup(a_piece_that_waits_is_not_added_twice,
				       begin),
		cmocka_unit_test_setup(a_turn_without_time_does_one_piece,
				       begin),
		cmocka_unit_test_setup(
			a_piece_that_comes_again_lets_the_others_go_first,
			begin),
		cmocka_unit_test_setup(a_piece_that_is_taken_out_is_not_done,
				       begin),
		cmocka_unit_test_setup(the_longest_piece_is_known_by_its_name,
				       begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
