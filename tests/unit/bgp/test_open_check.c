// SPDX-License-Identifier: BSD-2-Clause
/* Whether the peer is the one we expect: RFC 4271 6.2, RFC 6286 2.2. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/open.h"
#include "bytes.h"

#define MP_IPV4 1, 4, 0, 1, 0, 1

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
		cmocka_unit_test(negotiates_the_shorter_hold_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
