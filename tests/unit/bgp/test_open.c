// SPDX-License-Identifier: BSD-2-Clause
/* OPEN: RFC 4271 4.2 and 6.2, RFC 5492, 6286, 6793, 7607, 9072. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/message.h"
#include "bgp/open.h"
#include "bytes.h"

enum {
	MAX_BODY = 512,
	RANDOM_OPENS = 100000,
};

/* Version 4, AS 65001, hold time 90, 10.0.0.1; optional parameters follow. */
#define FIXED	  4, 0xfd, 0xe9, 0, 90, 10, 0, 0, 1
#define MP_IPV4	  1, 4, 0, 1, 0, 1
#define AS4_65001 65, 4, 0, 0, 0xfd, 0xe9

static struct bgp_open open_message;
static struct bgp_notification error;

/* Decodes a copy that ends where the body ends. */
static bool decode(struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	bool good = bgp_open_decode(reader_of(copy, body.left), &open_message,
				    &error);

	free(copy);
	return good;
}

static void assert_rejected(struct reader body, unsigned int subcode)
{
	assert_false(decode(body));
	assert_int_equal(error.code, BGP_ERROR_OPEN);
	assert_int_equal(error.subcode, subcode);
}

static void accepts_an_open_without_parameters(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 0)));
	assert_int_equal(open_message.version, 4);
	assert_int_equal(open_message.as, 65001);
	assert_int_equal(open_message.hold_time, 90);
	assert_int_equal(open_message.identifier, 0x0a000001);
	assert_int_equal(open_message.capabilities, 0);
	assert_true(bgp_open_speaks_ipv4_unicast(&open_message));
}

static void accepts_many_capabilities_in_one_parameter(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 16, 2, 14, MP_IPV4, 2, 0, AS4_65001)));
	assert_int_equal(open_message.capabilities,
			 BGP_CAN_MULTIPROTOCOL | BGP_CAN_IPV4_UNICAST |
				 BGP_CAN_ROUTE_REFRESH | BGP_CAN_AS4);
}

static void accepts_one_capability_in_each_parameter(void **state)
{
	(void)state;
	assert_true(decode(
		BYTES(FIXED, 20, 2, 6, MP_IPV4, 2, 2, 2, 0, 2, 6, AS4_65001)));
	assert_int_equal(open_message.capabilities,
			 BGP_CAN_MULTIPROTOCOL | BGP_CAN_IPV4_UNICAST |
				 BGP_CAN_ROUTE_REFRESH | BGP_CAN_AS4);
}

static void accepts_a_capability_that_is_repeated(void **state)
{
	(void)state;
	assert_true(
		decode(BYTES(FIXED, 20, 2, 18, MP_IPV4, MP_IPV4, AS4_65001)));
	assert_int_equal(open_message.as, 65001);
}

static void accepts_a_capabilities_parameter_without_any(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 2, 2, 0)));
}

static void ignores_unknown_capabilities(void **state)
{
	(void)state;
	assert_true(decode(
		BYTES(FIXED, 13, 2, 11, 73, 3, 1, 2, 3, 200, 0, 70, 0, 6, 0)));
	assert_int_equal(open_message.ignored, 4);
	assert_int_equal(open_message.capabilities, 0);
}

static void ignores_multiprotocol_of_other_families(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 14, 2, 12, 1, 4, 0, 2, 0, 1, 1, 4, 0x99,
				 0x99, 0, 0x99)));
	assert_int_equal(open_message.capabilities, BGP_CAN_MULTIPROTOCOL);
	assert_false(bgp_open_speaks_ipv4_unicast(&open_message));
}

static void lets_the_as4_capability_win(void **state)
{
	(void)state;
	assert_true(decode(BYTES(4, 0x5b, 0xa0, 0, 90, 10, 0, 0, 1, 8, 2, 6, 65,
				 4, 0, 3, 0, 1)));
	assert_int_equal(open_message.as, 0x30001);
}

static void wants_as_trans_for_an_as_that_does_not_fit(void **state)
{
	(void)state;
	assert_rejected(BYTES(FIXED, 8, 2, 6, 65, 4, 0, 3, 0, 1),
			BGP_OPEN_BAD_PEER_AS);
}

static void rejects_other_versions_with_the_one_we_speak(void **state)
{
	static const uint8_t versions[] = { 0, 3, 5, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(versions); i++) {
		assert_rejected(BYTES(versions[i], 0xfd, 0xe9, 0, 90, 10, 0, 0,
				      1, 0),
				BGP_OPEN_UNSUPPORTED_VERSION);
		assert_bytes(error.data, error.data_size, 0, 4);
	}
}

static void rejects_as_0_in_both_places(void **state)
{
	(void)state;
	assert_rejected(BYTES(4, 0, 0, 0, 90, 10, 0, 0, 1, 0),
			BGP_OPEN_BAD_PEER_AS);
	assert_rejected(BYTES(FIXED, 8, 2, 6, 65, 4, 0, 0, 0, 0),
			BGP_OPEN_BAD_PEER_AS);
	assert_rejected(BYTES(4, 0, 0, 0, 90, 10, 0, 0, 1, 8, 2, 6, AS4_65001),
			BGP_OPEN_BAD_PEER_AS);
}

static void rejects_identifier_0_only(void **state)
{
	(void)state;
	assert_rejected(BYTES(4, 0xfd, 0xe9, 0, 90, 0, 0, 0, 0, 0),
			BGP_OPEN_BAD_IDENTIFIER);
	assert_true(decode(BYTES(4, 0xfd, 0xe9, 0, 90, 255, 255, 255, 255, 0)));
	assert_true(decode(BYTES(4, 0xfd, 0xe9, 0, 90, 0, 0, 0, 1, 0)));
}

static void rejects_hold_times_of_1_and_2_only(void **state)
{
	(void)state;
	assert_rejected(BYTES(4, 0xfd, 0xe9, 0, 1, 10, 0, 0, 1, 0),
			BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	assert_rejected(BYTES(4, 0xfd, 0xe9, 0, 2, 10, 0, 0, 1, 0),
			BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	assert_true(decode(BYTES(4, 0xfd, 0xe9, 0, 0, 10, 0, 0, 1, 0)));
	assert_true(decode(BYTES(4, 0xfd, 0xe9, 0, 3, 10, 0, 0, 1, 0)));
	assert_true(decode(BYTES(4, 0xfd, 0xe9, 255, 255, 10, 0, 0, 1, 0)));
}

static void rejects_unknown_optional_parameters(void **state)
{
	(void)state;
	/* 1 was authentication: RFC 4271 removed it. */
	assert_rejected(BYTES(FIXED, 3, 1, 1, 0),
			BGP_OPEN_UNSUPPORTED_PARAMETER);
	assert_rejected(BYTES(FIXED, 10, 2, 6, AS4_65001, 3, 0),
			BGP_OPEN_UNSUPPORTED_PARAMETER);
}

static void rejects_a_parameter_length_other_than_what_is_left(void **state)
{
	(void)state;
	assert_rejected(BYTES(FIXED, 0, 2, 0), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 7, 2, 6, AS4_65001), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 9, 2, 6, AS4_65001), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 0, 255, 0, 0), BGP_UNSPECIFIC);
}

static void rejects_parameters_and_capabilities_that_overrun(void **state)
{
	(void)state;
	assert_rejected(BYTES(FIXED, 1, 2), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 2, 2, 1), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 3, 2, 1, 65), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 8, 2, 6, 65, 5, 0, 0, 0xfd, 0xe9),
			BGP_UNSPECIFIC);
	/* Its value may not come from the next parameter. */
	assert_rejected(BYTES(FIXED, 10, 2, 4, 65, 4, 0, 0, 2, 2, 2, 0),
			BGP_UNSPECIFIC);
}

static void holds_known_capabilities_to_their_length(void **state)
{
	static const uint8_t sizes[] = {
		[BGP_CAPABILITY_MULTIPROTOCOL] = 4,
		[BGP_CAPABILITY_ROUTE_REFRESH] = 0,
		[BGP_CAPABILITY_AS4] = 4,
	};

	(void)state;
	for (unsigned int code = 1; code < sizeof(sizes); code++) {
		if (!bgp_capability_name(code))
			continue;
		for (uint8_t size = 0; size <= 6; size++) {
			uint8_t body[] = { FIXED, 0, 2,	   0,	 0, 0,
					   0,	  0, 0xfd, 0xe9, 0, 0 };

			body[9] = (uint8_t)(size + 4);
			body[11] = (uint8_t)(size + 2);
			body[12] = (uint8_t)code;
			body[13] = size;
			assert_int_equal(decode(reader_of(body, 14u + size)),
					 size == sizes[code]);
		}
	}
}

static void accepts_the_extended_form(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 255, 255, 0, 9, 2, 0, 6, AS4_65001)));
	assert_int_equal(open_message.capabilities, BGP_CAN_AS4);
	/* The short length does not count then. */
	assert_true(decode(BYTES(FIXED, 77, 255, 0, 9, 2, 0, 6, AS4_65001)));
	assert_true(decode(BYTES(FIXED, 255, 255, 0, 0)));
}

static void accepts_an_extended_form_of_more_than_255_bytes(void **state)
{
	uint8_t body[MAX_BODY] = { FIXED, 255, 255, 1, 0x31, 2, 1, 0x2e };

	(void)state;
	body[16] = 200; /* two unknown capabilities fill the parameter */
	body[17] = 150;
	body[18 + 150] = 201;
	body[18 + 151] = 148;
	assert_true(decode(reader_of(body, 13 + 0x131)));
	assert_int_equal(open_message.ignored, 2);
}

static void rejects_every_truncation_of_the_extended_form(void **state)
{
	const struct reader body =
		BYTES(FIXED, 255, 255, 0, 9, 2, 0, 6, AS4_65001);

	(void)state;
	for (size_t size = 0; size < body.left; size++)
		assert_rejected(reader_of(body.data, size), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 9, 2, 0, 7, AS4_65001),
			BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 2, 2, 0), BGP_UNSPECIFIC);
}

static const struct bgp_open ours = {
	.as = 70000,
	.identifier = 0x0a0000fe,
	.hold_time = 90,
	.capabilities = BGP_CAN_IPV4_UNICAST | BGP_CAN_AS4,
};

static size_t encode_ours(uint8_t *message, size_t size)
{
	struct writer w = writer_of(message, size);

	bgp_open_encode(&w, &ours);
	return w.failed ? 0 : w.used;
}

static void encodes_an_open_byte_by_byte(void **state)
{
	uint8_t message[128];
	size_t size = encode_ours(message, sizeof(message));

	(void)state;
	assert_bytes(message, size, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,
		     45, 1, 4, 0x5b, 0xa0, 0, 90, 10, 0, 0, 254, 16, 2, 6, 1, 4,
		     0, 1, 0, 1, 2, 6, 65, 4, 0, 1, 0x11, 0x70);
}

static void decodes_what_it_encodes(void **state)
{
	uint8_t message[128];
	size_t size = encode_ours(message, sizeof(message));

	(void)state;
	assert_true(decode(
		reader_of(message + BGP_HEADER_SIZE, size - BGP_HEADER_SIZE)));
	assert_int_equal(open_message.as, ours.as);
	assert_int_equal(open_message.identifier, ours.identifier);
	assert_int_equal(open_message.hold_time, ours.hold_time);
	assert_int_equal(open_message.capabilities,
			 ours.capabilities | BGP_CAN_MULTIPROTOCOL);
}

static void rejects_every_truncation_of_a_valid_open(void **state)
{
	uint8_t message[128];
	size_t size = encode_ours(message, sizeof(message));

	(void)state;
	for (size_t cut = 0; cut < size - BGP_HEADER_SIZE; cut++)
		assert_rejected(reader_of(message + BGP_HEADER_SIZE, cut),
				BGP_UNSPECIFIC);
}

static void rejects_every_truncation_of_a_valid_open_message(void **state)
{
	uint8_t message[128];
	size_t size = encode_ours(message, sizeof(message));
	struct bgp_frame_result frame;

	(void)state;
	for (size_t cut = BGP_HEADER_SIZE; cut < size; cut++) {
		message[17] = (uint8_t)cut;
		if (bgp_frame_next(message, cut, BGP_MAX_MESSAGE, &frame) ==
		    BGP_FRAME_OK)
			assert_rejected(frame.body, BGP_UNSPECIFIC);
		else
			assert_int_equal(frame.error.subcode,
					 BGP_HEADER_BAD_LENGTH);
	}
}

static void fails_the_writer_of_an_open_that_does_not_fit(void **state)
{
	uint8_t message[45];

	(void)state;
	for (size_t size = 0; size < sizeof(message); size++)
		assert_int_equal(encode_ours(message, size), 0);
	assert_int_equal(encode_ours(message, sizeof(message)), 45);
}

static void survives_every_flipped_bit(void **state)
{
	uint8_t message[128];
	size_t size = encode_ours(message, sizeof(message));

	(void)state;
	for (size_t bit = 8 * BGP_HEADER_SIZE; bit < 8 * size; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decode(reader_of(message + BGP_HEADER_SIZE,
				 size - BGP_HEADER_SIZE));
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void survives_random_parameters(void **state)
{
	uint8_t body[64] = { FIXED };
	uint32_t seed = 20250102;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_OPENS; i++) {
		size_t size = 10 + next_random(&seed) % 54;

		for (size_t at = 10; at < size; at++)
			body[at] = (uint8_t)(next_random(&seed) % 8);
		body[9] = (uint8_t)(size - 10);
		if (next_random(&seed) % 4 == 0)
			body[10] = BGP_PARAMETER_EXTENDED;
		decode(reader_of(body, size));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_an_open_without_parameters),
		cmocka_unit_test(accepts_many_capabilities_in_one_parameter),
		cmocka_unit_test(accepts_one_capability_in_each_parameter),
		cmocka_unit_test(accepts_a_capability_that_is_repeated),
		cmocka_unit_test(accepts_a_capabilities_parameter_without_any),
		cmocka_unit_test(ignores_unknown_capabilities),
		cmocka_unit_test(ignores_multiprotocol_of_other_families),
		cmocka_unit_test(lets_the_as4_capability_win),
		cmocka_unit_test(wants_as_trans_for_an_as_that_does_not_fit),
		cmocka_unit_test(rejects_other_versions_with_the_one_we_speak),
		cmocka_unit_test(rejects_as_0_in_both_places),
		cmocka_unit_test(rejects_identifier_0_only),
		cmocka_unit_test(rejects_hold_times_of_1_and_2_only),
		cmocka_unit_test(rejects_unknown_optional_parameters),
		cmocka_unit_test(
			rejects_a_parameter_length_other_than_what_is_left),
		cmocka_unit_test(
			rejects_parameters_and_capabilities_that_overrun),
		cmocka_unit_test(holds_known_capabilities_to_their_length),
		cmocka_unit_test(accepts_the_extended_form),
		cmocka_unit_test(
			accepts_an_extended_form_of_more_than_255_bytes),
		cmocka_unit_test(rejects_every_truncation_of_the_extended_form),
		cmocka_unit_test(encodes_an_open_byte_by_byte),
		cmocka_unit_test(decodes_what_it_encodes),
		cmocka_unit_test(rejects_every_truncation_of_a_valid_open),
		cmocka_unit_test(
			rejects_every_truncation_of_a_valid_open_message),
		cmocka_unit_test(fails_the_writer_of_an_open_that_does_not_fit),
		cmocka_unit_test(survives_every_flipped_bit),
		cmocka_unit_test(survives_random_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
