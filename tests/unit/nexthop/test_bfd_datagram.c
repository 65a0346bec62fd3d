// SPDX-License-Identifier: BSD-2-Clause
/* The IP and UDP headers around BFD: RFC 791, RFC 8200, RFC 768. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nexthop/bfd_datagram.h"

enum offsets {
	IPV4_LENGTH = 2,
	IPV4_FRAGMENT = 6,
	IPV4_HOPS = 8,
	IPV4_PROTOCOL = 9,
	IPV6_HOPS = 7,
	IPV6_SOURCE = 8,
	IPV4_UDP = 20,
	IPV6_UDP = 40,
	UDP_PORT = 2,
	UDP_LENGTH = 4,
	UDP_CHECKSUM = 6,
	PAYLOAD_SIZE = 24,
};

/* 10.1.0.11 to 10.1.0.1, and a payload of ascending bytes. */
static const uint8_t ipv4[IPV4_UDP + 8 + PAYLOAD_SIZE] = {
	0x45, 0xc0, 0,	52, 0,	1,  0x40, 0,	255, 17,   0,	 0,  10,
	1,    0,    11, 10, 1,	0,  1,	  0xc0, 0,   0x0e, 0xc8, 0,  32,
	0,    0,    0,	1,  2,	3,  4,	  5,	6,   7,	   8,	 9,  10,
	11,   12,   13, 14, 15, 16, 17,	  18,	19,  20,   21,	 22, 23,
};

/* fe80::b to fe80::1. */
static const uint8_t ipv6[IPV6_UDP + 8 + PAYLOAD_SIZE] = {
	0x6c, 0,  0,  0,  0,  32, 17, 255, 0xfe, 0x80, 0,    0,	 0,    0,    0,
	0,    0,  0,  0,  0,  0,  0,  0,   0x0b, 0xfe, 0x80, 0,	 0,    0,    0,
	0,    0,  0,  0,  0,  0,  0,  0,   0,	 1,    0xc0, 0,	 0x0e, 0xc8, 0,
	32,   0,  0,  0,  1,  2,  3,  4,   5,	 6,    7,    8,	 9,    10,   11,
	12,   13, 14, 15, 16, 17, 18, 19,  20,	 21,   22,   23,
};

static uint8_t packet[BFD_MAX_DATAGRAM];
static struct bfd_datagram datagram;

static bool parse(size_t size, bool checked)
{
	return bfd_datagram_parse(packet, size, checked, &datagram);
}

/* Set the checksum that the kernel would. */
static void add_checksum(size_t size, size_t pseudo, size_t udp)
{
	uint32_t sum = 17;

	memset(packet + udp + UDP_CHECKSUM, 0, 2);
	for (size_t i = pseudo; i < udp; i += 2)
		sum += packet[i] << 8 | packet[i + 1];
	for (size_t i = udp; i < size; i += 2)
		sum += packet[i] << 8 | packet[i + 1];
	sum += (uint32_t)(size - udp);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	packet[udp + UDP_CHECKSUM] = (uint8_t)(~sum >> 8);
	packet[udp + UDP_CHECKSUM + 1] = (uint8_t)~sum;
}

static void load_ipv4(void)
{
	memset(&datagram, 0x5a, sizeof(datagram));
	memcpy(packet, ipv4, sizeof(ipv4));
	add_checksum(sizeof(ipv4), 12, IPV4_UDP);
}

static void load_ipv6(void)
{
	memset(&datagram, 0x5a, sizeof(datagram));
	memcpy(packet, ipv6, sizeof(ipv6));
	add_checksum(sizeof(ipv6), IPV6_SOURCE, IPV6_UDP);
}

static void assert_parsed(const char *sender)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(&datagram.sender, text), sender);
	assert_int_equal(datagram.hop_limit, 255);
	assert_int_equal(datagram.size, PAYLOAD_SIZE);
	for (size_t i = 0; i < PAYLOAD_SIZE; i++)
		assert_int_equal(datagram.payload[i], i);
}

static void reads_both_families(void **state)
{
	(void)state;
	load_ipv4();
	assert_true(parse(sizeof(ipv4), false));
	assert_parsed("10.1.0.11");
	load_ipv6();
	assert_true(parse(sizeof(ipv6), false));
	assert_parsed("fe80::b");
}

static void options_and_padding_are_left_out(void **state)
{
	(void)state;
	load_ipv4();
	memmove(packet + IPV4_UDP + 4, packet + IPV4_UDP, 8 + PAYLOAD_SIZE);
	memset(packet + IPV4_UDP, 1, 4); /* no operation */
	packet[0] = 0x46;
	packet[IPV4_LENGTH + 1] += 4;
	assert_true(parse(sizeof(ipv4) + 4 + 10, false));
	assert_parsed("10.1.0.11");
}

static void a_wrong_checksum_is_refused_unless_the_card_knows(void **state)
{
	(void)state;
	load_ipv4();
	packet[IPV4_UDP + 8] ^= 1;
	assert_false(parse(sizeof(ipv4), false));
	packet[IPV4_UDP + 8] ^= 1;
	packet[IPV4_UDP + UDP_CHECKSUM] ^= 1;
	assert_false(parse(sizeof(ipv4), false));
	assert_true(parse(sizeof(ipv4), true));
	load_ipv6();
	packet[IPV6_SOURCE + 15] ^= 1;
	assert_false(parse(sizeof(ipv6), false));
}

/* RFC 768: zero means none; RFC 8200 8.1 forbids that. */
static void no_checksum_is_legal_in_ipv4_only(void **state)
{
	(void)state;
	load_ipv4();
	memset(packet + IPV4_UDP + UDP_CHECKSUM, 0, 2);
	assert_true(parse(sizeof(ipv4), false));
	load_ipv6();
	memset(packet + IPV6_UDP + UDP_CHECKSUM, 0, 2);
	assert_false(parse(sizeof(ipv6), false));
}

static void other_packets_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 0, 0x55 },
		{ 0, 0x44 },
		{ IPV4_LENGTH + 1, 51 },
		{ IPV4_LENGTH, 1 },
		{ IPV4_FRAGMENT, 0x20 },
		{ IPV4_FRAGMENT + 1, 1 },
		{ IPV4_PROTOCOL, 6 },
		{ IPV4_UDP + UDP_PORT, 0x0f },
		{ IPV4_UDP + UDP_LENGTH + 1, 33 },
		{ IPV4_UDP + UDP_LENGTH + 1, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct bfd_datagram before;

		load_ipv4();
		before = datagram;
		packet[changes[i].at] = changes[i].value;
		assert_false(parse(sizeof(ipv4), true));
		assert_memory_equal(&datagram, &before, sizeof(before));
	}
}

/* It would count as a packet of the neighbor 10.1.0.11. */
static void a_mapped_source_is_refused(void **state)
{
	(void)state;
	load_ipv6();
	memset(packet + IPV6_SOURCE, 0, 16);
	memset(packet + IPV6_SOURCE + 10, 0xff, 2);
	memcpy(packet + IPV6_SOURCE + 12, "\x0a\x01\x00\x0b", 4);
	assert_false(parse(sizeof(ipv6), true));
}

static void what_follows_the_longest_packet_is_cut(void **state)
{
	(void)state;
	load_ipv4();
	packet[IPV4_LENGTH + 1] = 28 + BFD_MAX_PAYLOAD + 9;
	packet[IPV4_UDP + UDP_LENGTH + 1] = 8 + BFD_MAX_PAYLOAD + 9;
	assert_true(parse(28 + BFD_MAX_PAYLOAD + 9, true));
	assert_int_equal(datagram.size, BFD_MAX_PAYLOAD);
}

static void reject_truncations(const uint8_t *whole, size_t size)
{
	for (size_t left = 0; left < size; left++) {
		/* On the heap, so that ASan sees a read behind its end. */
		uint8_t *cut = test_malloc(left + 1);

		memcpy(cut, whole, left);
		assert_false(bfd_datagram_parse(cut, left, true, &datagram));
		test_free(cut);
	}
}

static void rejects_every_truncation(void **state)
{
	(void)state;
	reject_truncations(ipv4, sizeof(ipv4));
	reject_truncations(ipv6, sizeof(ipv6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_families),
		cmocka_unit_test(options_and_padding_are_left_out),
		cmocka_unit_test(
			a_wrong_checksum_is_refused_unless_the_card_knows),
		cmocka_unit_test(no_checksum_is_legal_in_ipv4_only),
		cmocka_unit_test(other_packets_are_refused),
		cmocka_unit_test(a_mapped_source_is_refused),
		cmocka_unit_test(what_follows_the_longest_packet_is_cut),
		cmocka_unit_test(rejects_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
