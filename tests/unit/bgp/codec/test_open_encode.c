// SPDX-License-Identifier: BSD-2-Clause
/* Encoded OPENs: their bytes, and that decoding them returns the same OPEN. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "open_fixture.h"

enum {
	PLAIN_SIZE = 43,
	LENGTH_AT = BGP_MIN_OPEN - 1, /* of the optional parameters */
	RANDOM_OPENS = 100000,
	SEED = 20260115,
};

#define MARKER                                                            \
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, \
		0xff, 0xff, 0xff, 0xff, 0xff

static const struct bgp_open plain = {
	.as = 70000,
	.identifier = 0x0a0000fe,
	.hold_time = 90,
	.version = BGP_VERSION,
	.capabilities = BGP_CAN_MULTIPROTOCOL | BGP_CAN_AS4,
	.families = BGP_IPV4_UNICAST_BIT,
};

static uint8_t message[BGP_MAX_MESSAGE];

static void assert_text_equal(const struct bgp_open_text *a,
			      const struct bgp_open_text *b)
{
	assert_int_equal(a->length, b->length);
	assert_memory_equal(a->bytes, b->bytes, a->length);
}

static void assert_restart_equal(const struct bgp_graceful_restart *a,
				 const struct bgp_graceful_restart *b)
{
	assert_int_equal(a->restart_time, b->restart_time);
	assert_int_equal(a->restarting, b->restarting);
	assert_int_equal(a->notification, b->notification);
	assert_int_equal(a->families, b->families);
	assert_int_equal(a->forwarding, b->forwarding);
}

static void assert_open_equal(const struct bgp_open *a,
			      const struct bgp_open *b)
{
	assert_int_equal(a->as, b->as);
	assert_int_equal(a->identifier, b->identifier);
	assert_int_equal(a->hold_time, b->hold_time);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->ignored, b->ignored);
	assert_int_equal(a->capabilities, b->capabilities);
	assert_int_equal(a->families, b->families);
	assert_int_equal(a->role, b->role);
	assert_memory_equal(a->add_path, b->add_path, sizeof(a->add_path));
	assert_restart_equal(&a->graceful_restart, &b->graceful_restart);
	assert_text_equal(&a->host_name, &b->host_name);
	assert_text_equal(&a->domain_name, &b->domain_name);
	assert_text_equal(&a->software_version, &b->software_version);
}

static void assert_comes_back(const struct bgp_open *open)
{
	size_t size = encode_open(open, message, sizeof(message));
	struct bgp_notification error;
	struct bgp_open back;

	assert_int_not_equal(size, 0);
	assert_true(bgp_open_decode(body_of(message, size), &back, &error));
	assert_open_equal(&back, open);
}

static void encodes_an_open_byte_by_byte(void **state)
{
	size_t size = encode_open(&plain, message, sizeof(message));

	(void)state;
	assert_bytes(message, size, MARKER, 0, PLAIN_SIZE, 1, 4, 0x5b, 0xa0, 0,
		     90, 10, 0, 0, 254, 14, 2, 12, 1, 4, 0, 1, 0, 1, 65, 4, 0,
		     1, 0x11, 0x70);
}

static void encodes_no_parameter_without_capabilities(void **state)
{
	struct bgp_open open = { .as = 1, .identifier = 1 };
	size_t size = encode_open(&open, message, sizeof(message));

	(void)state;
	assert_int_equal(size, BGP_MIN_OPEN);
	assert_int_equal(message[LENGTH_AT], 0);
}

static void encodes_every_capability_byte_by_byte(void **state)
{
	struct bgp_open open = full_open(false);
	size_t size = encode_open(&open, message, sizeof(message));

	(void)state;
	assert_bytes(message + BGP_MIN_OPEN, size - BGP_MIN_OPEN, 2, 81,
		     /* multiprotocol, both families */
		     1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1,
		     /* route refresh, extended next hop, extended message */
		     2, 0, 5, 6, 0, 1, 0, 1, 0, 2, 6, 0,
		     /* role, graceful restart */
		     9, 1, 3, 64, 10, 0xc0, 120, 0, 1, 1, 0, 0, 2, 1, 0x80,
		     /* 4-byte AS, add-path, enhanced refresh, LLGR */
		     65, 4, 0, 1, 0x11, 0x70, 69, 8, 0, 1, 1, 1, 0, 2, 1, 2, 70,
		     0, 71, 0,
		     /* host name, software version */
		     73, 12, 3, 'l', 'b', '1', 7, 'e', 'x', 'a', 'm', 'p', 'l',
		     'e', 75, 6, 5, 'x', ' ', '1', '.', '0');
	assert_int_equal(message[LENGTH_AT], 83);
}

static void writes_as_trans_for_an_as_that_does_not_fit(void **state)
{
	struct bgp_open open = plain;

	(void)state;
	open.as = BGP_AS_MAX_2_BYTE;
	encode_open(&open, message, sizeof(message));
	assert_memory_equal(message + 20, "\xff\xff", 2);
	open.as = BGP_AS_MAX_2_BYTE + 1;
	encode_open(&open, message, sizeof(message));
	assert_memory_equal(message + 20, "\x5b\xa0", 2);
}

static void uses_the_extended_form_only_where_it_must(void **state)
{
	struct bgp_open open = full_open(true);

	(void)state;
	encode_open(&open, message, sizeof(message));
	assert_int_equal(message[LENGTH_AT], BGP_PARAMETER_EXTENDED);
	assert_int_equal(message[LENGTH_AT + 1], BGP_PARAMETER_EXTENDED);
	assert_comes_back(&open);
	open.capabilities &= ~(uint32_t)BGP_CAN_HOST_NAME;
	encode_open(&open, message, sizeof(message));
	assert_int_equal(message[LENGTH_AT + 1], BGP_PARAMETER_CAPABILITIES);
}

static void fills_the_short_form_to_its_last_byte(void **state)
{
	struct bgp_open open = full_open(true);
	size_t last = 0;

	(void)state;
	/*
	 * Each step adds one byte: 255 is reached, and 256 takes the extended
	 * form.
	 */
	open.host_name.length = 0;
	for (; open.host_name.length < BGP_OPEN_TEXT_MAX;
	     open.host_name.length++) {
		size_t size = encode_open(&open, message, sizeof(message));

		assert_comes_back(&open);
		if (message[LENGTH_AT + 1] == BGP_PARAMETER_EXTENDED)
			break;
		last = size - BGP_MIN_OPEN;
	}
	assert_int_equal(last, UINT8_MAX);
}

static void decodes_an_open_of_every_capability_unchanged(void **state)
{
	struct bgp_open open = full_open(false);

	(void)state;
	assert_comes_back(&plain);
	assert_comes_back(&open);
}

static void decodes_each_capability_alone_unchanged(void **state)
{
	(void)state;
	for (uint32_t bit = 1; bit < ALL_CAPABILITIES; bit <<= 1) {
		uint32_t seed = SEED;
		struct bgp_open open;

		do
			open = random_open(&seed);
		while (open.capabilities != bit);
		assert_comes_back(&open);
	}
}

static void decodes_random_opens_as_they_were(void **state)
{
	uint32_t seed = SEED;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_OPENS; i++) {
		struct bgp_open open = random_open(&seed);

		assert_comes_back(&open);
	}
}

static void fails_the_writer_of_an_open_that_does_not_fit(void **state)
{
	struct bgp_open open = full_open(true);
	size_t needed = encode_open(&open, message, sizeof(message));

	(void)state;
	for (size_t size = 0; size < PLAIN_SIZE; size++)
		assert_int_equal(encode_open(&plain, message, size), 0);
	assert_int_equal(encode_open(&plain, message, PLAIN_SIZE), PLAIN_SIZE);
	for (size_t size = 0; size < needed; size++)
		assert_int_equal(encode_open(&open, message, size), 0);
}

static void cuts_a_text_between_two_characters(void **state)
{
	/* 62 letters and 3 characters of 2 bytes each. */
	static const char long_text[] =
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij"
		"\xc3\xa4\xc3\xb6\xc3\xbc";
	struct bgp_open_text text;

	(void)state;
	bgp_open_text_set(&text, long_text);
	assert_int_equal(text.length, 64);
	bgp_open_text_set(&text, long_text + 1);
	assert_int_equal(text.length, 63);
	bgp_open_text_set(&text, "short");
	assert_int_equal(text.length, 5);
}

static void shows_a_text_without_what_could_spoil_a_line(void **state)
{
	struct bgp_open_text text = { .length = 5,
				      .bytes = { 'a', '\n', 0, 0x1b, '"' } };
	char shown[BGP_OPEN_TEXT_SIZE];

	(void)state;
	assert_string_equal(bgp_open_text_format(&text, shown),
			    "a\\x0a\\x00\\x1b\\x22");
	text.length = BGP_OPEN_TEXT_MAX;
	memset(text.bytes, 0xff, sizeof(text.bytes));
	assert_int_equal(strlen(bgp_open_text_format(&text, shown)),
			 BGP_OPEN_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_an_open_byte_by_byte),
		cmocka_unit_test(encodes_no_parameter_without_capabilities),
		cmocka_unit_test(encodes_every_capability_byte_by_byte),
		cmocka_unit_test(writes_as_trans_for_an_as_that_does_not_fit),
		cmocka_unit_test(uses_the_extended_form_only_where_it_must),
		cmocka_unit_test(fills_the_short_form_to_its_last_byte),
		cmocka_unit_test(decodes_an_open_of_every_capability_unchanged),
		cmocka_unit_test(decodes_each_capability_alone_unchanged),
		cmocka_unit_test(decodes_random_opens_as_they_were),
		cmocka_unit_test(fails_the_writer_of_an_open_that_does_not_fit),
		cmocka_unit_test(cuts_a_text_between_two_characters),
		cmocka_unit_test(shows_a_text_without_what_could_spoil_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
