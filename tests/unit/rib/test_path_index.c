// SPDX-License-Identifier: BSD-2-Clause
/* Places of paths in lists of any length, against a list that is walked. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../chance.h"
#include "rib/path_index.h"

enum {
	SOURCES = 8,
	IDS = 64, /* of each source */
	EVENTS = 40000,
	PHASE = 5000, /* events of growing, then of shrinking */
};

static struct path_source sources[SOURCES];
static struct path paths[SOURCES][IDS];
static bool linked[SOURCES][IDS];
static struct path_indexes indexes;
static struct route route;

static int begin(void **state)
{
	(void)state;
	route = (struct route){ .node.prefix.length = 32 };
	for (size_t s = 0; s < SOURCES; s++) {
		/* Each identifier is that of two sources. */
		sources[s].identifier = (uint32_t)(s / 2);
		sources[s].address.bytes[15] = (uint8_t)(SOURCES - s);
		for (size_t i = 0; i < IDS; i++) {
			linked[s][i] = false;
			paths[s][i] = (struct path){ .source = &sources[s],
						     .path_id = (uint32_t)i };
		}
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	path_indexes_free(&indexes);
	return 0;
}

static size_t check_order(void)
{
	size_t count = 0;

	for (const struct path *path = route.paths; path; path = path->next) {
		count++;
		if (path->next)
			assert_true(path_order(path, path->next) < 0);
	}
	return count;
}

static void check_place(size_t s, size_t i)
{
	const struct path wanted = { .source = &sources[s],
				     .path_id = (uint32_t)i };
	struct path **link = path_index_place(&indexes, &route, &wanted);
	struct path **walked = &route.paths;

	while (*walked && path_order(*walked, &wanted) < 0)
		walked = &(*walked)->next;
	assert_ptr_equal(link, walked);
	assert_int_equal(*link == &paths[s][i], linked[s][i]);
}

static void change(size_t s, size_t i, bool add)
{
	struct path **link = path_index_place(&indexes, &route, &paths[s][i]);

	if (add && !linked[s][i])
		path_index_insert(&indexes, &route, link, &paths[s][i]);
	else if (!add && linked[s][i])
		path_index_remove(&indexes, &route, link);
	linked[s][i] = add;
}

static void random_changes_keep_the_order(void **state)
{
	size_t most = 0, least = SIZE_MAX, count;

	(void)state;
	for (int event = 0; event < EVENTS; event++) {
		bool growing = event / PHASE % 2 == 0;

		/* Shrinking ends well below PATH_INDEX_UNTIL of 512 paths. */
		change(chance_below(SOURCES), chance_below(IDS),
		       chance_below(growing ? 20 : 100) ? growing : !growing);
		check_place(chance_below(SOURCES), chance_below(IDS));
		if (event % 100)
			continue;
		count = check_order();
		most = count > most ? count : most;
		if (event > PHASE)
			least = count < least ? count : least;
	}
	assert_true(most > 2 * PATH_INDEX_FROM);
	assert_true(least < PATH_INDEX_UNTIL);
}

static void a_long_list_gets_an_index_and_a_short_one_loses_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < PATH_INDEX_FROM; i++) {
		assert_false(route.indexed);
		change(0, i, true);
	}
	assert_false(route.indexed);
	change(2, 0, true);
	assert_true(route.indexed);
	assert_int_equal(indexes.map.count, 1);
	for (size_t i = 0; i < PATH_INDEX_FROM; i++)
		change(0, i, false);
	assert_false(route.indexed);
	assert_int_equal(indexes.map.count, 0);
	assert_int_equal(check_order(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_changes_keep_the_order,
						begin, end),
		cmocka_unit_test_setup_teardown(
			a_long_list_gets_an_index_and_a_short_one_loses_it,
			begin, end),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
