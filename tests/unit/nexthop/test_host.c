// SPDX-License-Identifier: BSD-2-Clause
/* What is known of the host: changes told once, dumps, source addresses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nexthop/host.h"

static const struct nexthop_link eth0 = {
	.ifindex = 2,
	.name = "eth0",
	.mac = { 0x02, 0, 0, 0, 0, 1 },
	.mtu = 1500,
	.up = true,
};

static const struct nexthop_link eth1 = {
	.ifindex = 3,
	.name = "eth1",
	.mac = { 0x02, 0, 0, 0, 0, 2 },
	.mtu = 9000,
	.up = true,
};

static struct host host;
static struct nexthop_link told;

static int new_host(void **state)
{
	(void)state;
	host_init(&host);
	return host_set_link(&host, &eth0) || host_set_link(&host, &eth1);
}

static int release_host(void **state)
{
	(void)state;
	host_release(&host);
	return 0;
}

static uint32_t ipv4(const char *text)
{
	return inet_addr(text);
}

static void set_address(uint32_t ifindex, const char *local, uint8_t length)
{
	const struct host_address address = {
		.ifindex = ifindex,
		.local = ipv4(local),
		.subnet = ipv4(local),
		.length = length,
	};

	assert_int_equal(host_set_address(&host, &address), 0);
}

static void assert_told(const char *name, bool up)
{
	assert_true(host_next_change(&host, &told));
	assert_string_equal(told.name, name);
	assert_int_equal(told.up, up);
}

static void assert_silent(void)
{
	assert_false(host_next_change(&host, &told));
}

static void a_link_is_told_once_for_each_change(void **state)
{
	struct nexthop_link down = eth0;

	(void)state;
	assert_told("eth0", true);
	assert_told("eth1", true);
	assert_silent();
	host_set_link(&host, &eth0);
	assert_silent();
	down.up = false;
	host_set_link(&host, &down);
	assert_told("eth0", false);
	assert_silent();
}

static void a_vanished_link_is_told_and_not_found(void **state)
{
	(void)state;
	while (host_next_change(&host, &told))
		;
	host_remove_link(&host, eth0.ifindex);
	assert_null(host_link_by_name(&host, "eth0"));
	assert_null(host_link_by_index(&host, eth0.ifindex));
	assert_told("eth0", false);
	assert_int_equal(told.mtu, 0);
	assert_silent();
	assert_non_null(host_link_by_name(&host, "eth1"));
}

static void a_name_may_come_back_on_another_link(void **state)
{
	struct nexthop_link again = eth0;

	(void)state;
	while (host_next_change(&host, &told))
		;
	again.ifindex = 9;
	host_remove_link(&host, eth0.ifindex);
	host_set_link(&host, &again);
	assert_int_equal(host_link_by_name(&host, "eth0")->ifindex, 9);
	assert_told("eth0", false);
	assert_int_equal(told.ifindex, eth0.ifindex);
	assert_told("eth0", true);
	assert_int_equal(told.ifindex, 9);
}

static void a_dump_ends_what_it_does_not_name(void **state)
{
	(void)state;
	set_address(2, "10.0.0.1", 24);
	set_address(3, "10.1.0.1", 24);
	while (host_next_change(&host, &told))
		;
	host_begin_sync(&host);
	host_set_link(&host, &eth1);
	set_address(3, "10.1.0.1", 24);
	host_end_sync(&host);
	assert_told("eth0", false);
	assert_silent();
	assert_false(host_has_address(&host, ipv4("10.0.0.1")));
	assert_true(host_has_address(&host, ipv4("10.1.0.1")));
}

static void the_source_is_in_the_subnet_of_the_target(void **state)
{
	(void)state;
	assert_int_equal(host_source_address(&host, 2, ipv4("10.0.0.9")), 0);
	set_address(3, "10.0.0.3", 24);
	set_address(2, "192.0.2.1", 32);
	set_address(2, "10.0.0.1", 24);
	assert_int_equal(host_source_address(&host, 2, ipv4("10.0.0.9")),
			 ipv4("10.0.0.1"));
	assert_int_equal(host_source_address(&host, 2, ipv4("10.0.1.9")),
			 ipv4("192.0.2.1"));
}

static void subnets_end_where_their_length_says(void **state)
{
	(void)state;
	set_address(2, "10.0.0.1", 25);
	assert_true(host_is_on_link(&host, ipv4("10.0.0.127")));
	assert_false(host_is_on_link(&host, ipv4("10.0.0.128")));
	set_address(2, "192.0.2.1", 32);
	assert_true(host_is_on_link(&host, ipv4("192.0.2.1")));
	assert_false(host_is_on_link(&host, ipv4("192.0.2.0")));
	set_address(3, "198.51.100.1", 0);
	assert_true(host_is_on_link(&host, ipv4("203.0.113.1")));
}

static void a_removed_address_is_ours_no_more(void **state)
{
	const struct host_address address = {
		.ifindex = 2,
		.local = ipv4("10.0.0.1"),
		.subnet = ipv4("10.0.0.1"),
		.length = 24,
	};

	(void)state;
	set_address(2, "10.0.0.1", 24);
	set_address(2, "10.0.0.1", 24);
	assert_true(host_has_address(&host, address.local));
	host_remove_address(&host, &address);
	assert_false(host_has_address(&host, address.local));
	assert_false(host_is_on_link(&host, ipv4("10.0.0.2")));
}

#define HOST_TEST(name) \
	cmocka_unit_test_setup_teardown(name, new_host, release_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_link_is_told_once_for_each_change),
		HOST_TEST(a_vanished_link_is_told_and_not_found),
		HOST_TEST(a_name_may_come_back_on_another_link),
		HOST_TEST(a_dump_ends_what_it_does_not_name),
		HOST_TEST(the_source_is_in_the_subnet_of_the_target),
		HOST_TEST(subnets_end_where_their_length_says),
		HOST_TEST(a_removed_address_is_ours_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
