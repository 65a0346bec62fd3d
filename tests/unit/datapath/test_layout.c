// SPDX-License-Identifier: BSD-2-Clause
/* Whether tables of a previous run fit. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/layout.h"

static const struct layout common = {
	.number = 1,
	.table_size = 16384,
	.group_count = 1024,
	.flow_room = 262144,
	.cpus = 2,
	.hash_key = 7,
};

enum {
	TEXT_SIZE = 128
};

static void equal_layouts_fit(void **state)
{
	struct layout other = common;

	(void)state;
	assert_int_equal(layout_compare(&common, &other), LAYOUT_FITS);
}

static void check(const struct layout *is, enum layout_misfit misfit,
		  const char *words)
{
	char text[TEXT_SIZE];

	assert_int_equal(layout_compare(&common, is), misfit);
	layout_explain(misfit, &common, is, text, sizeof(text));
	assert_string_equal(text, words);
}

static void each_difference_has_its_name(void **state)
{
	struct layout is = common;

	(void)state;
	is.number = 2;
	check(&is, LAYOUT_NUMBER, "the layout is 2 and was 1");
	is = common;
	is.table_size = 4096;
	check(&is, LAYOUT_TABLE_SIZE, "--table-size is 4096 and was 16384");
	is = common;
	is.group_count = 64;
	check(&is, LAYOUT_GROUPS, "--groups is 64 and was 1024");
	is = common;
	is.flow_room = 1;
	check(&is, LAYOUT_FLOWS,
	      "the room for flow records (--affinity-flows) is 1 and was "
	      "262144");
	is = common;
	is.cpus = 4;
	check(&is, LAYOUT_CPUS, "the number of CPUs is 4 and was 2");
}

static void a_seed_is_not_written(void **state)
{
	struct layout is = common;

	(void)state;
	is.hash_key = 8;
	check(&is, LAYOUT_SEED, "the hash seed is another one");
}

static void more_buckets_grow_out_of_fewer(void **state)
{
	struct layout is = common;

	(void)state;
	is.table_size = 65536;
	check(&is, LAYOUT_GROWS, "--table-size is 65536 and was 16384");
	is.hash_key = 8;
	check(&is, LAYOUT_SEED, "the hash seed is another one");
}

/* The number of buckets is the same. */
static void sizes_that_make_up_for_each_other_do_not_fit(void **state)
{
	struct layout is = common;

	(void)state;
	is.table_size /= 2;
	is.group_count *= 2;
	assert_int_equal(layout_compare(&common, &is), LAYOUT_TABLE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_layouts_fit),
		cmocka_unit_test(each_difference_has_its_name),
		cmocka_unit_test(a_seed_is_not_written),
		cmocka_unit_test(more_buckets_grow_out_of_fewer),
		cmocka_unit_test(sizes_that_make_up_for_each_other_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
