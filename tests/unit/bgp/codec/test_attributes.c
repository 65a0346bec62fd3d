// SPDX-License-Identifier: BSD-2-Clause
/*
 * Known attributes: the values read from good ones, and the verdict of RFC 7606
 * on bad ones.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/as_path.h"

static void reads_the_mandatory_attributes(void **state)
{
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_good(BYTES(TRANSITIVE, 1, 1, 2));
	assert_int_equal(update.attributes.origin, BGP_ORIGIN_INCOMPLETE);
	assert_int_equal(as_path_first(update.attributes.as_path), 65001);
	assert_string_equal(address_format(&update.attributes.nexthop, text),
			    "10.0.0.1");
	assert_int_equal(update.attributes.present,
			 BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP);
}

static void reads_attributes_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(decode_block(BYTES(NEXT_HOP, PATH_65001, ORIGIN),
				      true),
			 BGP_VERDICT_OK);
}

static void accepts_the_extended_length_of_a_short_attribute(void **state)
{
	(void)state;
	assert_good(BYTES(TRANSITIVE | EXTENDED, 1, 0, 1, 0));
}

static void ignores_the_low_flag_bits(void **state)
{
	(void)state;
	assert_good(BYTES(TRANSITIVE | 0x0f, 1, 1, 0));
}

static void withdraws_for_a_bad_origin(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 1, 1, 3), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_INVALID_ORIGIN);
	assert_judged(BYTES(TRANSITIVE, 1, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(TRANSITIVE, 1, 2, 0, 0));
}

static void withdraws_for_a_malformed_as_path(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 2, 6, 5, 1, 0, 0, 0xfd, 0xe9),
		      BGP_VERDICT_WITHDRAW, BGP_UPDATE_MALFORMED_AS_PATH);
	assert_withdrawn(BYTES(TRANSITIVE, 2, 2, 2, 0));
	assert_withdrawn(BYTES(TRANSITIVE, 2, 6, 2, 2, 0, 0, 0xfd, 0xe9));
	assert_withdrawn(BYTES(TRANSITIVE, 2, 7, 2, 1, 0, 0, 0xfd, 0xe9, 2));
	assert_withdrawn(BYTES(TRANSITIVE, 2, 4, 2, 1, 0xfd, 0xe9));
}

static void withdraws_for_as_0_in_a_path_of_any_peer(void **state)
{
	struct reader path =
		BYTES(TRANSITIVE, 2, 10, 2, 2, 0, 0, 0xfd, 0xe9, 0, 0, 0, 0);

	(void)state;
	assert_withdrawn(path);
	negotiated = ibgp;
	assert_withdrawn(path);
	negotiated = old_ebgp;
	assert_withdrawn(BYTES(TRANSITIVE, 2, 6, 2, 2, 0xfd, 0xe9, 0, 0));
}

static void withdraws_for_a_confederation_segment(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 2, 12, 3, 1, 0, 0, 0, 9, 2, 1, 0, 0,
			    0xfd, 0xe9),
		      BGP_VERDICT_WITHDRAW, BGP_UPDATE_MALFORMED_AS_PATH);
	assert_withdrawn(BYTES(TRANSITIVE, 2, 12, 2, 1, 0, 0, 0xfd, 0xe9, 4, 1,
			       0, 0, 0, 9));
}

static void withdraws_for_an_as_set_unless_accepted(void **state)
{
	struct reader path = BYTES(TRANSITIVE, 2, 12, 2, 1, 0, 0, 0xfd, 0xe9, 1,
				   1, 0, 0, 0, 9);

	(void)state;
	assert_withdrawn(path);
	context.accept_as_sets = true;
	assert_good(path);
}

static void withdraws_for_a_first_as_that_is_not_the_peers(void **state)
{
	struct reader path = BYTES(TRANSITIVE, 2, 6, 2, 1, 0, 0, 0xfd, 0xea);

	(void)state;
	assert_judged(path, BGP_VERDICT_WITHDRAW, BGP_UPDATE_MALFORMED_AS_PATH);
	context.accept_any_first_as = true;
	assert_good(path);
	negotiated = ibgp;
	assert_good(path);
}

static void withdraws_for_an_empty_path_of_an_external_peer(void **state)
{
	(void)state;
	assert_withdrawn(BYTES(TRANSITIVE, 2, 0));
	negotiated = ibgp;
	assert_good(BYTES(TRANSITIVE, 2, 0));
}

static void withdraws_for_a_nexthop_of_wrong_length(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 3, 3, 10, 0, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(TRANSITIVE, 3, 0));
	assert_withdrawn(BYTES(TRANSITIVE, 3, 5, 10, 0, 0, 1, 0));
}

static void withdraws_for_a_nexthop_that_no_host_can_have(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 3, 4, 0, 0, 0, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_INVALID_NEXTHOP);
	assert_withdrawn(BYTES(TRANSITIVE, 3, 4, 0, 1, 2, 3));
	assert_withdrawn(BYTES(TRANSITIVE, 3, 4, 127, 0, 0, 1));
	assert_withdrawn(BYTES(TRANSITIVE, 3, 4, 224, 0, 0, 1));
	assert_withdrawn(BYTES(TRANSITIVE, 3, 4, 239, 255, 255, 255));
	assert_withdrawn(BYTES(TRANSITIVE, 3, 4, 255, 255, 255, 255));
	assert_good(BYTES(TRANSITIVE, 3, 4, 223, 255, 255, 255));
	assert_good(BYTES(TRANSITIVE, 3, 4, 1, 0, 0, 0));
}

static void sends_no_notification_for_a_nexthop_without_routes(void **state)
{
	(void)state;
	assert_int_equal(decode_block(BYTES(ORIGIN, PATH_65001, TRANSITIVE, 3,
					    4, 127, 0, 0, 1),
				      false),
			 BGP_VERDICT_OK);
}

static void withdraws_for_a_med_of_wrong_length(void **state)
{
	(void)state;
	assert_judged(BYTES(OPTIONAL, 4, 3, 0, 0, 1), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(OPTIONAL, 4, 0));
	assert_good(BYTES(OPTIONAL, 4, 4, 0, 0, 1, 0));
	assert_int_equal(update.attributes.med, 256);
}

static void discards_local_pref_of_external_peers_even_if_bad(void **state)
{
	(void)state;
	assert_discarded(BYTES(TRANSITIVE, 5, 4, 0, 0, 0, 100));
	assert_false(has(BGP_HAS_LOCAL_PREF));
	assert_discarded(BYTES(TRANSITIVE, 5, 3, 0, 0, 0));
	assert_discarded(BYTES(OPTIONAL, 5, 0));
}

static void reads_local_pref_of_internal_peers(void **state)
{
	(void)state;
	negotiated = ibgp;
	assert_good(BYTES(TRANSITIVE, 5, 4, 0, 0, 0, 100));
	assert_int_equal(update.attributes.local_pref, 100);
	assert_withdrawn(BYTES(TRANSITIVE, 5, 3, 0, 0, 0));
	assert_withdrawn(BYTES(TRANSITIVE, 5, 5, 0, 0, 0, 1, 0));
	assert_good(BYTES(ORIGIN));
	assert_false(has(BGP_HAS_LOCAL_PREF));
}

static void discards_an_atomic_aggregate_with_a_value(void **state)
{
	(void)state;
	assert_good(BYTES(TRANSITIVE, 6, 0));
	assert_true(has(BGP_HAS_ATOMIC_AGGREGATE));
	assert_judged(BYTES(TRANSITIVE, 6, 1, 0), BGP_VERDICT_DISCARD,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_false(has(BGP_HAS_ATOMIC_AGGREGATE));
}

static void discards_an_aggregator_of_wrong_length(void **state)
{
	struct reader new =
		BYTES(OPTIONAL_TRANSITIVE, 7, 8, 0, 0, 0xfd, 0xe9, 10, 0, 0, 1);
	struct reader old =
		BYTES(OPTIONAL_TRANSITIVE, 7, 6, 0xfd, 0xe9, 10, 0, 0, 1);

	(void)state;
	assert_good(new);
	assert_int_equal(update.attributes.aggregator_as, 65001);
	assert_discarded(old);
	assert_false(has(BGP_HAS_AGGREGATOR));
	negotiated = old_ebgp;
	assert_good(old);
	assert_int_equal(update.attributes.aggregator_as, 65001);
	assert_discarded(new);
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 7, 0));
}

static void discards_an_aggregator_of_as_0(void **state)
{
	(void)state;
	assert_discarded(
		BYTES(OPTIONAL_TRANSITIVE, 7, 8, 0, 0, 0, 0, 10, 0, 0, 1));
	negotiated = old_ebgp;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 7, 6, 0, 0, 10, 0, 0, 1));
}

static void withdraws_for_communities_of_wrong_length(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 8, 8, 0, 1, 0, 2, 0, 3, 0, 4));
	assert_int_equal(update.attributes.communities.left, 8);
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 8, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 8, 5, 0, 1, 0, 2, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 8, 3, 0, 1, 0));
}

static void withdraws_for_conflicting_flags(void **state)
{
	(void)state;
	assert_judged(BYTES(OPTIONAL_TRANSITIVE, 1, 1, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_FLAGS);
	assert_withdrawn(BYTES(0, 1, 1, 0));
	assert_withdrawn(BYTES(OPTIONAL, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 3, 4, 10, 0, 0, 1));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 4, 4, 0, 0, 0, 1));
	assert_withdrawn(BYTES(OPTIONAL, 6, 0));
	assert_withdrawn(BYTES(TRANSITIVE, 7, 8, 0, 0, 0, 1, 10, 0, 0, 1));
	assert_withdrawn(BYTES(OPTIONAL, 8, 4, 0, 1, 0, 2));
}

static void keeps_the_first_of_duplicates(void **state)
{
	(void)state;
	assert_discarded(
		BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL, 4, 4, 0, 0, 0, 2));
	assert_int_equal(update.attributes.med, 1);
	/* Also if the second one is malformed or unknown. */
	assert_discarded(BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL, 4, 0));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 99, 1, 7,
			       OPTIONAL_TRANSITIVE, 99, 1, 8));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left,
		     OPTIONAL_TRANSITIVE | PARTIAL, 99, 1, 7);
}

static void withdraws_when_a_mandatory_attribute_is_missing(void **state)
{
	static const uint8_t mandatory[] = { 1, 2, 3 };
	uint8_t block[64];

	(void)state;
	for (size_t i = 0; i < sizeof(mandatory); i++) {
		struct writer w = writer_of(block, sizeof(block));

		write_mandatory(&w, mandatory[i]);
		assert_int_equal(decode_block(reader_of(block, w.used), true),
				 BGP_VERDICT_WITHDRAW);
		assert_int_equal(update.error.notification.subcode,
				 BGP_UPDATE_MISSING_WELL_KNOWN);
		assert_bytes(update.error.notification.data,
			     update.error.notification.data_size, mandatory[i]);
	}
	assert_int_equal(decode_block(reader_of("", 0), true),
			 BGP_VERDICT_WITHDRAW);
	assert_int_equal(decode_block(BYTES(OPTIONAL_TRANSITIVE, 99, 0), true),
			 BGP_VERDICT_WITHDRAW);
}

static void withdraws_when_the_last_attribute_overruns(void **state)
{
	(void)state;
	assert_withdrawn(BYTES(OPTIONAL, 4, 5, 0, 0, 0, 1));
	assert_withdrawn(BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL));
	assert_withdrawn(BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL, 9));
	assert_withdrawn(
		BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL | EXTENDED, 9, 0));
	assert_int_equal(update.announced[0].nlri.bytes.left, 5);
}

static void lets_the_strongest_error_win(void **state)
{
	(void)state;
	assert_int_equal(judge(BYTES(TRANSITIVE, 5, 0, TRANSITIVE, 99, 0,
				     OPTIONAL, 4, 1, 0)),
			 BGP_VERDICT_RESET);
	assert_int_equal(judge(BYTES(OPTIONAL, 4, 1, 0, TRANSITIVE, 6, 1, 0)),
			 BGP_VERDICT_WITHDRAW);
	assert_int_equal(update.error.attribute, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(reads_the_mandatory_attributes),
		from_ebgp(reads_attributes_in_any_order),
		from_ebgp(accepts_the_extended_length_of_a_short_attribute),
		from_ebgp(ignores_the_low_flag_bits),
		from_ebgp(withdraws_for_a_bad_origin),
		from_ebgp(withdraws_for_a_malformed_as_path),
		from_ebgp(withdraws_for_as_0_in_a_path_of_any_peer),
		from_ebgp(withdraws_for_a_confederation_segment),
		from_ebgp(withdraws_for_an_as_set_unless_accepted),
		from_ebgp(withdraws_for_a_first_as_that_is_not_the_peers),
		from_ebgp(withdraws_for_an_empty_path_of_an_external_peer),
		from_ebgp(withdraws_for_a_nexthop_of_wrong_length),
		from_ebgp(withdraws_for_a_nexthop_that_no_host_can_have),
		from_ebgp(sends_no_notification_for_a_nexthop_without_routes),
		from_ebgp(withdraws_for_a_med_of_wrong_length),
		from_ebgp(discards_local_pref_of_external_peers_even_if_bad),
		from_ebgp(reads_local_pref_of_internal_peers),
		from_ebgp(discards_an_atomic_aggregate_with_a_value),
		from_ebgp(discards_an_aggregator_of_wrong_length),
		from_ebgp(discards_an_aggregator_of_as_0),
		from_ebgp(withdraws_for_communities_of_wrong_length),
		from_ebgp(withdraws_for_conflicting_flags),
		from_ebgp(keeps_the_first_of_duplicates),
		from_ebgp(withdraws_when_a_mandatory_attribute_is_missing),
		from_ebgp(withdraws_when_the_last_attribute_overruns),
		from_ebgp(lets_the_strongest_error_win),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
