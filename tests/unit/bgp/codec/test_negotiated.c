// SPDX-License-Identifier: BSD-2-Clause
/* Negotiated parameters: a table of pairs of OPENs and one result of each. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/negotiated.h"
#include "core/array.h"
#include "open_fixture.h"

enum {
	RANDOM_PAIRS = 100000,
	SEED = 20260116,
	MP = BGP_CAN_MULTIPROTOCOL,
	V4 = BGP_IPV4_UNICAST_BIT,
	V6 = BGP_IPV6_UNICAST_BIT,
	RECEIVE = BGP_ADD_PATH_RECEIVE,
	SEND = BGP_ADD_PATH_SEND,
	BOTH = RECEIVE | SEND,
};

static struct bgp_negotiated negotiate(struct bgp_open local,
				       struct bgp_open remote)
{
	struct bgp_negotiated negotiated;

	memset(&negotiated, 0xa5, sizeof(negotiated));
	bgp_negotiated_from_opens(&local, &remote, &negotiated);
	return negotiated;
}

/* ------------------------------------------------------------- flags */

struct flag_case {
	uint32_t bit;
	bool (*is_set)(const struct bgp_negotiated *negotiated);
};

static bool as4(const struct bgp_negotiated *negotiated)
{
	return negotiated->as4;
}

static bool route_refresh(const struct bgp_negotiated *negotiated)
{
	return negotiated->route_refresh;
}

static bool enhanced_refresh(const struct bgp_negotiated *negotiated)
{
	return negotiated->enhanced_refresh;
}

static bool extended_nexthop(const struct bgp_negotiated *negotiated)
{
	return negotiated->extended_nexthop;
}

static bool extended_message(const struct bgp_negotiated *negotiated)
{
	return negotiated->max_message == BGP_MAX_EXTENDED_MESSAGE;
}

static bool graceful_restart(const struct bgp_negotiated *negotiated)
{
	return negotiated->has_graceful_restart;
}

static const struct flag_case flag_cases[] = {
	{ BGP_CAN_AS4, as4 },
	{ BGP_CAN_ROUTE_REFRESH, route_refresh },
	{ BGP_CAN_ENHANCED_REFRESH, enhanced_refresh },
	{ BGP_CAN_EXTENDED_NEXTHOP, extended_nexthop },
	{ BGP_CAN_EXTENDED_MESSAGE, extended_message },
	{ BGP_CAN_GRACEFUL_RESTART, graceful_restart },
};

static void negotiates_only_what_both_announced(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(flag_cases); i++) {
		const struct flag_case *c = &flag_cases[i];
		struct bgp_open can = { .as = 1, .capabilities = c->bit };
		struct bgp_open cannot = { .as = 2,
					   .capabilities = ~c->bit & ~MP };
		struct bgp_negotiated yes = negotiate(can, can);
		struct bgp_negotiated ours = negotiate(can, cannot);
		struct bgp_negotiated theirs = negotiate(cannot, can);

		assert_true(c->is_set(&yes));
		assert_false(c->is_set(&ours));
		assert_false(c->is_set(&theirs));
	}
}

/* ------------------------------------------------------------- families */

struct family_case {
	uint32_t local_capabilities, local;
	uint32_t remote_capabilities, remote;
	uint32_t expected;
};

static const struct family_case family_cases[] = {
	{ MP, V4, MP, V4, V4 },
	{ MP, V4 | V6, MP, V4 | V6, V4 | V6 },
	{ MP, V4 | V6, MP, V6, V6 },
	{ MP, V4, MP, V6, 0 },
	/* Without the capability: IPv4 unicast (RFC 4760 8). */
	{ MP, V4 | V6, 0, 0, V4 },
	{ 0, 0, MP, V4 | V6, V4 },
	{ 0, 0, 0, 0, V4 },
	{ MP, V6, 0, 0, 0 },
	/* A set of families counts only with the capability bit. */
	{ MP, V6, 0, V6, 0 },
	/* The peer named unknown families only. */
	{ MP, V4 | V6, MP, 0, 0 },
};

static void speaks_the_families_that_both_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(family_cases); i++) {
		const struct family_case *c = &family_cases[i];
		struct bgp_negotiated negotiated = negotiate(
			(struct bgp_open){ .capabilities =
						   c->local_capabilities,
					   .families = c->local },
			(struct bgp_open){ .capabilities =
						   c->remote_capabilities,
					   .families = c->remote });

		assert_int_equal(negotiated.families, c->expected);
		assert_int_equal(bgp_negotiated_has_family(&negotiated,
							   BGP_IPV6_UNICAST),
				 !!(c->expected & V6));
	}
}

/* ------------------------------------------------------------- add-path */

struct add_path_case {
	uint8_t local, remote;
	bool receive, send;
};

static const struct add_path_case add_path_cases[] = {
	{ 0, 0, false, false },		{ 0, BOTH, false, false },
	{ RECEIVE, 0, false, false },	{ RECEIVE, RECEIVE, false, false },
	{ RECEIVE, SEND, true, false }, { RECEIVE, BOTH, true, false },
	{ SEND, 0, false, false },	{ SEND, RECEIVE, false, true },
	{ SEND, SEND, false, false },	{ SEND, BOTH, false, true },
	{ BOTH, 0, false, false },	{ BOTH, RECEIVE, false, true },
	{ BOTH, SEND, true, false },	{ BOTH, BOTH, true, true },
};

static void pairs_receivers_with_senders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(add_path_cases); i++) {
		const struct add_path_case *c = &add_path_cases[i];
		struct bgp_open local = { .capabilities = MP | BGP_CAN_ADD_PATH,
					  .families = V4 | V6,
					  .add_path = { 0, c->local } };
		struct bgp_open remote = local;
		struct bgp_negotiated negotiated;

		remote.add_path[BGP_IPV6_UNICAST] = c->remote;
		negotiated = negotiate(local, remote);
		assert_int_equal(negotiated.add_path_receive[BGP_IPV6_UNICAST],
				 c->receive);
		assert_int_equal(negotiated.add_path_send[BGP_IPV6_UNICAST],
				 c->send);
		assert_false(negotiated.add_path_receive[BGP_IPV4_UNICAST]);
		assert_false(negotiated.add_path_send[BGP_IPV4_UNICAST]);
	}
}

static void adds_no_paths_to_a_family_that_is_not_spoken(void **state)
{
	struct bgp_open local = { .capabilities = MP | BGP_CAN_ADD_PATH,
				  .families = V4,
				  .add_path = { BOTH, BOTH } };
	struct bgp_negotiated negotiated = negotiate(local, local);

	(void)state;
	assert_true(negotiated.add_path_receive[BGP_IPV4_UNICAST]);
	assert_false(negotiated.add_path_receive[BGP_IPV6_UNICAST]);
	assert_false(negotiated.add_path_send[BGP_IPV6_UNICAST]);
}

/* ------------------------------------------------------------- the rest */

static void needs_ipv4_for_an_extended_nexthop(void **state)
{
	struct bgp_open open = { .capabilities = MP | BGP_CAN_EXTENDED_NEXTHOP,
				 .families = V6 };

	(void)state;
	assert_false(negotiate(open, open).extended_nexthop);
	open.families = V4 | V6;
	assert_true(negotiate(open, open).extended_nexthop);
}

static void distinguishes_internal_from_external(void **state)
{
	struct bgp_open local = { .as = 65001 };
	struct bgp_open remote = { .as = 70000 };
	struct bgp_negotiated negotiated = negotiate(local, remote);

	(void)state;
	assert_true(negotiated.ebgp);
	assert_int_equal(negotiated.local_as, 65001);
	assert_int_equal(negotiated.peer_as, 70000);
	assert_false(negotiate(local, local).ebgp);
}

struct hold_case {
	uint16_t local, remote;
	uint16_t hold_time, keepalive_time;
};

static const struct hold_case hold_cases[] = {
	{ 90, 90, 90, 30 }, { 90, 9, 9, 3 },	{ 9, 90, 9, 3 },
	{ 3, 90, 3, 1 },    { 90, 0, 0, 0 },	{ 0, 90, 0, 0 },
	{ 0, 0, 0, 0 },	    { 10, 180, 10, 3 }, { 65535, 65535, 65535, 21845 },
};

static void takes_the_shorter_hold_time_and_a_third_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hold_cases); i++) {
		const struct hold_case *c = &hold_cases[i];
		struct bgp_negotiated negotiated =
			negotiate((struct bgp_open){ .hold_time = c->local },
				  (struct bgp_open){ .hold_time = c->remote });

		assert_int_equal(negotiated.hold_time, c->hold_time);
		assert_int_equal(negotiated.keepalive_time, c->keepalive_time);
	}
}

static void keeps_the_peers_graceful_restart(void **state)
{
	struct bgp_open local = {
		.capabilities = MP | BGP_CAN_GRACEFUL_RESTART,
		.families = V4,
		.graceful_restart = { .restart_time = 300 },
	};
	struct bgp_open remote = {
		.capabilities = MP | BGP_CAN_GRACEFUL_RESTART,
		.families = V4 | V6,
		.graceful_restart = { .restart_time = 120,
				      .restarting = true,
				      .notification = true,
				      .families = V4 | V6,
				      .forwarding = V4 | V6 },
	};
	struct bgp_negotiated negotiated = negotiate(local, remote);

	(void)state;
	assert_true(negotiated.has_graceful_restart);
	assert_int_equal(negotiated.graceful_restart.restart_time, 120);
	assert_true(negotiated.graceful_restart.restarting);
	assert_int_equal(negotiated.graceful_restart.families, V4);
	assert_int_equal(negotiated.graceful_restart.forwarding, V4);
	/* RFC 8538 2: the N bit counts only if both have set it. */
	assert_false(negotiated.graceful_restart.notification);
	local.graceful_restart.notification = true;
	negotiated = negotiate(local, remote);
	assert_true(negotiated.graceful_restart.notification);
}

/* RFC 9494 4.5. */
static void long_lived_stale_takes_graceful_restart_of_the_peer(void **state)
{
	struct bgp_open local = { .capabilities = MP };
	struct bgp_open remote = { .capabilities = MP | BGP_CAN_LLGR };

	(void)state;
	assert_false(negotiate(local, remote).long_lived_stale);
	remote.capabilities |= BGP_CAN_GRACEFUL_RESTART;
	assert_true(negotiate(local, remote).long_lived_stale);
	remote.capabilities &= ~(uint32_t)BGP_CAN_LLGR;
	assert_false(negotiate(local, remote).long_lived_stale);
}

static void keeps_no_graceful_restart_that_we_did_not_offer(void **state)
{
	struct bgp_open remote = full_open(false);
	struct bgp_open local = full_open(false);
	struct bgp_negotiated negotiated;

	(void)state;
	local.capabilities &= ~(uint32_t)BGP_CAN_GRACEFUL_RESTART;
	negotiated = negotiate(local, remote);
	assert_false(negotiated.has_graceful_restart);
	assert_int_equal(negotiated.graceful_restart.restart_time, 0);
	assert_int_equal(negotiated.graceful_restart.families, 0);
	assert_false(negotiated.graceful_restart.notification);
}

static void knows_the_peers_role_from_ours(void **state)
{
	struct bgp_open local = { .as = 1,
				  .capabilities = BGP_CAN_ROLE,
				  .role = BGP_ROLE_CUSTOMER };
	struct bgp_open remote = { .as = 2 };

	(void)state;
	assert_int_equal(negotiate(local, remote).peer_role, BGP_ROLE_PROVIDER);
	/* Announced by the peer only: not negotiated. */
	assert_int_equal(negotiate(remote, local).peer_role, BGP_ROLE_NONE);
	/* Internal peers have no role. */
	remote.as = local.as;
	assert_int_equal(negotiate(local, remote).peer_role, BGP_ROLE_NONE);
}

static void assert_mirrored(const struct bgp_negotiated *a,
			    const struct bgp_negotiated *b)
{
	assert_int_equal(a->local_as, b->peer_as);
	assert_int_equal(a->families, b->families);
	assert_int_equal(a->as4, b->as4);
	assert_int_equal(a->ebgp, b->ebgp);
	assert_int_equal(a->extended_nexthop, b->extended_nexthop);
	assert_int_equal(a->route_refresh, b->route_refresh);
	assert_int_equal(a->enhanced_refresh, b->enhanced_refresh);
	assert_int_equal(a->max_message, b->max_message);
	assert_int_equal(a->hold_time, b->hold_time);
	assert_int_equal(a->has_graceful_restart, b->has_graceful_restart);
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++)
		assert_int_equal(a->add_path_receive[i], b->add_path_send[i]);
}

static void is_the_same_session_seen_from_both_ends(void **state)
{
	uint32_t seed = SEED;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_PAIRS; i++) {
		struct bgp_open a = random_open(&seed), b = random_open(&seed);
		struct bgp_negotiated from_a = negotiate(a, b);
		struct bgp_negotiated from_b = negotiate(b, a);

		assert_mirrored(&from_a, &from_b);
		assert_mirrored(&from_b, &from_a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negotiates_only_what_both_announced),
		cmocka_unit_test(speaks_the_families_that_both_named),
		cmocka_unit_test(pairs_receivers_with_senders),
		cmocka_unit_test(adds_no_paths_to_a_family_that_is_not_spoken),
		cmocka_unit_test(needs_ipv4_for_an_extended_nexthop),
		cmocka_unit_test(distinguishes_internal_from_external),
		cmocka_unit_test(takes_the_shorter_hold_time_and_a_third_of_it),
		cmocka_unit_test(keeps_the_peers_graceful_restart),
		cmocka_unit_test(
			long_lived_stale_takes_graceful_restart_of_the_peer),
		cmocka_unit_test(
			keeps_no_graceful_restart_that_we_did_not_offer),
		cmocka_unit_test(knows_the_peers_role_from_ours),
		cmocka_unit_test(is_the_same_session_seen_from_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
