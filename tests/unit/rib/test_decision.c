// SPDX-License-Identifier: BSD-2-Clause
/*
 * The decision process, step by step: each row is a pair of paths and the reason
 * why the second one is not in the set.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rib/decision.h"
#include "routes.h"

enum {
	MAX_PATHS = 8,
	PEER_AS = 65001
};

struct test_path {
	struct test_route route;
	uint32_t identifier;
	uint32_t peer_as;
	bool internal;
};

/* Paths of one route, built in tie-break order. */
struct table {
	struct attribute_table attributes;
	struct path_source sources[MAX_PATHS];
	struct path paths[MAX_PATHS];
	size_t count;
};

static const struct decision_options relaxed = {
	.maximum_paths = MAX_PATHS,
	.maximum_paths_ibgp = MAX_PATHS,
	.as_path = MULTIPATH_AS_PATH_RELAXED,
};

static void table_add(struct table *table, const struct test_path *from)
{
	size_t i = table->count++;
	struct test_update t;

	test_announce(&t, &from->route);
	address_parse(from->route.nexthop, &table->sources[i].address);
	table->sources[i].identifier = from->identifier ? from->identifier :
							  (uint32_t)i + 1;
	table->sources[i].as = from->peer_as ? from->peer_as :
					       from->route.as[0];
	table->sources[i].type = from->internal ? PEER_INTERNAL : PEER_EXTERNAL;
	table->paths[i] = (struct path){
		.source = &table->sources[i],
		.attributes = attribute_set_intern(&table->attributes,
						   &t.update.attributes, 0),
	};
	if (i)
		table->paths[i - 1].next = &table->paths[i];
}

static struct decision table_decide(const struct decision_options *options,
				    struct table *table)
{
	struct path *paths = table->paths;

	return decision_make(options, &paths);
}

static void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		attribute_set_release(&table->attributes,
				      table->paths[i].attributes);
	attribute_table_free(&table->attributes);
}

#define ROUTE(hop, ...)                          \
	{                                        \
		"192.0.2.1/32", hop, __VA_ARGS__ \
	}

static const struct {
	const char *what;
	struct test_path winner, loser;
	enum path_reason reason;
} pairs[] = {
	{ "the higher LOCAL_PREF wins",
	  { ROUTE("10.0.0.1", { 1, 2 }, .local_pref = 200) },
	  { ROUTE("10.0.0.2", { 1 }, .local_pref = 100) },
	  REASON_LOCAL_PREF },
	{ "no LOCAL_PREF counts as 100",
	  { ROUTE("10.0.0.1", { 1 }) },
	  { ROUTE("10.0.0.2", { 1 }, .local_pref = 99) },
	  REASON_LOCAL_PREF },
	{ "the shorter AS path wins",
	  { ROUTE("10.0.0.1", { 1 }, .origin = 2) },
	  { ROUTE("10.0.0.2", { 2, 3 }) },
	  REASON_AS_PATH_LENGTH },
	{ "the lower origin wins",
	  { ROUTE("10.0.0.1", { 1 }, .med = 9) },
	  { ROUTE("10.0.0.2", { 1 }, .origin = 2) },
	  REASON_ORIGIN },
	{ "the lower MED of one AS wins",
	  { ROUTE("10.0.0.1", { 1 }, .med = 5) },
	  { ROUTE("10.0.0.2", { 1 }, .med = 6) },
	  REASON_MED },
	{ "no MED counts as 0",
	  { ROUTE("10.0.0.1", { 1 }) },
	  { ROUTE("10.0.0.2", { 1 }, .med = 1) },
	  REASON_MED },
	{ "external wins over internal",
	  { ROUTE("10.0.0.1", { 1 }) },
	  { ROUTE("10.0.0.2", { 2 }), .internal = true },
	  REASON_EBGP_OVER_IBGP },
	{ "one next hop counts once",
	  { ROUTE("10.0.0.1", { 1 }) },
	  { ROUTE("10.0.0.1", { 2 }) },
	  REASON_DUPLICATE_NEXTHOP },
	{ "MEDs of different ASes do not compare",
	  { ROUTE("10.0.0.1", { 1 }, .med = 5) },
	  { ROUTE("10.0.0.2", { 2 }, .med = 6) },
	  REASON_NONE },
	{ "AS paths of one length are equal when relaxed",
	  { ROUTE("10.0.0.1", { 1, 3 }) },
	  { ROUTE("10.0.0.2", { 2, 4 }) },
	  REASON_NONE },
};

static void the_loser_of_each_step_has_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct table table = { 0 };
		struct decision decision;

		printf("%s\n", pairs[i].what);
		table_add(&table, &pairs[i].winner);
		table_add(&table, &pairs[i].loser);
		decision = table_decide(&relaxed, &table);
		assert_ptr_equal(decision.best, &table.paths[0]);
		assert_int_equal(table.paths[0].reason, REASON_NONE);
		assert_int_equal(table.paths[1].reason, pairs[i].reason);
		assert_int_equal(decision.selected,
				 1 + (pairs[i].reason == REASON_NONE));
		table_free(&table);
	}
}

/* RFC 4271 9.1.2.2 c: comparing in pairs would depend on the order of paths. */
static void med_is_compared_inside_groups_first(void **state)
{
	static const struct test_path paths[] = {
		{ ROUTE("10.0.0.1", { 1 }, .med = 10) },
		{ ROUTE("10.0.0.2", { 2 }, .med = 1) },
		{ ROUTE("10.0.0.3", { 1 }, .med = 5) },
		{ ROUTE("10.0.0.4", { 2 }, .med = 1) },
	};
	struct table table = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		table_add(&table, &paths[i]);
	assert_int_equal(table_decide(&relaxed, &table).selected, 3);
	assert_int_equal(table.paths[0].reason, REASON_MED);
	table_free(&table);
}

static struct decision decide_with(enum multipath_as_path rule,
				   struct table *table)
{
	static const struct test_path paths[] = {
		{ ROUTE("10.0.0.1", { 1, 9 }) },
		{ ROUTE("10.0.0.2", { 1, 8 }) },
		{ ROUTE("10.0.0.3", { 2, 9 }) },
		{ ROUTE("10.0.0.4", { 1, 9 }) },
	};
	struct decision_options options = relaxed;

	options.as_path = rule;
	*table = (struct table){ 0 };
	for (size_t i = 0; i < 4; i++)
		table_add(table, &paths[i]);
	return table_decide(&options, table);
}

static void the_content_filter_follows_its_knob(void **state)
{
	struct table table;

	(void)state;
	assert_int_equal(
		decide_with(MULTIPATH_AS_PATH_RELAXED, &table).selected, 4);
	table_free(&table);
	assert_int_equal(
		decide_with(MULTIPATH_AS_PATH_SAME_PEER_AS, &table).selected,
		3);
	assert_int_equal(table.paths[2].reason, REASON_AS_PATH_CONTENT);
	table_free(&table);
	assert_int_equal(decide_with(MULTIPATH_AS_PATH_EXACT, &table).selected,
			 2);
	assert_int_equal(table.paths[1].reason, REASON_AS_PATH_CONTENT);
	assert_int_equal(table.paths[3].reason, REASON_NONE);
	table_free(&table);
}

static void the_maximum_cuts_from_the_end_of_the_order(void **state)
{
	static const struct test_path paths[] = {
		{ ROUTE("10.0.0.1", { 1 }) },
		{ ROUTE("10.0.0.2", { 2 }) },
		{ ROUTE("10.0.0.3", { 3 }) },
	};
	struct decision_options options = relaxed;
	struct decision decision;
	struct table table = { 0 };

	(void)state;
	options.maximum_paths = 2;
	for (size_t i = 0; i < 3; i++)
		table_add(&table, &paths[i]);
	decision = table_decide(&options, &table);
	assert_int_equal(decision.selected, 2);
	assert_int_equal(decision.cut, 1);
	assert_int_equal(table.paths[2].reason, REASON_MAX_PATHS);
	table_free(&table);
}

static void paths_that_are_no_candidates_stay_as_they_are(void **state)
{
	static const struct test_path paths[] = {
		{ ROUTE("10.0.0.1", { 1 }, .local_pref = 500) },
		{ ROUTE("10.0.0.2", { 1, 2 }) },
	};
	struct table table = { 0 };
	struct decision decision;
	struct path *none = NULL;

	(void)state;
	table_add(&table, &paths[0]);
	table_add(&table, &paths[1]);
	table.paths[0].reason = REASON_NEXTHOP_DEAD;
	decision = table_decide(&relaxed, &table);
	assert_ptr_equal(decision.best, &table.paths[1]);
	assert_int_equal(table.paths[0].reason, REASON_NEXTHOP_DEAD);
	table_free(&table);
	assert_null(decision_make(&relaxed, &none).best);
}

static void equal_attributes_are_kept_once(void **state)
{
	static const struct test_path path = { ROUTE("10.0.0.1", { 1 }) };
	struct table table = { 0 };

	(void)state;
	table_add(&table, &path);
	table_add(&table, &path);
	assert_ptr_equal(table.paths[0].attributes, table.paths[1].attributes);
	assert_int_equal(table.attributes.count, 1);
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loser_of_each_step_has_its_reason),
		cmocka_unit_test(med_is_compared_inside_groups_first),
		cmocka_unit_test(the_content_filter_follows_its_knob),
		cmocka_unit_test(the_maximum_cuts_from_the_end_of_the_order),
		cmocka_unit_test(paths_that_are_no_candidates_stay_as_they_are),
		cmocka_unit_test(equal_attributes_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
