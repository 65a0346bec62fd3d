// SPDX-License-Identifier: BSD-2-Clause
/* A walk in the order of prefixes, during which the map changes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../chance.h"
#include "control/prefix_cursor.h"
#include "core/prefix_map.h"

enum {
	MANY = 20000,
};

static struct prefix_map map;
static struct prefix_node nodes[2 * MANY];
static bool present[2 * MANY];

static void add_node(uint32_t i)
{
	const struct address address =
		address_from_ipv4(htobe32(0x0a000000 + i));

	nodes[i].prefix = prefix_of_address(&address);
	assert_int_equal(prefix_map_insert(&map, &nodes[i]), 0);
	present[i] = true;
}

static void remove_node(uint32_t i)
{
	prefix_map_remove(&map, &nodes[i]);
	present[i] = false;
}

static int begin(void **state)
{
	(void)state;
	map = (struct prefix_map){ 0 };
	for (size_t i = 0; i < 2 * MANY; i++)
		present[i] = false;
	return 0;
}

static int end(void **state)
{
	(void)state;
	prefix_map_free(&map);
	return 0;
}

static size_t count_collected(const struct prefix_cursor *cursor)
{
	size_t count = 0;

	for (size_t i = 0; i < cursor->run_count; i++)
		count += cursor->runs[i].count;
	return count;
}

/* Collect a part. It is small, whatever the size of the map. */
static bool collect_part(struct prefix_cursor *cursor)
{
	size_t chain = cursor->chain, collected = count_collected(cursor);
	int left = prefix_cursor_collect(cursor);

	assert_in_range(left, 0, 1);
	assert_in_range(cursor->chain - chain, 0, PREFIX_CURSOR_CHAINS);
	assert_in_range(count_collected(cursor) - collected, 0,
			2 * PREFIX_CURSOR_CHAINS);
	return left;
}

static void an_empty_map_has_no_prefixes(void **state)
{
	struct prefix_cursor cursor = prefix_cursor_of(&map);
	struct prefix prefix;

	(void)state;
	assert_int_equal(prefix_cursor_collect(&cursor), 0);
	assert_false(prefix_cursor_next(&cursor, &prefix));
	assert_false(prefix_cursor_next(&cursor, &prefix));
	prefix_cursor_end(&cursor);
	prefix_cursor_end(&cursor);
}

static void many_prefixes_are_collected_in_parts_and_come_in_order(void **state)
{
	struct prefix_cursor cursor = prefix_cursor_of(&map);
	struct prefix prefix, last = { .length = 0 };
	size_t parts = 1, count = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		add_node((i * 7919u) % MANY);
	while (collect_part(&cursor))
		parts++;
	assert_true(parts >= MANY / PREFIX_CURSOR_CHAINS / 2);
	for (; prefix_cursor_next(&cursor, &prefix); count++) {
		assert_true(prefix_compare(&last, &prefix) < 0);
		last = prefix;
	}
	assert_int_equal(count, MANY);
	prefix_cursor_end(&cursor);
}

/* A map that has become empty keeps its chains. */
static void chains_without_prefixes_are_passed_in_parts(void **state)
{
	struct prefix_cursor cursor = prefix_cursor_of(&map);
	struct prefix prefix;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		add_node(i);
	for (uint32_t i = 0; i < MANY; i++)
		remove_node(i);
	while (collect_part(&cursor))
		;
	assert_false(prefix_cursor_next(&cursor, &prefix));
	prefix_cursor_end(&cursor);
}

/*
 * While prefixes come and go, and the map grows between two parts, those that stay
 * come once each and in order.
 */
static void prefixes_that_stay_come_once(void **state)
{
	struct prefix_cursor cursor = prefix_cursor_of(&map);
	static bool seen[2 * MANY], stays[2 * MANY];
	struct prefix prefix, last = { .length = 0 };
	uint32_t next = MANY;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		add_node(i);
	for (uint32_t i = 0; i < 2 * MANY; i++)
		stays[i] = present[i], seen[i] = false;
	while (collect_part(&cursor)) {
		for (int i = 0; i < 1000 && next < 2 * MANY; i++)
			add_node(next++);
		for (int i = 0; i < 50; i++) {
			uint32_t gone = chance_below(MANY);

			stays[gone] = false;
			if (present[gone])
				remove_node(gone);
		}
	}
	while (prefix_cursor_next(&cursor, &prefix)) {
		struct prefix_node *node = prefix_map_find(&map, &prefix);

		assert_true(prefix_compare(&last, &prefix) < 0);
		last = prefix;
		if (node)
			seen[node - nodes] = true;
	}
	for (uint32_t i = 0; i < 2 * MANY; i++)
		assert_true(seen[i] || !stays[i]);
	prefix_cursor_end(&cursor);
}

static void a_walk_may_end_early(void **state)
{
	struct prefix_cursor cursor = prefix_cursor_of(&map);
	struct prefix prefix;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		add_node(i);
	collect_part(&cursor);
	prefix_cursor_end(&cursor);
	cursor = prefix_cursor_of(&map);
	while (collect_part(&cursor))
		;
	assert_true(prefix_cursor_next(&cursor, &prefix));
	prefix_cursor_end(&cursor);
}

#define MAP_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAP_TEST(an_empty_map_has_no_prefixes),
		MAP_TEST(
			many_prefixes_are_collected_in_parts_and_come_in_order),
		MAP_TEST(chains_without_prefixes_are_passed_in_parts),
		MAP_TEST(prefixes_that_stay_come_once),
		MAP_TEST(a_walk_may_end_early),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
