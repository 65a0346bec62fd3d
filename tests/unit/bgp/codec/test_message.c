// SPDX-License-Identifier: BSD-2-Clause
/* Framing: RFC 4271 4.1 and 6.1, for any split of the stream. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bytes.h"

enum {
	LENGTH_AT = 16,
	TYPE_AT = 18,
	FLIPS = 200000,
};

static struct bgp_message message;

/* Write a message of `type` and `length` bytes, filled with zeroes. */
static void make_header(uint8_t *data, unsigned int type, size_t length)
{
	memset(data, 0, BGP_MAX_MESSAGE);
	memset(data, 0xff, BGP_MARKER_SIZE);
	data[LENGTH_AT] = (uint8_t)(length >> 8);
	data[LENGTH_AT + 1] = (uint8_t)length;
	data[TYPE_AT] = (uint8_t)type;
}

static enum bgp_message_status next(const uint8_t *data, size_t size)
{
	uint8_t *copy = exact_copy(data, size);
	enum bgp_message_status result =
		bgp_message_next(copy, size, BGP_MAX_MESSAGE, &message);

	free(copy);
	return result;
}

static void assert_header_error(const uint8_t *data, size_t size,
				unsigned int subcode)
{
	assert_int_equal(next(data, size), BGP_MESSAGE_ERROR);
	assert_int_equal(message.error.code, BGP_ERROR_MESSAGE_HEADER);
	assert_int_equal(message.error.subcode, subcode);
}

static void accepts_a_keepalive(void **state)
{
	uint8_t data[BGP_HEADER_SIZE];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	bgp_message_encode_keepalive(&w);
	assert_false(w.failed);
	assert_int_equal(next(data, w.used), BGP_MESSAGE_OK);
	assert_int_equal(message.type, BGP_KEEPALIVE);
	assert_int_equal(message.size, BGP_HEADER_SIZE);
	assert_int_equal(message.body.left, 0);
}

static void waits_at_every_offset_of_a_split_message(void **state)
{
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	make_header(data, BGP_UPDATE, BGP_MIN_UPDATE + 4);
	for (size_t size = 0; size < BGP_MIN_UPDATE + 4; size++)
		assert_int_equal(next(data, size), BGP_MESSAGE_INCOMPLETE);
	assert_int_equal(next(data, BGP_MIN_UPDATE + 4), BGP_MESSAGE_OK);
}

static void cuts_several_messages_out_of_one_segment(void **state)
{
	uint8_t data[3 * BGP_HEADER_SIZE];
	struct writer w = writer_of(data, sizeof(data));
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		bgp_message_encode_keepalive(&w);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(data + at, w.used - at), BGP_MESSAGE_OK);
		at += message.size;
	}
	assert_int_equal(at, w.used);
}

static void rejects_a_wrong_marker_byte_as_it_arrives(void **state)
{
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < BGP_MARKER_SIZE; i++) {
		make_header(data, BGP_KEEPALIVE, BGP_HEADER_SIZE);
		data[i] = 0xfe;
		assert_int_equal(next(data, i), BGP_MESSAGE_INCOMPLETE);
		assert_header_error(data, i + 1, BGP_HEADER_NOT_SYNCHRONIZED);
		assert_int_equal(message.error.data_size, 0);
	}
}

static void rejects_http_at_its_first_byte(void **state)
{
	(void)state;
	assert_header_error((const uint8_t *)"GET /", 1,
			    BGP_HEADER_NOT_SYNCHRONIZED);
}

static void rejects_lengths_out_of_range_with_the_length_as_data(void **state)
{
	static const size_t lengths[] = { 0, 18, BGP_MAX_MESSAGE + 1, 0xffff };
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		make_header(data, BGP_UPDATE, lengths[i]);
		/*
		 * An error in the length is found before the type has arrived.
		 */
		assert_header_error(data, TYPE_AT, BGP_HEADER_BAD_LENGTH);
		assert_bytes(message.error.data, message.error.data_size,
			     (uint8_t)(lengths[i] >> 8), (uint8_t)lengths[i]);
	}
}

static void rejects_unknown_types_with_the_type_as_data(void **state)
{
	static const uint8_t types[] = { 0, 6, 9, 255 };
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		make_header(data, types[i], BGP_HEADER_SIZE);
		assert_header_error(data, BGP_HEADER_SIZE, BGP_HEADER_BAD_TYPE);
		assert_bytes(message.error.data, message.error.data_size,
			     types[i]);
		assert_false(message.silent);
	}
}

struct length_case {
	unsigned int type;
	size_t length;
	enum bgp_message_status expected;
};

static const struct length_case length_cases[] = {
	{ BGP_OPEN, 28, BGP_MESSAGE_ERROR },
	{ BGP_OPEN, 29, BGP_MESSAGE_OK },
	{ BGP_OPEN, 4096, BGP_MESSAGE_OK },
	{ BGP_UPDATE, 22, BGP_MESSAGE_ERROR },
	{ BGP_UPDATE, 23, BGP_MESSAGE_OK },
	{ BGP_UPDATE, 4096, BGP_MESSAGE_OK },
	{ BGP_NOTIFICATION, 20, BGP_MESSAGE_ERROR },
	{ BGP_NOTIFICATION, 21, BGP_MESSAGE_OK },
	{ BGP_KEEPALIVE, 19, BGP_MESSAGE_OK },
	{ BGP_KEEPALIVE, 20, BGP_MESSAGE_ERROR },
	{ BGP_ROUTE_REFRESH, 19, BGP_MESSAGE_OK },
	{ BGP_ROUTE_REFRESH, 23, BGP_MESSAGE_OK },
	{ BGP_ROUTE_REFRESH, 24, BGP_MESSAGE_OK },
};

static void holds_each_type_to_its_length(void **state)
{
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(length_cases) / sizeof(length_cases[0]);
	     i++) {
		const struct length_case *c = &length_cases[i];

		make_header(data, c->type, c->length);
		assert_int_equal(next(data, c->length), c->expected);
		if (c->expected == BGP_MESSAGE_ERROR)
			assert_int_equal(message.error.subcode,
					 BGP_HEADER_BAD_LENGTH);
	}
}

static const struct length_case extended_cases[] = {
	{ BGP_OPEN, 4096, BGP_MESSAGE_OK },
	{ BGP_OPEN, 4097, BGP_MESSAGE_ERROR },
	{ BGP_OPEN, 65535, BGP_MESSAGE_ERROR },
	{ BGP_UPDATE, 4097, BGP_MESSAGE_OK },
	{ BGP_UPDATE, 65535, BGP_MESSAGE_OK },
	{ BGP_NOTIFICATION, 65535, BGP_MESSAGE_OK },
	{ BGP_KEEPALIVE, 4097, BGP_MESSAGE_ERROR },
	{ BGP_ROUTE_REFRESH, 65535, BGP_MESSAGE_OK },
};

static void allows_extended_messages_but_for_open_and_keepalive(void **state)
{
	static uint8_t data[BGP_MAX_EXTENDED_MESSAGE];

	(void)state;
	for (size_t i = 0;
	     i < sizeof(extended_cases) / sizeof(extended_cases[0]); i++) {
		const struct length_case *c = &extended_cases[i];

		make_header(data, c->type, c->length);
		assert_int_equal(bgp_message_next(data, c->length,
						  BGP_MAX_EXTENDED_MESSAGE,
						  &message),
				 c->expected);
		if (c->expected == BGP_MESSAGE_OK)
			assert_int_equal(message.size, c->length);
		else
			assert_bytes(message.error.data,
				     message.error.data_size,
				     (uint8_t)(c->length >> 8),
				     (uint8_t)c->length);
	}
}

static void takes_a_session_byte_by_byte(void **state)
{
	uint8_t data[3 * BGP_HEADER_SIZE];
	struct writer w = writer_of(data, sizeof(data));
	size_t begin = 0;
	int messages = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		bgp_message_encode_keepalive(&w);
	for (size_t end = 1; end <= w.used; end++) {
		if (next(data + begin, end - begin) != BGP_MESSAGE_OK)
			continue;
		begin += message.size;
		messages++;
	}
	assert_int_equal(begin, w.used);
	assert_int_equal(messages, 3);
}

static void never_answers_a_notification_of_any_bad_length(void **state)
{
	static const size_t lengths[] = { 0, 18, 19, 20, 4097, 65535 };
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		make_header(data, BGP_NOTIFICATION, lengths[i]);
		assert_header_error(data, BGP_HEADER_SIZE,
				    BGP_HEADER_BAD_LENGTH);
		assert_true(message.silent);
	}
}

static void never_answers_a_bad_notification(void **state)
{
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	make_header(data, BGP_NOTIFICATION, BGP_HEADER_SIZE);
	assert_header_error(data, BGP_HEADER_SIZE, BGP_HEADER_BAD_LENGTH);
	assert_true(message.silent);
	make_header(data, BGP_KEEPALIVE, BGP_HEADER_SIZE + 1);
	assert_header_error(data, BGP_HEADER_SIZE + 1, BGP_HEADER_BAD_LENGTH);
	assert_false(message.silent);
}

static void keeps_its_copy_of_the_bad_length(void **state)
{
	uint8_t data[BGP_MAX_MESSAGE];

	(void)state;
	make_header(data, BGP_UPDATE, 18);
	assert_int_equal(bgp_message_next(data, BGP_HEADER_SIZE,
					  BGP_MAX_MESSAGE, &message),
			 BGP_MESSAGE_ERROR);
	memset(data, 0x79, sizeof(data));
	assert_bytes(message.error.data, message.error.data_size, 0, 18);
}

static void fails_the_writer_of_a_message_that_does_not_fit(void **state)
{
	uint8_t data[BGP_HEADER_SIZE];

	(void)state;
	for (size_t size = 0; size < sizeof(data); size++) {
		struct writer w = writer_of(data, size);

		bgp_message_encode_keepalive(&w);
		assert_true(w.failed);
	}
}

static void survives_flipped_bits(void **state)
{
	uint32_t seed = 20250101;
	uint8_t data[2 * BGP_MIN_UPDATE];

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < FLIPS; i++) {
		memset(data, 0, sizeof(data));
		memset(data, 0xff, BGP_MARKER_SIZE);
		data[LENGTH_AT + 1] = BGP_MIN_UPDATE;
		data[TYPE_AT] = BGP_UPDATE;
		for (int flips = 0; flips < 2; flips++) {
			uint32_t bit = next_random(&seed) % (8 * sizeof(data));

			data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		if (next(data, sizeof(data)) == BGP_MESSAGE_OK)
			assert_in_range(message.size, BGP_HEADER_SIZE,
					sizeof(data));
	}
}

static void names_the_messages(void **state)
{
	(void)state;
	assert_string_equal(bgp_message_name(BGP_OPEN), "OPEN");
	assert_string_equal(bgp_message_name(BGP_ROUTE_REFRESH),
			    "ROUTE-REFRESH");
	assert_string_equal(bgp_message_name(0), "unknown");
	assert_string_equal(bgp_message_name(200), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_keepalive),
		cmocka_unit_test(waits_at_every_offset_of_a_split_message),
		cmocka_unit_test(cuts_several_messages_out_of_one_segment),
		cmocka_unit_test(rejects_a_wrong_marker_byte_as_it_arrives),
		cmocka_unit_test(rejects_http_at_its_first_byte),
		cmocka_unit_test(
			rejects_lengths_out_of_range_with_the_length_as_data),
		cmocka_unit_test(rejects_unknown_types_with_the_type_as_data),
		cmocka_unit_test(holds_each_type_to_its_length),
		cmocka_unit_test(
			allows_extended_messages_but_for_open_and_keepalive),
		cmocka_unit_test(takes_a_session_byte_by_byte),
		cmocka_unit_test(
			never_answers_a_notification_of_any_bad_length),
		cmocka_unit_test(never_answers_a_bad_notification),
		cmocka_unit_test(keeps_its_copy_of_the_bad_length),
		cmocka_unit_test(
			fails_the_writer_of_a_message_that_does_not_fit),
		cmocka_unit_test(survives_flipped_bits),
		cmocka_unit_test(names_the_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
