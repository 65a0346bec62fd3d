// SPDX-License-Identifier: BSD-2-Clause
/* The rate of ICMP errors for a VIP (docs/packet-path.md 6.4). */

#include "check.h"
#include "sandbox.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	RATE = 5,
	MANY = 100,
	LATER = 100, /* offset of a fragment */
	UNREACHABLE = 3,
	FRAGMENTATION_NEEDED = 4, /* code */
	UNREACHABLE6 = 1,
	TOO_BIG6 = 2,
	MORE_THAN_A_SECOND_US = 1100000,
};

static struct check *check;

/* Run an error of this type and code about an answer, or a fragment of one. */
static void run_error_of(enum world_vip vip, bool ipv6, uint8_t type,
			 uint8_t code, uint16_t fragment, enum hg_outcome want)
{
	const struct shape answer = {
		.ipv6 = ipv6,
		.fragment = fragment,
		.source = world_address(vip, ipv6),
		.destination = ipv6 ? frame_ipv6_address("2001:db8:a::1") :
				      frame_ipv4_address(FRAME_SOURCE),
	};
	const struct shape error = {
		.ipv6 = ipv6,
		.destination = answer.source,
		.protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.icmp_type = type,
		.icmp_code = code,
		.quote = &answer,
	};
	struct frame frame;

	frame_build(&error, check->world->ports[PORT_LEFT].mac, &frame);
	assert_true(check_frame(check, &frame, PORT_LEFT));
	assert_true(check_counts(check));
	assert_int_equal(check->prediction.outcome, want);
}

static void run_error_about(enum world_vip vip, bool ipv6, uint16_t fragment,
			    enum hg_outcome want)
{
	run_error_of(vip, ipv6, ipv6 ? UNREACHABLE6 : UNREACHABLE, 0, fragment,
		     want);
}

static void run_too_big(enum world_vip vip, bool ipv6, enum hg_outcome want)
{
	run_error_of(vip, ipv6, ipv6 ? TOO_BIG6 : UNREACHABLE,
		     ipv6 ? 0 : FRAGMENTATION_NEEDED, 0, want);
}

static void run_error(enum world_vip vip, bool ipv6, enum hg_outcome want)
{
	run_error_about(vip, ipv6, 0, want);
}

static void new_second(enum world_vip vip, bool ipv6)
{
	check_set_icmp_used(check, world_route_of(vip, ipv6), 0, 0);
}

static void drops_errors_above_the_rate(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		new_second(VIP_LEFT, ipv6);
		for (int i = 0; i < RATE; i++)
			run_error(VIP_LEFT, ipv6, HG_FORWARDED_TX);
		for (int i = 0; i < RATE; i++)
			run_error(VIP_LEFT, ipv6, HG_DROPPED_ICMP_RATE);
	}
}

static void gives_each_vip_a_rate_of_its_own(void **state)
{
	(void)state;
	check_set_icmp_used(check, world_route_of(VIP_LEFT, false), RATE, 0);
	new_second(VIP_RIGHT, false);
	run_error(VIP_LEFT, false, HG_DROPPED_ICMP_RATE);
	run_error(VIP_RIGHT, false, HG_FORWARDED_REDIRECT);
}

/* Path MTU discovery works during a flood of other errors: RFC 1191. */
static void gives_packets_too_big_a_rate_of_their_own(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		const uint32_t route = world_route_of(VIP_LEFT, ipv6);

		check_set_icmp_used(check, route, RATE, 0);
		run_error(VIP_LEFT, ipv6, HG_DROPPED_ICMP_RATE);
		for (int i = 0; i < RATE; i++)
			run_too_big(VIP_LEFT, ipv6, HG_FORWARDED_TX);
		run_too_big(VIP_LEFT, ipv6, HG_DROPPED_ICMP_RATE);
		check_set_icmp_used(check, route, 0, RATE);
		run_too_big(VIP_LEFT, ipv6, HG_DROPPED_ICMP_RATE);
		run_error(VIP_LEFT, ipv6, HG_FORWARDED_TX);
		/* Type 3 has other codes; code 4 of others is not one. */
		check_set_icmp_used(check, route, RATE, 0);
		run_error_of(VIP_LEFT, ipv6, ipv6 ? UNREACHABLE6 : UNREACHABLE,
			     3, 0, HG_DROPPED_ICMP_RATE);
		run_error_of(VIP_LEFT, ipv6, ipv6 ? 3 : 11,
			     FRAGMENTATION_NEEDED, 0, HG_DROPPED_ICMP_RATE);
	}
}

static void counts_errors_that_no_nexthop_gets(void **state)
{
	(void)state;
	new_second(VIP_DEAD, false);
	for (int i = 0; i < RATE; i++)
		run_error(VIP_DEAD, false, HG_PASSED_NO_NEXTHOP);
	run_error(VIP_DEAD, false, HG_DROPPED_ICMP_RATE);
}

/* The dropped error is not counted as a missed fragment either. */
static void counts_no_event_for_what_is_dropped(void **state)
{
	(void)state;
	check_set_icmp_used(check, world_route_of(VIP_LEFT, false), RATE, 0);
	run_error_about(VIP_LEFT, false, LATER, HG_DROPPED_ICMP_RATE);
	assert_int_equal(check->prediction.events, 0);
	new_second(VIP_LEFT, false);
	run_error_about(VIP_LEFT, false, LATER, HG_FORWARDED_TX);
	assert_int_equal(check->prediction.events,
			 1 << HG_EVENT_ICMP_ERROR |
				 1 << HG_EVENT_FRAGMENT_MISSED);
}

static void begins_anew_after_a_second(void **state)
{
	const uint32_t route = world_route_of(VIP_LEFT, false);

	(void)state;
	check_set_icmp_used(check, route, RATE, 0);
	run_error(VIP_LEFT, false, HG_DROPPED_ICMP_RATE);
	usleep(MORE_THAN_A_SECOND_US);
	check->oracle.icmp_used[route] = 0;
	for (int i = 0; i < RATE; i++)
		run_error(VIP_LEFT, false, HG_FORWARDED_TX);
	run_error(VIP_LEFT, false, HG_DROPPED_ICMP_RATE);
}

static void takes_a_rate_of_0_as_any(void **state)
{
	struct check *limited = check;

	(void)state;
	check_free(limited);
	check = check_new(0);
	for (int i = 0; i < MANY; i++)
		run_error(VIP_LEFT, true, HG_FORWARDED_TX);
}

static int set_up(void **state)
{
	(void)state;
	check = check_new(RATE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	check_free(check);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_errors_above_the_rate),
		cmocka_unit_test(gives_each_vip_a_rate_of_its_own),
		cmocka_unit_test(gives_packets_too_big_a_rate_of_their_own),
		cmocka_unit_test(counts_errors_that_no_nexthop_gets),
		cmocka_unit_test(counts_no_event_for_what_is_dropped),
		cmocka_unit_test(begins_anew_after_a_second),
		cmocka_unit_test(takes_a_rate_of_0_as_any),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
