// SPDX-License-Identifier: BSD-2-Clause
/* A walk over all routes, during which routes come and go. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../rib/world.h"
#include "control/route_cursor.h"

/* Decide and export: only then is a route without paths freed. */
static void settle(struct world *world)
{
	struct export_batch out;

	rib_process(world->rib);
	while (export_batch_next(world->rib, world->upstream, &out))
		;
}

static void start(struct route_cursor *cursor, struct world *world)
{
	settle(world);
	assert_int_equal(route_cursor_start(cursor, world->rib), 0);
}

/* Assert that the next route is `prefix`; NULL: one that has gone. */
static void expect(struct route_cursor *cursor, struct world *world,
		   const char *prefix)
{
	const struct route *route;
	char text[PREFIX_TEXT_SIZE];

	assert_true(route_cursor_next(cursor, world->rib, &route));
	if (!prefix) {
		assert_null(route);
		return;
	}
	assert_non_null(route);
	assert_string_equal(prefix_format(&route->node.prefix, text), prefix);
}

static void expect_end(struct route_cursor *cursor, struct world *world)
{
	const struct route *route;

	assert_false(route_cursor_next(cursor, world->rib, &route));
	route_cursor_end(cursor);
	assert_false(route_cursor_next(cursor, world->rib, &route));
}

static void an_empty_rib_has_no_routes(void **state)
{
	struct world *world = *state;
	struct route_cursor cursor;

	start(&cursor, world);
	expect_end(&cursor, world);
}

static void routes_come_in_order_of_their_prefixes(void **state)
{
	struct world *world = *state;
	struct route_cursor cursor;

	announce_vip(world, 0, "192.0.2.10/32");
	announce_vip(world, 0, "192.0.2.9/32");
	announce_vip(world, 1, "10.0.0.0/8");
	announce_vip(world, 1, "10.0.0.0/16");
	start(&cursor, world);
	expect(&cursor, world, "10.0.0.0/8");
	expect(&cursor, world, "10.0.0.0/16");
	expect(&cursor, world, "192.0.2.9/32");
	expect(&cursor, world, "192.0.2.10/32");
	expect_end(&cursor, world);
}

static void a_route_that_has_gone_is_skipped(void **state)
{
	struct world *world = *state;
	struct route_cursor cursor;

	announce_vip(world, 0, "192.0.2.1/32");
	announce_vip(world, 0, "192.0.2.2/32");
	announce_vip(world, 0, "192.0.2.3/32");
	start(&cursor, world);
	expect(&cursor, world, "192.0.2.1/32");
	withdraw(world, 0, "192.0.2.1/32");
	withdraw(world, 0, "192.0.2.2/32");
	settle(world);
	expect(&cursor, world, NULL);
	expect(&cursor, world, "192.0.2.3/32");
	expect_end(&cursor, world);
}

static void a_later_route_is_left_out_unless_its_prefix_was_there(void **state)
{
	struct world *world = *state;
	struct route_cursor cursor;

	announce_vip(world, 0, "192.0.2.1/32");
	start(&cursor, world);
	withdraw(world, 0, "192.0.2.1/32");
	settle(world);
	announce_vip(world, 1, "192.0.2.1/32");
	announce_vip(world, 1, "192.0.2.2/32");
	settle(world);
	expect(&cursor, world, "192.0.2.1/32");
	expect_end(&cursor, world);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(an_empty_rib_has_no_routes),
		WORLD_TEST(routes_come_in_order_of_their_prefixes),
		WORLD_TEST(a_route_that_has_gone_is_skipped),
		WORLD_TEST(
			a_later_route_is_left_out_unless_its_prefix_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
