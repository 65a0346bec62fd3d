// SPDX-License-Identifier: BSD-2-Clause
/* --aggregate: its keys, and its rules beside --vip. */

#include "config_helpers.h"

static void an_aggregate_has_its_switches(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	assert_int_equal(parse_lines("aggregate 192.0.2.0/25\n"
				     "aggregate 192.0.2.128/25,as-set,"
				     "summary-only"),
			 0);
	assert_int_equal(config.rib.import.aggregate_count, 2);
	assert_false(config.rib.import.aggregates[0].summary_only);
	assert_false(config.rib.import.aggregates[0].as_set);
	assert_true(config.rib.import.aggregates[1].summary_only);
	assert_true(config.rib.import.aggregates[1].as_set);
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, "\naggregate 192.0.2.0/25\n"
				     "aggregate 192.0.2.128/25,summary-only,"
				     "as-set\n"));
	assert_int_equal(parse_text(text), 0);
}

static void every_mistake_is_named(void **state)
{
	(void)state;
	assert_error("aggregate 192.0.2.1",
		     "--aggregate 192.0.2.1: a single address has nothing to "
		     "aggregate; give a shorter prefix");
	assert_error("aggregate 192.0.0.0/16",
		     "--aggregate 192.0.0.0/16: is not inside one --vip, and "
		     "only VIPs are announced; add it as --vip");
	assert_error("aggregate 192.0.2.0/24,sumary-only",
		     "--aggregate 192.0.2.0/24,sumary-only: unknown key "
		     "'sumary-only'; did you mean 'summary-only'?");
	assert_error("aggregate 192.0.2.0/24,as-set=1",
		     "--aggregate 192.0.2.0/24,as-set=1: as-set takes no "
		     "value; leave it out");
}

static void aggregates_do_not_overlap(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("aggregate 192.0.2.0/25\n"
				     "aggregate 192.0.2.0/24"),
			 1);
	assert_string_equal(errors,
			    "file:7: --aggregate 192.0.2.0/24: overlaps "
			    "192.0.2.0/25, given on file:6; remove one\n"
			    "1 error; nothing changed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_aggregate_has_its_switches),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(aggregates_do_not_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
