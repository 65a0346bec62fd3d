// SPDX-License-Identifier: BSD-2-Clause
/*
 * Explanations of the decision: for every step a pair of paths that differ in
 * nothing that another step looks at.
 */

#include "core/array.h"
#include "paths.h"
#include "rib/decision_step.h"

/* Two paths, the first of which wins in the step of `reason`. */
struct step_case {
	enum path_reason reason;
	struct decision_options options;
	struct row rows[2];
	bool has_values;
	uint64_t winner_value;
	uint64_t own_value; /* of the path that lost */
};

static const struct step_case step_cases[] = {
	{ REASON_STALE,
	  .rows = { { 1, { 1 } }, { 2, { 1 }, .community = LLGR_STALE } } },
	{ REASON_DRAINING,
	  .rows = { { 1, { 1 } }, { 2, { 1 }, .community = SHUTDOWN } } },
	{ REASON_HELD, .rows = { { 1, { 1 } }, { 2, { 1 }, .held = true } } },
	{ REASON_JOINING,
	  .rows = { { 1, { 1 } }, { 2, { 1 }, .community = JOINING } } },
	{ REASON_LOCAL_PREF,
	  .rows = { { 1, { 1 }, .local_pref = 200 },
		    { 2, { 1 }, .local_pref = 90 } },
	  .has_values = true, .winner_value = 200, .own_value = 90 },
	{ REASON_AIGP,
	  { .aigp = true },
	  { { 1, { 1 }, .aigp = 7, .igp_cost = 3 },
	    { 2, { 1 }, .aigp = 8, .igp_cost = 3 } },
	  .has_values = true,
	  .winner_value = 10,
	  .own_value = 11 },
	{ REASON_AS_PATH_LENGTH, .rows = { { 1, { 1 } }, { 2, { 1, 2, 3 } } },
	  .has_values = true, .winner_value = 1, .own_value = 3 },
	{ REASON_ORIGIN, .rows = { { 1, { 1 } }, { 2, { 1 }, .origin = 2 } },
	  .has_values = true, .winner_value = 0, .own_value = 2 },
	{ REASON_MED,
	  .rows = { { 1, { 1 }, .med = 5 }, { 2, { 1 }, .med = 6 } },
	  .has_values = true, .winner_value = 5, .own_value = 6 },
	{ REASON_EBGP_OVER_IBGP,
	  .rows = { { 1, { 1 } }, { 2, { 1 }, .type = PEER_INTERNAL } } },
	{ REASON_IGP_COST,
	  .rows = { { 1, { 1 }, .igp_cost = 4 }, { 2, { 1 }, .igp_cost = 9 } },
	  .has_values = true, .winner_value = 4, .own_value = 9 },
	{ REASON_CLUSTER_LENGTH,
	  { .cluster_length = true },
	  { { 1, { 1 }, .clusters = 1 }, { 2, { 1 }, .clusters = 2 } },
	  .has_values = true,
	  .winner_value = 1,
	  .own_value = 2 },
};

static void decide_rows(struct path_table *table,
			const struct decision_options *from,
			const struct row *rows, size_t count)
{
	struct decision_options options = *from;

	options.maximum_paths = options.maximum_paths_ibgp = MAX_ROWS;
	path_table_decide(table, &options, rows, count);
}

/* Assert that no other step finds a difference between the two paths. */
static void check_other_steps(const struct step_case *from,
			      const struct path_table *table)
{
	for (enum path_reason i = REASON_FIRST_STEP; i <= REASON_LAST_STEP;
	     i++) {
		int order = decision_steps[i].compare(
			&from->options, &table->paths[0], &table->paths[1]);

		if (i == from->reason)
			assert_true(order < 0);
		else
			assert_int_equal(order, 0);
	}
}

static void every_step_is_named_with_both_values(void **state)
{
	bool covered[REASON_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(step_cases); i++) {
		const struct step_case *from = &step_cases[i];
		struct decision_explanation lost = { NULL };
		struct path_table table;

		printf("%s\n", path_reason_name(from->reason));
		decide_rows(&table, &from->options, from->rows, 2);
		assert_int_equal(table.paths[1].reason, from->reason);
		check_other_steps(from, &table);
		assert_true(decision_explain(&from->options, table.list,
					     &table.paths[1], &lost));
		assert_int_equal(lost.step->reason, from->reason);
		assert_ptr_equal(lost.winner, &table.paths[0]);
		assert_int_equal(lost.has_values, from->has_values);
		assert_int_equal(lost.winner_value, from->winner_value);
		assert_int_equal(lost.own_value, from->own_value);
		covered[from->reason] = true;
		path_table_free(&table);
	}
	for (enum path_reason i = REASON_FIRST_STEP; i <= REASON_LAST_STEP; i++)
		assert_true(covered[i]);
}

static void every_step_has_a_row_with_a_label(void **state)
{
	(void)state;
	for (enum path_reason i = REASON_NONE; i < REASON_COUNT; i++) {
		const struct decision_step *step = &decision_steps[i];

		if (i < REASON_FIRST_STEP || i > REASON_LAST_STEP) {
			assert_null(step->compare);
			continue;
		}
		assert_int_equal(step->reason, i);
		assert_non_null(step->compare);
		assert_non_null(step->label);
	}
}

static void every_reason_has_values_or_a_sentence(void **state)
{
	(void)state;
	for (enum path_reason i = REASON_NONE; i < REASON_COUNT; i++) {
		const struct decision_step *step = &decision_steps[i];
		bool always_has_values = step->value && !step->has_value;

		assert_int_equal(path_reason_name(i) == NULL, i == REASON_NONE);
		assert_int_equal(path_reason_sentence(i) == NULL,
				 always_has_values);
	}
}

static void a_path_without_aigp_has_no_value(void **state)
{
	static const struct decision_options options = { .aigp = true };
	static const struct row rows[] = { { 1, { 1 }, .aigp = 7 },
					   { 2, { 1 } } };
	struct decision_explanation lost;
	struct path_table table;

	(void)state;
	decide_rows(&table, &options, rows, 2);
	assert_true(
		decision_explain(&options, table.list, &table.paths[1], &lost));
	assert_int_equal(lost.step->reason, REASON_AIGP);
	assert_false(lost.has_values);
	path_table_free(&table);
}

/* Paths of two neighboring ASes; the best path is not of AS 1. */
static const struct row med_rows[] = { { 1, { 2 }, .med = 1 },
				       { 2, { 1 }, .med = 10 },
				       { 3, { 2 }, .med = 9 },
				       { 4, { 1 }, .med = 5, .igp_cost = 3 },
				       { 5, { 2 }, .med = 1000 } };

static void expect_winner(const struct decision_options *options,
			  const struct path_table *table, size_t loser,
			  size_t winner)
{
	const struct path *path = &table->paths[loser];
	struct decision_explanation lost;

	assert_int_equal(path->reason, REASON_MED);
	assert_true(decision_explain(options, table->list, path, &lost));
	assert_ptr_equal(lost.winner, &table->paths[winner]);
	assert_int_equal(lost.own_value, path->attributes->med);
	assert_int_equal(lost.winner_value, lost.winner->attributes->med);
}

static void a_med_loses_to_the_lowest_of_its_own_group(void **state)
{
	static const struct decision_options options = { 0 };
	static const struct decision_options always = {
		.always_compare_med = COMPARE_MED_ALWAYS,
	};
	struct path_table table;

	(void)state;
	decide_rows(&table, &options, med_rows, COUNT_OF(med_rows));
	expect_winner(&options, &table, 1, 3);
	expect_winner(&options, &table, 2, 0);
	expect_winner(&options, &table, 4, 0);
	path_table_free(&table);
	decide_rows(&table, &always, med_rows, COUNT_OF(med_rows));
	expect_winner(&always, &table, 1, 0);
	expect_winner(&always, &table, 3, 0);
	path_table_free(&table);
}

/* Row 1 takes row 0 out, and is itself taken out by row 2. */
static void a_med_may_lose_to_one_that_lost(void **state)
{
	static const struct decision_options options = {
		.always_compare_med = COMPARE_MED_BACKENDS,
	};
	static const struct row rows[] = {
		{ 1, { 1 }, .med = 10, .reason = REASON_MED },
		{ 2, { 1 }, .med = 7, .backend = true, .reason = REASON_MED },
		{ 3, { 2 }, .med = 5, .backend = true },
	};
	struct path_table table;

	(void)state;
	decide_rows(&table, &options, rows, COUNT_OF(rows));
	expect_winner(&options, &table, 0, 1);
	expect_winner(&options, &table, 1, 2);
	path_table_free(&table);
}

static void a_set_has_no_losers_to_explain(void **state)
{
	static const struct decision_options options = {
		.as_path = MULTIPATH_AS_PATH_RELAXED,
	};
	static const struct row rows[] = {
		{ 1, { 1 } },
		{ 2, { 2 } },
		{ 2, { 3 }, .reason = REASON_DUPLICATE_NEXTHOP },
		{ 3,
		  { 3 },
		  .multipath_off = true,
		  .reason = REASON_MULTIPATH_OFF },
	};
	struct decision_explanation lost;
	struct path_table table;

	(void)state;
	decide_rows(&table, &options, rows, COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(table.paths[i].reason, rows[i].reason);
		assert_false(decision_explain(&options, table.list,
					      &table.paths[i], &lost));
	}
	path_table_free(&table);
}

static void a_path_that_lost_to_one_that_has_gone_is_not_explained(void **state)
{
	static const struct decision_options options = { 0 };
	static const struct row rows[] = { { 1, { 1 }, .local_pref = 200 },
					   { 2, { 1 }, .med = 4 },
					   { 3, { 1 }, .med = 3 } };
	struct decision_explanation lost;
	struct path_table table;

	(void)state;
	decide_rows(&table, &options, rows, COUNT_OF(rows));
	assert_ptr_equal(table.list, &table.paths[0]);
	table.list = table.list->next;
	assert_int_equal(table.paths[1].reason, REASON_LOCAL_PREF);
	assert_false(
		decision_explain(&options, table.list, &table.paths[1], &lost));
	path_table_free(&table);
}

/* Decide among two paths of BGP and one of --path. */
static void decide_with_static_path(struct path_table *table,
				    const struct decision_options *options,
				    const struct static_path_options *config)
{
	static const struct row rows[] = { { 1, { 1 }, .med = 5 },
					   { 2, { 1 }, .med = 6 },
					   { 3, .path_id = 1 } };

	*table = (struct path_table){ 0 };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		path_table_add(table, &rows[i]);
	table->sources[2].statics = config;
	path_list_sort(&table->list, path_order);
	table->decision = decision_make(options, &table->list);
}

static void a_configured_path_takes_no_part_in_the_steps(void **state)
{
	static const struct decision_options options = {
		.maximum_paths = MAX_ROWS,
	};
	static const struct static_path_options config = { .distance = 1 };
	struct path_table table;

	(void)state;
	decide_with_static_path(&table, &options, &config);
	assert_ptr_equal(table.decision.best, &table.paths[2]);
	assert_int_equal(table.paths[0].reason, REASON_DISTANCE);
	expect_winner(&options, &table, 1, 0);
	path_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_is_named_with_both_values),
		cmocka_unit_test(every_step_has_a_row_with_a_label),
		cmocka_unit_test(every_reason_has_values_or_a_sentence),
		cmocka_unit_test(a_path_without_aigp_has_no_value),
		cmocka_unit_test(a_med_loses_to_the_lowest_of_its_own_group),
		cmocka_unit_test(a_med_may_lose_to_one_that_lost),
		cmocka_unit_test(a_set_has_no_losers_to_explain),
		cmocka_unit_test(
			a_path_that_lost_to_one_that_has_gone_is_not_explained),
		cmocka_unit_test(a_configured_path_takes_no_part_in_the_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
