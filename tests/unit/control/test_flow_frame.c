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
		cmocka_unit_test(both_addresses_must_be_of_one_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
