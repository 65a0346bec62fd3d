// SPDX-License-Identifier: BSD-2-Clause
/* The OPEN we send and the policy for the peer's, from the options. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/setup.h"

static const struct bgp_options us = { .as = 64512, .identifier = 1 };

static struct bgp_neighbor_options external(void)
{
	return (struct bgp_neighbor_options){
		.as.first = 65001,
		.as.last = 65001,
		.hold_time = 9,
		.families = BGP_ALL_FAMILIES,
		.relation = BGP_ROLE_NONE,
	};
}

static struct bgp_neighbor_options internal(void)
{
	return (struct bgp_neighbor_options){
		.as.kind = BGP_PEER_INTERNAL,
		.families = BGP_ALL_FAMILIES,
		.relation = BGP_ROLE_NONE,
	};
}

static void a_backend_is_never_offered_graceful_restart(void **state)
{
	struct bgp_neighbor_options config = external();

	(void)state;
	config.role = NEIGHBOR_ROLE_BACKEND;
	assert_false(bgp_setup_open(&us, &config, false).capabilities &
		     BGP_CAN_GRACEFUL_RESTART);
	config.role = NEIGHBOR_ROLE_UPSTREAM;
	assert_false(bgp_setup_open(&us, &config, false).capabilities &
		     BGP_CAN_GRACEFUL_RESTART);
	config.graceful_restart = true;
	assert_true(bgp_setup_open(&us, &config, false).capabilities &
		    BGP_CAN_GRACEFUL_RESTART);
}

static uint16_t least_hold_time(struct bgp_neighbor_options config)
{
	return bgp_setup_policy(&us, &config).min_hold_time;
}

static void a_peer_of_a_prefix_needs_a_hold_time(void **state)
{
	struct bgp_neighbor_options config = external();

	(void)state;
	config.prefix.length = 120;
	assert_int_equal(least_hold_time(config), BGP_MIN_HOLD_TIME);
	config.hold_time_zero = true;
	assert_int_equal(least_hold_time(config), 0);
	config.hold_time_zero = false;
	config.min_hold_time = 20;
	assert_int_equal(least_hold_time(config), 20);
	/* Our own hold time of 0 leaves the session without, too. */
	config.min_hold_time = 0;
	config.hold_time = 0;
	assert_int_equal(least_hold_time(config), 0);
	config.hold_time = 9;
	config.prefix.length = 128;
	assert_int_equal(least_hold_time(config), 0);
}

static void forwarding_state_is_claimed_only_after_a_restart(void **state)
{
	struct bgp_neighbor_options config = external();

	(void)state;
	config.graceful_restart = true;
	assert_int_equal(
		bgp_setup_open(&us, &config, false).graceful_restart.forwarding,
		0);
	assert_int_equal(
		bgp_setup_open(&us, &config, true).graceful_restart.forwarding,
		BGP_ALL_FAMILIES);
}

static void later_sessions_have_kept_the_forwarding_state(void **state)
{
	struct bgp_neighbor_options config = external();
	struct bgp_open open;

	(void)state;
	config.graceful_restart = true;
	config.families = BGP_IPV4_UNICAST_BIT;
	open = bgp_setup_open(&us, &config, false);
	assert_true(open.graceful_restart.notification);
	assert_false(open.graceful_restart.restarting);
	assert_int_equal(open.graceful_restart.forwarding, 0);
	open = bgp_setup_open(&us, &config, true);
	assert_true(open.graceful_restart.restarting);
	bgp_setup_clear_restart(&open);
	assert_false(open.graceful_restart.restarting);
	assert_int_equal(open.graceful_restart.forwarding,
			 BGP_IPV4_UNICAST_BIT);
}

static void families_and_add_path_are_as_configured(void **state)
{
	struct bgp_neighbor_options config = external();
	struct bgp_open open = bgp_setup_open(&us, &config, false);

	(void)state;
	assert_int_equal(open.families, BGP_ALL_FAMILIES);
	assert_false(open.capabilities & BGP_CAN_ADD_PATH);
	config.families = BGP_IPV6_UNICAST_BIT;
	config.add_path = BGP_ADD_PATH_RECEIVE;
	open = bgp_setup_open(&us, &config, false);
	assert_int_equal(open.families, BGP_IPV6_UNICAST_BIT);
	assert_true(open.capabilities & BGP_CAN_ADD_PATH);
	assert_int_equal(open.add_path[BGP_IPV4_UNICAST], 0);
	assert_int_equal(open.add_path[BGP_IPV6_UNICAST], BGP_ADD_PATH_RECEIVE);
}

static bool allows_extended_nexthop(const struct bgp_neighbor_options *config)
{
	return bgp_setup_open(&us, config, false).capabilities &
	       BGP_CAN_EXTENDED_NEXTHOP;
}

static void ipv6_nexthops_for_ipv4_are_allowed_over_ipv6(void **state)
{
	struct bgp_neighbor_options config = external();

	(void)state;
	prefix_parse("10.0.0.0/24", &config.prefix);
	assert_false(allows_extended_nexthop(&config));
	config.extended_nexthop = true;
	assert_true(allows_extended_nexthop(&config));
	config.extended_nexthop = false;
	prefix_parse("2001:db8::/64", &config.prefix);
	assert_true(allows_extended_nexthop(&config));
	config = external();
	strcpy(config.interface, "lan");
	assert_true(allows_extended_nexthop(&config));
}

static void our_role_is_the_counterpart_of_the_neighbors(void **state)
{
	struct bgp_neighbor_options config = external();
	struct bgp_open_policy policy;

	(void)state;
	assert_false(bgp_setup_policy(&us, &config).has_role);
	config.relation = BGP_ROLE_PROVIDER;
	policy = bgp_setup_policy(&us, &config);
	assert_true(policy.has_role);
	assert_int_equal(policy.role, BGP_ROLE_CUSTOMER);
	assert_int_equal(bgp_setup_open(&us, &config, false).role,
			 BGP_ROLE_CUSTOMER);
	config.relation = BGP_ROLE_RS;
	assert_int_equal(bgp_setup_policy(&us, &config).role,
			 BGP_ROLE_RS_CLIENT);
}

static void an_internal_neighbor_has_no_role(void **state)
{
	struct bgp_neighbor_options config = internal();

	(void)state;
	config.relation = BGP_ROLE_PEER;
	assert_false(bgp_setup_policy(&us, &config).has_role);
	assert_false(bgp_setup_open(&us, &config, false).capabilities &
		     BGP_CAN_ROLE);
}

static void distances_follow_from_the_configuration(void **state)
{
	struct bgp_neighbor_options config = external();
	struct bgp_distance distance = bgp_setup_distance(&us, &config);

	(void)state;
	assert_int_equal(distance.ttl, 1);
	assert_int_equal(distance.min_ttl, 0);
	config.multihop = 64;
	assert_int_equal(bgp_setup_distance(&us, &config).ttl, 64);
	config.multihop = 0;
	config.ttl_security = 1;
	distance = bgp_setup_distance(&us, &config);
	assert_int_equal(distance.ttl, 255);
	assert_int_equal(distance.min_ttl, 255);
	config.ttl_security = 254;
	assert_int_equal(bgp_setup_distance(&us, &config).min_ttl, 2);
}

static void an_internal_neighbor_may_be_anywhere(void **state)
{
	struct bgp_neighbor_options config = internal();

	(void)state;
	assert_int_equal(bgp_setup_distance(&us, &config).ttl, 0);
	config = external();
	config.as.first = config.as.last = us.as;
	assert_int_equal(bgp_setup_distance(&us, &config).ttl, 0);
	/* Our AS is one of the range: the peer may be external. */
	config.as.last = us.as + 1;
	assert_int_equal(bgp_setup_distance(&us, &config).ttl, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backend_is_never_offered_graceful_restart),
		cmocka_unit_test(a_peer_of_a_prefix_needs_a_hold_time),
		cmocka_unit_test(
			forwarding_state_is_claimed_only_after_a_restart),
		cmocka_unit_test(later_sessions_have_kept_the_forwarding_state),
		cmocka_unit_test(families_and_add_path_are_as_configured),
		cmocka_unit_test(ipv6_nexthops_for_ipv4_are_allowed_over_ipv6),
		cmocka_unit_test(our_role_is_the_counterpart_of_the_neighbors),
		cmocka_unit_test(an_internal_neighbor_has_no_role),
		cmocka_unit_test(distances_follow_from_the_configuration),
		cmocka_unit_test(an_internal_neighbor_may_be_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
