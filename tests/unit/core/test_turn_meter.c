// SPDX-License-Identifier: BSD-2-Clause
/* Readings of the clocks, and the turns that the meter makes of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/turn_meter.h"

static uint64_t waits; /* of this thread for a CPU */
static unsigned int reads;

static uint64_t read_test_waits(void *context)
{
	(void)context;
	reads++;
	return waits;
}

static void note_turn(struct turn_meter *meter, uint64_t passed_us,
		      uint64_t cpu_us)
{
	turn_meter_note(meter, passed_us, cpu_us, read_test_waits, NULL);
}

static int begin(void **state)
{
	(void)state;
	waits = 0;
	reads = 0;
	return 0;
}

static void sleep_is_no_part_of_a_turn(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	note_turn(&meter, 10000000, 300);
	assert_int_equal(meter.turns, 1);
	assert_int_equal(meter.longest_us, 300);
	assert_int_equal(meter.longest_cpu_us, 300);
	assert_int_equal(meter.long_turns, 0);
}

static void a_wait_for_a_cpu_is_part_of_a_turn(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	waits = 25000;
	note_turn(&meter, 40000, 5000);
	assert_int_equal(meter.longest_us, 30000);
	assert_int_equal(meter.longest_cpu_us, 5000);
	assert_int_equal(meter.long_turns, 1);
	/* It counts once. */
	note_turn(&meter, 50000, 1000);
	assert_int_equal(meter.longest_us, 30000);
	assert_int_equal(meter.long_turns, 1);
}

static void a_turn_of_20_ms_is_a_long_one(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	note_turn(&meter, 19999, 19999);
	assert_int_equal(meter.long_turns, 0);
	note_turn(&meter, 20000, 20000);
	assert_int_equal(meter.long_turns, 1);
	assert_int_equal(meter.longest_cpu_us, 20000);
}

static void turns_that_do_not_wait_read_nothing(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		note_turn(&meter, 5000, 5000);
	assert_int_equal(reads, 0);
	assert_int_equal(meter.longest_us, 5000);
}

static void short_waits_are_read_once_in_a_millisecond(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		waits += 100;
		note_turn(&meter, 150, 50);
	}
	assert_int_equal(reads, 10);
	assert_int_equal(meter.longest_us, 150);
}

static void a_clock_that_runs_ahead_does_no_harm(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	note_turn(&meter, 100, 101);
	assert_int_equal(meter.longest_us, 101);
	assert_int_equal(meter.unread_us, 0);
}

static void a_turn_or_a_piece_of_100_ms_is_a_stall(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	assert_false(turn_meter_is_stall(&meter, 99999, 99999));
	assert_int_equal(meter.stalls, 0);
	assert_true(turn_meter_is_stall(&meter, 100000, 0));
	/* A piece that the kernel blocked: the turn looks asleep. */
	assert_true(turn_meter_is_stall(&meter, 300, 100000));
	assert_int_equal(meter.stalls, 2);
}

static void a_turn_is_as_long_as_it_was_noted(void **state)
{
	struct turn_meter meter = { 0 };

	(void)state;
	waits = 25000;
	assert_int_equal(turn_meter_note(&meter, 40000, 5000, read_test_waits,
					 NULL),
			 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sleep_is_no_part_of_a_turn, begin),
		cmocka_unit_test_setup(a_wait_for_a_cpu_is_part_of_a_turn,
				       begin),
		cmocka_unit_test_setup(a_turn_of_20_ms_is_a_long_one, begin),
		cmocka_unit_test_setup(turns_that_do_not_wait_read_nothing,
				       begin),
		cmocka_unit_test_setup(
			short_waits_are_read_once_in_a_millisecond, begin),
		cmocka_unit_test_setup(a_clock_that_runs_ahead_does_no_harm,
				       begin),
		cmocka_unit_test_setup(a_turn_or_a_piece_of_100_ms_is_a_stall,
				       begin),
		cmocka_unit_test_setup(a_turn_is_as_long_as_it_was_noted,
				       begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
