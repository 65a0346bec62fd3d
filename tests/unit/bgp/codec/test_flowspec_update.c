// SPDX-License-Identifier: BSD-2-Clause
/* Flow Specifications in UPDATEs, and their capability. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/capability.h"
#include "bgp/codec/flowspec.h"
#include "core/array.h"

#define SIZE_OF(...) sizeof((uint8_t[]){ __VA_ARGS__ })
#define REACH(...)   OPTIONAL, 14, SIZE_OF(__VA_ARGS__), __VA_ARGS__
#define UNREACH(...) OPTIONAL, 15, SIZE_OF(__VA_ARGS__), __VA_ARGS__
/* 192.0.2.1/32, and the same from 10/8 */
#define RULES 6, 1, 32, 192, 0, 2, 1, 9, 1, 32, 192, 0, 2, 1, 2, 8, 10

static int start_with_flowspec(void **state)
{
	start_from_ebgp(state);
	negotiated.flowspec = BGP_FLOWSPEC_BOTH;
	return 0;
}

static enum bgp_verdict read_with_path(struct reader attributes)
{
	static uint8_t block[BGP_MAX_MESSAGE];
	struct writer w = writer_of(block, sizeof(block));
	struct reader path = BYTES(ORIGIN, PATH_65001);

	writer_bytes(&w, attributes.data, attributes.left);
	writer_bytes(&w, path.data, path.left);
	return decode_block(reader_of(block, w.used), false);
}

static void takes_rules_without_a_nexthop(void **state)
{
	struct reader rule;

	(void)state;
	assert_int_equal(read_with_path(BYTES(REACH(0, 1, 133, 0, 0, RULES))),
			 BGP_VERDICT_OK);
	assert_true(update.flowspec_announced.present);
	assert_false(update.flowspec_announced.ipv6);
	assert_true(flowspec_next(&update.flowspec_announced.rules, &rule));
	assert_int_equal(rule.left, 6);
	assert_true(flowspec_next(&update.flowspec_announced.rules, &rule));
	assert_int_equal(rule.left, 9);
	assert_false(flowspec_next(&update.flowspec_announced.rules, &rule));
	assert_false(update.flowspec_withdrawn.present);
	assert_false(update.foreign.present);
	/* One that sends a next hop */
	assert_int_equal(read_with_path(BYTES(REACH(0, 2, 133, 4, 10, 0, 0, 1,
						    0, 3, 3, 0x81, 6))),
			 BGP_VERDICT_OK);
	assert_true(update.flowspec_announced.ipv6);
	assert_int_equal(update.flowspec_announced.rules.left, 4);
}

static void takes_withdrawn_rules(void **state)
{
	(void)state;
	assert_int_equal(decode_block(BYTES(UNREACH(0, 1, 133, RULES)), false),
			 BGP_VERDICT_OK);
	assert_true(update.flowspec_withdrawn.present);
	assert_int_equal(update.flowspec_withdrawn.rules.left, SIZE_OF(RULES));
	assert_false(update.flowspec_announced.present);
	/* End-of-RIB */
	assert_int_equal(decode_block(BYTES(UNREACH(0, 2, 133)), false),
			 BGP_VERDICT_OK);
	assert_true(update.flowspec_withdrawn.ipv6);
	assert_int_equal(update.flowspec_withdrawn.rules.left, 0);
	assert_false(update.end_of_rib);
}

static void ignores_rules_that_were_not_negotiated(void **state)
{
	(void)state;
	negotiated.flowspec = BGP_FLOWSPEC_IPV6;
	assert_int_equal(read_with_path(BYTES(REACH(0, 1, 133, 0, 0, RULES))),
			 BGP_VERDICT_OK);
	assert_false(update.flowspec_announced.present);
	assert_true(update.foreign.present);
	assert_int_equal(update.foreign.safi, 133);
	decode_block(BYTES(UNREACH(0, 1, 133, RULES)), false);
	assert_false(update.flowspec_withdrawn.present);
	assert_true(update.foreign.present);
}

static void resets_where_lengths_lie(void **state)
{
	static const uint8_t whole[] = { 0, 1, 133, 0, 0, RULES };
	static const size_t good[] = { 5, 5 + 7, sizeof(whole) };

	(void)state;
	for (size_t size = 5; size <= sizeof(whole); size++) {
		uint8_t block[SIZE_OF(RULES) + 8] = { OPTIONAL, 14,
						      (uint8_t)size };
		bool fits = false;
		enum bgp_verdict verdict;

		for (size_t i = 0; i < COUNT_OF(good); i++)
			fits |= good[i] == size;
		memcpy(block + 3, whole, size);
		verdict = read_with_path(reader_of(block, 3 + size));
		assert_int_equal(verdict,
				 fits ? BGP_VERDICT_OK : BGP_VERDICT_RESET);
		assert_int_equal(update.flowspec_announced.present, fits);
	}
	/* A next hop that is longer than the attribute */
	assert_int_equal(read_with_path(BYTES(REACH(0, 1, 133, 9, 0, 0))),
			 BGP_VERDICT_RESET);
}

static void withdraws_rules_with_a_bad_path(void **state)
{
	(void)state;
	assert_int_equal(
		decode_block(BYTES(REACH(0, 1, 133, 0, 0, RULES), PATH_65001),
			     false),
		BGP_VERDICT_WITHDRAW);
	assert_true(update.flowspec_announced.present);
}

static void announces_the_capability(void **state)
{
	const struct bgp_open open = {
		.as = 65001,
		.capabilities = BGP_CAN_MULTIPROTOCOL,
		.families = BGP_IPV4_UNICAST_BIT,
		.flowspec = BGP_FLOWSPEC_BOTH,
	};
	struct bgp_open decoded = { 0 };
	struct bgp_notification error;
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	bgp_capabilities_encode(&w, &open);
	assert_bytes(bytes, w.used, 1, 4, 0, 1, 0, 1, 1, 4, 0, 1, 0, 133, 1, 4,
		     0, 2, 0, 133);
	assert_true(bgp_capabilities_decode(reader_of(bytes, w.used), &decoded,
					    &error));
	assert_int_equal(decoded.families, BGP_IPV4_UNICAST_BIT);
	assert_int_equal(decoded.flowspec, BGP_FLOWSPEC_BOTH);
}

static void negotiates_what_both_have(void **state)
{
	struct bgp_open local = { .as = 65000,
				  .families = BGP_IPV4_UNICAST_BIT,
				  .capabilities = BGP_CAN_MULTIPROTOCOL,
				  .flowspec = BGP_FLOWSPEC_IPV4 };
	struct bgp_open remote = local;
	struct bgp_negotiated out;

	(void)state;
	remote.flowspec = BGP_FLOWSPEC_BOTH;
	bgp_negotiated_from_opens(&local, &remote, &out);
	assert_int_equal(out.flowspec, BGP_FLOWSPEC_IPV4);
	remote.flowspec = BGP_FLOWSPEC_IPV6;
	bgp_negotiated_from_opens(&local, &remote, &out);
	assert_int_equal(out.flowspec, 0);
}

/* A peer that has Flow Specifications and no routes is no stranger. */
static void accepts_a_peer_with_rules_only(void **state)
{
	const struct bgp_open_policy policy = { .as_last = UINT32_MAX,
						.local_as = 65000,
						.families =
							BGP_IPV4_UNICAST_BIT,
						.flowspec = BGP_FLOWSPEC_IPV4 };
	struct bgp_open open = { .as = 65001,
				 .identifier = 1,
				 .capabilities = BGP_CAN_MULTIPROTOCOL,
				 .flowspec = BGP_FLOWSPEC_IPV4 };
	struct bgp_notification error;

	(void)state;
	assert_true(bgp_open_check(&open, &policy, &error));
	open.flowspec = BGP_FLOWSPEC_IPV6;
	assert_false(bgp_open_check(&open, &policy, &error));
}

#define FLOWSPEC_TEST(test) cmocka_unit_test_setup(test, start_with_flowspec)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOWSPEC_TEST(takes_rules_without_a_nexthop),
		FLOWSPEC_TEST(takes_withdrawn_rules),
		FLOWSPEC_TEST(ignores_rules_that_were_not_negotiated),
		FLOWSPEC_TEST(resets_where_lengths_lie),
		FLOWSPEC_TEST(withdraws_rules_with_a_bad_path),
		FLOWSPEC_TEST(announces_the_capability),
		FLOWSPEC_TEST(negotiates_what_both_have),
		FLOWSPEC_TEST(accepts_a_peer_with_rules_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
