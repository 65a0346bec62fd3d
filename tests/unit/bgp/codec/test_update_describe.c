// SPDX-License-Identifier: BSD-2-Clause
/* The error of an UPDATE in words, and routes of other families. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/codec/update_describe.h"
#include "bytes.h"
#include "ipv4_session.h"

#define ORIGIN_IGP 0x40, 1, 1, 0
#define AS_PATH	   0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9
#define NEXT_HOP   0x40, 3, 4, 10, 0, 0, 1
#define VIP	   32, 192, 0, 2, 1
#define REACH_IPV6                                                             \
	0x80, 14, 38, 0, 2, 1, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, \
		0, 0, 0, 1, 0, 128, 0x20, 1, 0xd, 0xb8, 0, 15, 0, 0, 0, 0, 0,  \
		0, 0, 0, 0, 1
#define REACH_IPV6_SIZE 41
#define REACH_VPN                                                            \
	0x80, 14, 21, 0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1, 0, \
		24, 10, 0, 0

static void assert_described(struct reader body, enum bgp_verdict verdict,
			     const char *expected)
{
	char text[BGP_UPDATE_ERROR_TEXT_SIZE];

	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 verdict);
	assert_string_equal(bgp_update_describe(&update, text), expected);
}

static void names_a_missing_attribute(void **state)
{
	(void)state;
	assert_described(BYTES(0, 0, 0, 13, ORIGIN_IGP, AS_PATH, VIP),
			 BGP_VERDICT_WITHDRAW, "NEXT_HOP (3): missing");
}

static void has_the_bytes_of_a_value_that_is_not_understood(void **state)
{
	(void)state;
	assert_described(
		BYTES(0, 0, 0, 20, 0x40, 1, 1, 7, AS_PATH, NEXT_HOP, VIP),
		BGP_VERDICT_WITHDRAW, "ORIGIN (1): unknown value: 0x07");
	assert_described(BYTES(0, 0, 0, 24, ORIGIN_IGP, AS_PATH, NEXT_HOP, 0x80,
			       4, 1, 9, VIP),
			 BGP_VERDICT_WITHDRAW,
			 "MULTI_EXIT_DISC (4): wrong length: 0x09");
}

static void has_a_value_that_is_understood_but_not_allowed(void **state)
{
	(void)state;
	assert_described(BYTES(0, 0, 0, 20, ORIGIN_IGP, AS_PATH, 0x40, 3, 4,
			       224, 0, 0, 1, VIP),
			 BGP_VERDICT_WITHDRAW,
			 "NEXT_HOP (3): not a host address: 224.0.0.1");
	assert_described(BYTES(0, 0, 0, 20, ORIGIN_IGP, 0x40, 2, 6, 2, 1, 0, 0,
			       0xfd, 0xea, NEXT_HOP, VIP),
			 BGP_VERDICT_WITHDRAW,
			 "AS_PATH (2): first AS is not the peer's: 65002");
}

static void cuts_a_long_value(void **state)
{
	uint8_t bytes[400] = { 0, 0, 1, 64, ORIGIN_IGP, AS_PATH, NEXT_HOP };
	const uint8_t head[] = { 0xd0, 8, 1, 40 };
	char text[BGP_UPDATE_ERROR_TEXT_SIZE];
	struct reader body = reader_of(bytes, 4 + 20 + 4 + 296 + 5);
	const uint8_t vip[] = { VIP };

	(void)state;
	/* COMMUNITIES of 296 bytes whose length is 294, and two more. */
	memcpy(bytes + 24, head, sizeof(head));
	bytes[27] = 38;
	bytes[3] = 20 + 4 + 294 - 256;
	memcpy(bytes + 4 + 20 + 4 + 294, vip, sizeof(vip));
	body.left -= 2;
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_WITHDRAW);
	bgp_update_describe(&update, text);
	assert_int_equal(strlen(text), BGP_UPDATE_ERROR_TEXT_SIZE - 1);
	assert_string_equal(text + strlen(text) - 3, "...");
	assert_memory_equal(text, "COMMUNITIES (8): wrong length: 0x00", 35);
}

static void describes_a_fault_of_no_attribute(void **state)
{
	(void)state;
	assert_described(BYTES(0, 0, 0, 20, ORIGIN_IGP, AS_PATH, NEXT_HOP, 40,
			       1, 2, 3, 4, 5),
			 BGP_VERDICT_RESET, "bad prefix");
}

static void notes_routes_of_a_family_without_agreement(void **state)
{
	(void)state;
	assert_described(BYTES(0, 0, 0, 20 + REACH_IPV6_SIZE, ORIGIN_IGP,
			       AS_PATH, NEXT_HOP, REACH_IPV6),
			 BGP_VERDICT_OK, "");
	assert_true(update.foreign.present);
	assert_int_equal(update.foreign.afi, 2);
	assert_int_equal(update.foreign.safi, 1);
	assert_described(BYTES(0, 0, 0, 44, ORIGIN_IGP, AS_PATH, NEXT_HOP,
			       REACH_VPN),
			 BGP_VERDICT_OK, "");
	assert_int_equal(update.foreign.afi, 1);
	assert_int_equal(update.foreign.safi, 128);
	/* Withdrawn ones, but not the End-of-RIB of such a family. */
	assert_described(BYTES(0, 0, 0, 10, 0x80, 15, 7, 0, 2, 1, 16, 0x20, 1,
			       0xd),
			 BGP_VERDICT_OK, "");
	assert_true(update.foreign.present);
	assert_described(BYTES(0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1),
			 BGP_VERDICT_OK, "");
	assert_false(update.foreign.present);
	assert_described(BYTES(0, 0, 0, 20, ORIGIN_IGP, AS_PATH, NEXT_HOP, VIP),
			 BGP_VERDICT_OK, "");
	assert_false(update.foreign.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_a_missing_attribute),
		cmocka_unit_test(
			has_the_bytes_of_a_value_that_is_not_understood),
		cmocka_unit_test(
			has_a_value_that_is_understood_but_not_allowed),
		cmocka_unit_test(cuts_a_long_value),
		cmocka_unit_test(describes_a_fault_of_no_attribute),
		cmocka_unit_test(notes_routes_of_a_family_without_agreement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
