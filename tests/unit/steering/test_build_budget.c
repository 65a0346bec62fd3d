// SPDX-License-Identifier: BSD-2-Clause
/* When a VIP is restless, and what its tables may cost. The seed is printed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../chance.h"
#include "steering/build_budget.h"

enum {
	START_MS = 1000000,
	TRIALS = 20000,
	COST = 1000000,
};

static void a_vip_is_restless_after_its_free_tables(void **state)
{
	struct build_history history = { 0 };

	(void)state;
	for (int i = 0; i < BUILD_BUDGET_FREE; i++) {
		assert_false(build_history_is_restless(&history, START_MS));
		build_history_note(&history, START_MS);
	}
	assert_true(build_history_is_restless(&history, START_MS));
	assert_true(build_history_is_restless(&history,
					      START_MS + BUILD_BUDGET_CALM_MS));
	assert_false(build_history_is_restless(
		&history, START_MS + BUILD_BUDGET_CALM_MS + 1));
}

static void a_calm_vip_begins_anew(void **state)
{
	struct build_history history = { 0 };
	uint64_t now = START_MS;

	(void)state;
	for (int i = 0; i < 100; i++) {
		build_history_note(&history, now);
		assert_false(build_history_is_restless(&history, now));
		now += BUILD_BUDGET_CALM_MS + 1;
	}
}

static void the_wait_ends_when_there_is_room(void **state)
{
	struct build_budget budget = { 0 };

	(void)state;
	assert_true(build_budget_has_room(&budget, START_MS));
	assert_int_equal(build_budget_wait_ms(&budget), 0);
	build_budget_spend(&budget, BUILD_BUDGET_MAX - 1);
	assert_true(build_budget_has_room(&budget, START_MS));
	build_budget_spend(&budget, 1);
	assert_false(build_budget_has_room(&budget, START_MS));
	assert_int_equal(build_budget_wait_ms(&budget), 1);
	assert_true(build_budget_has_room(&budget, START_MS + 1));
}

/* However the tables come, their cost in any time is bounded. */
static void the_rate_holds_for_any_times(void **state)
{
	struct build_budget budget = { 0 };
	uint64_t now = START_MS;
	int64_t spent = 0;

	(void)state;
	for (int i = 0; i < TRIALS; i++) {
		now += chance_below(2) ? chance_below(100) : 0;
		if (!build_budget_has_room(&budget, now)) {
			now += build_budget_wait_ms(&budget);
			assert_true(build_budget_has_room(&budget, now));
		}
		build_budget_spend(&budget, COST);
		spent += COST;
		assert_true(spent <= BUILD_BUDGET_MAX + COST +
					     (int64_t)(now - START_MS) *
						     BUILD_BUDGET_PER_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vip_is_restless_after_its_free_tables),
		cmocka_unit_test(a_calm_vip_begins_anew),
		cmocka_unit_test(the_wait_ends_when_there_is_room),
		cmocka_unit_test(the_rate_holds_for_any_times),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
