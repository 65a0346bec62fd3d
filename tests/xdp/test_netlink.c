// SPDX-License-Identifier: BSD-2-Clause
/* Notifications of a real kernel, as root, at our end of the pair (pair.h). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>

#include "nexthop/netlink.h"
#include "pair.h"

enum {
	LOST = 20, /* notifications */
};

static pid_t server;
static struct host host;
static struct netlink *netlink;

static int set_up(void **state)
{
	(void)state;
	server = pair_build();
	pair_run("ip address add 2001:db8::1/64 dev hg0 nodad");
	/* The kernel would tell later that it is no duplicate. */
	pair_run("ip -6 address flush dev hg0 scope link");
	host_init(&host);
	if (netlink_open(&host, &netlink))
		return -1;
	/* Skip the notifications of the addresses. */
	while (netlink_read(netlink))
		;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	netlink_close(netlink);
	host_release(&host);
	pair_end(server);
	return 0;
}

static void routes_of_others_are_noticed(void **state)
{
	(void)state;
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2 proto static");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
	pair_run("ip route delete 192.0.2.0/24");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
	pair_run("ip -6 route add 2001:db8:1::/64 via 2001:db8::2 proto bgp");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
}

static void rules_are_noticed(void **state)
{
	(void)state;
	pair_run("ip rule add from 192.0.2.1 lookup 100");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
	pair_run("ip -6 rule add from 2001:db8::9 lookup 100");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
}

static void our_own_routes_do_not_wake_us(void **state)
{
	struct pollfd poll_fd = { .fd = netlink_fd(netlink), .events = POLLIN };

	(void)state;
	pair_run("ip route add 192.0.2.1/32 via 10.0.0.2 proto %d",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pair_run("ip route delete 192.0.2.1/32");
	pair_run("ip -6 route add 2001:db8:1::1/128 via 2001:db8::2 proto %d",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

static void a_link_beside_our_own_routes_is_noticed(void **state)
{
	(void)state;
	pair_run("ip route add 192.0.2.1/32 via 10.0.0.2 proto %d",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pair_run("ip link set hg0 mtu 1400");
	assert_true(netlink_read(netlink) & NETLINK_LINKS);
}

static bool is_reported(uint32_t ifindex)
{
	struct nexthop_link link;
	bool found = false;

	while (host_next_change(&host, &link))
		found |= link.ifindex == ifindex;
	return found;
}

/*
 * Without room for notifications, that of the link which was down is lost. It may
 * have taken routes with it.
 */
static void a_link_is_in_doubt_when_notifications_were_lost(void **state)
{
	const int least = 1;
	uint32_t hg0 = if_nametoindex("hg0");

	(void)state;
	assert_true(is_reported(hg0));
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2");
	assert_int_equal(netlink_read(netlink), NETLINK_ROUTES);
	assert_false(is_reported(hg0));
	assert_int_equal(setsockopt(netlink_fd(netlink), SOL_SOCKET, SO_RCVBUF,
				    &least, sizeof(least)),
			 0);
	for (int i = 0; i < LOST; i++)
		pair_run("ip route replace 198.51.100.%d via 10.0.0.2", i);
	pair_run("ip link set hg0 down; ip link set hg0 up");
	assert_int_equal(netlink_read(netlink), NETLINK_ALL);
	assert_true(is_reported(hg0));
}

#define NETLINK_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETLINK_TEST(routes_of_others_are_noticed),
		NETLINK_TEST(rules_are_noticed),
		NETLINK_TEST(our_own_routes_do_not_wake_us),
		NETLINK_TEST(a_link_beside_our_own_routes_is_noticed),
		NETLINK_TEST(a_link_is_in_doubt_when_notifications_were_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
