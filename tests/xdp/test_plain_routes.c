// SPDX-License-Identifier: BSD-2-Clause
/*
 * Routes that name their hops, as on a kernel without next-hop objects (before
 * Linux 5.3). The socket is the agent's, but for one request: it refuses to list
 * objects, as such a kernel does.
 */

/* Our own function of this name stands in for that of the archive. */
#define route_socket_list list_in_kernel
#include "fib/route_socket.c"
#undef route_socket_list

#include <linux/rtnetlink.h>

#include "route_world.h"

int route_socket_list(struct route_socket *socket, struct nlmsghdr *request,
		      mnl_cb_t read, void *context);

int route_socket_list(struct route_socket *socket, struct nlmsghdr *request,
		      mnl_cb_t read, void *context)
{
	if (request->nlmsg_type == RTM_GETNEXTHOP)
		return -EOPNOTSUPP;
	return list_in_kernel(socket, request, read, context);
}

static void assert_no_objects(void)
{
	assert_int_equal(count_lines("ip nexthop show"), 0);
}

static void each_route_names_its_hops(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(SETTLE_TURNS);
	assert_vips(HOPS);
	assert_no_objects();
	set_vips(0, VIPS, 0);
	run_turns(SETTLE_TURNS);
	assert_vips(0);
}

static void a_change_of_all_writes_each_route(void **state)
{
	uint64_t before;

	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(SETTLE_TURNS);
	before = kernel_routes_messages(routes);
	set_vips(0, VIPS, HOPS - 1);
	run_turns(SETTLE_TURNS);
	assert_int_equal(kernel_routes_messages(routes) - before, VIPS);
	assert_vips(HOPS - 1);
	assert_no_objects();
}

static void routes_that_went_with_their_link_come_back(void **state)
{
	(void)state;
	set_vips(0, VIPS, HOPS);
	run_turns(SETTLE_TURNS);
	pair_run("ip link set hg0 down");
	pair_run("ip link set hg0 up");
	pair_run("ip address replace 2001:db8::1/64 dev hg0 nodad");
	pair_await_link();
	kernel_routes_link_up(routes, if_nametoindex("hg0"));
	run_turns(SETTLE_TURNS);
	assert_vips(HOPS);
	assert_no_objects();
}

static void random_changes_end_as_they_were_set(void **state)
{
	(void)state;
	check_random_changes();
	assert_no_objects();
}

#define PLAIN_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN_TEST(each_route_names_its_hops),
		PLAIN_TEST(a_change_of_all_writes_each_route),
		PLAIN_TEST(routes_that_went_with_their_link_come_back),
		PLAIN_TEST(random_changes_end_as_they_were_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
