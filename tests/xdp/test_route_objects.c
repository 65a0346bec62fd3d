// SPDX-License-Identifier: BSD-2-Clause
/*
 * Next-hop objects of the agent's routes in a real kernel (Linux 5.3), as root,
 * at our end of the pair (pair.h).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/array.h"
#include "route_world.h"

static void equal_sets_share_a_group(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	assert_int_equal(count_groups(), 2);
	assert_vips(HOPS);
	/* A set of few routes is not worth a group. */
	set_vip(0, ipv4, 2);
	run_turns(SETTLE_TURNS);
	assert_int_equal(count_groups(), 2);
	assert_hops(0, ipv4, 2);
	assert_hops(2, ipv4, HOPS);
}

static void a_set_that_changes_for_all_is_changed_by_one_message(void **state)
{
	uint64_t before;

	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	before = kernel_routes_messages(routes);
	set_vips(0, VIPS, HOPS - 1);
	run_turns(10);
	assert_int_equal(kernel_routes_messages(routes) - before, 2);
	assert_vips(HOPS - 1);
	/* A new hop is one message more. */
	before = kernel_routes_messages(routes);
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	assert_int_equal(kernel_routes_messages(routes) - before, 4);
	assert_vips(HOPS);
	/* So it is if the change comes in pieces, over several turns. */
	before = kernel_routes_messages(routes);
	for (unsigned int i = 0; i < VIPS; i += 4) {
		set_vips(i, i + 4, HOPS - 2);
		run_turns(1);
	}
	run_turns(10);
	assert_int_equal(kernel_routes_messages(routes) - before, 4);
	assert_vips(HOPS - 2);
	assert_int_equal(count_groups(), 2);
}

static void a_vip_moves_to_another_group_by_one_message(void **state)
{
	uint64_t before;

	(void)state;
	set_vips(0, VIPS, HOPS);
	set_vips(0, VIPS / 2, 2);
	run_turns(10);
	assert_int_equal(count_groups(), 4);
	before = kernel_routes_messages(routes);
	set_vip(0, ipv4, HOPS);
	run_turns(1);
	assert_int_equal(kernel_routes_messages(routes) - before, 1);
	assert_hops(0, ipv4, HOPS);
	assert_hops(2, ipv4, 2);
}

static void a_group_goes_with_its_last_route(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	set_vips(0, VIPS, 0);
	run_turns(10);
	assert_vips(0);
	assert_int_equal(count_lines("ip nexthop show proto 72"), 0);
}

/* Two servers behind one gateway: the kernel has no object twice in a group. */
static void a_gateway_may_be_in_a_set_twice(void **state)
{
	const struct route_hop hops[] = { ipv4[0], ipv4[0] };

	(void)state;
	for (unsigned int i = 0; i < VIPS; i += 2)
		set_vip(i, hops, 2);
	run_turns(10);
	assert_int_equal(count_groups(), 1);
	assert_hops(0, hops, 2);
}

static void weights_change_in_place(void **state)
{
	const uint32_t weights[] = { 1, 16, ROUTE_MAX_WEIGHT };
	struct route_hop hops[] = { ipv4[0], ipv4[1] };

	(void)state;
	for (size_t w = 0; w < COUNT_OF(weights); w++) {
		hops[1].weight = weights[w];
		for (unsigned int i = 0; i < VIPS; i += 2)
			set_vip(i, hops, 2);
		run_turns(10);
		/* Linux 5.10 has no group with the greatest weight of a route. */
		if (weights[w] < ROUTE_MAX_WEIGHT || count_groups())
			assert_int_equal(count_groups(), 1);
		assert_hops(0, hops, 2);
		assert_hops(VIPS - 2, hops, 2);
	}
}

/* The kernel removes the objects with the link, and the routes with them. */
static void groups_that_went_with_their_link_come_back(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	pair_run("ip link set hg0 down");
	assert_int_equal(count_lines("ip nexthop show proto 72"), 0);
	assert_int_equal(count_lines("ip route show proto 72"), 0);
	pair_run("ip link set hg0 up");
	pair_run("ip address replace 2001:db8::1/64 dev hg0 nodad");
	pair_await_link();
	kernel_routes_link_up(routes, if_nametoindex("hg0"));
	run_turns(20);
	assert_vips(HOPS);
	assert_int_equal(count_groups(), 2);
	/* And they can be changed as before. */
	set_vips(0, VIPS, 2);
	run_turns(10);
	assert_vips(2);
	assert_int_equal(count_groups(), 2);
}

/* Others' removals are noticed once a second. */
static void wait_for_watch(void)
{
	const struct timeval time = { .tv_sec = 2 };

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
	run_turns(SETTLE_TURNS);
}

static void routes_that_another_process_removes_come_back(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	pair_run("ip route delete 198.18.0.0 proto 72");
	pair_run("ip route delete 2001:db8:f::1 proto 72");
	assert_int_equal(count_lines("ip route show 198.18.0.0"), 0);
	wait_for_watch();
	assert_vips(HOPS);
}

static void groups_that_another_process_removes_come_back(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	pair_run("ip nexthop flush proto 72");
	assert_int_equal(count_lines("ip route show proto 72"), 0);
	wait_for_watch();
	assert_vips(HOPS);
	assert_int_equal(count_groups(), 2);
}

static void our_own_removals_are_not_undone(void **state)
{
	uint64_t before;

	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	set_vips(0, VIPS / 2, 0);
	run_turns(SETTLE_TURNS);
	before = kernel_routes_messages(routes);
	wait_for_watch();
	assert_int_equal(kernel_routes_messages(routes), before);
}

static void a_group_that_is_removed_by_hand_is_replaced(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	pair_run("ip nexthop flush proto 72");
	set_vips(0, VIPS, 3);
	run_turns(SETTLE_TURNS);
	set_vips(0, VIPS, HOPS);
	run_turns(SETTLE_TURNS);
	kernel_routes_link_up(routes, if_nametoindex("hg0"));
	run_turns(SETTLE_TURNS);
	assert_vips(HOPS);
}

static void groups_of_a_previous_run_go_when_their_time_is_over(void **state)
{
	(void)state;
	pair_run("ip nexthop add id 5 via 10.0.0.9 dev hg0");
	pair_run("ip nexthop add id 6 via 10.0.0.9 dev hg0 proto 72");
	set_vips(0, VIPS, HOPS);
	run_turns(10);
	kernel_routes_free(routes, false);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   patience_s(), &routes),
			 0);
	run_turns(1);
	assert_vips(HOPS);
	assert_int_equal(count_groups(), 2);
	set_vips(0, VIPS, 2);
	run_turns(10);
	assert_int_equal(count_groups(), 4);
	wait_patience();
	assert_vips(2);
	assert_int_equal(count_groups(), 2);
	/* An object outside the range of ids, or of another protocol, stays. */
	pair_run("ip nexthop show id 5 | grep -q 10.0.0.9");
	pair_run("ip nexthop show id 6 | grep -q 10.0.0.9");
	pair_run("ip nexthop flush");
	set_vips(0, VIPS, 0);
	run_turns(10);
}

static void random_changes_end_as_they_were_set(void **state)
{
	(void)state;
	check_random_changes();
}

/*
 * Without its compatible mode the kernel does not announce the routes of a group
 * that is replaced, so that a large one is changed in place, too.
 */
static void a_large_group_is_replaced_if_that_announces_no_route(void **state)
{
	const uint64_t few = 4;
	uint64_t before;

	(void)state;
	for (int quiet = 0; quiet < 2; quiet++) {
		kernel_routes_free(routes, true);
		pair_run("sysctl -q -w net.ipv4.nexthop_compat_mode=%d",
			 !quiet);
		assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
						   patience_s(), &routes),
				 0);
		set_crowd(HOPS - 1);
		run_turns(CROWD_TURNS);
		before = kernel_routes_messages(routes);
		set_crowd(HOPS);
		run_turns(CROWD_TURNS);
		if (quiet)
			assert_in_range(kernel_routes_messages(routes) - before,
					1, few);
		else
			assert_in_range(kernel_routes_messages(routes) - before,
					CROWD, CROWD + 2 * HOPS + few);
		/* For the list below: without it routes show no hops. */
		pair_run("sysctl -q -w net.ipv4.nexthop_compat_mode=1");
		assert_crowd(HOPS);
		set_crowd(0);
		run_turns(CROWD_TURNS);
	}
}

#define OBJECT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OBJECT_TEST(equal_sets_share_a_group),
		OBJECT_TEST(
			a_set_that_changes_for_all_is_changed_by_one_message),
		OBJECT_TEST(a_vip_moves_to_another_group_by_one_message),
		OBJECT_TEST(a_group_goes_with_its_last_route),
		OBJECT_TEST(a_gateway_may_be_in_a_set_twice),
		OBJECT_TEST(weights_change_in_place),
		OBJECT_TEST(groups_that_went_with_their_link_come_back),
		OBJECT_TEST(a_group_that_is_removed_by_hand_is_replaced),
		OBJECT_TEST(routes_that_another_process_removes_come_back),
		OBJECT_TEST(groups_that_another_process_removes_come_back),
		OBJECT_TEST(our_own_removals_are_not_undone),
		OBJECT_TEST(
			groups_of_a_previous_run_go_when_their_time_is_over),
		OBJECT_TEST(random_changes_end_as_they_were_set),
		OBJECT_TEST(
			a_large_group_is_replaced_if_that_announces_no_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
