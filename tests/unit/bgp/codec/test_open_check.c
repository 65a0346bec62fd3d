// SPDX-License-Identifier: BSD-2-Clause
/*
 * The check of an OPEN by the policy: RFC 4271 6.2, RFC 5492 5, RFC 6286 2.2,
 * RFC 9234 4.2.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/open.h"
#include "bytes.h"
#include "core/array.h"

#define MP_IPV4	  1, 4, 0, 1, 0, 1
#define MP_IPV6	  1, 4, 0, 2, 0, 1
#define AS4_65005 65, 4, 0, 0, 0xfd, 0xed

static struct bgp_notification error;

static const struct bgp_open_policy policy = {
	.as_first = 65000,
	.as_last = 65010,
	.local_as = 65005,
	.local_identifier = 0x0a0000fe,
};

static bool check(struct bgp_open peer, struct bgp_open_policy expected)
{
	return bgp_open_check(&peer, &expected, &error);
}

static void checks_the_range_of_the_peers_as(void **state)
{
	struct bgp_open peer = { .as = 64999, .identifier = 1 };

	(void)state;
	assert_false(check(peer, policy));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_PEER_AS);
	peer.as = 65000;
	assert_true(check(peer, policy));
	peer.as = 65010;
	assert_true(check(peer, policy));
	peer.as = 65011;
	assert_false(check(peer, policy));
}

static void checks_internal_and_external(void **state)
{
	struct bgp_open_policy external = policy, internal = policy;
	struct bgp_open same = { .as = 65005, .identifier = 1 };
	struct bgp_open other = { .as = 65006, .identifier = 1 };

	(void)state;
	external.kind = BGP_PEER_EXTERNAL;
	internal.kind = BGP_PEER_INTERNAL;
	assert_true(check(same, internal));
	assert_false(check(other, internal));
	assert_true(check(other, external));
	assert_false(check(same, external));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_PEER_AS);
}

static void refuses_our_identifier_in_our_as_only(void **state)
{
	struct bgp_open peer = { .as = 65005, .identifier = 0x0a0000fe };

	(void)state;
	assert_false(check(peer, policy));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_IDENTIFIER);
	peer.as = 65006;
	assert_true(check(peer, policy));
}

static void checks_the_smallest_hold_time(void **state)
{
	struct bgp_open peer = { .as = 65006, .identifier = 1, .hold_time = 9 };
	struct bgp_open_policy patient = policy;

	(void)state;
	patient.min_hold_time = 10;
	assert_false(check(peer, patient));
	assert_int_equal(error.subcode, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	peer.hold_time = 10;
	assert_true(check(peer, patient));
	peer.hold_time = 0;
	assert_false(check(peer, patient));
	assert_int_equal(error.subcode, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	patient.min_hold_time = 0;
	assert_true(check(peer, patient));
}

static void tells_a_peer_without_our_family_what_is_missing(void **state)
{
	struct bgp_open peer = { .as = 65006,
				 .identifier = 1,
				 .capabilities = BGP_CAN_MULTIPROTOCOL };

	(void)state;
	assert_false(check(peer, policy));
	assert_int_equal(error.subcode, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	assert_bytes(error.data, error.data_size, MP_IPV4);
}

static void wants_one_family_in_common(void **state)
{
	struct bgp_open peer = { .as = 65006,
				 .identifier = 1,
				 .capabilities = BGP_CAN_MULTIPROTOCOL,
				 .families = BGP_IPV6_UNICAST_BIT };
	struct bgp_open_policy expected = policy;

	(void)state;
	assert_false(check(peer, expected));
	assert_bytes(error.data, error.data_size, MP_IPV4);
	expected.families = BGP_ALL_FAMILIES;
	assert_true(check(peer, expected));
	peer.families = 0;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	assert_bytes(error.data, error.data_size, MP_IPV4, MP_IPV6);
}

static void takes_a_peer_without_multiprotocol_for_ipv4_only(void **state)
{
	struct bgp_open peer = { .as = 65006, .identifier = 1 };
	struct bgp_open_policy expected = policy;

	(void)state;
	assert_true(check(peer, expected));
	expected.families = BGP_ALL_FAMILIES;
	assert_true(check(peer, expected));
	expected.families = BGP_IPV6_UNICAST_BIT;
	assert_false(check(peer, expected));
	assert_bytes(error.data, error.data_size, MP_IPV6);
}

static void tells_a_peer_which_required_families_are_missing(void **state)
{
	struct bgp_open peer = { .as = 65006, .identifier = 1 };
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.families = BGP_ALL_FAMILIES;
	expected.required_families = BGP_ALL_FAMILIES;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	assert_bytes(error.data, error.data_size, MP_IPV6);
	peer.capabilities = BGP_CAN_MULTIPROTOCOL;
	peer.families = BGP_ALL_FAMILIES;
	assert_true(check(peer, expected));
}

static void tells_a_peer_which_required_capabilities_are_missing(void **state)
{
	struct bgp_open peer = { .as = 65006, .identifier = 1 };
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.required = BGP_CAN_AS4 | BGP_CAN_ROUTE_REFRESH;
	assert_false(check(peer, expected));
	assert_int_equal(error.code, BGP_ERROR_OPEN);
	assert_int_equal(error.subcode, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	assert_bytes(error.data, error.data_size, 2, 0, AS4_65005);
	peer.capabilities = BGP_CAN_AS4;
	assert_false(check(peer, expected));
	assert_bytes(error.data, error.data_size, 2, 0);
	peer.capabilities |= BGP_CAN_ROUTE_REFRESH | BGP_CAN_EXTENDED_MESSAGE;
	assert_true(check(peer, expected));
}

static void lists_each_required_capability_as_we_would_have_it(void **state)
{
	struct bgp_open peer = { .as = 65006, .identifier = 1 };
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.required = BGP_CAN_MULTIPROTOCOL | BGP_CAN_EXTENDED_NEXTHOP |
			    BGP_CAN_EXTENDED_MESSAGE |
			    BGP_CAN_GRACEFUL_RESTART | BGP_CAN_ADD_PATH |
			    BGP_CAN_ENHANCED_REFRESH;
	assert_false(check(peer, expected));
	assert_bytes(error.data, error.data_size, MP_IPV4, 5, 6, 0, 1, 0, 1, 0,
		     2, 6, 0, 64, 2, 0, 0, 69, 4, 0, 1, 1, 3, 70, 0);
}

struct role_case {
	enum bgp_role ours;
	int theirs; /* -1: not announced */
	bool good;
};

static const struct role_case role_cases[] = {
	{ BGP_ROLE_PROVIDER, BGP_ROLE_CUSTOMER, true },
	{ BGP_ROLE_CUSTOMER, BGP_ROLE_PROVIDER, true },
	{ BGP_ROLE_RS, BGP_ROLE_RS_CLIENT, true },
	{ BGP_ROLE_RS_CLIENT, BGP_ROLE_RS, true },
	{ BGP_ROLE_PEER, BGP_ROLE_PEER, true },
	{ BGP_ROLE_PROVIDER, BGP_ROLE_PROVIDER, false },
	{ BGP_ROLE_CUSTOMER, BGP_ROLE_CUSTOMER, false },
	{ BGP_ROLE_CUSTOMER, BGP_ROLE_PEER, false },
	{ BGP_ROLE_PEER, BGP_ROLE_PROVIDER, false },
	{ BGP_ROLE_RS, BGP_ROLE_RS, false },
	{ BGP_ROLE_PEER, BGP_ROLE_COUNT, false },
	{ BGP_ROLE_PEER, BGP_ROLE_NONE, false },
	{ BGP_ROLE_PEER, -1, true },
};

static struct bgp_open peer_of_role(int role)
{
	return (struct bgp_open){
		.as = 65006,
		.identifier = 1,
		.capabilities = role < 0 ? 0 : BGP_CAN_ROLE,
		.role = (uint8_t)role,
	};
}

static void pairs_the_roles_of_external_neighbors(void **state)
{
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.has_role = true;
	for (size_t i = 0; i < COUNT_OF(role_cases); i++) {
		const struct role_case *c = &role_cases[i];

		expected.role = c->ours;
		assert_int_equal(check(peer_of_role(c->theirs), expected),
				 c->good);
		if (!c->good)
			assert_int_equal(error.subcode, BGP_OPEN_ROLE_MISMATCH);
	}
}

static void wants_a_role_of_the_peer_in_strict_mode_only(void **state)
{
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.has_role = true;
	expected.role = BGP_ROLE_CUSTOMER;
	assert_true(check(peer_of_role(-1), expected));
	expected.strict_role = true;
	assert_false(check(peer_of_role(-1), expected));
	assert_int_equal(error.subcode, BGP_OPEN_ROLE_MISMATCH);
	assert_true(check(peer_of_role(BGP_ROLE_PROVIDER), expected));
}

static void asks_for_no_role_where_we_have_none(void **state)
{
	struct bgp_open internal = peer_of_role(BGP_ROLE_PEER);
	struct bgp_open_policy expected = policy;

	(void)state;
	assert_true(check(peer_of_role(BGP_ROLE_PROVIDER), policy));
	assert_true(check(peer_of_role(BGP_ROLE_NONE), policy));
	expected.has_role = true;
	expected.strict_role = true;
	expected.role = BGP_ROLE_PROVIDER;
	internal.as = policy.local_as;
	assert_true(check(internal, expected));
}

static void answers_the_first_thing_that_is_wrong(void **state)
{
	struct bgp_open peer = { .as = 1, .identifier = 1, .hold_time = 3 };
	struct bgp_open_policy expected = policy;

	(void)state;
	expected.min_hold_time = 10;
	expected.required = BGP_CAN_AS4;
	expected.has_role = true;
	expected.strict_role = true;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_PEER_AS);
	peer.as = 65006;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	peer.hold_time = 30;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	peer.capabilities = BGP_CAN_AS4;
	assert_false(check(peer, expected));
	assert_int_equal(error.subcode, BGP_OPEN_ROLE_MISMATCH);
}

static void negotiates_the_shorter_hold_time(void **state)
{
	struct bgp_open nine = { .hold_time = 9 };
	struct bgp_open ninety = { .hold_time = 90 };
	struct bgp_open never = { .hold_time = 0 };

	(void)state;
	assert_int_equal(bgp_open_negotiate_hold(&nine, &ninety), 9);
	assert_int_equal(bgp_open_negotiate_hold(&ninety, &nine), 9);
	assert_int_equal(bgp_open_negotiate_hold(&ninety, &never), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_the_range_of_the_peers_as),
		cmocka_unit_test(checks_internal_and_external),
		cmocka_unit_test(refuses_our_identifier_in_our_as_only),
		cmocka_unit_test(checks_the_smallest_hold_time),
		cmocka_unit_test(
			tells_a_peer_without_our_family_what_is_missing),
		cmocka_unit_test(wants_one_family_in_common),
		cmocka_unit_test(
			takes_a_peer_without_multiprotocol_for_ipv4_only),
		cmocka_unit_test(
			tells_a_peer_which_required_families_are_missing),
		cmocka_unit_test(
			tells_a_peer_which_required_capabilities_are_missing),
		cmocka_unit_test(
			lists_each_required_capability_as_we_would_have_it),
		cmocka_unit_test(pairs_the_roles_of_external_neighbors),
		cmocka_unit_test(wants_a_role_of_the_peer_in_strict_mode_only),
		cmocka_unit_test(asks_for_no_role_where_we_have_none),
		cmocka_unit_test(answers_the_first_thing_that_is_wrong),
		cmocka_unit_test(negotiates_the_shorter_hold_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
