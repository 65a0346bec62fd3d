// SPDX-License-Identifier: BSD-2-Clause
/* Configured paths: in the set by the same rules, beside BGP by distance. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rib/distance.h"
#include "world.h"

enum {
	STATIC_LAST = 3, /* backends 3 and 2 are the servers of the paths */
};

/* Add paths to the VIP with the addresses of the last backends. */
static void add_paths(struct world *world, struct static_path_options *paths,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		prefix_parse(VIP, &paths[i].prefix);
		paths[i].nexthop = backend_address(STATIC_LAST - (int)i);
	}
	assert_int_equal(adj_rib_in_add_static_paths(world->rib, paths, count),
			 0);
	rib_process(world->rib);
}

static const struct path *static_path(struct world *world, uint32_t id)
{
	const struct path *path = route_of(world, VIP)->paths;

	while (path && !(path_is_static(path) && path->path_id == id))
		path = path->next;
	assert_non_null(path);
	return path;
}

static void a_static_path_alone_is_steered_and_announced(void **state)
{
	static struct static_path_options paths[] = {
		{ .weight = 5, .distance = 1 }, { .weight = 1, .distance = 1 }
	};
	struct world *world = *state;
	struct export_batch out;
	struct reader path;

	add_paths(world, paths, 2);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(static_path(world, 1)->attributes->weight, 5);
	assert_int_equal(world->tracked[STATIC_LAST], 1);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	path = out.attributes.as_path;
	assert_int_equal(path.left, 6); /* our AS alone */
	reader_u16(&path);
	assert_int_equal(reader_u32(&path), LOCAL_AS);
}

static void a_static_path_with_a_dead_server_leaves_the_set(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 1 } };
	const struct address server = backend_address(STATIC_LAST);
	struct world *world = *state;

	add_paths(world, paths, 1);
	world->dead[STATIC_LAST] = true;
	rib_nexthop_changed(world->rib, &server);
	rib_process(world->rib);
	assert_int_equal(static_path(world, 1)->reason, REASON_NEXTHOP_DEAD);
	assert_int_equal(route_of(world, VIP)->selected, 0);
}

static void by_default_a_static_path_wins_over_bgp(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 1 } };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	add_paths(world, paths, 1);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DISTANCE);
	assert_int_equal(static_path(world, 1)->reason, REASON_NONE);
	assert_int_equal(route_of(world, VIP)->selected, 1);
}

static void of_static_paths_the_lowest_distance_is_used(void **state)
{
	static struct static_path_options paths[] = {
		{ .weight = 1, .distance = 9 }, { .weight = 1, .distance = 8 }
	};
	const struct address server = backend_address(STATIC_LAST - 1);
	struct world *world = *state;

	add_paths(world, paths, 2);
	assert_int_equal(static_path(world, 1)->reason, REASON_DISTANCE);
	world->dead[STATIC_LAST - 1] = true;
	rib_nexthop_changed(world->rib, &server);
	rib_process(world->rib);
	assert_int_equal(static_path(world, 1)->reason, REASON_NONE);
}

static void a_backup_path_waits_until_bgp_has_none(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 21 } };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	add_paths(world, paths, 1);
	assert_int_equal(static_path(world, 1)->reason, REASON_DISTANCE);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(static_path(world, 1)->reason, REASON_NONE);
}

static void with_the_distance_of_bgp_it_joins_the_set(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 20 } };
	static const struct test_route far = { .prefix = VIP,
					       .nexthop = "10.0.0.1",
					       .as = { 65001, 65009 },
					       .local_pref = 300,
					       .med = 7 };
	struct world *world = *state;

	announce(world, 0, &far);
	announce_vip(world, 1, VIP); /* loses to it by LOCAL_PREF */
	add_paths(world, paths, 1);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	assert_int_equal(reason_of(world, VIP, 1), REASON_LOCAL_PREF);
	/* The path of BGP stands first, so it is the one announced. */
	assert_false(path_is_static(route_best(route_of(world, VIP))));
}

/* RFC 4271 9.1.2: the distance of eBGP must not come before LOCAL_PREF. */
static void the_distance_of_bgp_is_that_of_its_best_path(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 100 } };
	static const struct test_route preferred = { .prefix = VIP,
						     .nexthop = "10.0.0.1",
						     .as = { 65001 },
						     .local_pref = 300 };
	struct world *world = *state;

	world->backends[0]->source.type = PEER_INTERNAL;
	announce(world, 0, &preferred);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	add_paths(world, paths, 1);
	assert_int_equal(static_path(world, 1)->reason, REASON_NONE);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DISTANCE);
	assert_int_equal(reason_of(world, VIP, 1), REASON_LOCAL_PREF);
}

/* A set whose paths may differ from MED on still has one distance. */
static void the_depth_of_the_set_does_not_reach_the_distance(void **state)
{
	static struct static_path_options paths[] = {
		{ .weight = 1, .distance = 21 }, { .weight = 1, .distance = 22 }
	};
	static struct world world;
	struct rib_options options = world_options(&world, 1);

	(void)state;
	options.decision.ebgp_ibgp = true;
	world_start(&world, &options);
	announce_vip(&world, 0, VIP);
	add_paths(&world, paths, 2);
	assert_int_equal(static_path(&world, 1)->reason, REASON_DISTANCE);
	assert_int_equal(route_of(&world, VIP)->selected, 1);
	withdraw(&world, 0, VIP);
	rib_process(world.rib);
	assert_int_equal(static_path(&world, 1)->reason, REASON_NONE);
	assert_int_equal(static_path(&world, 2)->reason, REASON_DISTANCE);
	rib_free(world.rib);
}

static void one_server_by_both_ways_counts_once(void **state)
{
	static struct static_path_options paths[] = { { .weight = 1,
							.distance = 20 } };
	struct world *world = *state;

	announce_vip(world, STATIC_LAST, VIP);
	add_paths(world, paths, 1);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(static_path(world, 1)->reason,
			 REASON_DUPLICATE_NEXTHOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_static_path_alone_is_steered_and_announced, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_static_path_with_a_dead_server_leaves_the_set, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			by_default_a_static_path_wins_over_bgp, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			of_static_paths_the_lowest_distance_is_used, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_backup_path_waits_until_bgp_has_none, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			with_the_distance_of_bgp_it_joins_the_set, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			the_distance_of_bgp_is_that_of_its_best_path, setup,
			teardown),
		cmocka_unit_test(
			the_depth_of_the_set_does_not_reach_the_distance),
		cmocka_unit_test_setup_teardown(
			one_server_by_both_ways_counts_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
