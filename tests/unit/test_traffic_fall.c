// SPDX-License-Identifier: BSD-2-Clause
/* When traffic counts as gone. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "traffic_fall.h"

static struct traffic_fall fall;
static uint64_t packets;

/* Let an interval pass with these packets. */
static bool pass(uint64_t came)
{
	packets += came;
	return traffic_fall_note(&fall, packets);
}

static int begin(void **state)
{
	(void)state;
	fall = (struct traffic_fall){ 0 };
	packets = 123456;
	pass(0); /* what was before is no interval */
	return 0;
}

static void three_quiet_intervals_in_a_row_are_a_fall(void **state)
{
	(void)state;
	assert_false(pass(5000));
	assert_false(pass(0));
	assert_false(pass(0));
	assert_true(pass(0));
}

static void packets_in_between_begin_the_count_again(void **state)
{
	(void)state;
	assert_false(pass(5000));
	assert_false(pass(0));
	assert_false(pass(0));
	assert_false(pass(1000));
	assert_false(pass(0));
	assert_false(pass(0));
	assert_true(pass(0));
}

static void
a_hundredth_of_the_busiest_interval_is_quiet_and_more_is_not(void **state)
{
	(void)state;
	pass(5000);
	for (int i = 0; i < 10; i++)
		assert_false(pass(51));
	assert_false(pass(50));
	assert_false(pass(50));
	assert_true(pass(50));
}

static void a_host_without_traffic_waits_for_three_intervals(void **state)
{
	(void)state;
	assert_false(pass(0));
	assert_false(pass(0));
	assert_true(pass(0));
}

static void few_packets_are_traffic_as_well(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_false(pass(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			three_quiet_intervals_in_a_row_are_a_fall, begin),
		cmocka_unit_test_setup(packets_in_between_begin_the_count_again,
				       begin),
		cmocka_unit_test_setup(
			a_hundredth_of_the_busiest_interval_is_quiet_and_more_is_not,
			begin),
		cmocka_unit_test_setup(
			a_host_without_traffic_waits_for_three_intervals,
			begin),
		cmocka_unit_test_setup(few_packets_are_traffic_as_well, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
