// SPDX-License-Identifier: BSD-2-Clause
/*
 * Attributes that are unknown or not used: kept, dropped or refused by their
 * flags alone (RFC 4271 5 and 9), and never a reason to reset a session.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/as_path.h"

static void resets_for_duplicate_multiprotocol_nlri(void **state)
{
	(void)state;
	assert_judged(BYTES(OPTIONAL, 14, 5, 0, 2, 1, 0, 0, OPTIONAL, 14, 5, 0,
			    2, 1, 0, 0),
		      BGP_VERDICT_RESET, BGP_UPDATE_MALFORMED_ATTRIBUTES);
	assert_judged(BYTES(OPTIONAL, 15, 3, 0, 2, 1, OPTIONAL, 15, 3, 0, 2, 1),
		      BGP_VERDICT_RESET, BGP_UPDATE_MALFORMED_ATTRIBUTES);
}

static void ignores_multiprotocol_nlri_of_other_families(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL, 14, 5, 0, 2, 1, 0, 0));
	assert_good(BYTES(OPTIONAL, 15, 3, 0, 2, 1));
	assert_int_equal(update.attributes.unknown.left, 0);
}

static void resets_for_multiprotocol_nlri_too_short_to_read(void **state)
{
	(void)state;
	assert_judged(BYTES(OPTIONAL, 14, 4, 0, 2, 1, 0), BGP_VERDICT_RESET,
		      BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_judged(BYTES(OPTIONAL, 15, 2, 0, 2), BGP_VERDICT_RESET,
		      BGP_UPDATE_OPTIONAL_ATTRIBUTE);
}

static void resets_for_an_unknown_well_known_attribute(void **state)
{
	(void)state;
	assert_judged(BYTES(TRANSITIVE, 99, 2, 5, 6), BGP_VERDICT_RESET,
		      BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN);
	assert_bytes(update.error.notification.data,
		     update.error.notification.data_size, TRANSITIVE, 99, 2, 5,
		     6);
	assert_int_equal(judge(BYTES(0, 98, 0)), BGP_VERDICT_RESET);
}

static void drops_unknown_non_transitive_attributes_silently(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL, 99, 2, 5, 6));
	assert_int_equal(update.attributes.unknown.left, 0);
}

static void keeps_unknown_transitive_attributes_as_partial(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 99, 2, 5, 6));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left,
		     OPTIONAL_TRANSITIVE | PARTIAL, 99, 2, 5, 6);
	assert_good(BYTES(OPTIONAL_TRANSITIVE | PARTIAL, 99, 0));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left,
		     OPTIONAL_TRANSITIVE | PARTIAL, 99, 0);
}

static void keeps_types_254_and_255_like_any_other(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 255, 1, 1, OPTIONAL_TRANSITIVE,
			  254, 1, 2));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left,
		     OPTIONAL_TRANSITIVE | PARTIAL, 254, 1, 2,
		     OPTIONAL_TRANSITIVE | PARTIAL, 255, 1, 1);
}

static void discards_type_0(void **state)
{
	(void)state;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 0, 1, 1));
	assert_discarded(BYTES(TRANSITIVE, 0, 1, 1));
	assert_int_equal(update.attributes.unknown.left, 0);
}

static void keeps_unknown_attributes_in_the_order_of_their_types(void **state)
{
	(void)state;
	assert_good(BYTES(OPTIONAL_TRANSITIVE, 60, 1, 1, OPTIONAL_TRANSITIVE,
			  50, 2, 2, 2, OPTIONAL_TRANSITIVE, 55, 0));
	assert_bytes(update.attributes.unknown.data,
		     update.attributes.unknown.left, 0xe0, 50, 2, 2, 2, 0xe0,
		     55, 0, 0xe0, 60, 1, 1);
}

static void keeps_large_unknown_attributes_byte_by_byte(void **state)
{
	static const size_t sizes[] = { 255, 256, 3000, 4000 };
	uint8_t block[BGP_MAX_MESSAGE];
	uint32_t seed = 20250104;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct writer w = writer_of(block, sizeof(block));
		struct reader kept;

		writer_u8(&w, OPTIONAL_TRANSITIVE | EXTENDED);
		writer_u8(&w, 99);
		writer_u16(&w, (uint16_t)sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			writer_u8(&w, (uint8_t)next_random(&seed));
		assert_good(reader_of(block, w.used));
		kept = update.attributes.unknown;
		assert_memory_equal(kept.data + kept.left - sizes[i], block + 4,
				    sizes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(resets_for_duplicate_multiprotocol_nlri),
		from_ebgp(ignores_multiprotocol_nlri_of_other_families),
		from_ebgp(resets_for_multiprotocol_nlri_too_short_to_read),
		from_ebgp(resets_for_an_unknown_well_known_attribute),
		from_ebgp(drops_unknown_non_transitive_attributes_silently),
		from_ebgp(keeps_unknown_transitive_attributes_as_partial),
		from_ebgp(keeps_types_254_and_255_like_any_other),
		from_ebgp(discards_type_0),
		from_ebgp(keeps_unknown_attributes_in_the_order_of_their_types),
		from_ebgp(keeps_large_unknown_attributes_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
