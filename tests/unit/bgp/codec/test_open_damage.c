// SPDX-License-Identifier: BSD-2-Clause
/*
 * Damaged OPENs. Each is decoded from memory that ends where the OPEN ends, so
 * that the sanitizer sees a read beyond it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bgp/codec/negotiated.h"
#include "open_fixture.h"

enum {
	LENGTH_AT = BGP_MARKER_SIZE,
	RANDOM_OPENS = 100000,
	SEED = 20250102,
};

static uint8_t message[BGP_MAX_MESSAGE];
static struct bgp_notification error;

/* Negotiate with and show each OPEN that was accepted. */
static bool decode(struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	struct bgp_open local = full_open(false), open;
	bool good = bgp_open_decode(reader_of(copy, body.left), &open, &error);
	char text[BGP_OPEN_TEXT_SIZE];
	struct bgp_negotiated negotiated;

	free(copy);
	if (!good) {
		assert_int_equal(error.code, BGP_ERROR_OPEN);
		return false;
	}
	bgp_negotiated_from_opens(&local, &open, &negotiated);
	bgp_open_text_format(&open.host_name, text);
	bgp_open_text_format(&open.software_version, text);
	return true;
}

static void rejects_every_truncation_of(bool talkative)
{
	struct bgp_open open = full_open(talkative);
	size_t size = encode_open(&open, message, sizeof(message));

	for (size_t cut = BGP_HEADER_SIZE; cut < size; cut++) {
		assert_false(decode(body_of(message, cut)));
		assert_int_equal(error.subcode, BGP_UNSPECIFIC);
	}
	assert_true(decode(body_of(message, size)));
}

static void rejects_every_truncation_of_a_full_open(void **state)
{
	(void)state;
	rejects_every_truncation_of(false);
}

static void rejects_every_truncation_of_a_full_extended_open(void **state)
{
	(void)state;
	rejects_every_truncation_of(true);
}

static void rejects_every_truncation_with_a_length_that_agrees(void **state)
{
	struct bgp_open open = full_open(false);
	size_t size = encode_open(&open, message, sizeof(message));
	struct bgp_message frame;

	(void)state;
	for (size_t cut = BGP_HEADER_SIZE; cut < size; cut++) {
		message[LENGTH_AT + 1] = (uint8_t)cut;
		if (bgp_message_next(message, cut, BGP_MAX_MESSAGE, &frame) ==
		    BGP_MESSAGE_OK)
			assert_false(decode(frame.body));
		else
			assert_int_equal(frame.error.subcode,
					 BGP_HEADER_BAD_LENGTH);
	}
}

static void rejects_every_byte_too_many(void **state)
{
	struct bgp_open open = full_open(false);
	size_t size = encode_open(&open, message, sizeof(message));

	(void)state;
	memset(message + size, 0, sizeof(message) - size);
	for (size_t more = 1; more < 64; more++)
		assert_false(decode(body_of(message, size + more)));
}

static void survives_flipped_bits_of(bool talkative)
{
	struct bgp_open open = full_open(talkative);
	size_t size = encode_open(&open, message, sizeof(message));

	for (size_t bit = 8 * BGP_HEADER_SIZE; bit < 8 * size; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decode(body_of(message, size));
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void survives_every_flipped_bit_of_a_full_open(void **state)
{
	(void)state;
	survives_flipped_bits_of(false);
}

static void survives_every_flipped_bit_of_a_full_extended_open(void **state)
{
	(void)state;
	survives_flipped_bits_of(true);
}

/* Small numbers make types, codes and lengths that nearly fit. */
static void survives_random_parameters(void **state)
{
	uint8_t body[64] = { 4, 0xfd, 0xe9, 0, 90, 10, 0, 0, 1 };
	uint32_t seed = SEED;

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

static void survives_random_damage_to_random_opens(void **state)
{
	uint32_t seed = SEED;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_OPENS; i++) {
		struct bgp_open open = random_open(&seed);
		size_t size = encode_open(&open, message, sizeof(message));
		size_t room = size - BGP_HEADER_SIZE;

		for (int hits = 0; hits < 3; hits++)
			message[BGP_HEADER_SIZE + next_random(&seed) % room] =
				(uint8_t)next_random(&seed);
		decode(body_of(message, size));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejects_every_truncation_of_a_full_open),
		cmocka_unit_test(
			rejects_every_truncation_of_a_full_extended_open),
		cmocka_unit_test(
			rejects_every_truncation_with_a_length_that_agrees),
		cmocka_unit_test(rejects_every_byte_too_many),
		cmocka_unit_test(survives_every_flipped_bit_of_a_full_open),
		cmocka_unit_test(
			survives_every_flipped_bit_of_a_full_extended_open),
		cmocka_unit_test(survives_random_parameters),
		cmocka_unit_test(survives_random_damage_to_random_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
