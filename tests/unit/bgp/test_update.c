// SPDX-License-Identifier: BSD-2-Clause
/*
 * UPDATE: framing of its three fields, NLRI, and how errors end (RFC 4271 6.3,
 * RFC 7606).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/as_path.h"
#include "bgp/message.h"
#include "bgp/update.h"
#include "bytes.h"

enum {
	RANDOM_UPDATES = 50000,
};

/* ORIGIN, AS_PATH 65001, NEXT_HOP 10.0.0.1: 20 bytes. */
#define ATTRIBUTES                                                            \
	0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 10, 0, \
		0, 1
#define ATTRIBUTES_SIZE 20
#define VIP		32, 192, 0, 2, 1

static const struct bgp_decode_context context = { .peer_as = 65001,
						   .as4 = true,
						   .ebgp = true };

static struct bgp_scratch scratch;
static struct bgp_update update;

/* Decodes and walks a copy that ends where the body ends. */
static enum bgp_verdict decode(struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	enum bgp_verdict verdict = bgp_update_decode(
		&context, reader_of(copy, body.left), &scratch, &update);
	struct reader announced = update.announced;
	struct reader withdrawn = update.withdrawn;
	struct prefix prefix;
	char text[64];

	as_path_format(update.attributes.as_path, text, sizeof(text));
	while (bgp_nlri_next(&announced, &prefix))
		assert_true(prefix.length <= ADDRESS_BITS_IPV4);
	while (bgp_nlri_next(&withdrawn, &prefix))
		assert_true(prefix.length <= ADDRESS_BITS_IPV4);
	assert_false(announced.failed || withdrawn.failed);
	free(copy);
	return verdict;
}

static void assert_reset(struct reader body, unsigned int subcode)
{
	assert_int_equal(decode(body), BGP_VERDICT_RESET);
	assert_int_equal(update.fault.notification.code, BGP_ERROR_UPDATE);
	assert_int_equal(update.fault.notification.subcode, subcode);
	assert_int_equal(update.announced.left, 0);
	assert_int_equal(update.withdrawn.left, 0);
}

static void assert_next(struct reader *nlri, const char *expected)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	assert_true(bgp_nlri_next(nlri, &prefix));
	assert_string_equal(prefix_format(&prefix, text), expected);
}

static void decodes_withdrawn_attributes_and_announced(void **state)
{
	struct reader body = BYTES(0, 4, 24, 10, 1, 2, 0, ATTRIBUTES_SIZE,
				   ATTRIBUTES, VIP, 0, 9, 10, 128);

	(void)state;
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_OK);
	assert_next(&update.withdrawn, "10.1.2.0/24");
	assert_int_equal(update.withdrawn.left, 0);
	assert_next(&update.announced, "192.0.2.1/32");
	assert_next(&update.announced, "0.0.0.0/0");
	assert_next(&update.announced, "10.128.0.0/9");
	assert_int_equal(update.announced.left, 0);
	assert_false(update.end_of_rib);
}

static void clears_host_bits(void **state)
{
	struct reader nlri = BYTES(23, 10, 1, 255, 1, 255, 0);

	(void)state;
	assert_next(&nlri, "10.1.254.0/23");
	assert_next(&nlri, "128.0.0.0/1");
	assert_next(&nlri, "0.0.0.0/0");
}

static void iterates_unchecked_nlri_up_to_its_error(void **state)
{
	struct reader too_long = BYTES(VIP, 33, 1, 2, 3, 4, 5);
	struct reader too_short = BYTES(VIP, 24, 10, 1);
	struct prefix prefix;

	(void)state;
	assert_next(&too_long, "192.0.2.1/32");
	assert_false(bgp_nlri_next(&too_long, &prefix));
	assert_true(too_long.failed);
	assert_next(&too_short, "192.0.2.1/32");
	assert_false(bgp_nlri_next(&too_short, &prefix));
	assert_true(too_short.failed);
}

static void lets_announced_win_over_withdrawn(void **state)
{
	(void)state;
	/* Both are handed on; update.h says in which order to take them. */
	assert_int_equal(
		decode(BYTES(0, 5, VIP, 0, ATTRIBUTES_SIZE, ATTRIBUTES, VIP)),
		BGP_VERDICT_OK);
	assert_int_equal(update.withdrawn.left, 5);
	assert_int_equal(update.announced.left, 5);
}

static void resets_when_lengths_exceed_the_message(void **state)
{
	(void)state;
	assert_reset(BYTES(0, 1, 0, 0), BGP_UPDATE_MALFORMED_ATTRIBUTES);
	assert_reset(BYTES(0, 3, 0, 0), BGP_UPDATE_MALFORMED_ATTRIBUTES);
	assert_reset(BYTES(0, 0, 0, 1), BGP_UPDATE_MALFORMED_ATTRIBUTES);
	assert_reset(BYTES(255, 255, 255, 255),
		     BGP_UPDATE_MALFORMED_ATTRIBUTES);
	assert_reset(BYTES(0, 0, 0, ATTRIBUTES_SIZE + 1, ATTRIBUTES),
		     BGP_UPDATE_MALFORMED_ATTRIBUTES);
}

static void resets_for_a_prefix_that_is_too_long_or_cut(void **state)
{
	(void)state;
	assert_reset(BYTES(0, 0, 0, ATTRIBUTES_SIZE, ATTRIBUTES, 33, 1, 2, 3, 4,
			   5),
		     BGP_UPDATE_INVALID_NETWORK);
	assert_reset(BYTES(0, 0, 0, ATTRIBUTES_SIZE, ATTRIBUTES, VIP, 255),
		     BGP_UPDATE_INVALID_NETWORK);
	assert_reset(BYTES(0, 0, 0, ATTRIBUTES_SIZE, ATTRIBUTES, 32, 192, 0, 2),
		     BGP_UPDATE_INVALID_NETWORK);
	assert_reset(BYTES(0, 6, 33, 1, 2, 3, 4, 5, 0, 0),
		     BGP_UPDATE_INVALID_NETWORK);
	assert_reset(BYTES(0, 2, 24, 10, 0, 0), BGP_UPDATE_INVALID_NETWORK);
}

static void withdraws_what_stands_behind_attributes_that_overrun(void **state)
{
	(void)state;
	assert_int_equal(decode(BYTES(0, 0, 0, ATTRIBUTES_SIZE + 3, ATTRIBUTES,
				      0x80, 4, 200, VIP)),
			 BGP_VERDICT_WITHDRAW);
	assert_int_equal(update.announced.left, 5);
}

static void resets_for_attribute_errors_without_nlri(void **state)
{
	(void)state;
	assert_reset(BYTES(0, 0, 0, 4, 0x40, 1, 1, 3),
		     BGP_UPDATE_INVALID_ORIGIN);
	assert_reset(BYTES(0, 5, VIP, 0, 4, 0x40, 1, 1, 3),
		     BGP_UPDATE_INVALID_ORIGIN);
	assert_reset(BYTES(0, 0, 0, 1, 0x40), BGP_UPDATE_MALFORMED_ATTRIBUTES);
	/* An attribute that is only discarded is no reason. */
	assert_int_equal(decode(BYTES(0, 0, 0, 4, 0x40, 6, 1, 0)),
			 BGP_VERDICT_DISCARD);
	/* And what MP_REACH_NLRI announces is described by the attributes. */
	assert_int_equal(decode(BYTES(0, 0, 0, 12, 0x40, 1, 1, 3, 0x80, 14, 5,
				      0, 2, 1, 0, 0)),
			 BGP_VERDICT_WITHDRAW);
}

static void asks_for_mandatory_attributes_only_with_nlri(void **state)
{
	(void)state;
	assert_int_equal(decode(BYTES(0, 0, 0, 0, VIP)), BGP_VERDICT_WITHDRAW);
	assert_int_equal(decode(BYTES(0, 5, VIP, 0, 0)), BGP_VERDICT_OK);
	assert_int_equal(decode(BYTES(0, 0, 0, 4, 0x40, 1, 1, 0)),
			 BGP_VERDICT_OK);
	assert_int_equal(decode(BYTES(0, 0, 0, 3, 0xc0, 99, 0)),
			 BGP_VERDICT_OK);
}

static void recognises_end_of_rib(void **state)
{
	(void)state;
	assert_int_equal(decode(BYTES(0, 0, 0, 0)), BGP_VERDICT_OK);
	assert_true(update.end_of_rib);
	assert_int_equal(decode(BYTES(0, 1, 0, 0, 0)), BGP_VERDICT_OK);
	assert_false(update.end_of_rib);
	assert_int_equal(decode(BYTES(0, 0, 0, 4, 0x40, 1, 1, 0)),
			 BGP_VERDICT_OK);
	assert_false(update.end_of_rib);
}

/* ORIGIN and AS_PATH, then MP_REACH_NLRI for IPv4 unicast. */
#define MP_VIP                                                                 \
	0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x80, 14, 14, 0, 1, \
		1, 4, 10, 0, 0, 2, 0, VIP
#define MP_VIP_SIZE 30

static void takes_ipv4_routes_in_multiprotocol_form(void **state)
{
	struct reader body = BYTES(0, 0, 0, MP_VIP_SIZE, MP_VIP);
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_OK);
	assert_next(&update.announced, "192.0.2.1/32");
	assert_string_equal(address_format(&update.attributes.next_hop, text),
			    "10.0.0.2");
	body = BYTES(0, 0, 0, 11, 0x80, 15, 8, 0, 1, 1, VIP);
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_OK);
	assert_next(&update.withdrawn, "192.0.2.1/32");
	assert_false(update.end_of_rib);
}

static void takes_an_empty_mp_unreach_as_end_of_rib(void **state)
{
	(void)state;
	assert_int_equal(decode(BYTES(0, 0, 0, 6, 0x80, 15, 3, 0, 1, 1)),
			 BGP_VERDICT_OK);
	assert_true(update.end_of_rib);
	assert_int_equal(decode(BYTES(0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1)),
			 BGP_VERDICT_OK);
	assert_false(update.end_of_rib);
}

static void resets_for_bad_ipv4_routes_in_multiprotocol_form(void **state)
{
	(void)state;
	/* Next hop of 16 bytes, of more than there are, and bad prefixes. */
	assert_reset(BYTES(0, 0, 0, 24, 0x80, 14, 21, 0, 1, 1, 16, 0, 0, 0, 0,
			   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_reset(BYTES(0, 0, 0, 8, 0x80, 14, 5, 0, 1, 1, 4, 10),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_reset(BYTES(0, 0, 0, 13, 0x80, 14, 10, 0, 1, 1, 4, 10, 0, 0, 2,
			   0, 33),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_reset(BYTES(0, 0, 0, 7, 0x80, 15, 4, 0, 1, 1, 24),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
}

static void resets_for_ipv4_routes_in_both_forms(void **state)
{
	(void)state;
	assert_reset(BYTES(0, 0, 0, MP_VIP_SIZE, MP_VIP, VIP),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_reset(BYTES(0, 5, VIP, 0, 11, 0x80, 15, 8, 0, 1, 1, VIP),
		     BGP_UPDATE_OPTIONAL_ATTRIBUTE);
}

/* Withdraws one prefix and announces two. */
static const uint8_t valid[] = { 0,	     4,	  24, 10,
				 1,	     2,	  0,  ATTRIBUTES_SIZE,
				 ATTRIBUTES, VIP, VIP };

/* But for the ends of the NLRI's prefixes, where a shorter one is as valid. */
static bool is_whole(size_t size)
{
	return size == sizeof(valid) - 10 || size == sizeof(valid) - 5;
}

static void rejects_every_truncation_of_a_valid_update(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(valid); size++)
		assert_int_equal(decode(reader_of(valid, size)),
				 is_whole(size) ? BGP_VERDICT_OK :
						  BGP_VERDICT_RESET);
}

static void rejects_every_truncation_of_a_valid_update_message(void **state)
{
	uint8_t message[BGP_HEADER_SIZE + sizeof(valid)];
	struct writer w = writer_of(message, sizeof(message));
	struct bgp_frame_result frame;

	(void)state;
	bgp_message_begin(&w, BGP_UPDATE);
	writer_bytes(&w, valid, sizeof(valid));
	for (size_t size = BGP_HEADER_SIZE; size < w.used; size++) {
		bool whole = is_whole(size - BGP_HEADER_SIZE);

		writer_patch_u16(&w, BGP_MARKER_SIZE, size);
		if (bgp_frame_next(message, size, BGP_MAX_MESSAGE, &frame) !=
		    BGP_FRAME_OK) {
			assert_true(size < BGP_MIN_UPDATE);
			continue;
		}
		assert_int_equal(decode(frame.body),
				 whole ? BGP_VERDICT_OK : BGP_VERDICT_RESET);
	}
}

/* The lengths stay true, so that the attributes are what is cut. */
static void rejects_every_truncation_of_the_attributes(void **state)
{
	static const uint8_t attributes[] = { ATTRIBUTES };
	uint8_t body[64];

	(void)state;
	for (size_t size = 0; size < sizeof(attributes); size++) {
		struct writer w = writer_of(body, sizeof(body));

		writer_u16(&w, 0);
		writer_u16(&w, (uint16_t)size);
		writer_bytes(&w, attributes, size);
		writer_bytes(&w, (uint8_t[]){ VIP }, 5);
		assert_int_equal(decode(reader_of(body, w.used)),
				 BGP_VERDICT_WITHDRAW);
		assert_int_equal(update.announced.left, 5);
	}
}

static void survives_every_flipped_bit(void **state)
{
	uint8_t body[sizeof(valid)];

	(void)state;
	memcpy(body, valid, sizeof(valid));
	for (size_t bit = 0; bit < 8 * sizeof(valid); bit++) {
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decode(reader_of(body, sizeof(body)));
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void encodes_whatever_it_accepts(const struct bgp_attributes *a)
{
	uint8_t one[BGP_MAX_MESSAGE], two[BGP_MAX_MESSAGE];
	struct writer w = writer_of(one, sizeof(one));
	struct writer w2 = writer_of(two, sizeof(two));
	struct bgp_attributes view;

	bgp_attributes_encode(&w, a, BGP_AS4_SIZE);
	assert_false(w.failed);
	bgp_attributes_view(one, w.used, &view);
	bgp_attributes_encode(&w2, &view, BGP_AS4_SIZE);
	assert_int_equal(w.used, w2.used);
	assert_memory_equal(one, two, w.used);
}

static void survives_random_bytes_in_a_valid_update(void **state)
{
	uint8_t body[sizeof(valid)];
	uint32_t seed = 20250105;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_UPDATES; i++) {
		memcpy(body, valid, sizeof(valid));
		for (uint32_t n = next_random(&seed) % 4; n < 4; n++)
			body[next_random(&seed) % sizeof(body)] =
				(uint8_t)next_random(&seed);
		bgp_update_decode(&context, reader_of(body, sizeof(body)),
				  &scratch, &update);
		encodes_whatever_it_accepts(&update.attributes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_withdrawn_attributes_and_announced),
		cmocka_unit_test(clears_host_bits),
		cmocka_unit_test(iterates_unchecked_nlri_up_to_its_error),
		cmocka_unit_test(lets_announced_win_over_withdrawn),
		cmocka_unit_test(resets_when_lengths_exceed_the_message),
		cmocka_unit_test(resets_for_a_prefix_that_is_too_long_or_cut),
		cmocka_unit_test(
			withdraws_what_stands_behind_attributes_that_overrun),
		cmocka_unit_test(resets_for_attribute_errors_without_nlri),
		cmocka_unit_test(asks_for_mandatory_attributes_only_with_nlri),
		cmocka_unit_test(recognises_end_of_rib),
		cmocka_unit_test(takes_ipv4_routes_in_multiprotocol_form),
		cmocka_unit_test(takes_an_empty_mp_unreach_as_end_of_rib),
		cmocka_unit_test(
			resets_for_bad_ipv4_routes_in_multiprotocol_form),
		cmocka_unit_test(resets_for_ipv4_routes_in_both_forms),
		cmocka_unit_test(rejects_every_truncation_of_a_valid_update),
		cmocka_unit_test(
			rejects_every_truncation_of_a_valid_update_message),
		cmocka_unit_test(rejects_every_truncation_of_the_attributes),
		cmocka_unit_test(survives_every_flipped_bit),
		cmocka_unit_test(survives_random_bytes_in_a_valid_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
