// SPDX-License-Identifier: BSD-2-Clause
/* The BFD codec against RFC 5880 4.1 and 6.8.6. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/array.h"
#include "nexthop/bfd_packet.h"

enum offsets {
	VERSION_DIAGNOSTIC = 0,
	STATE_FLAGS = 1,
	MULTIPLIER = 2,
	LENGTH = 3,
	MY_DISCRIMINATOR = 4,
	YOUR_DISCRIMINATOR = 8,
};

/* Up, polls, three packets at 300 ms, as BIRD sends it. */
static const uint8_t up[sizeof(struct bfd_frame)] = {
	0x20, 0xe0, 0x03, 0x18, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0x00, 0x04, 0x93, 0xe0, 0x00, 0x0f, 0x42, 0x40, 0x00, 0x00, 0x00, 0x00,
};

static void reads_a_packet(void **state)
{
	struct bfd_packet packet;

	(void)state;
	assert_int_equal(bfd_packet_parse(up, sizeof(up), &packet),
			 BFD_PACKET_OK);
	assert_int_equal(packet.state, BFD_STATE_UP);
	assert_int_equal(packet.diagnostic, BFD_DIAGNOSTIC_NONE);
	assert_true(packet.poll);
	assert_false(packet.final);
	assert_false(packet.demand);
	assert_int_equal(packet.detect_multiplier, 3);
	assert_int_equal(packet.my_discriminator, 0x11223344);
	assert_int_equal(packet.your_discriminator, 0x55667788);
	assert_int_equal(packet.desired_min_tx_us, 300000);
	assert_int_equal(packet.required_min_rx_us, 1000000);
}

static void builds_what_it_read(void **state)
{
	struct bfd_packet packet;
	struct bfd_frame frame;

	(void)state;
	bfd_packet_parse(up, sizeof(up), &packet);
	bfd_packet_build(&packet, &frame);
	assert_memory_equal(&frame, up, sizeof(up));
}

static void rejects_every_truncation(void **state)
{
	struct bfd_packet untouched, packet;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	packet = untouched;
	for (size_t size = 0; size < sizeof(up); size++) {
		/* On the heap, so that ASan sees a read behind its end. */
		uint8_t *cut = test_malloc(size + 1);

		memcpy(cut + 1, up, size);
		assert_int_equal(bfd_packet_parse(cut + 1, size, &packet),
				 BFD_PACKET_TRUNCATED);
		test_free(cut);
	}
	assert_memory_equal(&packet, &untouched, sizeof(packet));
}

/* Bytes behind the packet's length do not belong to it. */
static void ignores_what_follows_the_packet(void **state)
{
	uint8_t longer[sizeof(up) + 1] = { 0 };
	struct bfd_packet packet;

	(void)state;
	memcpy(longer, up, sizeof(up));
	assert_int_equal(bfd_packet_parse(longer, sizeof(longer), &packet),
			 BFD_PACKET_OK);
}

static void rejects_every_wrong_field(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value[4];
		size_t size;
		enum bfd_packet_verdict verdict;
	} faults[] = {
		{ VERSION_DIAGNOSTIC, { 0x00 }, 1, BFD_PACKET_BAD_VERSION },
		{ VERSION_DIAGNOSTIC, { 0x40 }, 1, BFD_PACKET_BAD_VERSION },
		{ LENGTH, { 23 }, 1, BFD_PACKET_BAD_LENGTH },
		{ LENGTH, { 0 }, 1, BFD_PACKET_BAD_LENGTH },
		{ LENGTH, { 25 }, 1, BFD_PACKET_BAD_LENGTH },
		{ MULTIPLIER, { 0 }, 1, BFD_PACKET_BAD_MULTIPLIER },
		{ STATE_FLAGS, { 0xc1 }, 1, BFD_PACKET_MULTIPOINT },
		{ STATE_FLAGS, { 0xc4 }, 1, BFD_PACKET_AUTHENTICATED },
		{ MY_DISCRIMINATOR, { 0 }, 4, BFD_PACKET_BAD_DISCRIMINATOR },
		{ YOUR_DISCRIMINATOR, { 0 }, 4, BFD_PACKET_BAD_DISCRIMINATOR },
	};
	struct bfd_packet packet;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		uint8_t frame[sizeof(up)];

		memcpy(frame, up, sizeof(frame));
		memcpy(frame + faults[i].offset, faults[i].value,
		       faults[i].size);
		assert_int_equal(bfd_packet_parse(frame, sizeof(frame),
						  &packet),
				 faults[i].verdict);
	}
}

static void only_a_neighbor_that_is_down_need_not_know_us(void **state)
{
	static const enum bfd_packet_verdict verdicts[BFD_STATE_COUNT] = {
		[BFD_STATE_ADMIN_DOWN] = BFD_PACKET_OK,
		[BFD_STATE_DOWN] = BFD_PACKET_OK,
		[BFD_STATE_INIT] = BFD_PACKET_BAD_DISCRIMINATOR,
		[BFD_STATE_UP] = BFD_PACKET_BAD_DISCRIMINATOR,
	};
	struct bfd_packet packet;
	struct bfd_frame frame;

	(void)state;
	for (int i = 0; i < BFD_STATE_COUNT; i++) {
		const struct bfd_packet unknown = {
			.state = i,
			.detect_multiplier = 1,
			.my_discriminator = 1,
		};

		bfd_packet_build(&unknown, &frame);
		assert_int_equal(bfd_packet_parse(&frame, sizeof(frame),
						  &packet),
				 verdicts[i]);
	}
}

static void every_diagnostic_has_a_name_or_is_unknown(void **state)
{
	(void)state;
	assert_null(bfd_diagnostic_name(BFD_DIAGNOSTIC_NONE));
	for (uint8_t i = 1; i < BFD_DIAGNOSTIC_COUNT; i++)
		assert_non_null(bfd_diagnostic_name(i));
	for (uint8_t i = BFD_DIAGNOSTIC_COUNT; i < UINT8_MAX; i++)
		assert_null(bfd_diagnostic_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_packet),
		cmocka_unit_test(builds_what_it_read),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(ignores_what_follows_the_packet),
		cmocka_unit_test(rejects_every_wrong_field),
		cmocka_unit_test(only_a_neighbor_that_is_down_need_not_know_us),
		cmocka_unit_test(every_diagnostic_has_a_name_or_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
