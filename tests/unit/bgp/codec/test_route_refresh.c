// SPDX-License-Identifier: BSD-2-Clause
/* ROUTE-REFRESH: RFC 2918, and with enhanced route refresh RFC 7313. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/route_refresh.h"
#include "bytes.h"

enum {
	BODY_SIZE = 4,
	LONG_BODY = 1000,
	LENGTH_AT = BGP_MARKER_SIZE,
};

#define MARKER                                                            \
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, \
		0xff, 0xff, 0xff, 0xff, 0xff

static const struct bgp_negotiated plain = {
	.route_refresh = true,
	.families = BGP_ALL_FAMILIES,
};

static const struct bgp_negotiated enhanced = {
	.route_refresh = true,
	.enhanced_refresh = true,
	.families = BGP_ALL_FAMILIES,
};

static struct bgp_route_refresh refresh;
static struct bgp_notification error;

static enum bgp_route_refresh_verdict
decode(const struct bgp_negotiated *negotiated, struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	enum bgp_route_refresh_verdict verdict = bgp_route_refresh_decode(
		negotiated, reader_of(copy, body.left), &refresh, &error);

	free(copy);
	return verdict;
}

static void assert_refresh(enum bgp_family family, unsigned int subtype)
{
	assert_int_equal(refresh.family, family);
	assert_int_equal(refresh.subtype, subtype);
}

static void reads_a_request_for_each_family(void **state)
{
	(void)state;
	assert_int_equal(decode(&plain, BYTES(0, 1, 0, 1)),
			 BGP_ROUTE_REFRESH_OK);
	assert_refresh(BGP_IPV4_UNICAST, BGP_ROUTE_REFRESH_REQUEST);
	assert_int_equal(decode(&enhanced, BYTES(0, 2, 0, 1)),
			 BGP_ROUTE_REFRESH_OK);
	assert_refresh(BGP_IPV6_UNICAST, BGP_ROUTE_REFRESH_REQUEST);
}

static void reads_begin_and_end_between_enhanced_speakers(void **state)
{
	(void)state;
	assert_int_equal(decode(&enhanced, BYTES(0, 1, 1, 1)),
			 BGP_ROUTE_REFRESH_OK);
	assert_refresh(BGP_IPV4_UNICAST, BGP_ROUTE_REFRESH_BEGIN);
	assert_int_equal(decode(&enhanced, BYTES(0, 2, 2, 1)),
			 BGP_ROUTE_REFRESH_OK);
	assert_refresh(BGP_IPV6_UNICAST, BGP_ROUTE_REFRESH_END);
}

static void ignores_unknown_subtypes_of_any_length(void **state)
{
	(void)state;
	for (unsigned int subtype = 3; subtype <= UINT8_MAX; subtype++) {
		assert_int_equal(decode(&enhanced,
					BYTES(0, 1, (uint8_t)subtype, 1)),
				 BGP_ROUTE_REFRESH_IGNORE);
		assert_int_equal(decode(&enhanced,
					BYTES(0, 1, (uint8_t)subtype, 1, 7)),
				 BGP_ROUTE_REFRESH_IGNORE);
	}
}

static void takes_the_subtype_for_reserved_between_others(void **state)
{
	(void)state;
	for (unsigned int reserved = 0; reserved <= UINT8_MAX; reserved++) {
		assert_int_equal(decode(&plain,
					BYTES(0, 1, (uint8_t)reserved, 1)),
				 BGP_ROUTE_REFRESH_OK);
		assert_refresh(BGP_IPV4_UNICAST, BGP_ROUTE_REFRESH_REQUEST);
	}
}

static void ignores_families_that_were_not_agreed_on(void **state)
{
	struct bgp_negotiated ipv4 = plain;

	(void)state;
	ipv4.families = BGP_IPV4_UNICAST_BIT;
	assert_int_equal(decode(&ipv4, BYTES(0, 2, 0, 1)),
			 BGP_ROUTE_REFRESH_IGNORE);
	assert_int_equal(decode(&plain, BYTES(0, 1, 0, 128)),
			 BGP_ROUTE_REFRESH_IGNORE);
	assert_int_equal(decode(&enhanced, BYTES(0x40, 4, 1, 71)),
			 BGP_ROUTE_REFRESH_IGNORE);
}

static void ignores_requests_that_were_not_agreed_on(void **state)
{
	struct bgp_negotiated deaf = { .families = BGP_ALL_FAMILIES };

	(void)state;
	assert_int_equal(decode(&deaf, BYTES(0, 1, 0, 1)),
			 BGP_ROUTE_REFRESH_IGNORE);
}

static void answers_a_bad_length_with_the_message_if_enhanced(void **state)
{
	static const uint8_t body[8] = { 0, 1, 1, 1 };

	(void)state;
	for (size_t size = 0; size <= sizeof(body); size++) {
		const uint8_t header[] = { MARKER, 0, (uint8_t)(19 + size), 5 };

		if (size == BODY_SIZE)
			continue;
		assert_int_equal(decode(&enhanced, reader_of(body, size)),
				 BGP_ROUTE_REFRESH_RESET);
		assert_int_equal(error.code, BGP_ERROR_ROUTE_REFRESH);
		assert_int_equal(error.subcode, BGP_ROUTE_REFRESH_BAD_LENGTH);
		assert_int_equal(error.data_size, sizeof(header) + size);
		assert_memory_equal(error.data, header, sizeof(header));
		assert_memory_equal(error.data + sizeof(header), body, size);
	}
}

static void answers_a_bad_length_with_the_length_if_not(void **state)
{
	static const uint8_t body[8] = { 0, 1, 1, 1 };

	(void)state;
	for (size_t size = 0; size <= sizeof(body); size++) {
		if (size == BODY_SIZE)
			continue;
		assert_int_equal(decode(&plain, reader_of(body, size)),
				 BGP_ROUTE_REFRESH_RESET);
		assert_int_equal(error.code, BGP_ERROR_MESSAGE_HEADER);
		assert_int_equal(error.subcode, BGP_HEADER_BAD_LENGTH);
		assert_bytes(error.data, error.data_size, 0,
			     (uint8_t)(19 + size));
	}
}

static void sends_back_the_beginning_of_a_long_message(void **state)
{
	static const uint8_t body[LONG_BODY] = { 0, 1, 2, 1 };

	(void)state;
	assert_int_equal(decode(&enhanced, reader_of(body, sizeof(body))),
			 BGP_ROUTE_REFRESH_RESET);
	assert_int_equal(error.data_size, BGP_NOTIFICATION_DATA_MAX);
	assert_int_equal(error.data[LENGTH_AT], (LONG_BODY + 19) >> 8);
	assert_int_equal(error.data[LENGTH_AT + 1], (LONG_BODY + 19) & 0xff);
}

static void encodes_a_request_byte_by_byte(void **state)
{
	const struct bgp_route_refresh request = { BGP_IPV6_UNICAST,
						   BGP_ROUTE_REFRESH_REQUEST };
	uint8_t message[BGP_ROUTE_REFRESH_SIZE];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	bgp_route_refresh_encode(&w, &request);
	assert_false(w.failed);
	assert_bytes(message, w.used, MARKER, 0, 23, 5, 0, 2, 0, 1);
}

static void decodes_what_it_encodes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		for (unsigned int subtype = 0; subtype < 3; subtype++) {
			const struct bgp_route_refresh sent = { i, subtype };
			uint8_t message[BGP_ROUTE_REFRESH_SIZE];
			struct writer w = writer_of(message, sizeof(message));

			bgp_route_refresh_encode(&w, &sent);
			assert_int_equal(
				decode(&enhanced,
				       reader_of(message + BGP_HEADER_SIZE,
						 BODY_SIZE)),
				BGP_ROUTE_REFRESH_OK);
			assert_refresh(i, subtype);
		}
	}
}

static void fails_the_writer_of_a_message_that_does_not_fit(void **state)
{
	const struct bgp_route_refresh request = { BGP_IPV4_UNICAST,
						   BGP_ROUTE_REFRESH_BEGIN };
	uint8_t message[BGP_ROUTE_REFRESH_SIZE];

	(void)state;
	for (size_t size = 0; size < sizeof(message); size++) {
		struct writer w = writer_of(message, size);

		bgp_route_refresh_encode(&w, &request);
		assert_true(w.failed);
	}
}

static void survives_every_flipped_bit(void **state)
{
	uint8_t body[BODY_SIZE] = { 0, 1, 0, 1 };

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(body); bit++) {
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(decode(&enhanced,
					    reader_of(body, sizeof(body))),
				     BGP_ROUTE_REFRESH_RESET);
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request_for_each_family),
		cmocka_unit_test(reads_begin_and_end_between_enhanced_speakers),
		cmocka_unit_test(ignores_unknown_subtypes_of_any_length),
		cmocka_unit_test(takes_the_subtype_for_reserved_between_others),
		cmocka_unit_test(ignores_families_that_were_not_agreed_on),
		cmocka_unit_test(ignores_requests_that_were_not_agreed_on),
		cmocka_unit_test(
			answers_a_bad_length_with_the_message_if_enhanced),
		cmocka_unit_test(answers_a_bad_length_with_the_length_if_not),
		cmocka_unit_test(sends_back_the_beginning_of_a_long_message),
		cmocka_unit_test(encodes_a_request_byte_by_byte),
		cmocka_unit_test(decodes_what_it_encodes),
		cmocka_unit_test(
			fails_the_writer_of_a_message_that_does_not_fit),
		cmocka_unit_test(survives_every_flipped_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
