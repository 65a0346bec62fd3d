// SPDX-License-Identifier: BSD-2-Clause
/*
 * UPDATEs that crashed other speakers, or that they passed on broken: the
 * verdict here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "walk.h"

enum {
	AS = 65001,
	OLD_SPEAKER_MAX = 16000, /* whose path still fits with 4 bytes */
	TYPES = 256,
};

static uint8_t space[BGP_MAX_EXTENDED_MESSAGE];
static struct bgp_path_key vip = {
	.prefix = { .address.bytes = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
		    .length = ADDRESS_BITS_IPV4 }
};

/* Send the attributes just read, and read them again on the same session. */
static enum bgp_verdict pass_on(void)
{
	struct bgp_attributes attributes =
		bgp_update_attributes(&update, BGP_PART_FIELD);
	static uint8_t sent[BGP_MAX_EXTENDED_MESSAGE];
	struct writer w = writer_of(sent, sizeof(sent));

	walk_update(&update);
	if (!bgp_update_announce(&w, &negotiated, &attributes, &vip, 1))
		return BGP_VERDICT_RESET;
	return bgp_update_decode(&context,
				 reader_of(sent + BGP_HEADER_SIZE,
					   w.used - BGP_HEADER_SIZE),
				 &scratch, &update);
}

/* A corrupt inner length (CVE-2023-38802 and similar ones). */
static void a_corrupt_tunnel_attribute_costs_its_own_route_only(void **state)
{
	(void)state;
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 23, 4, 0, 1, 0xff, 0xff));
	assert_int_equal(update.attributes.unknown.left, 0);
	assert_withdrawn(
		BYTES(OPTIONAL_TRANSITIVE, 23, 7, 0, 8, 0, 3, 4, 200, 1));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 23, 1, 0));
	assert_withdrawn(BYTES(OPTIONAL_TRANSITIVE, 23, 0));
}

/* Ten zeroes of type 40 spread around the world and reset sessions. */
static void a_prefix_sid_of_zeroes_is_left_out(void **state)
{
	(void)state;
	assert_discarded(BYTES(OPTIONAL_TRANSITIVE, 40, 10, 0, 0, 0, 0, 0, 0, 0,
			       0, 0, 0));
	assert_int_equal(update.attributes.unknown.left, 0);
	assert_true(update.announced[0].nlri.bytes.left > 0);
	assert_int_equal(pass_on(), BGP_VERDICT_OK);
	assert_int_equal(update.attributes.unknown.left, 0);
}

/* One was written with a length of two bytes and read with one. */
static void otc_keeps_its_length_whatever_its_header(void **state)
{
	(void)state;
	assert_good(
		BYTES(OPTIONAL_TRANSITIVE | EXTENDED, 35, 0, 4, 0, 0, 0, 7));
	assert_int_equal(pass_on(), BGP_VERDICT_OK);
	assert_int_equal(update.attributes.otc, 7);
	assert_withdrawn(
		BYTES(OPTIONAL_TRANSITIVE | EXTENDED, 35, 0, 3, 0, 0, 1));
}

/* 3 KB of type 99: one vendor cut it on the way. */
static void large_unknown_attributes_pass_byte_by_byte(void **state)
{
	static const size_t sizes[] = { 0, 255, 256, 3000, 4000 };
	uint32_t seed = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct writer w = writer_of(space, sizeof(space));
		struct reader kept;

		writer_u8(&w, OPTIONAL_TRANSITIVE | EXTENDED);
		writer_u8(&w, 99);
		writer_u16(&w, (uint16_t)sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			writer_u8(&w, (uint8_t)next_random(&seed));
		assert_good(reader_of(space, w.used));
		assert_int_equal(pass_on(), BGP_VERDICT_OK);
		kept = update.attributes.unknown;
		assert_int_equal(kept.data[0] & PARTIAL, PARTIAL);
		assert_memory_equal(kept.data + kept.left - sizes[i], space + 4,
				    sizes[i]);
	}
}

/* A confederation segment in AS4_PATH reset sessions far away from it. */
static void confederations_in_as4_path_are_only_dropped(void **state)
{
	char text[64];

	(void)state;
	negotiated = old_ebgp;
	assert_good(BYTES(TRANSITIVE, 2, 8, 2, 3, 0xfd, 0xe9, 0x5b, 0xa0, 0, 9,
			  OPTIONAL_TRANSITIVE, 17, 16, 3, 1, 0, 0, 0xfc, 0, 2,
			  2, 0, 1, 0, 0, 0, 0, 0, 9));
	assert_string_equal(as_path_format(update.attributes.as_path, text,
					   sizeof(text)),
			    "65001 65536 9");
}

/* Write an AS_PATH of `hops` numbers in the session's size. */
static struct reader path_of(size_t hops)
{
	struct writer w = writer_of(space, sizeof(space));

	writer_u8(&w, TRANSITIVE | EXTENDED);
	writer_u8(&w, 2);
	writer_u16(&w, 0);
	while (hops) {
		size_t part = hops < 255 ? hops : 255;

		writer_u8(&w, BGP_SEGMENT_SEQUENCE);
		writer_u8(&w, (uint8_t)part);
		for (hops -= part; part; part--) {
			if (negotiated.as4)
				writer_u16(&w, 0);
			writer_u16(&w, AS);
		}
	}
	writer_patch_u16(&w, 2, w.used - 4);
	assert_false(w.failed);
	return reader_of(space, w.used);
}

static void assert_long_path(unsigned int hops)
{
	static uint8_t longer[BGP_MAX_EXTENDED_MESSAGE];
	struct writer w = writer_of(longer, sizeof(longer));

	assert_good(path_of(hops));
	assert_int_equal(as_path_length(update.attributes.as_path), hops);
	as_path_prepend(&w, update.attributes.as_path, 4200000000, 1);
	assert_false(w.failed);
	update.attributes.as_path = reader_of(longer, w.used);
	context.accept_any_first_as = true;
	assert_int_equal(pass_on(), BGP_VERDICT_OK);
	assert_int_equal(as_path_length(update.attributes.as_path), hops + 1);
	assert_int_equal(as_path_last(update.attributes.as_path), AS);
}

static void long_paths_come_in_and_go_out(void **state)
{
	static const unsigned int hops[] = { 254, 255, 256,  257,
					     400, 511, 1000, 16000 };

	(void)state;
	negotiated.max_message = BGP_MAX_EXTENDED_MESSAGE;
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++)
		assert_long_path(hops[i]);
}

static void long_paths_of_old_speakers_come_in_and_go_out(void **state)
{
	static const unsigned int hops[] = { 254, 255, 256, 1000, 8000 };

	(void)state;
	negotiated = old_ebgp;
	negotiated.max_message = BGP_MAX_EXTENDED_MESSAGE;
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++)
		assert_long_path(hops[i]);
}

static void a_path_too_long_for_4_bytes_costs_its_own_route_only(void **state)
{
	(void)state;
	negotiated = old_ebgp;
	negotiated.max_message = BGP_MAX_EXTENDED_MESSAGE;
	assert_good(path_of(OLD_SPEAKER_MAX));
	assert_judged(path_of(2 * OLD_SPEAKER_MAX), BGP_VERDICT_WITHDRAW,
		      BGP_UPDATE_MALFORMED_AS_PATH);
	walk_update(&update);
}

/* 65 KB received, and our own AS does not fit any more. */
static void a_path_grown_too_large_is_not_sent(void **state)
{
	(void)state;
	negotiated.max_message = BGP_MAX_EXTENDED_MESSAGE;
	assert_good(path_of(16000));
	assert_int_equal(pass_on(), BGP_VERDICT_OK);
	assert_good(path_of(16000));
	negotiated.max_message = BGP_MAX_MESSAGE;
	assert_int_equal(pass_on(), BGP_VERDICT_RESET);
}

/* RFC 6793: an AS4_PATH that is longer than AS_PATH is not used. */
static void an_as4_path_longer_than_the_path_is_ignored(void **state)
{
	(void)state;
	negotiated = old_ebgp;
	assert_good(BYTES(TRANSITIVE, 2, 4, 2, 1, 0xfd, 0xe9,
			  OPTIONAL_TRANSITIVE, 17, 10, 2, 2, 0, 1, 0, 0, 0, 1,
			  0, 1));
	assert_int_equal(as_path_first(update.attributes.as_path), AS);
	assert_int_equal(as_path_length(update.attributes.as_path), 1);
}

/* Indexed by the wrong path (CVE-2026-41643): sets and odd lengths. */
static void as4_paths_of_any_shape_are_merged_or_ignored(void **state)
{
	uint8_t as4[64];
	uint32_t seed = 41643;

	(void)state;
	negotiated = old_ebgp;
	context.accept_as_sets = true;
	context.accept_any_first_as = true;
	for (unsigned int i = 0; i < 20000; i++) {
		size_t size = next_random(&seed) % 40;
		struct writer w = writer_of(as4, sizeof(as4));

		writer_bytes(&w, (uint8_t[]){ OPTIONAL_TRANSITIVE, 17 }, 2);
		writer_u8(&w, (uint8_t)size);
		for (size_t at = 0; at < size; at++)
			writer_u8(&w, next_random(&seed) % 5);
		assert_true(judge(reader_of(as4, w.used)) <=
			    BGP_VERDICT_DISCARD);
		walk_update(&update);
	}
}

/* Missing attributes and an unknown one: the previous route must go. */
static void nlri_without_attributes_withdraws(void **state)
{
	(void)state;
	assert_int_equal(decode_block(reader_of("", 0), true),
			 BGP_VERDICT_WITHDRAW);
	assert_true(update.announced[0].nlri.bytes.left > 0);
	assert_int_equal(decode_block(BYTES(OPTIONAL_TRANSITIVE, 99, 0), true),
			 BGP_VERDICT_WITHDRAW);
	assert_true(update.announced[0].nlri.bytes.left > 0);
	walk_update(&update);
}

/* MP_UNREACH_NLRI for IPv4 stopped a decision process. */
static void mp_unreach_for_ipv4_withdraws(void **state)
{
	(void)state;
	assert_int_equal(
		decode_block(BYTES(OPTIONAL, 15, 8, 0, 1, 1, 32, 192, 0, 2, 1),
			     false),
		BGP_VERDICT_OK);
	assert_next(&update.withdrawn[BGP_PART_MULTIPROTOCOL], "192.0.2.1/32");
}

static void mp_unreach_with_garbage_is_only_an_error(void **state)
{
	(void)state;
	assert_int_equal(decode_block(BYTES(OPTIONAL, 15, 4, 0, 1, 1, 200),
				      false),
			 BGP_VERDICT_RESET);
	assert_int_equal(decode_block(BYTES(OPTIONAL, 15, 3, 0, 1, 1,
					    OPTIONAL_TRANSITIVE, 99, 2, 1),
				      false),
			 BGP_VERDICT_RESET);
}

/* An ORIGIN with wrong flags, and an unknown well-known attribute. */
static void odd_flags_cost_what_the_rfc_says(void **state)
{
	(void)state;
	assert_withdrawn(BYTES(0, 1, 1, 0));
	assert_int_equal(judge(BYTES(TRANSITIVE, 99, 1, 0)), BGP_VERDICT_RESET);
	context.survive_unknown_well_known = true;
	assert_withdrawn(BYTES(TRANSITIVE, 99, 1, 0));
}

/* An empty value stops nothing, for any type and any flags. */
static void attributes_without_a_value_are_survived(void **state)
{
	(void)state;
	for (unsigned int type = 0; type < TYPES; type++)
		for (unsigned int flags = 0; flags < TYPES; flags += 0x10) {
			const uint8_t empty[] = { (uint8_t)flags, (uint8_t)type,
						  0, 0 };
			size_t size = flags & EXTENDED ? 4 : 3;

			judge(reader_of(empty, size));
			walk_update(&update);
		}
}

/* RFC 7606 4: only these may be empty. */
static void an_empty_value_is_good_for_few_types_only(void **state)
{
	(void)state;
	negotiated = ibgp;
	for (unsigned int type = 1; type <= 40; type++) {
		const char *name = bgp_attribute_name(type);
		bool may = type == BGP_ATTRIBUTE_AS_PATH ||
			   type == BGP_ATTRIBUTE_ATOMIC_AGGREGATE;

		if (!strcmp(name, "attribute"))
			continue;
		for (unsigned int flags = 0x40; flags <= 0xc0; flags += 0x40)
			if (judge(BYTES((uint8_t)flags, (uint8_t)type, 0)) ==
			    BGP_VERDICT_OK)
				may = !may;
		assert_false(may);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(a_corrupt_tunnel_attribute_costs_its_own_route_only),
		from_ebgp(a_prefix_sid_of_zeroes_is_left_out),
		from_ebgp(otc_keeps_its_length_whatever_its_header),
		from_ebgp(large_unknown_attributes_pass_byte_by_byte),
		from_ebgp(confederations_in_as4_path_are_only_dropped),
		from_ebgp(long_paths_come_in_and_go_out),
		from_ebgp(long_paths_of_old_speakers_come_in_and_go_out),
		from_ebgp(a_path_too_long_for_4_bytes_costs_its_own_route_only),
		from_ebgp(a_path_grown_too_large_is_not_sent),
		from_ebgp(an_as4_path_longer_than_the_path_is_ignored),
		from_ebgp(as4_paths_of_any_shape_are_merged_or_ignored),
		from_ebgp(nlri_without_attributes_withdraws),
		from_ebgp(mp_unreach_for_ipv4_withdraws),
		from_ebgp(mp_unreach_with_garbage_is_only_an_error),
		from_ebgp(odd_flags_cost_what_the_rfc_says),
		from_ebgp(attributes_without_a_value_are_survived),
		from_ebgp(an_empty_value_is_good_for_few_types_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
