// SPDX-License-Identifier: BSD-2-Clause
/* Next hops and neighbors that drain are used only while no others are. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rib/rib_internal.h"
#include "world.h"

enum {
	MANY = 200, /* VIPs */
	MARKS_IN_TURN = 32,
	TEXT_SIZE = 32,
};

static bool draining[BACKENDS]; /* as next hops */

static bool nexthop_drains(const struct address *nexthop, void *context)
{
	(void)context;
	return draining[backend_index(nexthop)];
}

static int setup_draining(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	for (unsigned int i = 0; i < BACKENDS; i++)
		draining[i] = false;
	hooks.nexthop_drains = nexthop_drains;
	world_start_with(&world, &options, &hooks);
	*state = &world;
	return 0;
}

static void drain_nexthop(struct world *world, unsigned int i, bool drains)
{
	const struct address address = backend_address(i);

	draining[i] = drains;
	rib_nexthop_changed(world->rib, &address);
	while (rib_process(world->rib))
		;
}

static void a_nexthop_that_drains_leaves_the_set_and_returns(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	drain_nexthop(world, 0, true);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DRAINING);
	assert_int_equal(reason_of(world, VIP, 1), REASON_NONE);
	assert_int_equal(world->tracked[0], 1);
	drain_nexthop(world, 0, false);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
}

static void next_hops_that_all_drain_serve_on(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	drain_nexthop(world, 0, true);
	drain_nexthop(world, 1, true);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	world->dead[1] = true;
	drain_nexthop(world, 1, true);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
}

/* The hook says so before the first path comes. */
static void a_new_path_of_a_nexthop_that_drains_stays_out(void **state)
{
	struct world *world = *state;

	draining[1] = true;
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 1), REASON_DRAINING);
}

static void announce_many(struct world *world, unsigned int from)
{
	char text[TEXT_SIZE];

	for (unsigned int i = 1; i <= MANY; i++) {
		snprintf(text, sizeof(text), "192.0.2.%u/32", i);
		announce_vip(world, from, text);
	}
}

static unsigned int count_reason(struct world *world, unsigned int from,
				 enum path_reason reason)
{
	unsigned int count = 0;
	char text[TEXT_SIZE];

	for (unsigned int i = 1; i <= MANY; i++) {
		snprintf(text, sizeof(text), "192.0.2.%u/32", i);
		count += reason_of(world, text, from) == reason;
	}
	return count;
}

static void a_neighbor_drains_in_turns(void **state)
{
	struct world *world = *state;
	unsigned int before = 0, turns = 0;
	bool left = true;

	announce_many(world, 0);
	announce_many(world, 1);
	while (rib_process(world->rib))
		;
	world->rib->turn_budget = MARKS_IN_TURN * RIB_ROUTE_COST;
	rib_peer_set_draining(world->rib, world->backends[0], true);
	for (; left; turns++) {
		unsigned int now;

		left = rib_process(world->rib);
		now = count_reason(world, 0, REASON_DRAINING);
		assert_in_range(now - before, 0, MARKS_IN_TURN);
		before = now;
	}
	assert_int_equal(before, MANY);
	assert_true(turns > MANY / MARKS_IN_TURN);
	assert_int_equal(count_reason(world, 1, REASON_NONE), MANY);
	/* It changes its mind in the middle. */
	rib_peer_set_draining(world->rib, world->backends[0], false);
	rib_process(world->rib);
	rib_peer_set_draining(world->rib, world->backends[0], true);
	rib_process(world->rib);
	rib_peer_set_draining(world->rib, world->backends[0], false);
	while (rib_process(world->rib))
		;
	assert_int_equal(count_reason(world, 0, REASON_NONE), MANY);
}

static void
a_session_lost_while_its_neighbor_drains_leaves_nothing(void **state)
{
	struct world *world = *state;

	announce_many(world, 0);
	announce_many(world, 1);
	while (rib_process(world->rib))
		;
	world->rib->turn_budget = MARKS_IN_TURN * RIB_ROUTE_COST;
	rib_peer_set_draining(world->rib, world->backends[0], true);
	rib_process(world->rib);
	rib_peer_down(world->rib, world->backends[0]);
	while (rib_process(world->rib))
		;
	assert_int_equal(world->tracked[0], 0);
	assert_int_equal(count_reason(world, 1, REASON_NONE), MANY);
	backend_up(world, 0);
}

/* ------------------------------------------------------------- --path */

static enum path_reason static_reason(struct world *world)
{
	const struct path *path = route_of(world, VIP)->paths;

	while (!path_is_static(path))
		path = path->next;
	return path->reason;
}

static void add_static(struct world *world, struct static_path_options *path)
{
	prefix_parse(VIP, &path->prefix);
	path->nexthop = backend_address(3);
	assert_int_equal(adj_rib_in_add_static_paths(world->rib, path, 1), 0);
	rib_process(world->rib);
}

static void a_static_path_that_drains_gives_way_to_a_farther_one(void **state)
{
	static struct static_path_options near = { .weight = 1, .distance = 1 };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	add_static(world, &near);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DISTANCE);
	drain_nexthop(world, 3, true);
	assert_int_equal(static_reason(world), REASON_DRAINING);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	/* Both drain: the distance decides again. */
	drain_nexthop(world, 0, true);
	assert_int_equal(static_reason(world), REASON_NONE);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DISTANCE);
}

static void a_backup_path_takes_over_while_all_of_bgp_drain(void **state)
{
	static struct static_path_options far = { .weight = 1,
						  .distance = 250 };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	add_static(world, &far);
	assert_int_equal(static_reason(world), REASON_DISTANCE);
	drain_nexthop(world, 0, true);
	assert_int_equal(static_reason(world), REASON_NONE);
	assert_int_equal(reason_of(world, VIP, 0), REASON_DRAINING);
}

static void the_cause_of_a_drain_is_found_by_the_next_hop(void **state)
{
	const struct address address = backend_address(0);
	struct world *world = *state;
	const struct path *path;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	announce_vip(world, 1, "192.0.2.99/32");
	rib_process(world->rib);
	assert_null(rib_path_left_out(world->rib, &address));
	drain_nexthop(world, 0, true);
	path = rib_path_left_out(world->rib, &address);
	assert_non_null(path);
	assert_int_equal(path->reason, REASON_DRAINING);
	assert_string_equal(rib_path_drain_cause(world->rib, path), "order");
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_null(rib_path_left_out(world->rib, &address));
}

#define WITH_WORLD(test) \
	cmocka_unit_test_setup_teardown(test, setup_draining, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(the_cause_of_a_drain_is_found_by_the_next_hop),
		WITH_WORLD(a_nexthop_that_drains_leaves_the_set_and_returns),
		WITH_WORLD(next_hops_that_all_drain_serve_on),
		WITH_WORLD(a_new_path_of_a_nexthop_that_drains_stays_out),
		WITH_WORLD(a_neighbor_drains_in_turns),
		WITH_WORLD(
			a_session_lost_while_its_neighbor_drains_leaves_nothing),
		WITH_WORLD(
			a_static_path_that_drains_gives_way_to_a_farther_one),
		WITH_WORLD(a_backup_path_takes_over_while_all_of_bgp_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
