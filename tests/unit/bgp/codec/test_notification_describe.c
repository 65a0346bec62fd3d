// SPDX-License-Identifier: BSD-2-Clause
/* NOTIFICATIONs as text: a table of bodies and their texts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/notification_describe.h"
#include "bytes.h"
#include "core/array.h"

enum {
	DATA_MAX = 24,
	RANDOM_BODIES = 100000,
	SEED = 20260117,
};

static char text[BGP_NOTIFICATION_TEXT_SIZE];

/* Decode a copy that ends where the body ends. */
static const char *describe(struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	struct bgp_notification n;
	bool good = bgp_notification_decode(reader_of(copy, body.left), &n);

	free(copy);
	assert_true(good);
	memset(text, '#', sizeof(text));
	return bgp_notification_describe(&n, text);
}

struct description_case {
	uint8_t size;
	uint8_t body[DATA_MAX];
	const char *expected;
};

#define BODY(...)                                         \
	.size = sizeof((const uint8_t[]){ __VA_ARGS__ }), \
	.body = { __VA_ARGS__ }

static const struct description_case cases[] = {
	/* Without data: the name alone. */
	{ BODY(2, 2), "OPEN Message Error/Bad Peer AS" },
	{ BODY(4, 0), "Hold Timer Expired" },
	{ BODY(8, 0), "Send Hold Timer Expired" },
	{ BODY(6, 1), "Cease/Maximum Number of Prefixes Reached" },
	{ BODY(6, 77), "Cease/subcode 77" },
	{ BODY(99, 1), "code 99/subcode 1" },
	/* Data of the form that its RFC defines. */
	{ BODY(1, 2, 0, 18),
	  "Message Header Error/Bad Message Length (length 18)" },
	{ BODY(1, 3, 9),
	  "Message Header Error/Bad Message Type (type 9, unknown)" },
	{ BODY(2, 1, 0, 4),
	  "OPEN Message Error/Unsupported Version Number (supports version 4)" },
	{ BODY(2, 7, 1, 4, 0, 2, 0, 1, 65, 4, 0, 0, 0, 1, 200, 0),
	  "OPEN Message Error/Unsupported Capability "
	  "(requires multiprotocol ipv6 unicast, 4-byte AS, capability 200)" },
	{ BODY(2, 7, 1, 4, 0, 99, 0, 1),
	  "OPEN Message Error/Unsupported Capability (requires multiprotocol)" },
	{ BODY(3, 2, 0x40, 77, 0),
	  "UPDATE Message Error/Unrecognized Well-known Attribute "
	  "(attribute 77)" },
	{ BODY(3, 3, 2), "UPDATE Message Error/Missing Well-known Attribute "
			 "(attribute 2, AS_PATH)" },
	{ BODY(3, 5, 0x40, 3, 3, 1, 2, 3),
	  "UPDATE Message Error/Attribute Length Error "
	  "(attribute 3, NEXT_HOP)" },
	{ BODY(5, 1, 2),
	  "Finite State Machine Error/Unexpected Message in OpenSent "
	  "(type 2, UPDATE)" },
	{ BODY(6, 1, 0, 1, 1, 0, 0, 0, 100),
	  "Cease/Maximum Number of Prefixes Reached "
	  "(ipv4 unicast, limit 100)" },
	{ BODY(6, 1, 0, 25, 70, 0, 0, 0, 7),
	  "Cease/Maximum Number of Prefixes Reached "
	  "(AFI 25 SAFI 70, limit 7)" },
	{ BODY(6, 2, 3, 'b', 'y', 'e'),
	  "Cease/Administrative Shutdown (\"bye\")" },
	{ BODY(6, 4, 4, '"', '\n', 0, 0xff),
	  "Cease/Administrative Reset (\"\\x22\\x0a\\x00\\xff\")" },
	{ BODY(6, 9, 6, 4, 1, 'x'),
	  "Cease/Hard Reset (Cease/Administrative Reset (\"x\"))" },
	{ BODY(6, 9, 4, 0), "Cease/Hard Reset (Hold Timer Expired)" },
	{ BODY(7, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	       255, 255, 255, 255, 0, 20, 5, 0),
	  "ROUTE-REFRESH Message Error/Invalid Message Length (length 20)" },
	/* Data of another form than its RFC defines. */
	{ BODY(1, 2, 18), "Message Header Error/Bad Message Length (data 12)" },
	{ BODY(2, 1, 4),
	  "OPEN Message Error/Unsupported Version Number (data 04)" },
	{ BODY(2, 7, 1, 4, 0, 2),
	  "OPEN Message Error/Unsupported Capability (data 01 04 00 02)" },
	{ BODY(6, 1, 0, 1, 1, 0, 0, 0),
	  "Cease/Maximum Number of Prefixes Reached (data 00 01 01 00 00 00)" },
	{ BODY(6, 2, 129, 'x'), "Cease/Administrative Shutdown (data 81 78)" },
	{ BODY(6, 2, 0), "Cease/Administrative Shutdown (data 00)" },
	{ BODY(6, 9, 6), "Cease/Hard Reset (data 06)" },
	{ BODY(6, 9, 6, 9, 6, 9, 6, 9),
	  "Cease/Hard Reset (data 06 09 06 09 06 09)" },
	{ BODY(7, 1, 0, 1), "ROUTE-REFRESH Message Error/"
			    "Invalid Message Length (data 00 01)" },
	/* Errors whose data has no meaning. */
	{ BODY(2, 2, 0xfd, 0xe9),
	  "OPEN Message Error/Bad Peer AS (data fd e9)" },
	{ BODY(99, 1, 0), "code 99/subcode 1 (data 00)" },
	{ BODY(4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17),
	  "Hold Timer Expired "
	  "(data 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 ...)" },
};

static void says_what_the_data_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			describe(reader_of(cases[i].body, cases[i].size)),
			cases[i].expected);
}

static void has_room_for_the_longest_text_in_a_hard_reset(void **state)
{
	uint8_t body[5 + BGP_SHUTDOWN_TEXT_MAX];
	size_t length;

	(void)state;
	memset(body, 0xff, sizeof(body));
	memcpy(body, "\6\11\6\2\xff", 5);
	length = strlen(describe(reader_of(body, sizeof(body))));
	assert_in_range(length, 4 * BGP_SHUTDOWN_TEXT_MAX, sizeof(text) - 2);
	assert_string_equal(text + length - 4, "f\"))");
}

static void cuts_a_list_of_capabilities_that_is_too_long(void **state)
{
	uint8_t body[2 + BGP_NOTIFICATION_DATA_MAX];

	(void)state;
	memset(body, 0, sizeof(body));
	memcpy(body, "\2\7", 2);
	for (size_t at = 2; at < sizeof(body); at += 2)
		body[at] = 255;
	assert_int_equal(strlen(describe(reader_of(body, sizeof(body)))),
			 sizeof(text) - 1);
}

static void survives_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t cut = 2; cut < cases[i].size; cut++)
			assert_true(strlen(describe(
					    reader_of(cases[i].body, cut))) <
				    sizeof(text));
}

static void assert_safe_to_log(void)
{
	size_t length = strnlen(text, sizeof(text));

	assert_true(length < sizeof(text));
	for (size_t i = 0; i < length; i++)
		assert_in_range(text[i], ' ', '~');
}

static void stays_safe_to_log_at_every_flipped_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t body[DATA_MAX];

		memcpy(body, cases[i].body, sizeof(body));
		for (size_t bit = 0; bit < 8u * cases[i].size; bit++) {
			body[bit / 8] ^= (uint8_t)(1u << bit % 8);
			describe(reader_of(body, cases[i].size));
			assert_safe_to_log();
			body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void stays_safe_to_log_with_random_data(void **state)
{
	uint32_t seed = SEED;
	uint8_t body[80];

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_BODIES; i++) {
		size_t size = 2 + next_random(&seed) % (sizeof(body) - 1);

		for (size_t at = 2; at < size; at++)
			body[at] = (uint8_t)next_random(&seed);
		body[0] = (uint8_t)(next_random(&seed) % 10);
		body[1] = (uint8_t)(next_random(&seed) % 12);
		describe(reader_of(body, size));
		assert_safe_to_log();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_data_means),
		cmocka_unit_test(has_room_for_the_longest_text_in_a_hard_reset),
		cmocka_unit_test(cuts_a_list_of_capabilities_that_is_too_long),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(stays_safe_to_log_at_every_flipped_bit),
		cmocka_unit_test(stays_safe_to_log_with_random_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
