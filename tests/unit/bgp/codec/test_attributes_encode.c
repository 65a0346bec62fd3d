// SPDX-License-Identifier: BSD-2-Clause
/*
 * Encoded attributes: the canonical form, its view, and the exchange with
 * speakers that have 2-byte AS numbers (RFC 6793).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/as_path.h"
#include "everything.h"

static void takes_the_paths_of_an_old_speaker_together(void **state)
{
	char text[64];

	(void)state;
	negotiated = old_ebgp;
	assert_good(BYTES(TRANSITIVE, 2, 6, 2, 2, 0xfd, 0xe9, 0x5b, 0xa0,
			  OPTIONAL_TRANSITIVE, 17, 6, 2, 1, 0, 1, 0, 0));
	assert_string_equal(as_path_format(update.attributes.as_path, text,
					   sizeof(text)),
			    "65001 65536");
}

static void discards_as4_attributes_of_new_speakers(void **state)
{
	(void)state;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 17, 6, 2, 1, 0, 1, 0, 0));
	assert_discarded(
		BYTES(OPTIONAL_TRANSITIVE, 18, 8, 0, 1, 0, 0, 10, 0, 0, 1));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 17, 1, 9));
	assert_int_equal(as_path_length(update.attributes.as_path), 1);
}

static void discards_a_malformed_as4_path_and_goes_on(void **state)
{
	(void)state;
	negotiated = old_ebgp;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 17, 5, 2, 1, 0, 1, 0));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 17, 6, 9, 1, 0, 1, 0, 0));
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 18, 6, 0, 1, 10, 0, 0, 1));
	assert_int_equal(as_path_first(update.attributes.as_path), 65001);
}

static void lets_as4_aggregator_replace_as_trans(void **state)
{
	(void)state;
	negotiated = old_ebgp;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 7, 6, 0x5b, 0xa0, 10, 0, 0, 1,
			  OPTIONAL_TRANSITIVE, 18, 8, 0, 1, 0, 0, 10, 0, 0, 2));
	assert_int_equal(update.attributes.aggregator_as, 65536);
}

static void ignores_as4_attributes_behind_a_newer_aggregator(void **state)
{
	char text[64];

	(void)state;
	negotiated = old_ebgp;
	assert_good(BYTES(TRANSITIVE, 2, 6, 2, 2, 0xfd, 0xe9, 0x5b, 0xa0,
			  OPTIONAL_TRANSITIVE, 7, 6, 0, 9, 10, 0, 0, 1,
			  OPTIONAL_TRANSITIVE, 17, 6, 2, 1, 0, 1, 0, 0,
			  OPTIONAL_TRANSITIVE, 18, 8, 0, 1, 0, 0, 10, 0, 0, 2));
	assert_int_equal(update.attributes.aggregator_as, 9);
	assert_string_equal(as_path_format(update.attributes.as_path, text,
					   sizeof(text)),
			    "65001 23456");
}

static size_t encode(uint8_t *to, size_t size, size_t as_size)
{
	struct writer w = writer_of(to, size);

	bgp_attributes_encode(&w, &update.attributes, as_size);
	return w.failed ? 0 : w.used;
}

static void encodes_the_canonical_form_byte_by_byte(void **state)
{
	uint8_t canonical[BGP_MAX_MESSAGE];
	size_t size;

	(void)state;
	negotiated = ibgp;
	assert_int_equal(decode_block(BYTES(EVERYTHING), true), BGP_VERDICT_OK);
	size = encode(canonical, sizeof(canonical), BGP_AS4_SIZE);
	assert_bytes(canonical, size, EVERYTHING);
}

static void encodes_equal_attributes_to_equal_bytes(void **state)
{
	uint8_t one[256], other[256];
	size_t size;

	(void)state;
	assert_good(BYTES(OPTIONAL, 4, 4, 0, 0, 0, 1, OPTIONAL_TRANSITIVE, 99,
			  1, 7, OPTIONAL_TRANSITIVE, 50, 0));
	size = encode(one, sizeof(one), BGP_AS4_SIZE);
	assert_int_equal(decode_block(BYTES(0xef, 50, 0, 0xd0, 99, 0, 1, 7,
					    0x9f, 4, 0, 4, 0, 0, 0, 1, NEXT_HOP,
					    PATH_65001, ORIGIN),
				      true),
			 BGP_VERDICT_OK);
	assert_int_equal(encode(other, sizeof(other), BGP_AS4_SIZE), size);
	assert_memory_equal(one, other, size);
}

static void views_the_canonical_form(void **state)
{
	static const uint8_t canonical[] = { EVERYTHING };
	uint8_t again[256];
	struct writer w = writer_of(again, sizeof(again));
	struct bgp_attributes view;

	(void)state;
	bgp_attributes_view(canonical, sizeof(canonical), &view);
	assert_int_equal(view.med, 9);
	assert_int_equal(view.local_pref, 100);
	assert_int_equal(view.partial, BGP_HAS_AGGREGATOR);
	assert_int_equal(as_path_last(view.as_path), 65536);
	assert_int_equal(view.unknown.left,
			 sizeof((uint8_t[]){ EVERYTHING_UNKNOWN }));
	assert_int_equal(view.originator_id, 0x0a000007);
	assert_int_equal(view.aigp, 256);
	assert_int_equal(view.otc, 65001);
	assert_int_equal(view.large_communities.left, 12);
	bgp_attributes_encode(&w, &view, BGP_AS4_SIZE);
	assert_int_equal(w.used, sizeof(canonical));
	assert_memory_equal(again, canonical, sizeof(canonical));
}

static void writes_long_attributes_with_an_extended_length(void **state)
{
	static uint8_t communities[256];
	uint8_t block[512];
	struct bgp_attributes attributes = {
		.present = BGP_HAS_COMMUNITIES,
		.communities = reader_of(communities, sizeof(communities)),
	};
	struct writer w = writer_of(block, sizeof(block));

	(void)state;
	communities[0] = 1;
	communities[255] = 2;
	bgp_attributes_encode(&w, &attributes, BGP_AS4_SIZE);
	assert_int_equal(w.used, 4 + 256);
	assert_memory_equal(block, ((uint8_t[]){ 0xd0, 8, 1, 0, 1 }), 5);
	assert_int_equal(block[w.used - 1], 2);
}

static void survives_the_way_over_an_old_speaker(void **state)
{
	static const uint8_t canonical[] = { EVERYTHING };
	uint8_t old[512], again[512];
	size_t size;

	(void)state;
	negotiated = ibgp;
	decode_block(BYTES(EVERYTHING), true);
	size = encode(old, sizeof(old), BGP_AS2_SIZE);
	assert_true(size > 0);
	negotiated.as4 = false;
	assert_int_equal(decode_block(reader_of(old, size), true),
			 BGP_VERDICT_OK);
	size = encode(again, sizeof(again), BGP_AS4_SIZE);
	assert_int_equal(size, sizeof(canonical));
	assert_memory_equal(again, canonical, size);
}

static void writes_no_as4_attributes_that_are_not_needed(void **state)
{
	uint8_t old[256];
	size_t size;

	(void)state;
	assert_good(BYTES(ORIGIN));
	size = encode(old, sizeof(old), BGP_AS2_SIZE);
	assert_bytes(old, size, ORIGIN, OLD_PATH_65001, NEXT_HOP);
}

static void fails_the_writer_of_attributes_that_do_not_fit(void **state)
{
	static const uint8_t canonical[] = { EVERYTHING };
	uint8_t block[sizeof(canonical)];

	(void)state;
	negotiated = ibgp;
	decode_block(BYTES(EVERYTHING), true);
	for (size_t size = 0; size < sizeof(block); size++)
		assert_int_equal(encode(block, size, BGP_AS4_SIZE), 0);
	assert_int_equal(encode(block, sizeof(block), BGP_AS4_SIZE),
			 sizeof(block));
}

static void names_attributes_and_values(void **state)
{
	(void)state;
	assert_string_equal(bgp_attribute_name(2), "AS_PATH");
	assert_string_equal(bgp_attribute_name(99), "attribute");
	assert_string_equal(bgp_origin_name(2), "incomplete");
	assert_string_equal(bgp_verdict_name(BGP_VERDICT_WITHDRAW), "withdraw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(takes_the_paths_of_an_old_speaker_together),
		from_ebgp(discards_as4_attributes_of_new_speakers),
		from_ebgp(discards_a_malformed_as4_path_and_goes_on),
		from_ebgp(lets_as4_aggregator_replace_as_trans),
		from_ebgp(ignores_as4_attributes_behind_a_newer_aggregator),
		from_ebgp(encodes_the_canonical_form_byte_by_byte),
		from_ebgp(encodes_equal_attributes_to_equal_bytes),
		from_ebgp(views_the_canonical_form),
		from_ebgp(writes_long_attributes_with_an_extended_length),
		from_ebgp(survives_the_way_over_an_old_speaker),
		from_ebgp(writes_no_as4_attributes_that_are_not_needed),
		from_ebgp(fails_the_writer_of_attributes_that_do_not_fit),
		from_ebgp(names_attributes_and_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
