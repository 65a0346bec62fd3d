// SPDX-License-Identifier: BSD-2-Clause
/* The token bucket of probes. Time is an argument. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nexthop/probe_budget.h"

enum numbers {
	RATE = 1000,
	BURST = RATE / PROBE_BUDGET_BURSTS_PER_S,
	START_MS = 5000,
	SECOND_MS = 1000,
};

static struct probe_budget budget;

static int set_up(void **state)
{
	(void)state;
	probe_budget_init(&budget, RATE, START_MS);
	return 0;
}

static unsigned int take_all(uint64_t now_ms)
{
	unsigned int count = 0;

	while (probe_budget_take(&budget, now_ms))
		count++;
	return count;
}

static void a_burst_is_bounded_however_long_the_rest(void **state)
{
	(void)state;
	assert_int_equal(take_all(START_MS), BURST);
	assert_int_equal(take_all(START_MS + 1000 * SECOND_MS), BURST);
	assert_int_equal(take_all(UINT64_MAX / RATE / 2), BURST);
}

static void it_holds_the_rate(void **state)
{
	unsigned int count = 0;

	(void)state;
	take_all(START_MS);
	for (uint64_t ms = 1; ms <= SECOND_MS; ms++)
		count += take_all(START_MS + ms);
	assert_int_equal(count, RATE);
}

static void a_clock_that_goes_back_brings_nothing(void **state)
{
	(void)state;
	take_all(START_MS);
	assert_int_equal(take_all(0), 0);
	assert_int_equal(take_all(START_MS), 0);
}

static void a_token_is_there_after_the_wait(void **state)
{
	static const uint32_t rates[] = { 1, 3, 7, 999, 1000, 1001, 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		uint64_t now = START_MS, wait;

		probe_budget_init(&budget, rates[i], now);
		assert_int_equal(probe_budget_wait_ms(&budget, now), 0);
		take_all(now);
		wait = probe_budget_wait_ms(&budget, now);
		assert_true(wait);
		assert_false(probe_budget_take(&budget, now + wait - 1));
		assert_true(probe_budget_take(&budget, now + wait));
	}
}

static void regular_probes_leave_a_quarter(void **state)
{
	(void)state;
	assert_int_equal(probe_budget_interval_ms(&budget, 0), 0);
	assert_int_equal(probe_budget_interval_ms(&budget, 750), SECOND_MS);
	assert_int_equal(probe_budget_interval_ms(&budget, 3000),
			 4 * SECOND_MS);
	assert_int_equal(probe_budget_interval_ms(&budget, UINT32_MAX),
			 UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_burst_is_bounded_however_long_the_rest,
				       set_up),
		cmocka_unit_test_setup(it_holds_the_rate, set_up),
		cmocka_unit_test_setup(a_clock_that_goes_back_brings_nothing,
				       set_up),
		cmocka_unit_test_setup(a_token_is_there_after_the_wait, set_up),
		cmocka_unit_test_setup(regular_probes_leave_a_quarter, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
