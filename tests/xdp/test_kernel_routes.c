// SPDX-License-Identifier: BSD-2-Clause
/*
 * The agent's routes in a real kernel, as root, at our end of the pair
 * (pair.h).
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/clock.h"
#include "core/work_turns.h"
#include "fib/kernel_routes.h"
#include "pair.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

enum {
	WORK_US = 0, /* one piece in each turn of the loop */
	TURN_US = 2000,
	PATIENCE_S = 1,
	MANY = 3000,   /* VIPs */
	CROWD = 10000, /* VIPs of one set */
	CROWD_HOPS = 32,
	CROWD_TURNS = 100000, /* enough to write them all, one by one */
	TEXT_SIZE = 4096,
	IDLE_EVENTS = 1,
};

static pid_t server;
static struct event_base *base;
static struct work_turns work;
static struct kernel_routes *routes;
static uint32_t hg0;

static int set_up(void **state)
{
	(void)state;
	server = pair_build();
	pair_run("ip address add 2001:db8::1/64 dev hg0 nodad");
	hg0 = if_nametoindex("hg0");
	base = event_base_new();
	assert_int_equal(work_turns_init(&work, base, WORK_US), 0);
	return kernel_routes_new(base, &work.queue, &owner, PATIENCE_S,
				 &routes);
}

static int tear_down(void **state)
{
	(void)state;
	kernel_routes_free(routes, true);
	work_turns_destroy(&work);
	event_base_free(base);
	pair_end(server);
	return 0;
}

static void run_turn(void)
{
	const struct timeval time = { .tv_usec = TURN_US };

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	return prefix;
}

static struct route_hop hop_of(const char *via, uint32_t weight)
{
	struct route_hop hop = { .ifindex = hg0, .weight = weight };

	assert_true(address_parse(via, &hop.via));
	return hop;
}

static void set_route(const char *text, const struct route_hop *hops,
		      size_t count)
{
	const struct prefix prefix = prefix_of(text);

	assert_int_equal(kernel_routes_set(routes, &prefix, hops, count), 0);
}

static void keep_route(const char *text)
{
	const struct prefix prefix = prefix_of(text);

	assert_int_equal(kernel_routes_keep(routes, &prefix), 0);
}

static bool has_route(const char *text)
{
	const struct prefix prefix = prefix_of(text);

	return kernel_routes_has(routes, &prefix);
}

static void remove_route(const char *text)
{
	const struct prefix prefix = prefix_of(text);

	kernel_routes_remove(routes, &prefix);
}

/*
 * Return the agent's routes to `prefix` as `ip route show` prints them, in one
 * line.
 */
static const char *shown_routes(const char *prefix)
{
	static char text[TEXT_SIZE];
	char command[128];
	size_t used;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ip %s route show %s proto %d | tr -s '\\n\\t ' ' '",
		 strchr(prefix, ':') ? "-6" : "-4", prefix,
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	used = fread(text, 1, sizeof(text) - 1, pipe);
	text[used] = '\0';
	pclose(pipe);
	return text;
}

static void assert_shown(const char *prefix, const char *part)
{
	const char *text = shown_routes(prefix);

	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static unsigned int count_routes(const char *family)
{
	char command[128];
	unsigned int count = 0;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ip %s route show proto %d | grep -c ^[0-9u]", family,
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%u", &count), 1);
	pclose(pipe);
	return count;
}

static void routes_follow_what_is_set(void **state)
{
	const struct route_hop hops[] = { hop_of("10.0.0.2", 1),
					  hop_of("10.0.0.3", 5) };

	(void)state;
	set_route("192.0.2.1/32", hops, 2);
	run_turn();
	assert_shown("192.0.2.1", "nexthop via 10.0.0.2 dev hg0 weight 1");
	assert_shown("192.0.2.1", "nexthop via 10.0.0.3 dev hg0 weight 5");
	set_route("192.0.2.1/32", hops, 1);
	run_turn();
	assert_shown("192.0.2.1", "192.0.2.1 via 10.0.0.2 dev hg0");
	assert_true(has_route("192.0.2.1/32"));
	remove_route("192.0.2.1/32");
	assert_false(has_route("192.0.2.1/32"));
	run_turn();
	assert_string_equal(shown_routes("192.0.2.1"), "");
}

/* Whatever the route was before, exactly one is left. */
static void a_vip_without_hops_is_unreachable(void **state)
{
	const struct route_hop ipv4[] = { hop_of("10.0.0.2", 1),
					  hop_of("10.0.0.3", 5) };
	const struct route_hop ipv6[] = { hop_of("2001:db8::2", 1),
					  hop_of("2001:db8::3", 2) };

	(void)state;
	for (size_t count = 0; count <= 2; count++) {
		set_route("192.0.2.1/32", ipv4, count);
		set_route("2001:db8:f::1/128", ipv6, count);
		run_turn();
		set_route("192.0.2.1/32", NULL, 0);
		set_route("2001:db8:f::1/128", NULL, 0);
		run_turn();
		assert_shown("192.0.2.1", "unreachable 192.0.2.1 ");
		assert_shown("2001:db8:f::1", "unreachable 2001:db8:f::1 ");
		assert_int_equal(count_routes("-4"), 1);
		assert_int_equal(count_routes("-6"), 1);
	}
	set_route("192.0.2.1/32", ipv4, 2);
	set_route("2001:db8:f::1/128", ipv6, 2);
	run_turn();
	assert_shown("192.0.2.1", "nexthop via 10.0.0.3 dev hg0 weight 5");
	assert_shown("2001:db8:f::1",
		     "nexthop via 2001:db8::3 dev hg0 weight 2");
	assert_null(strstr(shown_routes("192.0.2.1"), "unreachable"));
	assert_null(strstr(shown_routes("2001:db8:f::1"), "unreachable"));
	set_route("192.0.2.1/32", NULL, 0);
	set_route("2001:db8:f::1/128", NULL, 0);
	run_turn();
	remove_route("192.0.2.1/32");
	remove_route("2001:db8:f::1/128");
	run_turn();
	assert_int_equal(count_routes("-4"), 0);
	assert_int_equal(count_routes("-6"), 0);
}

static void a_kept_route_is_there_without_being_set(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);

	(void)state;
	keep_route("192.0.2.1/32");
	keep_route("2001:db8:f::/64");
	run_turn();
	assert_shown("192.0.2.1", "unreachable 192.0.2.1 ");
	assert_shown("2001:db8:f::/64", "unreachable 2001:db8:f::/64 ");
	set_route("192.0.2.1/32", &hop, 1);
	keep_route("192.0.2.1/32");
	run_turn();
	assert_shown("192.0.2.1", "via 10.0.0.2 dev hg0");
	remove_route("192.0.2.1/32");
	run_turn();
	assert_shown("192.0.2.1", "unreachable 192.0.2.1 ");
	kernel_routes_free(routes, true);
	assert_int_equal(count_routes("-4"), 0);
	assert_int_equal(count_routes("-6"), 0);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
}

/* The host's addresses, its subnets, and routes set by hand stay reachable. */
static void
an_unreachable_range_hides_nothing_that_the_host_reaches(void **state)
{
	(void)state;
	pair_run("ip route add default via 10.0.0.9");
	pair_run("ip -6 route add default via 2001:db8::9");
	pair_run("ip address add 192.0.2.10/32 dev hg0");
	pair_run("ip address add 192.0.2.129/25 dev hg0");
	pair_run("ip route add 198.51.100.0/24 via 10.0.0.8");
	keep_route("192.0.2.0/24");
	keep_route("198.51.100.0/24");
	keep_route("2001:db8::/32");
	keep_route("2001:db8::/64");
	run_turn();
	pair_run("! ip route get 192.0.2.9 2>/dev/null");
	pair_run("! ip -6 route get 2001:db8:f::9 2>/dev/null | "
		 "grep -qv ^unreachable");
	pair_run("ip route get 192.0.2.10 | grep -q ^local");
	pair_run("ip route get 192.0.2.200 | grep -q 'dev hg0'");
	pair_run("ip route get 198.51.100.1 | grep -q 'via 10.0.0.8'");
	pair_run("ip -6 route get 2001:db8::2 | grep -q 'dev hg0'");
	pair_run("ip route get 203.0.113.1 | grep -q 'via 10.0.0.9'");
}

static void ipv6_routes_are_replaced_whole(void **state)
{
	const struct route_hop hops[] = { hop_of("2001:db8::2", 1),
					  hop_of("2001:db8::3", 2),
					  hop_of("10.0.0.2", 1) };

	(void)state;
	set_route("2001:db8:f::1/128", hops, 3);
	run_turn();
	assert_shown("2001:db8:f::1",
		     "nexthop via 2001:db8::2 dev hg0 weight 1");
	assert_shown("2001:db8:f::1",
		     "nexthop via 2001:db8::3 dev hg0 weight 2");
	assert_null(strstr(shown_routes("2001:db8:f::1"), "10.0.0.2"));
	set_route("2001:db8:f::1/128", hops + 1, 1);
	run_turn();
	assert_shown("2001:db8:f::1", "via 2001:db8::3 dev hg0");
	assert_null(strstr(shown_routes("2001:db8:f::1"), "2001:db8::2"));
	/* A hop of the wrong family is ignored, which leaves none. */
	set_route("2001:db8:f::1/128", hops + 2, 1);
	run_turn();
	assert_shown("2001:db8:f::1", "unreachable 2001:db8:f::1 ");
}

static void ipv4_leads_over_ipv6_gateways(void **state)
{
	const struct route_hop hops[] = { hop_of("2001:db8::2", 1),
					  hop_of("10.0.0.2", 1) };

	(void)state;
	set_route("192.0.2.1/32", hops, 2);
	run_turn();
	assert_shown("192.0.2.1", "nexthop via inet6 2001:db8::2 dev hg0");
	assert_shown("192.0.2.1", "nexthop via 10.0.0.2 dev hg0");
}

static void a_foreign_route_stays(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);

	(void)state;
	pair_run("ip route add 192.0.2.1 via 10.0.0.9");
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	pair_run("ip route get 192.0.2.1 | grep -q 'via 10.0.0.9'");
	set_route("192.0.2.1/32", NULL, 0);
	run_turn();
	pair_run("ip route get 192.0.2.1 | grep -q 'via 10.0.0.9'");
	remove_route("192.0.2.1/32");
	run_turn();
	pair_run("ip route get 192.0.2.1 | grep -q 'via 10.0.0.9'");
}

/*
 * Thousands of changes become one write for each route, in a batch each piece.
 */
static void many_changes_are_coalesced_and_bounded(void **state)
{
	const struct route_hop hops[] = { hop_of("10.0.0.2", 1),
					  hop_of("10.0.0.3", 1) };
	unsigned int turns = 0;

	(void)state;
	for (size_t round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < MANY; i++) {
			const struct prefix prefix = {
				address_from_ipv4(htonl(0xc6120000 + i)), 32
			};

			assert_int_equal(kernel_routes_set(routes, &prefix,
							   hops + round, 1),
					 0);
		}
	}
	event_base_loop(base, EVLOOP_ONCE);
	assert_in_range(count_routes("-4"), 1, 100);
	while (count_routes("-4") < MANY && turns++ < MANY)
		run_turn();
	assert_int_equal(count_routes("-4"), MANY);
	pair_run("! ip route show proto %d | grep -q 10.0.0.2",
		 ROUTE_OWNER_FIRST_PROTOCOL);
}

/* Set CROWD routes over the same hops. */
static void set_crowd(const struct route_hop *hops, size_t count)
{
	for (unsigned int i = 0; i < CROWD; i++) {
		const struct prefix prefix = {
			address_from_ipv4(htonl(0xc6120000 + i)), 32
		};

		assert_int_equal(
			kernel_routes_set(routes, &prefix, hops, count), 0);
	}
}

struct crowd_cost {
	uint64_t messages, cpu_ns, longest_ns; /* of a turn */
};

/* True if no event but that of the watch is pending: nothing is to be written. */
static bool is_idle(void)
{
	return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) <=
	       IDLE_EVENTS;
}

/* Run the loop until nothing is written any more; `messages`: before. */
static struct crowd_cost settle_crowd(uint64_t messages)
{
	struct crowd_cost cost = { 0 };
	uint64_t start = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < CROWD_TURNS; i++) {
		uint64_t begin = clock_read_ns(CLOCK_MONOTONIC), spent;

		if (is_idle() || event_base_loop(base, EVLOOP_ONCE))
			break;
		spent = clock_read_ns(CLOCK_MONOTONIC) - begin;
		if (spent > cost.longest_ns)
			cost.longest_ns = spent;
	}
	cost.cpu_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) - start;
	cost.messages = kernel_routes_messages(routes) - messages;
	return cost;
}

static void print_cost(const char *change, const struct crowd_cost *cost)
{
	print_message("%s: %" PRIu64 " messages, %.1f ms CPU, longest turn "
		      "%.1f ms\n",
		      change, cost->messages, (double)cost->cpu_ns / 1e6,
		      (double)cost->longest_ns / 1e6);
}

/* Times are only reported: they depend on the machine. */
static void a_member_withdrawn_from_many_vips_is_removed_from_all(void **state)
{
	struct route_hop hops[CROWD_HOPS];
	struct crowd_cost cost;
	uint64_t before;
	char text[32];

	(void)state;
	for (int i = 0; i < CROWD_HOPS; i++) {
		snprintf(text, sizeof(text), "10.0.0.%d", i + 2);
		hops[i] = hop_of(text, 1);
	}
	before = kernel_routes_messages(routes);
	set_crowd(hops, CROWD_HOPS);
	cost = settle_crowd(before);
	print_cost("10,000 VIPs set", &cost);
	assert_int_equal(count_routes("-4"), CROWD);
	before = kernel_routes_messages(routes);
	set_crowd(hops, CROWD_HOPS - 1);
	cost = settle_crowd(before);
	print_cost("one of 32 members withdrawn", &cost);
	assert_in_range(cost.messages, 1, CROWD_HOPS);
	assert_int_equal(count_routes("-4"), CROWD);
	pair_run("! ip route show proto %d | grep -q 'via 10.0.0.33 '",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pair_run("ip route show proto %d | grep -q 'via 10.0.0.32 '",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	before = kernel_routes_messages(routes);
	set_crowd(hops, CROWD_HOPS);
	cost = settle_crowd(before);
	print_cost("it comes back", &cost);
	assert_in_range(cost.messages, 1, CROWD + 2 * CROWD_HOPS + 2);
	pair_run("ip route show proto %d | grep -q 'via 10.0.0.33 '",
		 ROUTE_OWNER_FIRST_PROTOCOL);
}

/* A killed agent leaves its routes; the next one recognises them. */
static void routes_of_a_previous_run_are_taken_over(void **state)
{
	const struct route_hop hops[] = { hop_of("10.0.0.2", 1),
					  hop_of("2001:db8::2", 1) };

	(void)state;
	set_route("192.0.2.1/32", hops, 1);
	set_route("192.0.2.2/32", hops, 1);
	set_route("2001:db8:f::1/128", hops + 1, 1);
	run_turn();
	kernel_routes_free(routes, false);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
	set_route("192.0.2.1/32", hops, 1);
	run_turn();
	assert_int_equal(count_routes("-4"), 2);
	assert_int_equal(count_routes("-6"), 1);
	kernel_routes_free(routes, true);
	assert_int_equal(count_routes("-4"), 0);
	assert_int_equal(count_routes("-6"), 0);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
}

static void routes_not_set_again_are_removed(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);
	const struct timeval patience = { .tv_sec = PATIENCE_S };

	(void)state;
	set_route("192.0.2.1/32", &hop, 1);
	set_route("192.0.2.2/32", &hop, 1);
	set_route("192.0.2.3/32", NULL, 0);
	keep_route("198.51.100.0/24");
	keep_route("203.0.113.0/24");
	run_turn();
	kernel_routes_free(routes, false);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
	set_route("192.0.2.1/32", &hop, 1);
	keep_route("203.0.113.0/24");
	run_turn();
	assert_int_equal(count_routes("-4"), 5);
	event_base_loopexit(base, &patience);
	event_base_dispatch(base);
	run_turn();
	assert_int_equal(count_routes("-4"), 2);
	assert_shown("192.0.2.1", "via 10.0.0.2 dev hg0");
	assert_shown("203.0.113.0/24", "unreachable 203.0.113.0/24 ");
}

/* A takeover may last longer than the timeout, or end before it. */
static void routes_not_set_again_wait_for_a_takeover(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);
	const struct timeval longer = { .tv_sec = 2 * PATIENCE_S };

	(void)state;
	set_route("192.0.2.1/32", &hop, 1);
	set_route("192.0.2.2/32", &hop, 1);
	run_turn();
	kernel_routes_free(routes, false);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
	kernel_routes_wait(routes);
	event_base_loopexit(base, &longer);
	event_base_dispatch(base);
	assert_int_equal(count_routes("-4"), 2);
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	kernel_routes_end_wait(routes);
	run_turn();
	assert_int_equal(count_routes("-4"), 1);
	assert_shown("192.0.2.1", "via 10.0.0.2 dev hg0");
}

/* Traffic may use the previous route while the sessions come back. */
static void a_previous_route_is_not_cut_off_by_a_kept_one(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);
	const struct timeval patience = { .tv_sec = PATIENCE_S };

	(void)state;
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	kernel_routes_free(routes, false);
	assert_int_equal(kernel_routes_new(base, &work.queue, &owner,
					   PATIENCE_S, &routes),
			 0);
	assert_false(has_route("192.0.2.1/32"));
	keep_route("192.0.2.1/32");
	run_turn();
	assert_shown("192.0.2.1", "via 10.0.0.2 dev hg0");
	event_base_loopexit(base, &patience);
	event_base_dispatch(base);
	run_turn();
	assert_shown("192.0.2.1", "unreachable 192.0.2.1 ");
}

static void routes_that_went_with_their_link_come_back(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);

	(void)state;
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	pair_run("ip link set hg0 down");
	assert_string_equal(shown_routes("192.0.2.1"), "");
	pair_run("ip link set hg0 up");
	set_route("192.0.2.1/32", &hop, 1);
	kernel_routes_link_up(routes, hg0);
	run_turn();
	assert_shown("192.0.2.1", "via 10.0.0.2 dev hg0");
}

/*
 * The kernel has no route to the gateway: the refusal is logged once, and the
 * route tried again.
 */
static void a_refused_route_is_tried_again_when_set(void **state)
{
	const struct route_hop hop = hop_of("203.0.113.1", 1);

	(void)state;
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	assert_string_equal(shown_routes("192.0.2.1"), "");
	pair_run("ip route add 203.0.113.0/24 dev hg0");
	set_route("192.0.2.1/32", &hop, 1);
	run_turn();
	assert_shown("192.0.2.1", "via 203.0.113.1 dev hg0");
}

static void knows_whether_the_kernel_forwards(void **state)
{
	(void)state;
	pair_run("sysctl -q -w net.ipv4.ip_forward=0 "
		 "net.ipv6.conf.all.forwarding=1");
	assert_false(kernel_routes_forwards(false));
	assert_true(kernel_routes_forwards(true));
	pair_run("sysctl -q -w net.ipv4.ip_forward=1 "
		 "net.ipv6.conf.all.forwarding=0");
	assert_true(kernel_routes_forwards(false));
	assert_false(kernel_routes_forwards(true));
}

#define ROUTE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROUTE_TEST(routes_follow_what_is_set),
		ROUTE_TEST(a_vip_without_hops_is_unreachable),
		ROUTE_TEST(a_kept_route_is_there_without_being_set),
		ROUTE_TEST(
			an_unreachable_range_hides_nothing_that_the_host_reaches),
		ROUTE_TEST(ipv6_routes_are_replaced_whole),
		ROUTE_TEST(ipv4_leads_over_ipv6_gateways),
		ROUTE_TEST(a_foreign_route_stays),
		ROUTE_TEST(many_changes_are_coalesced_and_bounded),
		ROUTE_TEST(
			a_member_withdrawn_from_many_vips_is_removed_from_all),
		ROUTE_TEST(routes_of_a_previous_run_are_taken_over),
		ROUTE_TEST(routes_not_set_again_are_removed),
		ROUTE_TEST(routes_not_set_again_wait_for_a_takeover),
		ROUTE_TEST(a_previous_route_is_not_cut_off_by_a_kept_one),
		ROUTE_TEST(routes_that_went_with_their_link_come_back),
		ROUTE_TEST(a_refused_route_is_tried_again_when_set),
		ROUTE_TEST(knows_whether_the_kernel_forwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
