// SPDX-License-Identifier: BSD-2-Clause
/*
 * OPENs from the wire: RFC 4271 4.2 and 6.2, RFC 5492, 6286, 6793, 7607, 9072.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/open.h"
#include "bytes.h"

enum {
	MAX_BODY = 512,
};

/* Version 4, AS 65001, hold time 90, 10.0.0.1; optional parameters follow. */
#define FIXED	  4, 0xfd, 0xe9, 0, 90, 10, 0, 0, 1
#define MP_IPV4	  1, 4, 0, 1, 0, 1
#define AS4_65001 65, 4, 0, 0, 0xfd, 0xe9

static struct bgp_open open_message;
static struct bgp_notification error;

/* Decode a copy that ends where the body ends. */
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
	assert_int_equal(bgp_open_families(&open_message),
			 BGP_IPV4_UNICAST_BIT);
}

static void accepts_many_capabilities_in_one_parameter(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 16, 2, 14, MP_IPV4, 2, 0, AS4_65001)));
	assert_int_equal(open_message.capabilities,
			 BGP_CAN_MULTIPROTOCOL | BGP_CAN_ROUTE_REFRESH |
				 BGP_CAN_AS4);
	assert_int_equal(open_message.families, BGP_IPV4_UNICAST_BIT);
}

static void accepts_one_capability_in_each_parameter(void **state)
{
	(void)state;
	assert_true(decode(
		BYTES(FIXED, 20, 2, 6, MP_IPV4, 2, 2, 2, 0, 2, 6, AS4_65001)));
	assert_int_equal(open_message.capabilities,
			 BGP_CAN_MULTIPROTOCOL | BGP_CAN_ROUTE_REFRESH |
				 BGP_CAN_AS4);
	assert_int_equal(open_message.families, BGP_IPV4_UNICAST_BIT);
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
		BYTES(FIXED, 13, 2, 11, 74, 3, 1, 2, 3, 200, 0, 72, 0, 0, 0)));
	assert_int_equal(open_message.ignored, 4);
	assert_int_equal(open_message.capabilities, 0);
}

static void ignores_multiprotocol_of_other_families(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 14, 2, 12, 1, 4, 0, 25, 0, 70, 1, 4,
				 0x99, 0x99, 0, 0x99)));
	assert_int_equal(open_message.capabilities, BGP_CAN_MULTIPROTOCOL);
	assert_int_equal(bgp_open_families(&open_message), 0);
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
	/* A value must not reach into the next parameter. */
	assert_rejected(BYTES(FIXED, 10, 2, 4, 65, 4, 0, 0, 2, 2, 2, 0),
			BGP_UNSPECIFIC);
}

static void accepts_the_extended_form(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 255, 255, 0, 9, 2, 0, 6, AS4_65001)));
	assert_int_equal(open_message.capabilities, BGP_CAN_AS4);
	/* The short length is ignored then. */
	assert_true(decode(BYTES(FIXED, 77, 255, 0, 9, 2, 0, 6, AS4_65001)));
	assert_true(decode(BYTES(FIXED, 255, 255, 0, 0)));
}

static void
accepts_an_extended_form_with_capabilities_of_all_kinds(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 255, 255, 0, 18, 2, 0, 6, MP_IPV4, 2, 0,
				 6, AS4_65001)));
	assert_int_equal(open_message.capabilities,
			 BGP_CAN_MULTIPROTOCOL | BGP_CAN_AS4);
}

static void rejects_unknown_parameters_of_the_extended_form(void **state)
{
	(void)state;
	assert_rejected(BYTES(FIXED, 255, 255, 0, 4, 1, 0, 1, 0),
			BGP_OPEN_UNSUPPORTED_PARAMETER);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 3, 255, 0, 0),
			BGP_OPEN_UNSUPPORTED_PARAMETER);
}

static void checks_the_headers_of_extended_parameters(void **state)
{
	(void)state;
	assert_rejected(BYTES(FIXED, 255, 255), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 1, 2), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 3, 2, 0, 1), BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 0, 3, 2, 255, 255),
			BGP_UNSPECIFIC);
	assert_rejected(BYTES(FIXED, 255, 255, 255, 255, 2, 0, 0),
			BGP_UNSPECIFIC);
}

static void leaves_the_result_alone_when_it_rejects(void **state)
{
	(void)state;
	assert_true(decode(BYTES(FIXED, 8, 2, 6, AS4_65001)));
	assert_rejected(BYTES(4, 0xfd, 0xea, 0, 30, 10, 0, 0, 2, 4, 2, 2, 2, 1),
			BGP_UNSPECIFIC);
	assert_int_equal(open_message.as, 65001);
	assert_int_equal(open_message.hold_time, 90);
	assert_int_equal(open_message.identifier, 0x0a000001);
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
		cmocka_unit_test(accepts_the_extended_form),
		cmocka_unit_test(
			accepts_an_extended_form_with_capabilities_of_all_kinds),
		cmocka_unit_test(
			rejects_unknown_parameters_of_the_extended_form),
		cmocka_unit_test(checks_the_headers_of_extended_parameters),
		cmocka_unit_test(leaves_the_result_alone_when_it_rejects),
		cmocka_unit_test(
			accepts_an_extended_form_of_more_than_255_bytes),
		cmocka_unit_test(rejects_every_truncation_of_the_extended_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
