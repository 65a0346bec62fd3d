// SPDX-License-Identifier: BSD-2-Clause
/* The limit of paths: the verdict on one more path, and what is reported. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rib/max_prefix.h"

enum {
	LIMIT = 10,
	NEAR = 8, /* 80 % */
};

static enum max_prefix_verdict take(struct max_prefix *limit,
				    enum max_prefix_report *report)
{
	enum max_prefix_verdict verdict =
		max_prefix_check(limit, BGP_IPV4_UNICAST, report);

	if (verdict == MAX_PREFIX_TAKE)
		max_prefix_count(limit, BGP_IPV4_UNICAST, true);
	return verdict;
}

static void it_reports_once_near_the_limit_and_once_at_it(void **state)
{
	struct max_prefix limit = { .limit = LIMIT,
				    .action = NEIGHBOR_MAX_PREFIX_WARN };
	enum max_prefix_report report;

	(void)state;
	for (int i = 1; i <= 2 * LIMIT; i++) {
		enum max_prefix_report expected =
			i == NEAR      ? MAX_PREFIX_NEAR :
			i == LIMIT + 1 ? MAX_PREFIX_REACHED :
					 MAX_PREFIX_NO_REPORT;

		assert_int_equal(take(&limit, &report), MAX_PREFIX_TAKE);
		assert_int_equal(report, expected);
	}
}

static void it_does_what_is_configured_above_the_limit(void **state)
{
	struct max_prefix limit = { .limit = 1,
				    .action = NEIGHBOR_MAX_PREFIX_BLOCK };
	enum max_prefix_report report;

	(void)state;
	assert_int_equal(take(&limit, &report), MAX_PREFIX_TAKE);
	assert_int_equal(take(&limit, &report), MAX_PREFIX_BLOCK);
	limit.action = NEIGHBOR_MAX_PREFIX_RESTART;
	assert_int_equal(take(&limit, &report), MAX_PREFIX_RESTART);
	assert_int_equal(limit.exceeded, BGP_IPV4_UNICAST);
}

static void there_is_room_again_when_a_path_goes(void **state)
{
	struct max_prefix limit = { .limit = 1,
				    .action = NEIGHBOR_MAX_PREFIX_BLOCK };
	enum max_prefix_report report;

	(void)state;
	take(&limit, &report);
	assert_int_equal(take(&limit, &report), MAX_PREFIX_BLOCK);
	max_prefix_count(&limit, BGP_IPV4_UNICAST, false);
	assert_int_equal(take(&limit, &report), MAX_PREFIX_TAKE);
}

static void room_is_told_once_where_paths_were_refused(void **state)
{
	struct max_prefix limit = { .limit = 1,
				    .action = NEIGHBOR_MAX_PREFIX_BLOCK };
	enum max_prefix_report report;

	(void)state;
	take(&limit, &report);
	assert_int_equal(max_prefix_take_room(&limit), 0);
	take(&limit, &report);
	assert_int_equal(max_prefix_take_room(&limit), 0);
	max_prefix_count(&limit, BGP_IPV4_UNICAST, false);
	assert_int_equal(max_prefix_take_room(&limit), BGP_IPV4_UNICAST_BIT);
	assert_int_equal(max_prefix_take_room(&limit), 0);
}

static void families_are_counted_apart(void **state)
{
	struct max_prefix limit = { .limit = 1,
				    .action = NEIGHBOR_MAX_PREFIX_BLOCK };
	enum max_prefix_report report;

	(void)state;
	take(&limit, &report);
	assert_int_equal(max_prefix_check(&limit, BGP_IPV6_UNICAST, &report),
			 MAX_PREFIX_TAKE);
	assert_int_equal(report, MAX_PREFIX_NEAR);
}

static void without_a_limit_everything_is_taken(void **state)
{
	struct max_prefix limit = { .limit = 0 };
	enum max_prefix_report report;

	(void)state;
	limit.count[BGP_IPV4_UNICAST] = UINT32_MAX - 1;
	assert_int_equal(take(&limit, &report), MAX_PREFIX_TAKE);
	assert_int_equal(report, MAX_PREFIX_NO_REPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reports_once_near_the_limit_and_once_at_it),
		cmocka_unit_test(it_does_what_is_configured_above_the_limit),
		cmocka_unit_test(there_is_room_again_when_a_path_goes),
		cmocka_unit_test(room_is_told_once_where_paths_were_refused),
		cmocka_unit_test(families_are_counted_apart),
		cmocka_unit_test(without_a_limit_everything_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
