// SPDX-License-Identifier: BSD-2-Clause
/* When the rib calls the hooks about next hops, and in which order. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

enum {
	CALLS_SIZE = 256,
};

/* The calls since the last assert_calls(): "+0 ?0 =1 -0". */
static char calls[CALLS_SIZE];

static void note_call(char kind, unsigned int number)
{
	size_t used = strlen(calls);

	snprintf(calls + used, sizeof(calls) - used, "%s%c%u", used ? " " : "",
		 kind, number);
}

static enum path_reason note_check(const struct address *nexthop,
				   uint32_t *igp_cost, void *context)
{
	note_call('?', backend_index(nexthop));
	return nexthop_check(nexthop, igp_cost, context);
}

static void note_track(const struct address *nexthop, bool wanted,
		       void *context)
{
	note_call(wanted ? '+' : '-', backend_index(nexthop));
	nexthop_track(nexthop, wanted, context);
}

static bool note_decided(const struct route *route,
			 const struct member *members, void *context)
{
	note_call('=', route->selected);
	return set_decided(route, members, context);
}

static void note_work(void *context)
{
	work_waiting(context);
	note_call('!', 0);
}

static void note_encapsulation(const struct address *nexthop,
			       enum hg_encapsulation encapsulation,
			       void *context)
{
	(void)nexthop;
	(void)context;
	note_call('e', encapsulation);
}

/* Note only which encapsulations are asked for. */
static int setup_encapsulating(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	hooks.nexthop_encapsulate = note_encapsulation;
	world_start_with(&world, &options, &hooks);
	calls[0] = '\0';
	*state = &world;
	return 0;
}

static int setup_noting(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	hooks.nexthop_check = note_check;
	hooks.nexthop_track = note_track;
	hooks.set_decided = note_decided;
	hooks.work_waiting = note_work;
	world_start_with(&world, &options, &hooks);
	calls[0] = '\0';
	*state = &world;
	return 0;
}

static void assert_calls(const char *expected)
{
	assert_string_equal(calls, expected);
	calls[0] = '\0';
}

static void a_nexthop_is_acquired_before_it_is_checked(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	assert_calls("+0 ?0 !0");
	announce_vip(world, 1, VIP);
	assert_calls("+1 ?1");
	rib_process(world->rib);
	assert_calls("=2");
	rib_process(world->rib);
	assert_calls("");
}

static void a_nexthop_is_released_before_sets_are_decided(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	calls[0] = '\0';
	rib_peer_down(world->rib, world->backends[0]);
	assert_calls("!0 -0");
	rib_process(world->rib);
	assert_calls("=1");
	backend_up(world, 0);
}

static void the_last_path_releases_and_no_other(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	rib_process(world->rib);
	calls[0] = '\0';
	withdraw(world, 0, VIP);
	assert_calls("!0");
	withdraw(world, 0, "192.0.2.2/32");
	assert_calls("-0");
}

static void a_refused_path_wants_no_nexthop(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, "198.51.100.1/32");
	rib_process(world->rib);
	assert_calls("");
}

static void a_nexthop_of_refused_paths_is_not_asked_about(void **state)
{
	const struct address address = backend_address(0);
	struct world *world = *state;

	announce_vip(world, 0, "198.51.100.1/32");
	rib_nexthop_changed(world->rib, &address);
	assert_calls("");
}

static void without_a_path_to_choose_a_route_is_not_decided(void **state)
{
	const struct address address = backend_address(0);
	struct world *world = *state;

	world->dead[0] = true;
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	withdraw(world, 1, VIP);
	assert_calls("+0 ?0 +1 ?1 !0 -1");
	rib_process(world->rib);
	assert_calls("");
	world->dead[0] = false;
	rib_nexthop_changed(world->rib, &address);
	rib_process(world->rib);
	assert_calls("?0 !0 =1");
}

/* It may have died while it was not tracked. */
static void a_nexthop_acquired_again_is_checked_again(void **state)
{
	struct world *world = *state;

	/* Refused, but it keeps the record of the next hop. */
	announce_vip(world, 0, "198.51.100.1/32");
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	world->dead[0] = true;
	calls[0] = '\0';
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_calls("+0 ?0 !0 =0");
	assert_int_equal(reason_of(world, VIP, 0), REASON_NEXTHOP_DEAD);
}

static void the_end_of_the_rib_releases_what_it_has_acquired(void **state)
{
	struct world world;
	const struct rib_options options = world_options(&world, 1);

	(void)state;
	world_start(&world, &options);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	announce_vip(&world, 1, VIP);
	assert_int_equal(world.tracked[0], 1);
	rib_free(world.rib);
	assert_int_equal(world.tracked[0], 0);
	assert_int_equal(world.tracked[1], 0);
}

/* Announce the VIP from a backend, with the next hop that all share. */
static void announce_inside(struct world *world, unsigned int from,
			    enum hg_encapsulation encapsulation)
{
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 + from },
	};

	world->backends[from]->source.encapsulation = encapsulation;
	announce(world, from, &route);
}

static void paths_that_disagree_use_one_encapsulation_in_any_order(void **state)
{
	struct world *world = *state;

	announce_inside(world, 0, HG_ENCAPSULATION_NONE);
	announce_inside(world, 1, HG_ENCAPSULATION_IPIP);
	announce_inside(world, 2, HG_ENCAPSULATION_GUE);
	assert_calls("e0 e1 e2");
	withdraw(world, 2, VIP);
	assert_calls("e1");
	withdraw(world, 1, VIP);
	assert_calls("e0");
	announce_inside(world, 2, HG_ENCAPSULATION_GUE);
	announce_inside(world, 1, HG_ENCAPSULATION_IPIP);
	assert_calls("e2");
}

/* Flows may stay on a next hop that is announced no more. */
static void the_last_path_leaves_the_encapsulation_as_it_is(void **state)
{
	struct world *world = *state;

	announce_inside(world, 0, HG_ENCAPSULATION_GRE);
	assert_calls("e3");
	withdraw(world, 0, VIP);
	assert_calls("");
	announce_inside(world, 0, HG_ENCAPSULATION_GRE);
	assert_calls("e3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_noting, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_nexthop_is_acquired_before_it_is_checked),
		TEST(a_nexthop_is_released_before_sets_are_decided),
		TEST(the_last_path_releases_and_no_other),
		TEST(a_refused_path_wants_no_nexthop),
		TEST(a_nexthop_of_refused_paths_is_not_asked_about),
		TEST(without_a_path_to_choose_a_route_is_not_decided),
		TEST(a_nexthop_acquired_again_is_checked_again),
		cmocka_unit_test_setup_teardown(
			paths_that_disagree_use_one_encapsulation_in_any_order,
			setup_encapsulating, teardown),
		cmocka_unit_test_setup_teardown(
			the_last_path_leaves_the_encapsulation_as_it_is,
			setup_encapsulating, teardown),
		cmocka_unit_test(
			the_end_of_the_rib_releases_what_it_has_acquired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
