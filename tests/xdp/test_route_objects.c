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

#include "fib/kernel_routes.h"
#include "pair.h"

enum {
	PATIENCE_S = 1,
	TURN_US = 2000,
	SETTLE_TURNS = 100,
	VIPS = 40,
	HOPS = 6,
	ROUNDS = 40,
	FIRST_VIP = 0xc6120000, /* 198.18.0.0 */
	TEXT_SIZE = 65536,
};

static pid_t server;
static struct event_base *base;
static struct kernel_routes *routes;
static struct route_hop ipv4[HOPS], ipv6[HOPS];

static struct route_hop hop_of(const char *format, int i)
{
	struct route_hop hop = { .ifindex = if_nametoindex("hg0"),
				 .weight = 1 };
	char text[64];

	snprintf(text, sizeof(text), format, i + 2);
	assert_true(address_parse(text, &hop.via));
	return hop;
}

static int set_up(void **state)
{
	(void)state;
	server = pair_build();
	pair_run("ip address add 2001:db8::1/64 dev hg0 nodad");
	for (int i = 0; i < HOPS; i++) {
		ipv4[i] = hop_of("10.0.0.%d", i);
		ipv6[i] = hop_of("2001:db8::%x", i);
	}
	base = event_base_new();
	return kernel_routes_new(base, PATIENCE_S, &routes);
}

static int tear_down(void **state)
{
	(void)state;
	kernel_routes_free(routes, true);
	event_base_free(base);
	pair_run("test -z \"$(ip nexthop show proto %d)\"",
		 NETLINK_OWN_PROTOCOL);
	pair_end(server);
	return 0;
}

static void run_turns(int count)
{
	const struct timeval time = { .tv_usec = TURN_US };

	for (int i = 0; i < count; i++) {
		event_base_loopexit(base, &time);
		event_base_dispatch(base);
	}
}

static void wait_patience(void)
{
	const struct timeval time = { .tv_sec = PATIENCE_S };

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
	run_turns(2);
}

/* Return the prefix of VIP `i`: every second one is IPv6. */
static struct prefix vip(unsigned int i)
{
	struct prefix prefix = { address_from_ipv4(htonl(FIRST_VIP + i)), 32 };
	char text[64];

	if (i % 2) {
		snprintf(text, sizeof(text), "2001:db8:f::%x/128", i);
		assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	}
	return prefix;
}

static void set_vip(unsigned int i, const struct route_hop *hops, size_t count)
{
	const struct prefix prefix = vip(i);

	assert_int_equal(kernel_routes_set(routes, &prefix, hops, count), 0);
}

static void set_vips(unsigned int from, unsigned int to, size_t count)
{
	for (unsigned int i = from; i < to; i++)
		set_vip(i, i % 2 ? ipv6 : ipv4, count);
}

/* Return what a command prints, in one line. */
static const char *output(const char *command)
{
	static char text[TEXT_SIZE];
	FILE *pipe = popen(command, "r");
	size_t used;

	assert_non_null(pipe);
	used = fread(text, 1, sizeof(text) - 1, pipe);
	text[used] = '\0';
	pclose(pipe);
	return text;
}

static unsigned int count_lines(const char *command)
{
	const char *text = output(command);
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static unsigned int count_groups(void)
{
	return count_lines("ip nexthop show groups proto 72");
}

static const char *shown_route(unsigned int i)
{
	const struct prefix prefix = vip(i);
	char text[PREFIX_TEXT_SIZE], command[128];

	prefix_format(&prefix, text);
	snprintf(command, sizeof(command),
		 "ip %s route show %s proto 72 | tr -s '\\n\\t ' ' '",
		 i % 2 ? "-6" : "-4", text);
	return output(command);
}

/* The kernel's route has these hops, with their weights, and no others. */
static void assert_hops(unsigned int i, const struct route_hop *hops,
			size_t count)
{
	const char *text = shown_route(i), *at = text;
	size_t found = 0;

	if (!count && !strstr(text, "unreachable"))
		fail_msg("not unreachable: %s", text);
	for (; (at = strstr(at, " via ")); at++)
		found++;
	if (found != count)
		fail_msg("%zu hops: %s", count, text);
	for (size_t k = 0; k < count; k++) {
		char via[ADDRESS_TEXT_SIZE], part[128];

		address_format(&hops[k].via, via);
		snprintf(part, sizeof(part), " via %s dev hg0 ", via);
		at = strstr(text, part);
		if (!at)
			fail_msg("'%s' is not in '%s'", part, text);
		snprintf(part, sizeof(part), " via %s dev hg0 weight %u ", via,
			 hops[k].weight);
		if (count > 1 && !strstr(text, part))
			fail_msg("'%s' is not in '%s'", part, text);
	}
}

static void assert_vips(size_t count)
{
	for (unsigned int i = 0; i < VIPS; i++)
		assert_hops(i, i % 2 ? ipv6 : ipv4, count);
}

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
	struct route_hop hops[] = { ipv4[0], ipv4[1] };

	(void)state;
	for (uint32_t weight = 1; weight <= ROUTE_MAX_WEIGHT; weight *= 16) {
		hops[1].weight = weight;
		for (unsigned int i = 0; i < VIPS; i += 2)
			set_vip(i, hops, 2);
		run_turns(10);
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
	assert_int_equal(kernel_routes_new(base, PATIENCE_S, &routes), 0);
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

/* Choose hops of a VIP at random, from a few sets, with weights. */
static size_t choose_hops(unsigned int i, struct route_hop *hops)
{
	unsigned int mask = (unsigned int)rand() % 4, count = 0;

	for (unsigned int k = 0; k < HOPS; k++)
		if (mask * 0x9e5 >> k & 1) {
			hops[count] = (i % 2 ? ipv6 : ipv4)[k];
			hops[count++].weight = 1 + mask % 3 * k;
		}
	return count;
}

/* Whatever is set in whatever order, the kernel has it in the end. */
static void random_changes_end_as_they_were_set(void **state)
{
	static struct route_hop hops[VIPS][HOPS];
	size_t counts[VIPS] = { 0 };

	(void)state;
	srand(1);
	set_vips(0, VIPS, 0);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int changes = (unsigned int)rand() % (2 * VIPS);

		while (changes--) {
			unsigned int i = (unsigned int)rand() % VIPS;

			counts[i] = choose_hops(i, hops[i]);
			set_vip(i, hops[i], counts[i]);
			if (!(rand() % 8))
				run_turns(1);
		}
		if (!(rand() % 4))
			kernel_routes_link_up(routes, ipv4[0].ifindex);
		if (round % 8 != 7)
			continue;
		run_turns(SETTLE_TURNS);
		for (unsigned int i = 0; i < VIPS; i++)
			assert_hops(i, hops[i], counts[i]);
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
		OBJECT_TEST(
			groups_of_a_previous_run_go_when_their_time_is_over),
		OBJECT_TEST(random_changes_end_as_they_were_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
