// SPDX-License-Identifier: BSD-2-Clause
/*
 * Attributes that came after RFC 4271: route reflection, extended and large
 * communities, AIGP, OTC, and those that are checked and passed on.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/large_community.h"
#include "walk.h"

#define TEN_ZEROES 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static void reads_originator_and_clusters_of_internal_peers(void **state)
{
	(void)state;
	negotiated = ibgp;
	assert_good(BYTES(OPTIONAL, 9, 4, 10, 0, 0, 7));
	assert_int_equal(update.attributes.originator_id, 0x0a000007);
	assert_good(BYTES(OPTIONAL, 10, 8, 10, 0, 0, 8, 10, 0, 0, 9));
	assert_int_equal(update.attributes.cluster_list.left, 8);
}

static void discards_originator_and_clusters_of_external_peers(void **state)
{
	(void)state;
	assert_discarded(BYTES(OPTIONAL, 9, 4, 10, 0, 0, 7));
	assert_discarded(BYTES(OPTIONAL, 10, 4, 10, 0, 0, 7));
	/* Also if malformed. */
	assert_discarded(BYTES(OPTIONAL, 9, 0));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 10, 3, 0, 0, 7));
	assert_false(has(BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST));
}

static void withdraws_for_a_bad_originator_or_cluster_list(void **state)
{
	(void)state;
	negotiated = ibgp;
	assert_judged(BYTES(OPTIONAL, 9, 3, 10, 0, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(OPTIONAL, 9, 5, 10, 0, 0, 7, 0));
	assert_withdrawn(BYTES(OPTIONAL, 9, 0));
	assert_judged(BYTES(OPTIONAL, 10, 0), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(OPTIONAL, 10, 6, 10, 0, 0, 7, 0, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 9, 4, 10, 0, 0, 7));
}

static void withdraws_for_extended_communities_of_wrong_length(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 16, 8, 0, 2, 0xfd, 0xe9, 0, 0, 0,
			  1));
	assert_int_equal(update.attributes.extended_communities.left, 8);
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 16, 0));
	assert_withdrawn(
		BYTES(OPTIONAL_TRANSITIVE, 16, 7, 0, 2, 0, 0, 0, 0, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 16, 10, TEN_ZEROES));
	assert_withdrawn(BYTES(OPTIONAL, 16, 8, 0, 2, 0xfd, 0xe9, 0, 0, 0, 1));
}

static void takes_extended_communities_of_unknown_types(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 16, 8, 0xff, 0xff, 1, 2, 3, 4, 5,
			  6));
	assert_int_equal(update.attributes.extended_communities.left, 8);
}

static void
withdraws_for_ipv6_extended_communities_of_wrong_length(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 25, 20, TEN_ZEROES, TEN_ZEROES));
	assert_int_equal(update.attributes.ipv6_extended_communities.left, 20);
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 25, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 25, 10, TEN_ZEROES));
}

static void withdraws_for_large_communities_of_wrong_length(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 32, 12, TEN_ZEROES, 0, 1));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 32, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 32, 10, TEN_ZEROES));
	assert_withdrawn(
		BYTES(OPTIONAL_TRANSITIVE, 32, 8, 1, 2, 3, 4, 5, 6, 7, 8));
}

static void removes_large_communities_that_repeat(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 32, 36, TEN_ZEROES, 0, 9,
			  TEN_ZEROES, 0, 1, TEN_ZEROES, 0, 9));
	assert_bytes(update.attributes.large_communities.data,
		     update.attributes.large_communities.left, TEN_ZEROES, 0, 1,
		     TEN_ZEROES, 0, 9);
}

static void leaves_other_large_communities_in_their_order(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 32, 24, TEN_ZEROES, 0, 9,
			  TEN_ZEROES, 0, 1));
	assert_bytes(update.attributes.large_communities.data,
		     update.attributes.large_communities.left, TEN_ZEROES, 0, 9,
		     TEN_ZEROES, 0, 1);
	walk_update(&update);
}

static void reads_the_first_aigp_metric(void **state)
{
	(void)state;
	negotiated = ibgp;
	assert_good(BYTES(OPTIONAL, 26, 27, 7, 0, 5, 1, 2, 1, 0, 11, 0, 0, 0, 1,
			  0, 0, 0, 2, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 3));
	assert_true(update.attributes.aigp == 0x100000002);
	assert_int_equal(update.attributes.aigp_tlvs.left, 27);
}

static void discards_a_malformed_aigp(void **state)
{
	(void)state;
	negotiated = ibgp;
	assert_judged(BYTES(OPTIONAL, 26, 11, 1, 0, 10, 0, 0, 0, 0, 0, 0, 0, 3),
		      BGP_VERDICT_DISCARD, BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_discarded(BYTES(OPTIONAL, 26, 3, 1, 0, 2));
	assert_discarded(BYTES(OPTIONAL, 26, 3, 1, 0, 3));
	assert_discarded(BYTES(OPTIONAL, 26, 4, 1, 0, 11, 0));
	assert_discarded(BYTES(OPTIONAL, 26, 3, 7, 0, 3));
	assert_discarded(BYTES(OPTIONAL, 26, 2, 1, 0));
	assert_discarded(BYTES(OPTIONAL, 26, 0));
	/* Wrong flags cost only the attribute. */
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 26, 11, 1, 0, 11, 0, 0, 0,
			       0, 0, 0, 0, 3));
	assert_false(has(BGP_HAS_AIGP));
}

static void discards_aigp_of_external_peers_unless_accepted(void **state)
{
	struct reader aigp =
		BYTES(OPTIONAL, 26, 11, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 3);

	(void)state;
	assert_discarded(aigp);
	context.accept_aigp = true;
	assert_good(aigp);
	assert_int_equal(update.attributes.aigp, 3);
}

static void withdraws_for_an_otc_of_wrong_length(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 35, 4, 0, 0, 0xfd, 0xe9));
	assert_int_equal(update.attributes.otc, 65001);
	assert_judged(BYTES(OPTIONAL_TRANSITIVE, 35, 3, 0, 0, 1),
		      BGP_VERDICT_WITHDRAW, BGP_UPDATE_ATTRIBUTE_LENGTH);
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 35, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 35, 5, 0, 0, 0, 0, 1));
}

static void withdraws_for_an_otc_of_as_0(void **state)
{
	(void)state;
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 35, 4, 0, 0, 0, 0));
	assert_false(has(BGP_HAS_OTC));
}

static void passes_on_a_whole_prefix_sid(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 40, 10, 1, 0, 7, 0, 0, 0, 0, 0,
			  0, 9));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left, 0xe0, 40, 10, 1, 0, 7, 0,
		     0, 0, 0, 0, 0, 9);
}

static void discards_a_malformed_prefix_sid(void **state)
{
	(void)state;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 40, 4, 1, 0, 7, 0));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 40, 0));
	assert_discarded(BYTES(OPTIONAL, 40, 3, 1, 0, 0));
	assert_int_equal(update.attributes.unknown.left, 0);
}

static void drops_link_state_whole_or_not(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL, 29, 6, 4, 2, 0, 2, 1, 2));
	assert_int_equal(update.attributes.unknown.left, 0);
	assert_discarded(BYTES(OPTIONAL, 29, 6, 4, 2, 0, 3, 1, 2));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 29, 4, 4, 2, 0, 0));
	assert_discarded(BYTES(OPTIONAL, 29, 0));
}

static void passes_on_a_whole_tunnel_encapsulation(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 23, 12, 0, 8, 0, 8, 4, 2, 1, 2,
			  128, 0, 1, 9));
	assert_int_equal(update.attributes.unknown.left, 15);
}

static void reads_the_attributes_of_either_kind_of_length(void **state)
{
	(void)state;
	assert_good(
		BYTES(OPTIONAL_TRANSITIVE | EXTENDED, 35, 0, 4, 0, 0, 0, 1));
	assert_int_equal(update.attributes.otc, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(reads_originator_and_clusters_of_internal_peers),
		from_ebgp(discards_originator_and_clusters_of_external_peers),
		from_ebgp(withdraws_for_a_bad_originator_or_cluster_list),
		from_ebgp(withdraws_for_extended_communities_of_wrong_length),
		from_ebgp(takes_extended_communities_of_unknown_types),
		from_ebgp(
			withdraws_for_ipv6_extended_communities_of_wrong_length),
		from_ebgp(withdraws_for_large_communities_of_wrong_length),
		from_ebgp(removes_large_communities_that_repeat),
		from_ebgp(leaves_other_large_communities_in_their_order),
		from_ebgp(reads_the_first_aigp_metric),
		from_ebgp(discards_a_malformed_aigp),
		from_ebgp(discards_aigp_of_external_peers_unless_accepted),
		from_ebgp(withdraws_for_an_otc_of_wrong_length),
		from_ebgp(withdraws_for_an_otc_of_as_0),
		from_ebgp(passes_on_a_whole_prefix_sid),
		from_ebgp(discards_a_malformed_prefix_sid),
		from_ebgp(drops_link_state_whole_or_not),
		from_ebgp(passes_on_a_whole_tunnel_encapsulation),
		from_ebgp(reads_the_attributes_of_either_kind_of_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
