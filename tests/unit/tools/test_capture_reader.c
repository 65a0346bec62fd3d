// SPDX-License-Identifier: BSD-2-Clause
/* Capture files of each kind of link, and packets longer than a frame. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "capture_reader.h"

/* https://www.tcpdump.org/linktypes.html */
enum link_type {
	ETHERNET = 1,
	RAW_IP = 101,
	COOKED = 113,
	COOKED2 = 276,
};

enum sizes {
	GLOBAL_HEADER = 24,
	PACKET_HEADER = 16,
	ETHERNET_HEADER = 14,
	LONG_PACKET = 65535,
};

static uint8_t file[GLOBAL_HEADER + PACKET_HEADER + LONG_PACKET];
static uint8_t frame[CAPTURE_FRAME_MAX];

/* Open a capture of one packet of which `kept` bytes are in the file. */
static struct pcap *open_capture(uint32_t link, const uint8_t *packet,
				 uint32_t kept, uint32_t length)
{
	const uint32_t global[] = { 0xa1b2c3d4, 0x00040002,  0,
				    0,		LONG_PACKET, link };
	const uint32_t header[] = { 0, 0, kept, length };
	char error[CAPTURE_ERROR_SIZE] = "";
	FILE *stream;

	memcpy(file, global, GLOBAL_HEADER);
	memcpy(file + GLOBAL_HEADER, header, PACKET_HEADER);
	if (packet)
		memcpy(file + GLOBAL_HEADER + PACKET_HEADER, packet, kept);
	stream = fmemopen(file, GLOBAL_HEADER + PACKET_HEADER + kept, "rb");
	assert_non_null(stream);
	return capture_reader_of(stream, "test", error);
}

static size_t read_one(uint32_t link, const uint8_t *packet, uint32_t kept,
		       uint32_t length)
{
	struct pcap *capture = open_capture(link, packet, kept, length);
	size_t size = 0, wire_size = 0;

	assert_non_null(capture);
	memset(frame, 0xff, sizeof(frame));
	assert_int_equal(capture_reader_next(capture, frame, &size, &wire_size),
			 1);
	assert_in_range(size, 0, CAPTURE_FRAME_MAX);
	assert_in_range(wire_size, size, LONG_PACKET);
	assert_true(size == wire_size || size == CAPTURE_FRAME_MAX);
	capture_reader_close(capture);
	return size;
}

static void a_cut_packet_is_padded(void **state)
{
	const uint8_t packet[] = { 1, 2, 3, 4 };

	(void)state;
	assert_int_equal(read_one(ETHERNET, packet, sizeof(packet), 60), 60);
	assert_memory_equal(frame, packet, sizeof(packet));
	for (size_t i = sizeof(packet); i < 60; i++)
		assert_int_equal(frame[i], 0);
	assert_int_equal(frame[60], 0xff);
}

static void a_long_packet_is_cut(void **state)
{
	(void)state;
	assert_int_equal(read_one(ETHERNET, NULL, LONG_PACKET, LONG_PACKET),
			 CAPTURE_FRAME_MAX);
}

/* The EtherType of IPv6 and two bytes of the packet behind the header. */
static void cooked_packets_get_an_ethernet_header(void **state)
{
	static const uint8_t first[18] = { [14] = 0x86, 0xdd, 0x60, 0x01 };
	static const uint8_t second[22] = { 0x86, 0xdd, [20] = 0x60, 0x01 };
	static const uint8_t wanted[] = { [12] = 0x86, 0xdd, 0x60, 0x01 };

	(void)state;
	assert_int_equal(read_one(COOKED, first, 18, 18), sizeof(wanted));
	assert_memory_equal(frame, wanted, sizeof(wanted));
	assert_int_equal(read_one(COOKED2, second, 22, 22), sizeof(wanted));
	assert_memory_equal(frame, wanted, sizeof(wanted));
}

static void every_cut_of_a_cooked_header_is_read(void **state)
{
	static const uint8_t packet[22];

	(void)state;
	for (uint32_t kept = 0; kept <= sizeof(packet); kept++) {
		assert_in_range(read_one(COOKED, packet, kept, kept),
				ETHERNET_HEADER, sizeof(packet));
		assert_in_range(read_one(COOKED2, packet, kept, kept),
				ETHERNET_HEADER, sizeof(packet));
	}
}

static void another_link_is_refused(void **state)
{
	(void)state;
	assert_null(open_capture(RAW_IP, NULL, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_packet_is_padded),
		cmocka_unit_test(a_long_packet_is_cut),
		cmocka_unit_test(cooked_packets_get_an_ethernet_header),
		cmocka_unit_test(every_cut_of_a_cooked_header_is_read),
		cmocka_unit_test(another_link_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
