// SPDX-License-Identifier: BSD-2-Clause
/* The ARP codec against RFC 826: building, parsing, invalid frames. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nexthop/arp.h"

enum offsets {
	ETHERTYPE = 12,
	HARDWARE_TYPE = 14,
	PROTOCOL_TYPE = 16,
	HARDWARE_SIZE = 18,
	PROTOCOL_SIZE = 19,
	OPCODE = 20,
	PADDED_SIZE = 60, /* the shortest frame on a wire, without checksum */
};

/* 10.0.0.2 at 02:00:00:00:00:02 answers 10.0.0.1 at 02:00:00:00:00:01. */
static const uint8_t reply[sizeof(struct arp_frame)] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x0a, 0x00, 0x00, 0x02, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x01,
};

static const uint8_t our_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 1 };
static const uint8_t their_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 2 };
static const uint8_t zero_mac[MAC_SIZE];

static const struct arp_request question = {
	.sender_mac = { 0x02, 0, 0, 0, 0, 1 },
	.sender_ip = 0x0100000a,
	.target_ip = 0x0200000a,
};

static void reads_a_reply(void **state)
{
	struct arp_message message;

	(void)state;
	assert_int_equal(arp_parse(reply, sizeof(reply), &message), ARP_OK);
	assert_int_equal(message.opcode, ARP_REPLY);
	assert_memory_equal(message.sender_mac, their_mac, MAC_SIZE);
	assert_int_equal(message.sender_ip, htonl(0x0a000002));
	assert_memory_equal(message.target_mac, our_mac, MAC_SIZE);
	assert_int_equal(message.target_ip, htonl(0x0a000001));
}

static void ignores_the_padding_of_a_short_frame(void **state)
{
	uint8_t padded[PADDED_SIZE] = { 0 };
	struct arp_message message;

	(void)state;
	memset(padded, 0xee, sizeof(padded));
	memcpy(padded, reply, sizeof(reply));
	assert_int_equal(arp_parse(padded, sizeof(padded), &message), ARP_OK);
	assert_int_equal(message.target_ip, htonl(0x0a000001));
}

static void rejects_every_truncation(void **state)
{
	struct arp_message untouched, message;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	message = untouched;
	for (size_t size = 0; size < sizeof(reply); size++) {
		/* On the heap, so that ASan sees a read behind its end. */
		uint8_t *cut = test_malloc(size + 1);

		memcpy(cut + 1, reply, size);
		assert_int_equal(arp_parse(cut + 1, size, &message),
				 ARP_TRUNCATED);
		test_free(cut);
	}
	assert_memory_equal(&message, &untouched, sizeof(message));
}

static void rejects_every_wrong_field(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value[2];
		size_t size;
		enum arp_verdict verdict;
	} faults[] = {
		{ ETHERTYPE, { 0x08, 0x00 }, 2, ARP_NOT_ARP },
		{ ETHERTYPE, { 0x81, 0x00 }, 2, ARP_NOT_ARP },
		{ HARDWARE_TYPE, { 0x00, 0x06 }, 2, ARP_NOT_ETHERNET },
		{ HARDWARE_TYPE, { 0x01, 0x00 }, 2, ARP_NOT_ETHERNET },
		{ HARDWARE_SIZE, { 0x00 }, 1, ARP_NOT_ETHERNET },
		{ HARDWARE_SIZE, { 0x08 }, 1, ARP_NOT_ETHERNET },
		{ PROTOCOL_TYPE, { 0x86, 0xdd }, 2, ARP_NOT_IPV4 },
		{ PROTOCOL_SIZE, { 0x10 }, 1, ARP_NOT_IPV4 },
		{ PROTOCOL_SIZE, { 0xff }, 1, ARP_NOT_IPV4 },
		{ OPCODE, { 0x00, 0x00 }, 2, ARP_UNKNOWN_OPCODE },
		{ OPCODE, { 0x00, 0x03 }, 2, ARP_UNKNOWN_OPCODE },
		{ OPCODE, { 0x02, 0x00 }, 2, ARP_UNKNOWN_OPCODE },
	};
	struct arp_message message;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		uint8_t frame[sizeof(reply)];

		memcpy(frame, reply, sizeof(frame));
		memcpy(frame + faults[i].offset, faults[i].value,
		       faults[i].size);
		assert_int_equal(arp_parse(frame, sizeof(frame), &message),
				 faults[i].verdict);
	}
}

static void a_broadcast_request_reads_back(void **state)
{
	static const uint8_t broadcast[MAC_SIZE] = { 0xff, 0xff, 0xff,
						     0xff, 0xff, 0xff };
	struct arp_message message;
	struct arp_frame frame;

	(void)state;
	arp_build_request(&question, &frame);
	assert_memory_equal(frame.destination, broadcast, MAC_SIZE);
	assert_memory_equal(frame.source, our_mac, MAC_SIZE);
	assert_int_equal(arp_parse(&frame, sizeof(frame), &message), ARP_OK);
	assert_int_equal(message.opcode, ARP_REQUEST);
	assert_memory_equal(message.sender_mac, our_mac, MAC_SIZE);
	assert_int_equal(message.sender_ip, question.sender_ip);
	assert_memory_equal(message.target_mac, zero_mac, MAC_SIZE);
	assert_int_equal(message.target_ip, question.target_ip);
}

static void a_unicast_request_differs_in_its_destination_only(void **state)
{
	struct arp_request request = question;
	struct arp_frame broadcast, unicast;

	(void)state;
	arp_build_request(&request, &broadcast);
	request.destination = their_mac;
	arp_build_request(&request, &unicast);
	assert_memory_equal(unicast.destination, their_mac, MAC_SIZE);
	memcpy(unicast.destination, broadcast.destination, MAC_SIZE);
	assert_memory_equal(&unicast, &broadcast, sizeof(unicast));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_reply),
		cmocka_unit_test(ignores_the_padding_of_a_short_frame),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(rejects_every_wrong_field),
		cmocka_unit_test(a_broadcast_request_reads_back),
		cmocka_unit_test(
			a_unicast_request_differs_in_its_destination_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
