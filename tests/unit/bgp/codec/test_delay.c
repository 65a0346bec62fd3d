// SPDX-License-Identifier: BSD-2-Clause
/* Delays between attempts to connect. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/delay.h"

enum {
	DRAWS = 100000,
	SEED = 20260101,
	LCG_FACTOR = 1664525,
	LCG_STEP = 1013904223,
};

/* RFC 4271 10: a factor of 0.75 to 1.0. */
static void a_time_is_jittered_down_by_a_quarter_at_most(void **state)
{
	static const uint16_t times[] = { 1, 3, 5, 30, 90, UINT16_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		uint32_t whole = times[i] * 1000u, random = SEED;
		uint32_t least = UINT32_MAX, most = 0;

		for (int draw = 0; draw < DRAWS; draw++) {
			uint32_t ms = bgp_delay_jittered(times[i], random);

			least = ms < least ? ms : least;
			most = ms > most ? ms : most;
			random = random * LCG_FACTOR + LCG_STEP;
		}
		assert_in_range(least, whole / 4 * 3, whole / 100 * 76);
		assert_in_range(most, whole / 100 * 99, whole);
	}
}

static void no_time_is_none_with_any_jitter(void **state)
{
	(void)state;
	assert_int_equal(bgp_delay_jittered(0, 0), 0);
	assert_int_equal(bgp_delay_jittered(0, UINT32_MAX), 0);
}

static void the_wait_doubles_up_to_its_maximum(void **state)
{
	static const uint16_t expected[] = { 1, 2, 4, 8, 16, 30, 30, 30 };
	uint16_t wait = BGP_RESTART_FIRST_S;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_int_equal(wait, expected[i]);
		wait = bgp_delay_next(wait);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_jittered_down_by_a_quarter_at_most),
		cmocka_unit_test(no_time_is_none_with_any_jitter),
		cmocka_unit_test(the_wait_doubles_up_to_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
