// SPDX-License-Identifier: BSD-2-Clause
/* From flows to frames and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/flow_frame.h"
#include "core/array.h"

static const uint8_t mac[MAC_SIZE] = { 2, 0, 0, 0, 0, 9 };

static const struct {
	const char *source;
	const char *destination;
	const char *protocol;
	uint16_t source_port;
	uint16_t destination_port;
	size_t size;
} flows[] = {
	{ "198.51.100.7", "192.0.2.1", "tcp", 41512, 443, 54 },
	{ "198.51.100.7", "192.0.2.1", "udp", 53, 53, 42 },
	{ "198.51.100.7", "192.0.2.1", "icmp", 77, 0, 42 },
	{ "2001:db8::7", "2001:db8:1::1", "tcp", 1, 65535, 74 },
	{ "2001:db8::7", "2001:db8:1::1", "udp", 65535, 1, 62 },
	{ "2001:db8::7", "2001:db8:1::1", "icmp", 4711, 0, 62 },
};

static struct flow flow_of(size_t index)
{
	struct address source, destination;
	struct flow flow;

	assert_true(address_parse(flows[index].source, &source));
	assert_true(address_parse(flows[index].destination, &destination));
	assert_int_equal(
		flow_make(&source, flows[index].source_port, &destination,
			  flows[index].destination_port,
			  flow_protocol_parse(flows[index].protocol, &source),
			  &flow),
		0);
	return flow;
}

static void a_flow_comes_back_from_its_frame(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(flows); i++) {
		const struct flow flow = flow_of(i);
		const struct address source = flow_source(&flow);
		uint8_t frame[FLOW_FRAME_MAX];
		char text[ADDRESS_TEXT_SIZE];
		struct flow back;

		assert_int_equal(flow_frame_write(&flow, mac, frame),
				 flows[i].size);
		assert_memory_equal(frame, mac, MAC_SIZE);
		assert_null(flow_frame_read(frame, flows[i].size, &back));
		assert_memory_equal(&back, &flow, sizeof(flow));
		assert_string_equal(address_format(&source, text),
				    flows[i].source);
		assert_string_equal(flow_protocol_name(flow.protocol),
				    flows[i].protocol);
	}
}

static void vlan_tags_are_skipped(void **state)
{
	const struct flow flow = flow_of(0);
	uint8_t frame[FLOW_FRAME_MAX + 8];
	struct flow back;
	size_t size;

	(void)state;
	size = flow_frame_write(&flow, mac, frame);
	for (int tags = 1; tags <= 2; tags++) {
		memmove(frame + 16, frame + 12, size - 12);
		memcpy(frame + 12, "\x81\x00\x20\x64", 4);
		size += 4;
		assert_null(flow_frame_read(frame, size, &back));
		assert_memory_equal(&back, &flow, sizeof(flow));
	}
}

static void every_truncation_is_rejected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(flows); i++) {
		const struct flow flow = flow_of(i);
		uint8_t frame[FLOW_FRAME_MAX];
		struct flow back;
		size_t size = flow_frame_write(&flow, mac, frame);

		while (size--)
			assert_non_null(flow_frame_read(frame, size, &back));
	}
}

/*
 * Outer headers in front of a packet: "A" stands for 10.1.0.1, "B" for
 * 10.7.2.2, and for IPv6 addresses that end in the same letters.
 */
#define IPV4(size, protocol)                                           \
	"\x45\0\0" size "\0\0\x40\0\x40" protocol "\0\0\x0a\x01\0\x01" \
	"\x0a\x07\x02\x02"
#define IPV6(size, protocol)                                            \
	"\x60\0\0\0\0" size protocol "\x40\x20\x01\x0d\xb8\0\0\0\0\0\0" \
	"\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\x07\0\0\0\0\0\0\0\0\0\x02"
#define MACS "\x02\0\0\0\0\x09\x02\0\0\0\0\x08"

static const struct {
	const char *frame;
	size_t size;
	const char *source;
	const char *destination;
	uint16_t source_port;
	uint16_t destination_port;
} outer_frames[] = {
	{ MACS "\x08\0" IPV4("\x14", "\x04"), 34, "10.1.0.1", "10.7.2.2", 0,
	  0 },
	{ MACS "\x81\0\0\x07\x08\0" IPV4("\x18", "\x2f"), 38, "10.1.0.1",
	  "10.7.2.2", 0, 0 },
	{ MACS "\x08\0" IPV4("\x1c", "\x11") "\xc0\x01\x17\xc0", 38, "10.1.0.1",
	  "10.7.2.2", 0xc001, 6080 },
	{ MACS "\x86\xdd" IPV6("\x08", "\x11") "\xff\xff\x17\xc0", 58,
	  "2001:db8::1", "2001:db8:7::2", 0xffff, 6080 },
	{ MACS "\x86\xdd" IPV6("\0", "\x29"), 54, "2001:db8::1",
	  "2001:db8:7::2", 0, 0 },
};

static void the_outer_header_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(outer_frames); i++) {
		char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];
		struct outer_header outer;

		assert_true(flow_frame_read_outer(
			(const uint8_t *)outer_frames[i].frame,
			outer_frames[i].size, &outer));
		assert_string_equal(address_format(&outer.source, source),
				    outer_frames[i].source);
		assert_string_equal(address_format(&outer.destination,
						   destination),
				    outer_frames[i].destination);
		assert_int_equal(outer.source_port,
				 outer_frames[i].source_port);
		assert_int_equal(outer.destination_port,
				 outer_frames[i].destination_port);
	}
}

static void every_truncation_of_an_outer_header_is_rejected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(outer_frames); i++) {
		struct outer_header outer = { .source_port = 7 };
		size_t size = outer_frames[i].size;

		while (size--)
			assert_false(flow_frame_read_outer(
				(const uint8_t *)outer_frames[i].frame, size,
				&outer));
		assert_int_equal(outer.source_port, 7);
	}
}

static const struct {
	const char *what;
	size_t flow;
	size_t offset;
	uint8_t value;
} odd[] = {
	{ "it is not IP", 0, 13, 0x06 },
	{ "its IPv4 header is broken", 0, 14, 0x44 },
	{ "its IPv4 header is broken", 0, 14, 0x65 },
	{ "it is a fragment", 0, 20, 0x20 },
	{ "it is a fragment", 0, 21, 0x01 },
	{ "its TTL ends here", 0, 22, 1 },
	{ "it is neither TCP nor UDP nor an ICMP echo", 0, 23, 47 },
	{ "it is neither TCP nor UDP nor an ICMP echo", 0, 23, 58 },
	{ "its transport header is cut short", 0, 14, 0x46 },
	{ "it is not an ICMP echo", 2, 34, 3 },
	{ "its IPv6 header is broken", 3, 14, 0x40 },
	{ "its hop limit ends here", 3, 21, 0 },
	{ "it is neither TCP nor UDP nor an ICMP echo", 3, 20, 44 },
	{ "it is neither TCP nor UDP nor an ICMP echo", 3, 20, 1 },
	{ "it is not an ICMP echo", 5, 54, 1 },
};

static void a_frame_that_is_not_plain_is_rejected_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		const struct flow flow = flow_of(odd[i].flow);
		uint8_t frame[FLOW_FRAME_MAX];
		struct flow back;
		const char *error;
		size_t size = flow_frame_write(&flow, mac, frame);

		frame[odd[i].offset] = odd[i].value;
		error = flow_frame_read(frame, size, &back);
		assert_non_null(error);
		assert_string_equal(error, odd[i].what);
	}
}

static void both_addresses_must_be_of_one_family(void **state)
{
	struct address ipv4, ipv6;
	struct flow flow;

	(void)state;
	address_parse("192.0.2.1", &ipv4);
	address_parse("2001:db8::1", &ipv6);
	assert_true(flow_make(&ipv4, 1, &ipv6, 2, 6, &flow) < 0);
	assert_true(flow_make(&ipv6, 1, &ipv4, 2, 6, &flow) < 0);
	assert_int_equal(flow_protocol_parse("sctp", &ipv4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_comes_back_from_its_frame),
		cmocka_unit_test(vlan_tags_are_skipped),
		cmocka_unit_test(every_truncation_is_rejected),
		cmocka_unit_test(
			a_frame_that_is_not_plain_is_rejected_with_a_reason),
		cmocka_unit_test(the_outer_header_is_read),
		cmocka_unit_test(
			every_truncation_of_an_outer_header_is_rejected),
		cmocka_unit_test(both_addresses_must_be_of_one_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
