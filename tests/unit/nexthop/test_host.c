// SPDX-License-Identifier: BSD-2-Clause
/* Links and addresses: changes reported once, dumps, source addresses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
static struct nexthop_link reported;

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

static struct address ip(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static struct host_address our_address(uint32_t ifindex, const char *local,
				       uint8_t length)
{
	struct address address = ip(local);

	address = address_scoped(&address, ifindex);
	return (struct host_address){
		.ifindex = ifindex,
		.local = address,
		.subnet = { .address = address, .length = length },
	};
}

static void set_address(uint32_t ifindex, const char *local, uint8_t length)
{
	const struct host_address address = our_address(ifindex, local, length);

	assert_int_equal(host_set_address(&host, &address), 0);
}

static bool is_ours(const char *text)
{
	struct address address = ip(text);

	return host_link_of_address(&host, &address);
}

static bool is_on_link(const char *text)
{
	struct address address = ip(text);

	return host_is_on_link(&host, &address);
}

/* Check the source for `target` on the link with `ifindex`. */
static void assert_source(uint32_t ifindex, const char *target,
			  const char *expected)
{
	struct address bare = ip(target), wanted = ip(expected);
	struct address scoped = address_scoped(&bare, ifindex), source;

	source = host_source_address(&host, ifindex, &scoped);
	wanted = address_scoped(&wanted, ifindex);
	assert_memory_equal(&source, &wanted, sizeof(source));
}

static void assert_told(const char *name, bool up)
{
	assert_true(host_next_change(&host, &reported));
	assert_string_equal(reported.name, name);
	assert_int_equal(reported.up, up);
}

static void assert_silent(void)
{
	assert_false(host_next_change(&host, &reported));
}

static void a_link_is_reported_once_for_each_change(void **state)
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

static void a_vanished_link_is_reported_and_not_found(void **state)
{
	(void)state;
	while (host_next_change(&host, &reported))
		;
	host_remove_link(&host, eth0.ifindex);
	assert_null(host_link_by_name(&host, "eth0"));
	assert_null(host_link_by_index(&host, eth0.ifindex));
	assert_told("eth0", false);
	assert_int_equal(reported.mtu, 0);
	assert_silent();
	assert_non_null(host_link_by_name(&host, "eth1"));
}

static void a_name_may_come_back_on_another_link(void **state)
{
	struct nexthop_link again = eth0;

	(void)state;
	while (host_next_change(&host, &reported))
		;
	again.ifindex = 9;
	host_remove_link(&host, eth0.ifindex);
	host_set_link(&host, &again);
	assert_int_equal(host_link_by_name(&host, "eth0")->ifindex, 9);
	assert_told("eth0", false);
	assert_int_equal(reported.ifindex, eth0.ifindex);
	assert_told("eth0", true);
	assert_int_equal(reported.ifindex, 9);
}

static void
a_followed_link_is_found_by_its_first_name_until_it_is_gone(void **state)
{
	struct nexthop_link renamed = eth0, other = eth0;

	(void)state;
	host_follow_link(&host, eth0.ifindex, "eth0");
	strcpy(renamed.name, "wan0");
	other.ifindex = 9;
	host_set_link(&host, &renamed);
	host_set_link(&host, &other);
	assert_int_equal(host_link_by_name(&host, "eth0")->ifindex,
			 eth0.ifindex);
	assert_int_equal(host_link_by_name(&host, "wan0")->ifindex,
			 eth0.ifindex);
	host_remove_link(&host, eth0.ifindex);
	assert_int_equal(host_link_by_name(&host, "eth0")->ifindex, 9);
	assert_null(host_link_by_name(&host, "wan0"));
}

static void a_dump_removes_what_it_does_not_contain(void **state)
{
	(void)state;
	set_address(2, "10.0.0.1", 24);
	set_address(3, "10.1.0.1", 24);
	while (host_next_change(&host, &reported))
		;
	host_begin_sync(&host);
	host_set_link(&host, &eth1);
	set_address(3, "10.1.0.1", 24);
	host_end_sync(&host);
	assert_told("eth0", false);
	assert_silent();
	assert_false(is_ours("10.0.0.1"));
	assert_true(is_ours("10.1.0.1"));
}

static void the_source_is_in_the_subnet_of_the_target(void **state)
{
	(void)state;
	assert_source(2, "10.0.0.9", "0.0.0.0");
	set_address(3, "10.0.0.3", 24);
	assert_source(2, "10.0.0.9", "10.0.0.3");
	set_address(2, "192.0.2.1", 32);
	assert_source(2, "10.0.0.9", "192.0.2.1");
	set_address(2, "10.0.0.1", 24);
	assert_source(2, "10.0.0.9", "10.0.0.1");
	assert_source(2, "10.0.1.9", "192.0.2.1");
}

static void an_ipv6_source_may_be_link_local(void **state)
{
	(void)state;
	set_address(2, "10.0.0.1", 24);
	set_address(3, "fe80::3", 64);
	assert_source(2, "2001:db8:1::9", "::");
	set_address(3, "2001:db8:3::1", 64);
	assert_source(2, "2001:db8:1::9", "2001:db8:3::1");
	set_address(2, "2001:db8:2::1", 64);
	set_address(2, "fe80::2", 64);
	assert_source(2, "2001:db8:1::9", "fe80::2");
	assert_source(2, "2001:db8:2::9", "2001:db8:2::1");
	assert_source(2, "fe80::9", "fe80::2");
}

static void an_address_that_is_not_ours_yet_is_no_source(void **state)
{
	struct host_address tentative = our_address(2, "2001:db8::1", 64);

	(void)state;
	tentative.unusable = true;
	host_set_address(&host, &tentative);
	assert_source(2, "2001:db8::9", "::");
	tentative.unusable = false;
	host_set_address(&host, &tentative);
	assert_source(2, "2001:db8::9", "2001:db8::1");
	assert_int_equal(host.address_count, 1);
}

static void subnets_end_where_their_length_says(void **state)
{
	(void)state;
	set_address(2, "10.0.0.1", 25);
	assert_true(is_on_link("10.0.0.127"));
	assert_false(is_on_link("10.0.0.128"));
	set_address(2, "192.0.2.1", 32);
	assert_true(is_on_link("192.0.2.1"));
	assert_false(is_on_link("192.0.2.0"));
	set_address(2, "2001:db8::1", 127);
	assert_true(is_on_link("2001:db8::"));
	assert_false(is_on_link("2001:db8::2"));
	assert_false(is_on_link("::"));
	set_address(3, "198.51.100.1", 0);
	assert_true(is_on_link("203.0.113.1"));
	assert_false(is_on_link("::"));
}

static void link_local_subnets_of_two_links_are_two(void **state)
{
	struct address address = ip("fe80::9"), behind;

	(void)state;
	set_address(2, "fe80::1", 64);
	behind = address_scoped(&address, 2);
	assert_true(host_is_on_link(&host, &behind));
	behind = address_scoped(&address, 3);
	assert_false(host_is_on_link(&host, &behind));
}

static void a_removed_address_is_ours_no_more(void **state)
{
	const struct host_address address = our_address(2, "10.0.0.1", 24);

	(void)state;
	set_address(2, "10.0.0.1", 24);
	set_address(2, "10.0.0.1", 24);
	assert_int_equal(host_link_of_address(&host, &address.local), 2);
	host_remove_address(&host, &address);
	assert_false(is_ours("10.0.0.1"));
	assert_false(is_on_link("10.0.0.2"));
}

/* Make a VLAN device on `parent`. */
static struct nexthop_link add_vlan(uint32_t ifindex, uint32_t parent,
				    uint16_t id)
{
	struct nexthop_link link = eth0;

	link.ifindex = ifindex;
	link.parent = parent;
	link.tag = (struct nexthop_tag){ .protocol = 0x81, .id = id };
	assert_int_equal(host_set_link(&host, &link), 0);
	return link;
}

static void a_link_has_vlans_while_a_device_is_on_top(void **state)
{
	(void)state;
	assert_false(host_has_vlans(&host, 2));
	add_vlan(10, 2, 100);
	add_vlan(11, 10, 200);
	assert_true(host_has_vlans(&host, 2));
	assert_true(host_has_vlans(&host, 10));
	assert_false(host_has_vlans(&host, 3));
	host_remove_link(&host, 10);
	assert_false(host_has_vlans(&host, 2));
}

static void vlan_devices_lead_down_to_their_port(void **state)
{
	struct nexthop_link outer = add_vlan(10, 2, 100);
	struct nexthop_link inner = add_vlan(11, 10, 200);
	struct nexthop_link third = add_vlan(12, 11, 300);
	struct nexthop_link stray = add_vlan(13, 99, 400);
	struct host_port port;

	(void)state;
	assert_true(host_find_port(&host, &eth0, &port));
	assert_int_equal(port.ifindex, 2);
	assert_int_equal(port.tags[0].protocol, 0);
	assert_true(host_find_port(&host, &outer, &port));
	assert_int_equal(port.ifindex, 2);
	assert_int_equal(port.tags[0].id, 100);
	assert_int_equal(port.tags[1].protocol, 0);
	assert_true(host_find_port(&host, &inner, &port));
	assert_int_equal(port.ifindex, 2);
	assert_int_equal(port.tags[0].id, 100);
	assert_int_equal(port.tags[1].id, 200);
	assert_false(host_find_port(&host, &third, &port));
	assert_false(host_find_port(&host, &stray, &port));
}

static struct nexthop_tag visited[8][NEXTHOP_MAX_TAGS];
static int visits;

static void visit_tags(const struct nexthop_tag tags[NEXTHOP_MAX_TAGS],
		       void *context)
{
	(void)context;
	memcpy(visited[visits++], tags, sizeof(visited[0]));
}

static void assert_visit(int at, uint16_t outer, uint16_t inner)
{
	assert_int_equal(visited[at][0].id, outer);
	assert_int_equal(visited[at][1].id, inner);
	assert_int_equal(!visited[at][1].protocol, !inner);
}

static int visits_on(uint32_t ifindex)
{
	visits = 0;
	host_visit_vlans(&host, ifindex, visit_tags, NULL);
	return visits;
}

static void the_vlan_devices_on_a_link_are_visited_with_their_tags(void **state)
{
	(void)state;
	add_vlan(11, 10, 20); /* before the device that it is on */
	add_vlan(10, 2, 200);
	add_vlan(12, 3, 300);
	add_vlan(13, 11, 400); /* a third tag */
	add_vlan(14, 99, 500);
	assert_int_equal(visits_on(2), 2);
	assert_visit(0, 200, 20);
	assert_visit(1, 200, 0);
	assert_int_equal(visits_on(3), 1);
	assert_visit(0, 300, 0);
	/* A VLAN device can be a port itself. */
	assert_int_equal(visits_on(10), 2);
	assert_visit(0, 20, 0);
	assert_visit(1, 20, 400);
	host_remove_link(&host, 10);
	assert_int_equal(visits_on(2), 0);
}

static void another_tag_is_a_change_of_the_link(void **state)
{
	(void)state;
	add_vlan(10, 2, 100);
	while (host_next_change(&host, &reported))
		;
	add_vlan(10, 2, 100);
	assert_silent();
	add_vlan(10, 2, 101);
	assert_told("eth0", true);
	assert_int_equal(reported.ifindex, 10);
}

static bool is_counted(const struct host_address *address, void *context)
{
	(void)context;
	return address->ifindex == 2;
}

static uint64_t sum(void)
{
	return host_sum_addresses(&host, is_counted, NULL);
}

static void the_sum_is_that_of_the_addresses_that_count(void **state)
{
	const struct host_address other = our_address(2, "192.0.2.1", 24);
	uint64_t before;

	(void)state;
	set_address(3, "192.0.2.1", 24);
	assert_int_equal(sum(), 0);
	set_address(2, "10.1.0.1", 24);
	before = sum();
	assert_int_not_equal(before, 0);
	set_address(2, "10.1.0.1", 24); /* as it was */
	assert_int_equal(sum(), before);
	set_address(2, "192.0.2.1", 24);
	assert_int_not_equal(sum(), before);
	host_remove_address(&host, &other);
	assert_int_equal(sum(), before);
	set_address(2, "10.1.0.1", 25);
	assert_int_not_equal(sum(), before);
}

static void the_sum_does_not_depend_on_the_order(void **state)
{
	const struct host_address first = our_address(2, "10.1.0.1", 24);
	uint64_t before;

	(void)state;
	set_address(2, "10.1.0.1", 24);
	set_address(2, "192.0.2.1", 24);
	before = sum();
	host_remove_address(&host, &first);
	set_address(2, "10.1.0.1", 24);
	assert_int_equal(sum(), before);
}

#define HOST_TEST(name) \
	cmocka_unit_test_setup_teardown(name, new_host, release_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_link_is_reported_once_for_each_change),
		HOST_TEST(a_vanished_link_is_reported_and_not_found),
		HOST_TEST(a_name_may_come_back_on_another_link),
		HOST_TEST(
			a_followed_link_is_found_by_its_first_name_until_it_is_gone),
		HOST_TEST(a_dump_removes_what_it_does_not_contain),
		HOST_TEST(the_source_is_in_the_subnet_of_the_target),
		HOST_TEST(an_ipv6_source_may_be_link_local),
		HOST_TEST(an_address_that_is_not_ours_yet_is_no_source),
		HOST_TEST(subnets_end_where_their_length_says),
		HOST_TEST(link_local_subnets_of_two_links_are_two),
		HOST_TEST(a_removed_address_is_ours_no_more),
		HOST_TEST(a_link_has_vlans_while_a_device_is_on_top),
		HOST_TEST(vlan_devices_lead_down_to_their_port),
		HOST_TEST(
			the_vlan_devices_on_a_link_are_visited_with_their_tags),
		HOST_TEST(another_tag_is_a_change_of_the_link),
		HOST_TEST(the_sum_is_that_of_the_addresses_that_count),
		HOST_TEST(the_sum_does_not_depend_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
