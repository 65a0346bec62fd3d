// SPDX-License-Identifier: BSD-2-Clause
/* Weights: from policy, from link bandwidth, or the default. */

#include "paths.h"

static const struct decision_options use = {
	.maximum_paths = MAX_ROWS,
	.maximum_paths_ibgp = MAX_ROWS,
	.as_path = MULTIPATH_AS_PATH_RELAXED,
	.bandwidth_unit = GIGABIT / 10,
	.default_weight = 3,
};

static void expect(const struct decision_options *options,
		   const struct row *rows, size_t count,
		   const uint32_t *weights)
{
	struct path_table table;

	path_table_decide(&table, options, rows, count);
	assert_int_equal(table.count, count);
	weight_add_up(options, table.list);
	for (size_t i = 0; i < count; i++) {
		const struct path *path = &table.paths[i];

		assert_int_equal(weight_of_path(options, table.list, path),
				 weights[i]);
		/* weight_add_up() agrees with it. */
		if (options->add_path_weight && path->reason == REASON_NONE)
			assert_int_equal(path->attributes->nexthop->weight,
					 weights[i]);
	}
	path_table_free(&table);
}

#define EXPECT(options, rows, ...)                               \
	expect(options, rows, sizeof(rows) / sizeof(*(rows)),    \
	       (const uint32_t[sizeof(rows) / sizeof(*(rows))]){ \
		       __VA_ARGS__ })

static void weights_are_bandwidths_in_units(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT },
		{ 2, { 2 }, .bandwidth = 2. * GIGABIT },
		{ 3, { 3 }, .bandwidth = 4. * GIGABIT },
		{ 4, { 4 }, .bandwidth = 10. * GIGABIT },
	};

	(void)state;
	EXPECT(&use, rows, 10, 20, 40, 100);
}

static void weights_are_rounded_and_bounded(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = 1 },
		{ 2, { 2 }, .bandwidth = GIGABIT * .14 },
		{ 3, { 3 }, .bandwidth = GIGABIT * .16 },
		{ 4, { 4 }, .bandwidth = 1e30 },
	};

	(void)state;
	EXPECT(&use, rows, 1, 1, 2, WEIGHT_MAX);
}

/* 10 and 149 Mbit/s, which coarser units would make one weight. */
static void the_default_unit_is_a_megabit(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT / 100 },
		{ 2, { 2 }, .bandwidth = GIGABIT / 1000 * 149 },
		{ 3, { 3 }, .bandwidth = 400. * GIGABIT },
	};
	struct decision_options options = use;

	(void)state;
	options.bandwidth_unit = rib_options_default.decision.bandwidth_unit;
	EXPECT(&options, rows, 10, 149, 400000);
}

static void a_path_that_did_not_win_has_no_weight(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT },
		{ 2, { 2, 3 }, .bandwidth = GIGABIT },
	};

	(void)state;
	EXPECT(&use, rows, 10, 0);
}

static void a_path_without_bandwidth_has_the_default_weight(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT },
		{ 2, { 2 } },
	};
	struct decision_options options = use;

	(void)state;
	EXPECT(&use, rows, 10, 3);
	options.bandwidth_use = BANDWIDTH_IGNORE;
	EXPECT(&options, rows, 3, 3);
	options.bandwidth_use = BANDWIDTH_USE_IF_ALL;
	EXPECT(&options, rows, 3, 3);
}

static void use_if_all_looks_at_the_set_only(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT },
		{ 2, { 2 }, .bandwidth = 2. * GIGABIT },
		{ 3, { 3, 4 } },
		{ 4, { 4 }, .weight = 7 },
	};
	struct decision_options options = use;

	(void)state;
	options.bandwidth_use = BANDWIDTH_USE_IF_ALL;
	EXPECT(&options, rows, 10, 20, 0, 7);
}

static void policy_has_the_last_word(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT, .weight = 7 },
		{ 2, { 2 }, .weight = WEIGHT_MAX },
		{ 3, { 3 } },
	};

	(void)state;
	EXPECT(&use, rows, 7, WEIGHT_MAX, 3);
}

static void draining_paths_that_serve_on_have_a_weight(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .no_bandwidth_left = true },
		{ 2, { 2 }, .no_bandwidth_left = true },
	};

	(void)state;
	EXPECT(&use, rows, 1, 1);
}

/* One neighbor announces one next hop several times: RFC 7911. */
static void paths_of_one_neighbor_add_up_if_they_are_to(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .path_id = 1 },
		{ 1, { 2 }, .path_id = 2 },
		{ 1, { 3, 4 }, .path_id = 3 }, /* lost */
		{ 2, { 4 } },
	};
	struct decision_options options = use;
	struct path_table table = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		path_table_add(&table, &rows[i]);
	table.paths[1].source = table.paths[0].source;
	table.paths[2].source = table.paths[0].source;
	path_list_sort(&table.list, path_order);
	decision_make(&options, &table.list);
	assert_int_equal(weight_of_path(&options, table.list, &table.paths[0]),
			 3);
	options.add_path_weight = true;
	assert_int_equal(weight_of_path(&options, table.list, &table.paths[0]),
			 6);
	assert_int_equal(weight_of_path(&options, table.list, &table.paths[1]),
			 0);
	assert_int_equal(weight_of_path(&options, table.list, &table.paths[3]),
			 3);
	path_table_free(&table);
}

static void another_neighbor_does_not_add_to_the_weight(void **state)
{
	static const struct row rows[] = { { 1, { 1 } }, { 1, { 2 } } };
	struct decision_options options = use;

	(void)state;
	options.add_path_weight = true;
	EXPECT(&options, rows, 3, 0);
}

static void the_bandwidth_of_a_set_is_the_sum(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT },
		{ 2, { 2 } }, /* 3 units */
		{ 3, { 3, 4 }, .bandwidth = GIGABIT },
	};
	struct path_table table;
	double sum = 0;

	(void)state;
	path_table_decide(&table, &use, rows, 3);
	assert_true(weight_sum_bandwidth(&use, table.list, &sum));
	assert_true(sum == GIGABIT * 1.3);
	path_table_free(&table);
	path_table_decide(&table, &use, rows + 1, 1);
	assert_false(weight_sum_bandwidth(&use, table.list, &sum));
	path_table_free(&table);
}

/* Expect these weights in a set of scale `scale`, and this sum of bandwidths. */
static void expect_scaled(const struct decision_options *options,
			  struct path_table *table, uint32_t scale,
			  const uint32_t *weights)
{
	assert_int_equal(weight_scale(options, table->list), scale);
	for (size_t i = 0; i < table->count; i++) {
		const struct path *path = &table->paths[i];
		uint32_t weight = weight_of_path(options, table->list, path);

		assert_int_equal(weight_scaled(options, path, weight, scale),
				 weights[i]);
	}
}

/* Links of 10 Gbit/s, 4 Gbit/s, unknown speed and 1 Mbit/s. */
static void a_slow_link_takes_its_part_of_the_weight(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .link_speed = 10000 },
		{ 2, { 2 }, .link_speed = 4000 },
		{ 3, { 3 }, .weight = 5 },
		{ 4, { 4 }, .link_speed = 1 },
	};
	struct decision_options options = use;
	struct path_table table;

	(void)state;
	path_table_decide(&table, &options, rows, 4);
	expect_scaled(&options, &table, 1, (const uint32_t[]){ 3, 3, 5, 3 });
	options.full_link_speed = 1;
	expect_scaled(&options, &table, 1, (const uint32_t[]){ 3, 3, 5, 3 });
	options.full_link_speed = 10000;
	expect_scaled(&options, &table, 100,
		      (const uint32_t[]){ 300, 120, 500, 3 });
	/* Beside a server whose weight rises: 2 of 8 steps are missing. */
	table.sources[1].missing_steps = 2;
	expect_scaled(&options, &table, 800,
		      (const uint32_t[]){ 2400, 720, 4000, 24 });
	path_table_free(&table);
}

static void a_slow_link_of_a_path_that_lost_changes_nothing(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .link_speed = 10000 },
		{ 2, { 2, 3 }, .link_speed = 10 },
	};
	struct decision_options options = use;
	struct path_table table;

	(void)state;
	options.full_link_speed = 10000;
	path_table_decide(&table, &options, rows, 2);
	expect_scaled(&options, &table, 1, (const uint32_t[]){ 3, 0 });
	path_table_free(&table);
}

static void a_slow_link_takes_its_part_of_the_bandwidth(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .bandwidth = GIGABIT, .link_speed = 500 },
		{ 2, { 2 }, .link_speed = 250 }, /* 3 units */
	};
	struct decision_options options = use;
	struct path_table table;
	double sum = 0;

	(void)state;
	options.full_link_speed = 1000;
	path_table_decide(&table, &options, rows, 2);
	assert_true(weight_sum_bandwidth(&options, table.list, &sum));
	assert_true(sum == GIGABIT * .5 + GIGABIT * .3 * .25);
	path_table_free(&table);
}

static void a_scaled_weight_is_bounded(void **state)
{
	static const struct row rows[] = {
		{ 1, { 1 }, .weight = WEIGHT_MAX },
		{ 2, { 2 }, .weight = WEIGHT_MAX, .link_speed = 1 },
	};
	struct decision_options options = use;
	struct path_table table;

	(void)state;
	options.full_link_speed = RIB_MAX_LINK_SPEED;
	path_table_decide(&table, &options, rows, 2);
	expect_scaled(&options, &table, 100,
		      (const uint32_t[]){ WEIGHT_MAX, WEIGHT_MAX });
	path_table_free(&table);
}

static void sets_of_other_weight_are_other_sets(void **state)
{
	static const struct row rows[] = { { 1, { 1 }, .weight = 1 },
					   { 1, { 1 }, .weight = 2 },
					   { 1, { 1 }, .weight = 1 } };
	struct path_table table;

	(void)state;
	path_table_decide(&table, &use, rows, 3);
	assert_ptr_not_equal(table.paths[0].attributes,
			     table.paths[1].attributes);
	assert_ptr_equal(table.paths[0].attributes, table.paths[2].attributes);
	assert_ptr_equal(table.paths[0].attributes->nexthop,
			 table.paths[1].attributes->nexthop);
	path_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_are_bandwidths_in_units),
		cmocka_unit_test(weights_are_rounded_and_bounded),
		cmocka_unit_test(the_default_unit_is_a_megabit),
		cmocka_unit_test(a_path_that_did_not_win_has_no_weight),
		cmocka_unit_test(
			a_path_without_bandwidth_has_the_default_weight),
		cmocka_unit_test(use_if_all_looks_at_the_set_only),
		cmocka_unit_test(policy_has_the_last_word),
		cmocka_unit_test(draining_paths_that_serve_on_have_a_weight),
		cmocka_unit_test(paths_of_one_neighbor_add_up_if_they_are_to),
		cmocka_unit_test(another_neighbor_does_not_add_to_the_weight),
		cmocka_unit_test(the_bandwidth_of_a_set_is_the_sum),
		cmocka_unit_test(a_slow_link_takes_its_part_of_the_weight),
		cmocka_unit_test(
			a_slow_link_of_a_path_that_lost_changes_nothing),
		cmocka_unit_test(a_slow_link_takes_its_part_of_the_bandwidth),
		cmocka_unit_test(a_scaled_weight_is_bounded),
		cmocka_unit_test(sets_of_other_weight_are_other_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
