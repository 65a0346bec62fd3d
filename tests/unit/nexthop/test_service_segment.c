// SPDX-License-Identifier: BSD-2-Clause
/* Segments of checks: both families, golden bytes, truncation, damage. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nexthop/service_segment.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	FRAGMENT_OFFSET = 6,
	IPV4_PROTOCOL = 9,
	IPV6_PROTOCOL = 6,
	PROTOCOL_UDP = 17,
	/* Checksums of the golden SYN. */
	IPV4_SUM = 0x6ec9,
	TCP_SUM = 0xeb8c,
};

static struct service_segment example(const char *from, const char *to)
{
	struct service_segment segment = {
		.source_port = 40000,
		.destination_port = 80,
		.sequence = 0x01020304,
		.acknowledged = 0xf1f2f3f4,
		.flags = SERVICE_ACK | SERVICE_PSH,
		.data = "hello",
		.data_size = 5,
	};

	address_parse(from, &segment.source);
	address_parse(to, &segment.destination);
	return segment;
}

static void check_round_trip(const struct service_segment *segment,
			     size_t headers)
{
	uint8_t packet[SERVICE_PACKET_SIZE];
	size_t size = service_segment_build(segment, packet);
	struct service_segment read;

	assert_int_equal(size, headers + segment->data_size);
	assert_true(service_segment_parse(packet, size, &read));
	assert_true(address_equal(&read.source, &segment->source));
	assert_true(address_equal(&read.destination, &segment->destination));
	assert_int_equal(read.source_port, segment->source_port);
	assert_int_equal(read.destination_port, segment->destination_port);
	assert_int_equal(read.sequence, segment->sequence);
	assert_int_equal(read.acknowledged, segment->acknowledged);
	assert_int_equal(read.flags, segment->flags);
	assert_int_equal(read.data_size, segment->data_size);
	assert_int_equal(read.data_present, segment->data_size);
	assert_memory_equal(read.data, segment->data, read.data_size);
	/* Without its data it is known as long as it is. */
	assert_true(service_segment_parse(packet, headers, &read));
	assert_int_equal(read.data_size, segment->data_size);
	assert_int_equal(read.data_present, 0);
	for (size_t cut = 0; cut < headers; cut++)
		assert_false(service_segment_parse(packet, cut, &read));
}

static void reads_what_it_builds(void **state)
{
	struct service_segment ipv4 = example("10.1.0.1", "192.0.2.1");
	struct service_segment ipv6 = example("2001:db8::2", "2001:db8::1");

	(void)state;
	check_round_trip(&ipv4, IPV4_HEADER + TCP_HEADER);
	check_round_trip(&ipv6, IPV6_HEADER + TCP_HEADER);
	ipv4.mss = ipv6.mss = 1460;
	check_round_trip(&ipv4, IPV4_HEADER + TCP_HEADER + 4);
	check_round_trip(&ipv6, IPV6_HEADER + TCP_HEADER + 4);
}

/* A SYN with MSS 1460; its checksums computed by another implementation. */
static void builds_what_others_build(void **state)
{
	static const uint8_t expected[] = {
		0x45, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x40, 0x00, 0x40,
		0x06, 0x00, 0x00, 0x0a, 0x01, 0x00, 0x01, 0xc0, 0x00,
		0x02, 0x01, 0x9c, 0x40, 0x00, 0x50, 0x01, 0x02, 0x03,
		0x04, 0x00, 0x00, 0x00, 0x00, 0x60, 0x02, 0x40, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4,
	};
	struct service_segment segment = example("10.1.0.1", "192.0.2.1");
	uint8_t packet[SERVICE_PACKET_SIZE];

	(void)state;
	segment.flags = SERVICE_SYN;
	segment.acknowledged = 0;
	segment.data_size = 0;
	segment.mss = 1460;
	assert_int_equal(service_segment_build(&segment, packet),
			 sizeof(expected));
	assert_int_equal(packet[10] << 8 | packet[11], IPV4_SUM);
	assert_int_equal(packet[36] << 8 | packet[37], TCP_SUM);
	packet[10] = packet[11] = packet[36] = packet[37] = 0;
	assert_memory_equal(packet, expected, sizeof(expected));
}

static void refuses_what_is_not_a_whole_segment(void **state)
{
	struct service_segment ipv4 = example("10.1.0.1", "192.0.2.1");
	struct service_segment ipv6 = example("2001:db8::2", "2001:db8::1");
	uint8_t packet[SERVICE_PACKET_SIZE];
	struct service_segment read;
	size_t size = service_segment_build(&ipv4, packet);

	(void)state;
	packet[FRAGMENT_OFFSET + 1] = 1;
	assert_false(service_segment_parse(packet, size, &read));
	size = service_segment_build(&ipv4, packet);
	packet[IPV4_PROTOCOL] = PROTOCOL_UDP;
	assert_false(service_segment_parse(packet, size, &read));
	size = service_segment_build(&ipv4, packet);
	packet[IPV4_HEADER + 12] = 0xf0; /* a header longer than the packet */
	assert_false(service_segment_parse(packet, size, &read));
	size = service_segment_build(&ipv6, packet);
	packet[IPV6_PROTOCOL] = PROTOCOL_UDP;
	assert_false(service_segment_parse(packet, size, &read));
	packet[0] = 0x50;
	assert_false(service_segment_parse(packet, size, &read));
}

static void data_that_do_not_fit_are_not_built(void **state)
{
	static const char data[SERVICE_PACKET_SIZE];
	struct service_segment segment = example("10.1.0.1", "192.0.2.1");
	uint8_t packet[SERVICE_PACKET_SIZE];

	(void)state;
	segment.data = data;
	segment.data_size = SERVICE_PACKET_SIZE - IPV4_HEADER - TCP_HEADER;
	assert_int_equal(service_segment_build(&segment, packet),
			 SERVICE_PACKET_SIZE);
	segment.data_size++;
	assert_int_equal(service_segment_build(&segment, packet), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_builds),
		cmocka_unit_test(builds_what_others_build),
		cmocka_unit_test(refuses_what_is_not_a_whole_segment),
		cmocka_unit_test(data_that_do_not_fit_are_not_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
