// SPDX-License-Identifier: BSD-2-Clause
/* The codec of Neighbor Discovery against RFC 4861. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nexthop/nd.h"

enum offsets {
	ETHERTYPE = 12,
	VERSION = 14,
	PAYLOAD_LENGTH = 18,
	NEXT_HEADER = 20,
	HOP_LIMIT = 21,
	SOURCE = 22,
	DESTINATION = 38,
	TYPE = 54,
	CODE = 55,
	CHECKSUM = 56,
	FLAGS = 58,
	TARGET = 62,
	OPTION = 78,
	OPTION_LENGTH = 79,
	OPTION_SIZE = 8,
	ADVERTISEMENT_SIZE = 86,
	BITS_PER_BYTE = 8,
};

/* Sent by a kernel: 2001:db8::2 answers 2001:db8::1. */
static const uint8_t advertisement[ADVERTISEMENT_SIZE] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x86, 0xdd, 0x60, 0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff,
	0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x88,
	0x00, 0x8a, 0x71, 0x60, 0x00, 0x00, 0x00, 0x20, 0x01, 0x0d, 0xb8,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02,
};

static const uint8_t our_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 1 };
static const uint8_t their_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 2 };

static struct address ip(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

/* Compute the checksum as RFC 1071 describes it. */
static uint16_t sum_of(const uint8_t *frame, size_t icmpv6_size)
{
	uint32_t sum = (uint32_t)icmpv6_size + frame[NEXT_HEADER];

	for (size_t i = SOURCE; i < TYPE + icmpv6_size; i++)
		sum += (uint32_t)frame[i] << (i % 2 ? 0 : BITS_PER_BYTE);
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}

static void put_checksum(uint8_t *frame, size_t size)
{
	uint16_t sum;

	frame[CHECKSUM] = frame[CHECKSUM + 1] = 0;
	sum = (uint16_t)~sum_of(frame, size - TYPE);
	frame[CHECKSUM] = (uint8_t)(sum >> BITS_PER_BYTE);
	frame[CHECKSUM + 1] = (uint8_t)sum;
}

static void reads_an_advertisement(void **state)
{
	struct nd_advertisement message;

	(void)state;
	assert_int_equal(nd_parse(advertisement, sizeof(advertisement),
				  &message),
			 ND_OK);
	assert_memory_equal(message.mac, their_mac, MAC_SIZE);
	assert_memory_equal(message.destination_mac, our_mac, MAC_SIZE);
	assert_memory_equal(message.target.bytes, ip("2001:db8::2").bytes, 16);
	assert_memory_equal(message.destination.bytes, ip("2001:db8::1").bytes,
			    16);
	assert_true(message.solicited);
}

static void ignores_the_padding_of_a_frame(void **state)
{
	uint8_t padded[ADVERTISEMENT_SIZE + OPTION_SIZE];
	struct nd_advertisement message;

	(void)state;
	memset(padded, 0, sizeof(padded));
	memcpy(padded, advertisement, sizeof(advertisement));
	assert_int_equal(nd_parse(padded, sizeof(padded), &message), ND_OK);
}

static void rejects_every_truncation(void **state)
{
	struct nd_advertisement untouched, message;

	(void)state;
	memset(&untouched, 0xa5, sizeof(untouched));
	message = untouched;
	for (size_t size = 0; size < sizeof(advertisement); size++) {
		uint8_t *exact = test_malloc(size);

		memcpy(exact, advertisement, size);
		assert_int_equal(nd_parse(exact, size, &message), ND_TRUNCATED);
		test_free(exact);
	}
	assert_memory_equal(&message, &untouched, sizeof(message));
}

/* The checksum covers each bit, or another check does. */
static void one_wrong_bit_behind_the_macs_is_noticed(void **state)
{
	struct nd_advertisement message;

	(void)state;
	for (size_t bit = ETHERTYPE * BITS_PER_BYTE;
	     bit < sizeof(advertisement) * BITS_PER_BYTE; bit++) {
		uint8_t frame[ADVERTISEMENT_SIZE];
		size_t byte = bit / BITS_PER_BYTE;
		/* Traffic class and flow label are not checked. */
		bool free_bit = byte > VERSION && byte < PAYLOAD_LENGTH;

		memcpy(frame, advertisement, sizeof(frame));
		frame[byte] ^= 1 << bit % BITS_PER_BYTE;
		free_bit |= byte == VERSION && frame[byte] >> 4 == 6;
		if (nd_parse(frame, sizeof(frame), &message) == ND_OK &&
		    !free_bit)
			fail_msg("bit %zu", bit);
	}
}

/* Set the right checksum, so that only the error itself counts. */
static void rejects_every_wrong_field(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value[2];
		size_t size;
		enum nd_verdict verdict;
	} faults[] = {
		{ ETHERTYPE, { 0x08, 0x00 }, 2, ND_NOT_ICMPV6 },
		{ ETHERTYPE, { 0x81, 0x00 }, 2, ND_NOT_ICMPV6 },
		{ VERSION, { 0x40 }, 1, ND_NOT_ICMPV6 },
		{ NEXT_HEADER, { 0 }, 1, ND_NOT_ICMPV6 },
		{ TYPE, { 135 }, 1, ND_NOT_AN_ADVERTISEMENT },
		{ HOP_LIMIT, { 254 }, 1, ND_FORWARDED },
		{ HOP_LIMIT, { 0 }, 1, ND_FORWARDED },
		{ CODE, { 1 }, 1, ND_BAD_CODE },
		{ TARGET, { 0xff, 0x02 }, 2, ND_BAD_TARGET },
		{ DESTINATION, { 0xff, 0x02 }, 2, ND_BAD_SOLICITED },
		{ OPTION_LENGTH, { 0 }, 1, ND_BAD_OPTION },
		{ OPTION_LENGTH, { 2 }, 1, ND_BAD_OPTION },
		{ OPTION_LENGTH, { 255 }, 1, ND_BAD_OPTION },
		{ PAYLOAD_LENGTH, { 0, 0x21 }, 2, ND_TRUNCATED },
		{ PAYLOAD_LENGTH, { 0, 0x17 }, 2, ND_TRUNCATED },
		{ PAYLOAD_LENGTH, { 0xff, 0xff }, 2, ND_TRUNCATED },
	};
	struct nd_advertisement message;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		uint8_t frame[ADVERTISEMENT_SIZE];

		memcpy(frame, advertisement, sizeof(frame));
		memcpy(frame + faults[i].offset, faults[i].value,
		       faults[i].size);
		put_checksum(frame, sizeof(frame));
		assert_int_equal(nd_parse(frame, sizeof(frame), &message),
				 faults[i].verdict);
	}
}

static void a_wrong_checksum_is_noticed(void **state)
{
	struct nd_advertisement message;
	uint8_t frame[ADVERTISEMENT_SIZE];

	(void)state;
	memcpy(frame, advertisement, sizeof(frame));
	frame[CHECKSUM] ^= 0x01;
	assert_int_equal(nd_parse(frame, sizeof(frame), &message),
			 ND_BAD_CHECKSUM);
}

/* RFC 4861 7.2.4: it may be missing in an answer to unicast. */
static void without_the_option_the_frames_source_counts(void **state)
{
	uint8_t frame[ADVERTISEMENT_SIZE];
	struct nd_advertisement message;

	(void)state;
	memcpy(frame, advertisement, sizeof(frame));
	frame[PAYLOAD_LENGTH + 1] -= OPTION_SIZE;
	frame[MAC_SIZE + MAC_SIZE - 1] = 0x77;
	put_checksum(frame, OPTION);
	assert_int_equal(nd_parse(frame, OPTION, &message), ND_OK);
	assert_int_equal(message.mac[MAC_SIZE - 1], 0x77);
}

static void options_it_does_not_know_are_skipped(void **state)
{
	static const uint8_t nonce[OPTION_SIZE] = { 14, 1, 1, 2, 3, 4, 5, 6 };
	uint8_t frame[ADVERTISEMENT_SIZE + OPTION_SIZE];
	struct nd_advertisement message;

	(void)state;
	memcpy(frame, advertisement, OPTION);
	memcpy(frame + OPTION, nonce, OPTION_SIZE);
	memcpy(frame + OPTION + OPTION_SIZE, advertisement + OPTION,
	       OPTION_SIZE);
	frame[PAYLOAD_LENGTH + 1] += OPTION_SIZE;
	put_checksum(frame, sizeof(frame));
	assert_int_equal(nd_parse(frame, sizeof(frame), &message), ND_OK);
	assert_memory_equal(message.mac, their_mac, MAC_SIZE);
}

static void an_unsolicited_one_says_so(void **state)
{
	uint8_t frame[ADVERTISEMENT_SIZE];
	struct nd_advertisement message;

	(void)state;
	memcpy(frame, advertisement, sizeof(frame));
	frame[FLAGS] = 0x20;
	frame[DESTINATION] = 0xff;
	put_checksum(frame, sizeof(frame));
	assert_int_equal(nd_parse(frame, sizeof(frame), &message), ND_OK);
	assert_false(message.solicited);
}

static struct nd_solicitation question(void)
{
	struct nd_solicitation solicitation = {
		.source = ip("fe80::1"),
		.target = ip("2001:db8::1234:5678"),
	};

	memcpy(solicitation.source_mac, our_mac, MAC_SIZE);
	return solicitation;
}

static void a_question_to_all_goes_to_the_targets_group(void **state)
{
	static const uint8_t group_mac[MAC_SIZE] = { 0x33, 0x33, 0xff,
						     0x34, 0x56, 0x78 };
	const struct nd_solicitation solicitation = question();
	struct nd_solicitation_frame frame;
	const struct address group = ip("ff02::1:ff34:5678");
	const uint8_t *bytes = (const uint8_t *)&frame;

	(void)state;
	nd_build_solicitation(&solicitation, &frame);
	assert_int_equal(sizeof(frame), 86);
	assert_memory_equal(bytes, group_mac, MAC_SIZE);
	assert_memory_equal(bytes + MAC_SIZE, our_mac, MAC_SIZE);
	assert_memory_equal(bytes + DESTINATION, &group, sizeof(group));
	assert_memory_equal(bytes + SOURCE, &solicitation.source, 16);
	assert_memory_equal(bytes + TARGET, &solicitation.target, 16);
	assert_int_equal(bytes[TYPE], ND_SOLICITATION);
	assert_int_equal(bytes[HOP_LIMIT], 255);
	assert_int_equal(bytes[PAYLOAD_LENGTH + 1], sizeof(frame) - TYPE);
	assert_int_equal(bytes[OPTION], 1);
	assert_int_equal(bytes[OPTION_LENGTH], 1);
	assert_memory_equal(bytes + OPTION + 2, our_mac, MAC_SIZE);
	assert_int_equal(sum_of(bytes, sizeof(frame) - TYPE), UINT16_MAX);
}

static void a_question_to_one_goes_to_the_target(void **state)
{
	struct nd_solicitation solicitation = question();
	struct nd_solicitation_frame frame;
	const uint8_t *bytes = (const uint8_t *)&frame;

	(void)state;
	solicitation.destination = their_mac;
	nd_build_solicitation(&solicitation, &frame);
	assert_memory_equal(bytes, their_mac, MAC_SIZE);
	assert_memory_equal(bytes + DESTINATION, &solicitation.target, 16);
	assert_int_equal(sum_of(bytes, sizeof(frame) - TYPE), UINT16_MAX);
}

static void a_scope_does_not_leave_the_host(void **state)
{
	struct nd_solicitation bare = question(), scoped = bare;
	struct nd_solicitation_frame a, b;

	(void)state;
	bare.target = ip("fe80::2");
	scoped.target = address_scoped(&bare.target, 7);
	scoped.source = address_scoped(&bare.source, 7);
	assert_memory_not_equal(&bare.target, &scoped.target, 16);
	nd_build_solicitation(&bare, &a);
	nd_build_solicitation(&scoped, &b);
	assert_memory_equal(&a, &b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_advertisement),
		cmocka_unit_test(ignores_the_padding_of_a_frame),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(one_wrong_bit_behind_the_macs_is_noticed),
		cmocka_unit_test(rejects_every_wrong_field),
		cmocka_unit_test(a_wrong_checksum_is_noticed),
		cmocka_unit_test(without_the_option_the_frames_source_counts),
		cmocka_unit_test(options_it_does_not_know_are_skipped),
		cmocka_unit_test(an_unsolicited_one_says_so),
		cmocka_unit_test(a_question_to_all_goes_to_the_targets_group),
		cmocka_unit_test(a_question_to_one_goes_to_the_target),
		cmocka_unit_test(a_scope_does_not_leave_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
