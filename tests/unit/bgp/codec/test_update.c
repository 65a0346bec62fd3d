// SPDX-License-Identifier: BSD-2-Clause
/*
 * UPDATE: its three fields, NLRI, and the verdicts on errors (RFC 4271 6.3, RFC
 * 7606).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bgp/codec/update.h"
#include "bytes.h"
#include "ipv4_session.h"
#include "walk.h"

#define VIP 32, 192, 0, 2, 1

/* Decode a copy that ends where the body ends. */
static enum bgp_verdict decode(struct reader body)
{
	uint8_t *copy = exact_copy(body.data, body.left);
	enum bgp_verdict verdict = bgp_update_decode(
		&context, reader_of(copy, body.left), &scratch, &update);

	walk_update(&update);
	free(copy);
	return verdict;
}

static size_t announced(enum bgp_update_part part)
{
	return update.announced[part].nlri.bytes.left;
}

static size_t withdrawn(enum bgp_update_part part)
{
	return update.withdrawn[part].bytes.left;
}

static void assert_reset(struct reader body, unsigned int subcode)
{
	assert_int_equal(decode(body), BGP_VERDICT_RESET);
	assert_int_equal(update.error.notification.code, BGP_ERROR_UPDATE);
	assert_int_equal(update.error.notification.subcode, subcode);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		assert_int_equal(announced(part), 0);
		assert_int_equal(withdrawn(part), 0);
	}
	assert_false(update.end_of_rib);
}

static void decodes_withdrawn_attributes_and_announced(void **state)
{
	struct reader body = BYTES(0, 4, 24, 10, 1, 2, 0, ATTRIBUTES_SIZE,
				   ATTRIBUTES, VIP, 0, 9, 10, 128);

	(void)state;
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_OK);
	assert_next(&update.withdrawn[0], "10.1.2.0/24");
	assert_int_equal(withdrawn(0), 0);
	assert_next(&update.announced[0].nlri, "192.0.2.1/32");
	assert_next(&update.announced[0].nlri, "0.0.0.0/0");
	assert_next(&update.announced[0].nlri, "10.128.0.0/9");
	assert_int_equal(announced(0), 0);
	assert_false(update.end_of_rib);
}

static void lets_announced_win_over_withdrawn(void **state)
{
	(void)state;
	/* Both are returned; update.h says in which order they apply. */
	assert_int_equal(
		decode(BYTES(0, 5, VIP, 0, ATTRIBUTES_SIZE, ATTRIBUTES, VIP)),
		BGP_VERDICT_OK);
	assert_int_equal(withdrawn(0), 5);
	assert_int_equal(announced(0), 5);
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

static void withdraws_the_nlri_behind_attributes_that_overrun(void **state)
{
	(void)state;
	assert_int_equal(decode(BYTES(0, 0, 0, ATTRIBUTES_SIZE + 3, ATTRIBUTES,
				      0x80, 4, 200, VIP)),
			 BGP_VERDICT_WITHDRAW);
	assert_int_equal(announced(0), 5);
}

static void resets_for_attribute_errors_without_nlri(void **state)
{
	(void)state;
	assert_reset(BYTES(0, 0, 0, 4, 0x40, 1, 1, 3),
		     BGP_UPDATE_INVALID_ORIGIN);
	assert_reset(BYTES(0, 5, VIP, 0, 4, 0x40, 1, 1, 3),
		     BGP_UPDATE_INVALID_ORIGIN);
	assert_reset(BYTES(0, 0, 0, 1, 0x40), BGP_UPDATE_MALFORMED_ATTRIBUTES);
	/* An attribute that is only discarded does not reset. */
	assert_int_equal(decode(BYTES(0, 0, 0, 4, 0x40, 6, 1, 0)),
			 BGP_VERDICT_DISCARD);
	/* Routes in MP_REACH_NLRI count as routes of the attributes. */
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

/* An UPDATE that withdraws one prefix and announces two. */
static const uint8_t valid[] = { 0,	     4,	  24, 10,
				 1,	     2,	  0,  ATTRIBUTES_SIZE,
				 ATTRIBUTES, VIP, VIP };

/* Except where a prefix of the NLRI ends: there a shorter one is as valid. */
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
	struct bgp_message frame;

	(void)state;
	bgp_message_begin(&w, BGP_UPDATE);
	writer_bytes(&w, valid, sizeof(valid));
	for (size_t size = BGP_HEADER_SIZE; size < w.used; size++) {
		bool whole = is_whole(size - BGP_HEADER_SIZE);

		writer_patch_u16(&w, BGP_MARKER_SIZE, size);
		if (bgp_message_next(message, size, BGP_MAX_MESSAGE, &frame) !=
		    BGP_MESSAGE_OK) {
			assert_true(size < BGP_MIN_UPDATE);
			continue;
		}
		assert_int_equal(decode(frame.body),
				 whole ? BGP_VERDICT_OK : BGP_VERDICT_RESET);
	}
}

/* The lengths are adjusted, so that the cut is in the attributes. */
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
		assert_int_equal(announced(0), 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_withdrawn_attributes_and_announced),
		cmocka_unit_test(lets_announced_win_over_withdrawn),
		cmocka_unit_test(resets_when_lengths_exceed_the_message),
		cmocka_unit_test(resets_for_a_prefix_that_is_too_long_or_cut),
		cmocka_unit_test(
			withdraws_the_nlri_behind_attributes_that_overrun),
		cmocka_unit_test(resets_for_attribute_errors_without_nlri),
		cmocka_unit_test(asks_for_mandatory_attributes_only_with_nlri),
		cmocka_unit_test(recognises_end_of_rib),
		cmocka_unit_test(rejects_every_truncation_of_a_valid_update),
		cmocka_unit_test(
			rejects_every_truncation_of_a_valid_update_message),
		cmocka_unit_test(rejects_every_truncation_of_the_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
