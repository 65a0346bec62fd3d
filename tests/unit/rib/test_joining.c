// SPDX-License-Identifier: BSD-2-Clause
/* Paths that are going to join are out of the set, and foreseen in it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"
#include "paths.h"

static const struct decision_options plain = {
	.maximum_paths = 8,
	.maximum_paths_ibgp = 8,
	.as_path = MULTIPATH_AS_PATH_RELAXED,
	.bandwidth_unit = GIGABIT,
	.default_weight = 1,
};

/* The first row is the best path, the second one is going to join. */
static const struct {
	struct row rows[2];
	bool foreseen;
} cases[] = {
	{ { { 1, { 1 } }, { 2, { 2 }, .community = JOINING } }, true },
	{ { { 1, { 1 } }, { 2, { 2 } } }, false },
	/* One that is better would be alone, one that is worse out. */
	{ { { 1, { 1 } },
	    { 2, { 2 }, .local_pref = 200, .community = JOINING } },
	  false },
	{ { { 1, { 1 } }, { 2, { 2, 3 }, .community = JOINING } }, false },
	{ { { 1, { 1 }, .med = 5 },
	    { 2, { 1 }, .med = 5, .community = JOINING } },
	  true },
	{ { { 1, { 1 }, .med = 5 },
	    { 2, { 1 }, .med = 6, .community = JOINING } },
	  false },
	/* MEDs of different ASes do not compare. */
	{ { { 1, { 1 }, .med = 5 },
	    { 2, { 2 }, .med = 6, .community = JOINING } },
	  true },
	{ { { 1, { 1 } }, { 2, { 2 }, .igp_cost = 3, .community = JOINING } },
	  false },
	{ { { 1, { 1 } },
	    { 2, { 2 }, .multipath_off = true, .community = JOINING } },
	  false },
	{ { { 1, { 1 } }, { 2, { 2 }, .community = LEAVING } }, false },
};

static void a_path_that_would_be_in_the_set_is_foreseen(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct path_table table;
		bool joining = cases[i].rows[1].community == (uint32_t)JOINING;

		path_table_decide(&table, &plain, cases[i].rows, 2);
		assert_ptr_equal(table.decision.best, &table.paths[0]);
		if (joining)
			assert_int_equal(table.paths[1].reason, REASON_JOINING);
		if (decision_foresees(&plain, &table.paths[0],
				      &table.paths[1]) != cases[i].foreseen)
			fail_msg("case %zu", i);
		path_table_free(&table);
	}
}

static void without_others_joining_paths_are_used(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .community = JOINING },
		{ 2, { 2 }, .community = JOINING },
		{ 3, { 3 }, .community = LEAVING },
	};
	struct path_table table;

	(void)state;
	path_table_decide(&table, &plain, rows, 3);
	assert_int_equal(table.decision.selected, 2);
	assert_int_equal(table.paths[2].reason, REASON_DRAINING);
	path_table_free(&table);
}

static void the_depth_of_the_set_counts(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 } },
		{ 2, { 2 }, .igp_cost = 3, .community = JOINING },
	};
	struct decision_options options = plain;
	struct path_table table;

	(void)state;
	options.skip_igp_cost = true;
	path_table_decide(&table, &options, rows, 2);
	assert_true(
		decision_foresees(&options, &table.paths[0], &table.paths[1]));
	assert_int_equal(weight_of_path(&options, table.list, &table.paths[1]),
			 0);
	assert_int_equal(weight_of_joining(&options, &table.paths[1]), 1);
	path_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_that_would_be_in_the_set_is_foreseen),
		cmocka_unit_test(without_others_joining_paths_are_used),
		cmocka_unit_test(the_depth_of_the_set_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
