// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packets inside tunnels, written down byte by byte. The frames are those that
 * other load balancers document, so that their decapsulation takes ours: IP in
 * IP and GUE of variant 1 (a UDP header, then the packet), GRE of four bytes.
 * docs/packet-path.md section 9; test_oracle has the rest.
 */

#include "check.h"

#include "datapath/datapath.h"
#include "sandbox.h"
#include "trial.h"

#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	NO_RATE = 0,
	GUE_PORT_HIGH = 6080 >> 8,
	GUE_PORT_LOW = 6080 & 0xff,
	IPV4_AT = ETH_HLEN, /* behind an Ethernet header without tags */
	CLASS = 0xb9,	    /* DSCP 46, and ECN 1 */
	IPV4_CLASS_AT = 1,
	IPV4_FLAGS_AT = 6,
	IPV4_SOURCE_AT = 12,
	IPV6_ADDRESSES_AT = 8,
	PACKET = FRAME_IPV4_HEADER + FRAME_TCP_HEADER,
};

static struct check *check;

static struct frame frame_to(enum world_vip vip, uint16_t source_port,
			     uint16_t fragment)
{
	const struct shape shape = {
		.destination = world_address(vip, false),
		.source_port = source_port,
		.fragment = fragment,
	};
	struct frame frame;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	frame.bytes[IPV4_AT + IPV4_CLASS_AT] = CLASS;
	frame_fix_checksum(&frame);
	return frame;
}

static struct frame leave(const struct frame *frame)
{
	struct frame out = { .size = sizeof(out.bytes) };
	uint32_t action;

	assert_int_equal(trial_run(check->world->dp, frame->bytes, frame->size,
				   check->world->ports[PORT_LEFT].ifindex,
				   out.bytes, &out.size, &action),
			 0);
	assert_true(action == XDP_TX || action == XDP_REDIRECT);
	check_read_counts(check);
	return out;
}

static struct frame send_to(enum world_vip vip)
{
	const struct frame frame = frame_to(vip, 0, FRAME_DONT_FRAGMENT);

	return leave(&frame);
}

/* The packet inside is as it came in, but for its TTL and checksum. */
static void assert_inside(const struct frame *out, size_t at,
			  enum world_vip vip)
{
	struct frame in = frame_to(vip, 0, FRAME_DONT_FRAGMENT);

	in.bytes[IPV4_AT + FRAME_IPV4_TTL_AT]--;
	frame_fix_checksum(&in);
	assert_int_equal(out->size - at, in.size - IPV4_AT);
	assert_memory_equal(out->bytes + at, in.bytes + IPV4_AT,
			    in.size - IPV4_AT);
}

static void ipip_over_ipv4_is_as_written_in_rfc_2003(void **state)
{
	const struct frame out = send_to(VIP_IPIP4);
	const uint8_t *ip = out.bytes + IPV4_AT;
	const uint8_t addresses[] = {
		10, 8, 0, SLOT_IPIP4, 10, 9, 0, SLOT_IPIP4
	};

	(void)state;
	assert_int_equal(ip[0], 0x45);
	assert_int_equal(ip[IPV4_CLASS_AT], CLASS);
	assert_int_equal(ip[2] << 8 | ip[3], FRAME_IPV4_HEADER + PACKET);
	assert_int_equal(ip[IPV4_FLAGS_AT], 0x40); /* don't-fragment */
	assert_int_equal(ip[8], 64);
	assert_int_equal(ip[9], 4);
	assert_int_equal(frame_checksum(ip, FRAME_IPV4_HEADER), 0);
	assert_memory_equal(ip + IPV4_SOURCE_AT, addresses, sizeof(addresses));
	assert_inside(&out, IPV4_AT + FRAME_IPV4_HEADER, VIP_IPIP4);
}

static void gue_over_ipv4_is_a_udp_header_in_front_of_the_packet(void **state)
{
	const struct frame out = send_to(VIP_GUE4);
	const uint8_t *udp = out.bytes + IPV4_AT + FRAME_IPV4_HEADER;

	(void)state;
	assert_int_equal(out.bytes[IPV4_AT + 9], 17);
	assert_in_range(udp[0] << 8 | udp[1], 49152, 65535);
	assert_int_equal(udp[2], GUE_PORT_HIGH);
	assert_int_equal(udp[3], GUE_PORT_LOW);
	assert_int_equal(udp[4] << 8 | udp[5], FRAME_UDP_HEADER + PACKET);
	assert_int_equal(udp[6] << 8 | udp[7], 0);
	assert_inside(&out, IPV4_AT + FRAME_IPV4_HEADER + FRAME_UDP_HEADER,
		      VIP_GUE4);
}

static void gre_over_ipv6_is_as_written_in_rfc_2784(void **state)
{
	const struct frame out = send_to(VIP_GRE6);
	const uint8_t *ip = out.bytes + ETH_HLEN;
	const uint8_t gre[] = { 0, 0, 0x08, 0x00 };
	const struct hg_address theirs =
		check->world->nexthops[SLOT_GRE6].address;

	(void)state;
	assert_int_equal(ip[0] << 4 | ip[1] >> 4, 6 << 8 | CLASS);
	assert_int_equal(ip[4] << 8 | ip[5], sizeof(gre) + PACKET);
	assert_int_equal(ip[6], 47);
	assert_int_equal(ip[7], 64);
	assert_memory_equal(ip + IPV6_ADDRESSES_AT + sizeof(theirs), &theirs,
			    sizeof(theirs));
	assert_memory_equal(ip + FRAME_IPV6_HEADER, gre, sizeof(gre));
	assert_inside(&out, ETH_HLEN + FRAME_IPV6_HEADER + sizeof(gre),
		      VIP_GRE6);
}

static void a_packet_that_may_be_fragmented_may_be_so_outside(void **state)
{
	const struct frame frame = frame_to(VIP_IPIP4, 0, 0);
	const struct frame out = leave(&frame);

	(void)state;
	assert_int_equal(out.bytes[IPV4_AT + IPV4_FLAGS_AT], 0);
}

/* The number of values that two bytes of the frame have over many flows */
static unsigned int values_at(enum world_vip vip, size_t at)
{
	static bool seen[UINT16_MAX + 1];
	unsigned int count = 0;

	memset(seen, 0, sizeof(seen));
	for (uint16_t port = 1; port <= 1000; port++) {
		const struct frame frame =
			frame_to(vip, port, FRAME_DONT_FRAGMENT);
		const struct frame out = leave(&frame);
		uint16_t value = out.bytes[at] << 8 | out.bytes[at + 1];

		count += !seen[value];
		seen[value] = true;
	}
	return count;
}

/* So that routers spread them, and the queues of a server. */
static void flows_differ_outside(void **state)
{
	(void)state;
	assert_in_range(values_at(VIP_GUE4, IPV4_AT + FRAME_IPV4_HEADER), 900,
			1000);
	assert_in_range(values_at(VIP_GUE4, IPV4_AT + IPV4_SOURCE_AT + 2), 200,
			256);
	assert_in_range(values_at(VIP_GRE6, IPV4_AT + 2), 900, 1000);
	assert_int_equal(values_at(VIP_IPIP4, IPV4_AT + IPV4_SOURCE_AT + 2), 1);
}

/* A packet of the next hop's MTU is the largest that goes inside. */
static void the_mtu_is_that_of_the_packet_inside(void **state)
{
	const uint16_t room = check->world->nexthops[SLOT_GUE4].mtu;

	(void)state;
	for (uint16_t size = room; size <= room + 1; size++) {
		const struct shape shape = {
			.destination = world_address(VIP_GUE4, false),
			.payload = size - PACKET,
		};
		struct frame frame;

		frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
		assert_true(check_frame(check, &frame, PORT_LEFT));
		assert_int_equal(check->prediction.outcome,
				 size > room ? HG_PASSED_TOO_BIG :
					       HG_FORWARDED_REDIRECT);
	}
	assert_int_equal(room,
			 WORLD_MTU - FRAME_IPV4_HEADER - FRAME_UDP_HEADER);
}

/* Any beginning of a frame leaves whole, or not at all. */
static void takes_every_truncation(void **state)
{
	(void)state;
	for (enum world_vip vip = VIP_IPIP4; vip <= VIP_GRE6; vip++) {
		struct frame frame = frame_to(vip, 0, 0);

		for (size_t size = frame.size; size >= ETH_HLEN; size--) {
			frame.size = size;
			assert_true(check_frame(check, &frame, PORT_LEFT));
		}
	}
}

static int set_up(void **state)
{
	(void)state;
	check = check_new(NO_RATE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	check_free(check);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipip_over_ipv4_is_as_written_in_rfc_2003),
		cmocka_unit_test(
			gue_over_ipv4_is_a_udp_header_in_front_of_the_packet),
		cmocka_unit_test(gre_over_ipv6_is_as_written_in_rfc_2784),
		cmocka_unit_test(
			a_packet_that_may_be_fragmented_may_be_so_outside),
		cmocka_unit_test(flows_differ_outside),
		cmocka_unit_test(the_mtu_is_that_of_the_packet_inside),
		cmocka_unit_test(takes_every_truncation),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
