// SPDX-License-Identifier: BSD-2-Clause
/* Authentication of BFD against RFC 5880 4.4 and 6.7.4. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/hex.h"
#include "nexthop/bfd_auth.h"

enum numbers {
	MS = 1000,
	DETECTION = 900 * MS,
	START = 7000 * MS,
	FIRST = 0xfffffff0, /* so that the number wraps in these tests */
	MULTIPLIER = 3,
	WINDOW = 3 * MULTIPLIER,
	SECTION = 24,
	TYPE = SECTION,
	SECTION_LENGTH,
	KEY_ID,
	SEQUENCE = SECTION + 4,
	DIGEST = SECTION + 8,
	ROUNDS = 20000,
};

static const uint8_t secret[] = "secret";
static const uint8_t other_secret[] = "Secret";
static const struct bfd_key keyed = { BFD_AUTH_KEYED_SHA1, 7, { 6, secret } };
static const struct bfd_key meticulous = { BFD_AUTH_METICULOUS_SHA1,
					   7,
					   { 6, secret } };

static struct bfd_auth ours, theirs;
static uint8_t bytes[BFD_SIGNED_SIZE];
static struct bfd_frame plain;

static struct bfd_frame frame_of_up(void)
{
	const struct bfd_packet packet = {
		.state = BFD_STATE_UP,
		.detect_multiplier = MULTIPLIER,
		.my_discriminator = 0x0b,
		.your_discriminator = 0x0a,
		.desired_min_tx_us = 300 * MS,
		.required_min_rx_us = 300 * MS,
	};
	struct bfd_frame frame;

	bfd_packet_build(&packet, &frame);
	return frame;
}

static void begin(const struct bfd_key *key)
{
	bfd_auth_init(&ours, key, 1);
	bfd_auth_init(&theirs, key, FIRST);
}

static void sign(void)
{
	struct bfd_frame frame = frame_of_up();

	assert_int_equal(bfd_auth_sign(&theirs, &frame, bytes),
			 BFD_SIGNED_SIZE);
}

static enum bfd_auth_verdict open_at(uint64_t now_us)
{
	return bfd_auth_open(&ours, bytes, sizeof(bytes), now_us, DETECTION,
			     &plain);
}

/* The digest was computed by another program over the bytes in front. */
static void a_signed_packet_has_the_section_of_the_rfc(void **state)
{
	char text[2 * BFD_SIGNED_SIZE + 1];

	(void)state;
	begin(&meticulous);
	sign();
	hex_write(bytes, sizeof(bytes), text);
	assert_string_equal(text, "20c403340000000b0000000a000493e0000493e0"
				  "00000000051c0700fffffff1"
				  "f2b382b71e4b731129187211b4ae10751878fda3");
}

static void without_a_key_nothing_is_added(void **state)
{
	static const struct bfd_key none = { .type = BFD_AUTH_NONE };
	struct bfd_frame frame = frame_of_up();

	(void)state;
	begin(&none);
	assert_int_equal(bfd_auth_sign(&theirs, &frame, bytes), sizeof(frame));
	assert_memory_equal(bytes, &frame, sizeof(frame));
}

static void the_other_end_gets_the_packet_without_its_section(void **state)
{
	const struct bfd_key *const keys[] = { &keyed, &meticulous };
	struct bfd_frame frame = frame_of_up();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(keys[i]);
		for (int packet = 0; packet < 100; packet++) {
			sign();
			assert_int_equal(open_at(START), BFD_AUTH_OK);
			assert_memory_equal(&plain, &frame, sizeof(frame));
		}
	}
}

static void an_unsigned_packet_is_refused(void **state)
{
	struct bfd_frame frame = frame_of_up();

	(void)state;
	begin(&keyed);
	assert_int_equal(bfd_auth_open(&ours, &frame, sizeof(frame), START,
				       DETECTION, &plain),
			 BFD_AUTH_MISSING);
}

static void a_replay_is_refused(void **state)
{
	(void)state;
	begin(&meticulous);
	sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	assert_int_equal(open_at(START), BFD_AUTH_OLD);
	/* The keyed form accepts the last number again, no older one. */
	begin(&keyed);
	sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	ours.heard_sequence++;
	assert_int_equal(open_at(START), BFD_AUTH_OLD);
}

static void packets_may_be_lost_as_long_as_the_session_lives(void **state)
{
	(void)state;
	begin(&meticulous);
	sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	for (int i = 0; i < WINDOW; i++)
		sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	for (int i = 0; i <= WINDOW; i++)
		sign();
	assert_int_equal(open_at(START), BFD_AUTH_OLD);
}

/* bfd.AuthSeqKnown: a neighbor that restarts begins with any number. */
static void after_twice_the_detection_time_any_number_is_new(void **state)
{
	(void)state;
	begin(&meticulous);
	sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	theirs.sent_sequence = 5;
	sign();
	assert_int_equal(open_at(START + 2 * DETECTION - 1), BFD_AUTH_OLD);
	assert_int_equal(open_at(START + 2 * DETECTION), BFD_AUTH_OK);
	assert_int_equal(open_at(START + 2 * DETECTION), BFD_AUTH_OLD);
}

static void every_changed_bit_is_noticed(void **state)
{
	struct bfd_auth before;

	(void)state;
	begin(&meticulous);
	sign();
	before = ours;
	memset(&plain, 0x5a, sizeof(plain));
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(open_at(START), BFD_AUTH_OK);
		assert_memory_equal(&ours, &before, sizeof(before));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(plain.length, 0x5a);
	assert_int_equal(open_at(START), BFD_AUTH_OK);
}

static void rejects_every_truncation(void **state)
{
	(void)state;
	begin(&meticulous);
	sign();
	for (size_t size = 0; size < sizeof(bytes); size++) {
		/* On the heap, so that ASan sees a read behind its end. */
		uint8_t *cut = test_malloc(size + 1);

		memcpy(cut, bytes, size);
		assert_int_not_equal(bfd_auth_open(&ours, cut, size, START,
						   DETECTION, &plain),
				     BFD_AUTH_OK);
		test_free(cut);
	}
}

static void the_verdict_says_what_differs(void **state)
{
	(void)state;
	begin(&meticulous);
	sign();
	bytes[TYPE] = BFD_AUTH_KEYED_SHA1;
	assert_int_equal(open_at(START), BFD_AUTH_OTHER_TYPE);
	bytes[TYPE] = BFD_AUTH_METICULOUS_SHA1;
	bytes[KEY_ID]++;
	assert_int_equal(open_at(START), BFD_AUTH_OTHER_KEY);
	bytes[KEY_ID]--;
	bytes[SECTION_LENGTH]++;
	assert_int_equal(open_at(START), BFD_AUTH_MALFORMED);
	bytes[SECTION_LENGTH]--;
	ours.key.secret.bytes = other_secret;
	assert_int_equal(open_at(START), BFD_AUTH_FORGED);
	for (int i = 0; i < BFD_AUTH_VERDICT_COUNT; i++)
		assert_non_null(bfd_auth_verdict_text(i));
}

/* A forger without the key sends anything; the last real number stays. */
static void no_forger_moves_the_sequence(void **state)
{
	struct bfd_auth before;

	(void)state;
	begin(&meticulous);
	sign();
	assert_int_equal(open_at(START), BFD_AUTH_OK);
	before = ours;
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t from = chance_below(sizeof(bytes));

		sign();
		theirs.sent_sequence--;
		for (size_t i = from; i < sizeof(bytes); i++)
			bytes[i] ^= (uint8_t)(1 + chance_below(255));
		assert_int_not_equal(open_at(START), BFD_AUTH_OK);
		assert_memory_equal(&ours, &before, sizeof(before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_packet_has_the_section_of_the_rfc),
		cmocka_unit_test(without_a_key_nothing_is_added),
		cmocka_unit_test(
			the_other_end_gets_the_packet_without_its_section),
		cmocka_unit_test(an_unsigned_packet_is_refused),
		cmocka_unit_test(a_replay_is_refused),
		cmocka_unit_test(
			packets_may_be_lost_as_long_as_the_session_lives),
		cmocka_unit_test(
			after_twice_the_detection_time_any_number_is_new),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(the_verdict_says_what_differs),
		cmocka_unit_test(no_forger_moves_the_sequence),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
