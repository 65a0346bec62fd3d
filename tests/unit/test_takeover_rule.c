// SPDX-License-Identifier: BSD-2-Clause
/* When an agent that starts gives up to wait for a next hop. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "takeover_rule.h"

enum {
	HOLD_S = 9,
	MAX_S = 60,
};

static bool had_chance(struct takeover_nexthop nexthop, uint32_t elapsed_s)
{
	return takeover_had_chance(&nexthop, elapsed_s, MAX_S);
}

static void a_session_that_is_down_has_its_hold_time(void **state)
{
	const struct takeover_nexthop nexthop = { .hold_time_s = HOLD_S };

	(void)state;
	assert_false(had_chance(nexthop, 0));
	assert_false(had_chance(nexthop, HOLD_S - 1));
	assert_true(had_chance(nexthop, HOLD_S));
}

static void a_session_that_is_up_has_its_hold_time_from_then(void **state)
{
	struct takeover_nexthop nexthop = { .hold_time_s = HOLD_S,
					    .session_up = true };

	(void)state;
	assert_false(had_chance(nexthop, HOLD_S));
	nexthop.session_age_s = HOLD_S - 1;
	assert_false(had_chance(nexthop, 2 * HOLD_S));
	nexthop.session_age_s = HOLD_S;
	assert_true(had_chance(nexthop, 2 * HOLD_S));
}

static void end_of_rib_ends_the_wait(void **state)
{
	const struct takeover_nexthop nexthop = { .hold_time_s = HOLD_S,
						  .session_up = true,
						  .end_of_rib = true };

	(void)state;
	assert_true(had_chance(nexthop, 0));
}

/* Its path is there, and it is in no set before it has answered. */
static void end_of_rib_does_not_count_while_a_next_hop_is_asked(void **state)
{
	const struct takeover_nexthop nexthop = { .hold_time_s = HOLD_S,
						  .session_up = true,
						  .end_of_rib = true,
						  .resolving = true };

	(void)state;
	assert_false(had_chance(nexthop, HOLD_S));
	assert_true(had_chance(nexthop, MAX_S));
}

static void nothing_waits_for_the_dead(void **state)
{
	(void)state;
	assert_true(
		had_chance((struct takeover_nexthop){ .dead = true,
						      .hold_time_s = HOLD_S },
			   0));
}

static void no_hold_time_is_the_maximum(void **state)
{
	const struct takeover_nexthop nexthop = { .hold_time_s = 0 };

	(void)state;
	assert_false(had_chance(nexthop, MAX_S - 1));
	assert_true(had_chance(nexthop, MAX_S));
}

static void a_longer_hold_time_is_cut_to_the_maximum(void **state)
{
	const struct takeover_nexthop nexthop = { .hold_time_s = 240,
						  .session_up = true };

	(void)state;
	assert_false(had_chance(nexthop, MAX_S - 1));
	assert_true(had_chance(nexthop, MAX_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_is_down_has_its_hold_time),
		cmocka_unit_test(
			a_session_that_is_up_has_its_hold_time_from_then),
		cmocka_unit_test(end_of_rib_ends_the_wait),
		cmocka_unit_test(
			end_of_rib_does_not_count_while_a_next_hop_is_asked),
		cmocka_unit_test(nothing_waits_for_the_dead),
		cmocka_unit_test(no_hold_time_is_the_maximum),
		cmocka_unit_test(a_longer_hold_time_is_cut_to_the_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
