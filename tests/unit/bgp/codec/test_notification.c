// SPDX-License-Identifier: BSD-2-Clause
/* NOTIFICATION: encoding, names, and the text of a shutdown (RFC 9003). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bgp/codec/notification.h"
#include "bytes.h"

static struct bgp_notification n;
static char text[BGP_SHUTDOWN_TEXT_SIZE];

/* Data that a peer might send with a Cease/Administrative Shutdown. */
static bool shutdown_text(struct reader data)
{
	struct text out = text_of(text, sizeof(text));

	return bgp_notification_show_shutdown(&out, data);
}

static bool shutdown_text_in(const struct bgp_notification *from)
{
	return shutdown_text(reader_of(from->data, from->data_size));
}

static void encodes_code_subcode_and_data(void **state)
{
	uint8_t message[64];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	bgp_notification_set(&n, BGP_ERROR_OPEN, BGP_OPEN_UNSUPPORTED_VERSION,
			     "\0\4", 2);
	bgp_notification_encode(&w, &n);
	assert_false(w.failed);
	assert_bytes(message, w.used, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,
		     23, 3, 2, 1, 0, 4);
}

static void decodes_what_it_encodes(void **state)
{
	struct bgp_notification back;
	uint8_t message[BGP_MAX_MESSAGE];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	bgp_notification_set_shutdown(&n, BGP_CEASE_ADMIN_RESET, "upgrade");
	bgp_notification_encode(&w, &n);
	assert_true(bgp_notification_decode(reader_of(message + BGP_HEADER_SIZE,
						      w.used - BGP_HEADER_SIZE),
					    &back));
	assert_int_equal(back.code, BGP_ERROR_CEASE);
	assert_int_equal(back.subcode, BGP_CEASE_ADMIN_RESET);
	assert_true(shutdown_text_in(&back));
	assert_string_equal(text, "upgrade");
}

static void rejects_a_body_without_code_and_subcode(void **state)
{
	(void)state;
	assert_false(bgp_notification_decode(reader_of("", 0), &n));
	assert_false(bgp_notification_decode(BYTES(6), &n));
	assert_true(bgp_notification_decode(BYTES(6, 2), &n));
	assert_int_equal(n.data_size, 0);
}

static void keeps_the_beginning_of_long_data(void **state)
{
	uint8_t body[BGP_MAX_MESSAGE - BGP_HEADER_SIZE] = { 6, 4, 0xaa };

	(void)state;
	assert_true(bgp_notification_decode(reader_of(body, sizeof(body)), &n));
	assert_int_equal(n.data_size, BGP_NOTIFICATION_DATA_MAX);
	assert_int_equal(n.data[0], 0xaa);
}

static void names_codes_and_subcodes(void **state)
{
	char name[BGP_NOTIFICATION_NAME_SIZE];

	(void)state;
	assert_string_equal(bgp_notification_name(6, 2, name),
			    "Cease/Administrative Shutdown");
	assert_string_equal(bgp_notification_name(4, 0, name),
			    "Hold Timer Expired");
	assert_string_equal(bgp_notification_name(6, 77, name),
			    "Cease/subcode 77");
	assert_string_equal(bgp_notification_name(2, 5, name),
			    "OPEN Message Error/subcode 5");
	assert_string_equal(bgp_notification_name(0, 0, name),
			    "code 0/subcode 0");
	assert_string_equal(bgp_notification_name(99, 1, name),
			    "code 99/subcode 1");
}

static void fits_every_name_in_its_buffer(void **state)
{
	char name[BGP_NOTIFICATION_NAME_SIZE];

	(void)state;
	for (unsigned int code = 0; code <= UINT8_MAX; code++)
		for (unsigned int subcode = 0; subcode <= UINT8_MAX; subcode++)
			assert_true(strlen(bgp_notification_name(code, subcode,
								 name)) <
				    sizeof(name) - 1);
}

static void reads_a_shutdown_text(void **state)
{
	(void)state;
	assert_true(shutdown_text(BYTES(3, 'b', 'y', 'e')));
	assert_string_equal(text, "bye");
}

static void refuses_a_shutdown_text_whose_length_lies(void **state)
{
	(void)state;
	assert_false(shutdown_text(reader_of("", 0)));
	assert_false(shutdown_text(BYTES(0)));
	assert_false(shutdown_text(BYTES(4, 'b', 'y', 'e')));
	assert_false(shutdown_text(BYTES(2, 'b', 'y', 'e')));
	assert_false(shutdown_text(BYTES(255, 'b')));
	assert_false(shutdown_text(BYTES(129, 'b')));
}

static void escapes_what_would_spoil_a_log_line(void **state)
{
	(void)state;
	assert_true(shutdown_text(
		BYTES(8, 'a', '\n', 0, '"', '\\', 0xc3, 0xa4, 0x7f)));
	assert_string_equal(text, "a\\x0a\\x00\\x22\\x5c\\xc3\\xa4\\x7f");
}

static void reads_the_longest_text_all_escaped(void **state)
{
	uint8_t data[1 + BGP_SHUTDOWN_TEXT_MAX];

	(void)state;
	memset(data, 0xff, sizeof(data));
	assert_true(shutdown_text(reader_of(data, sizeof(data))));
	assert_int_equal(strlen(text), BGP_SHUTDOWN_TEXT_SIZE - 1);
}

static void cuts_a_text_that_is_too_long_to_send(void **state)
{
	char longest[400];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	bgp_notification_set_shutdown(&n, BGP_CEASE_ADMIN_SHUTDOWN, longest);
	assert_int_equal(n.data_size, 1 + BGP_SHUTDOWN_TEXT_MAX);
	assert_true(shutdown_text_in(&n));
	assert_int_equal(strlen(text), BGP_SHUTDOWN_TEXT_MAX);
}

static void sends_no_half_of_a_character(void **state)
{
	char longest[BGP_SHUTDOWN_TEXT_MAX + 2];

	(void)state;
	/* 254 letters, then a character of two bytes. */
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + BGP_SHUTDOWN_TEXT_MAX - 1, "\xc3\xa4", 3);
	bgp_notification_set_shutdown(&n, BGP_CEASE_ADMIN_RESET, longest);
	assert_int_equal(n.data_size, 1 + BGP_SHUTDOWN_TEXT_MAX - 1);
	assert_int_equal(n.data[0], BGP_SHUTDOWN_TEXT_MAX - 1);
}

static void encodes_the_limit_of_prefixes_byte_by_byte(void **state)
{
	(void)state;
	bgp_notification_set_max_prefixes(&n, BGP_IPV6_UNICAST, 100000);
	assert_int_equal(n.code, BGP_ERROR_CEASE);
	assert_int_equal(n.subcode, BGP_CEASE_MAX_PREFIXES);
	assert_bytes(n.data, n.data_size, 0, 2, 1, 0, 1, 0x86, 0xa0);
}

static void wraps_the_reason_of_a_hard_reset(void **state)
{
	struct bgp_notification inner;

	(void)state;
	bgp_notification_set_shutdown(&inner, BGP_CEASE_ADMIN_RESET, "bye");
	bgp_notification_set_hard_reset(&n, &inner);
	assert_int_equal(n.code, BGP_ERROR_CEASE);
	assert_int_equal(n.subcode, BGP_CEASE_HARD_RESET);
	assert_bytes(n.data, n.data_size, 6, 4, 3, 'b', 'y', 'e');
}

static void only_the_end_of_a_peering_is_final(void **state)
{
	(void)state;
	for (unsigned int code = 0; code <= UINT8_MAX; code++)
		for (unsigned int subcode = 0; subcode <= UINT8_MAX;
		     subcode++) {
			bgp_notification_set(&n, code, subcode, NULL, 0);
			assert_int_equal(
				bgp_notification_is_final(&n),
				code == BGP_ERROR_CEASE &&
					(subcode == BGP_CEASE_MAX_PREFIXES ||
					 subcode == BGP_CEASE_ADMIN_SHUTDOWN ||
					 subcode == BGP_CEASE_DECONFIGURED));
		}
}

static void cuts_a_reason_too_long_for_a_hard_reset(void **state)
{
	static const uint8_t data[BGP_NOTIFICATION_DATA_MAX] = { 1 };
	struct bgp_notification inner;

	(void)state;
	bgp_notification_set(&inner, BGP_ERROR_UPDATE,
			     BGP_UPDATE_MALFORMED_AS_PATH, data, sizeof(data));
	bgp_notification_set_hard_reset(&n, &inner);
	assert_int_equal(n.data_size, BGP_NOTIFICATION_DATA_MAX);
	assert_memory_equal(n.data, "\3\13\1", 3);
}

static void rejects_every_truncation_of_a_shutdown_text(void **state)
{
	uint8_t data[1 + BGP_SHUTDOWN_TEXT_MAX];

	(void)state;
	memset(data, 'x', sizeof(data));
	for (size_t length = 1; length <= BGP_SHUTDOWN_TEXT_MAX; length++) {
		data[0] = (uint8_t)length;
		for (size_t cut = 0; cut <= length; cut++)
			assert_false(shutdown_text(reader_of(data, cut)));
		assert_true(shutdown_text(reader_of(data, 1 + length)));
	}
}

static void survives_every_flipped_bit_of_a_shutdown(void **state)
{
	uint8_t body[] = { 6, 2, 7, 'u', 'p', 'g', 'r', 'a', 'd', 'e' };

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(body); bit++) {
		uint8_t *copy;

		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		copy = exact_copy(body, sizeof(body));
		assert_true(bgp_notification_decode(
			reader_of(copy, sizeof(body)), &n));
		free(copy);
		shutdown_text_in(&n);
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_code_subcode_and_data),
		cmocka_unit_test(decodes_what_it_encodes),
		cmocka_unit_test(rejects_a_body_without_code_and_subcode),
		cmocka_unit_test(keeps_the_beginning_of_long_data),
		cmocka_unit_test(names_codes_and_subcodes),
		cmocka_unit_test(fits_every_name_in_its_buffer),
		cmocka_unit_test(reads_a_shutdown_text),
		cmocka_unit_test(refuses_a_shutdown_text_whose_length_lies),
		cmocka_unit_test(escapes_what_would_spoil_a_log_line),
		cmocka_unit_test(reads_the_longest_text_all_escaped),
		cmocka_unit_test(cuts_a_text_that_is_too_long_to_send),
		cmocka_unit_test(sends_no_half_of_a_character),
		cmocka_unit_test(encodes_the_limit_of_prefixes_byte_by_byte),
		cmocka_unit_test(wraps_the_reason_of_a_hard_reset),
		cmocka_unit_test(only_the_end_of_a_peering_is_final),
		cmocka_unit_test(cuts_a_reason_too_long_for_a_hard_reset),
		cmocka_unit_test(rejects_every_truncation_of_a_shutdown_text),
		cmocka_unit_test(survives_every_flipped_bit_of_a_shutdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
