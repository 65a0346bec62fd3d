// SPDX-License-Identifier: BSD-2-Clause
/*
 * The XDP program, one frame at a time: what it does with each kind of frame,
 * and that whatever it does not forward it does not touch.
 */

#include "frame.h"
#include "oracle.h"
#include "sandbox.h"
#include "world.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	FRAGMENT_MORE = 0x2000,
	FRAGMENT_DONT = 0x4000,
	FRAGMENT_LATER = 185, /* in units of 8 bytes */
	PACKET_RUNS = 4096,
};

static struct world *world;

static void set_ttl_zero(struct frame *frame)
{
	frame->bytes[FRAME_TTL_AT] = 0;
	frame_fix_checksum(frame);
}

static void set_short_header(struct frame *frame)
{
	frame->bytes[FRAME_IPV4_AT]--;
}

static void set_long_header(struct frame *frame)
{
	frame->bytes[FRAME_IPV4_AT] |= FRAME_IHL_MASK;
}

static void set_version_6(struct frame *frame)
{
	frame->bytes[FRAME_IPV4_AT] ^= 0x20;
}

static void add_to_total_length(struct frame *frame, int bytes)
{
	frame_put_u16(frame, FRAME_TOTAL_LENGTH_AT,
		      frame->size - FRAME_IPV4_AT + bytes);
	frame_fix_checksum(frame);
}

static void set_length_beyond_frame(struct frame *frame)
{
	add_to_total_length(frame, 1);
}

static void set_length_within_transport(struct frame *frame)
{
	add_to_total_length(frame, -1);
}

static void set_length_zero(struct frame *frame)
{
	add_to_total_length(frame, FRAME_IPV4_AT - (int)frame->size);
}

/* As an offload that has not happened would leave it, all the same to us. */
static void set_wrong_checksum(struct frame *frame)
{
	frame_put_u16(frame, FRAME_CHECKSUM_AT, 0);
}

struct forward_case {
	const char *description;
	struct shape shape;
	void (*change)(struct frame *frame);
	enum world_vip vip; /* VIP_COUNT: an address that is none */
	enum hg_outcome outcome;
	enum xdp_action action;
};

/* The address of the VIP is put into the shape when the case is run. */
static const struct forward_case cases[] = {
	{ "forwards_tcp", {}, NULL, VIP_LEFT, HG_FORWARDED_TX, XDP_TX },
	{ "forwards_tcp_with_payload",
	  { .payload = 100 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_udp",
	  { .protocol = IPPROTO_UDP },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_icmp_echo",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_ECHO },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_through_the_other_port",
	  {},
	  NULL,
	  VIP_RIGHT,
	  HG_FORWARDED_REDIRECT,
	  XDP_REDIRECT },
	{ "forwards_to_the_backup_of_a_dead_next_hop",
	  {},
	  NULL,
	  VIP_BACKUP,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_a_header_with_options",
	  { .option_words = 1 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_the_longest_header",
	  { .option_words = 10 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_a_padded_frame",
	  { .protocol = IPPROTO_UDP, .padding = 18 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_with_dont_fragment_set",
	  { .fragment = FRAGMENT_DONT },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_the_last_ttl_but_one",
	  { .ttl = 2 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_the_highest_ttl",
	  { .ttl = 255 },
	  NULL,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "keeps_a_wrong_checksum_wrong",
	  {},
	  set_wrong_checksum,
	  VIP_LEFT,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "forwards_a_packet_as_big_as_the_mtu",
	  { .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER },
	  NULL,
	  VIP_NARROW,
	  HG_FORWARDED_TX,
	  XDP_TX },
	{ "passes_a_packet_bigger_than_the_mtu",
	  { .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER +
		       1 },
	  NULL,
	  VIP_NARROW,
	  HG_PASSED_TOO_BIG,
	  XDP_PASS },
	{ "passes_padding_beyond_the_mtu",
	  { .padding = WORLD_NARROW_MTU },
	  NULL,
	  VIP_NARROW,
	  HG_PASSED_TOO_BIG,
	  XDP_PASS },
	{ "passes_when_both_next_hops_are_dead",
	  {},
	  NULL,
	  VIP_DEAD,
	  HG_PASSED_NO_NEXTHOP,
	  XDP_PASS },
	{ "passes_when_the_bucket_is_empty",
	  {},
	  NULL,
	  VIP_EMPTY,
	  HG_PASSED_NO_NEXTHOP,
	  XDP_PASS },
	{ "passes_when_the_next_hop_is_behind_no_port",
	  {},
	  NULL,
	  VIP_LOST,
	  HG_PASSED_NO_NEXTHOP,
	  XDP_PASS },
	{ "passes_what_is_for_another_mac",
	  { .destination_mac = right_mac },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_NOT_OUR_MAC,
	  XDP_PASS },
	{ "passes_what_is_not_for_a_vip",
	  {},
	  NULL,
	  VIP_COUNT,
	  HG_PASSED_NOT_VIP,
	  XDP_PASS },
	{ "passes_arp",
	  { .ethertype = ETH_P_ARP },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_NOT_IPV4,
	  XDP_PASS },
	{ "passes_ipv6",
	  { .ethertype = ETH_P_IPV6 },
	  set_version_6,
	  VIP_LEFT,
	  HG_PASSED_NOT_IPV4,
	  XDP_PASS },
	{ "passes_a_vlan_tag",
	  { .ethertype = ETH_P_8021Q },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_NOT_IPV4,
	  XDP_PASS },
	{ "passes_a_first_fragment",
	  { .fragment = FRAGMENT_MORE },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_FRAGMENT,
	  XDP_PASS },
	{ "passes_a_middle_fragment",
	  { .fragment = FRAGMENT_MORE | FRAGMENT_LATER },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_FRAGMENT,
	  XDP_PASS },
	{ "passes_a_last_fragment",
	  { .fragment = FRAGMENT_LATER },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_FRAGMENT,
	  XDP_PASS },
	{ "passes_gre",
	  { .protocol = IPPROTO_GRE },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_OTHER_PROTOCOL,
	  XDP_PASS },
	{ "passes_sctp",
	  { .protocol = IPPROTO_SCTP },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_OTHER_PROTOCOL,
	  XDP_PASS },
	{ "passes_an_icmp_echo_reply",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_ECHOREPLY },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_OTHER_ICMP,
	  XDP_PASS },
	{ "passes_an_icmp_error",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_DEST_UNREACH },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_OTHER_ICMP,
	  XDP_PASS },
	{ "passes_a_ttl_of_1",
	  { .ttl = 1 },
	  NULL,
	  VIP_LEFT,
	  HG_PASSED_TTL_EXPIRED,
	  XDP_PASS },
	{ "passes_a_ttl_of_0",
	  {},
	  set_ttl_zero,
	  VIP_LEFT,
	  HG_PASSED_TTL_EXPIRED,
	  XDP_PASS },
	{ "passes_a_header_length_below_the_least",
	  {},
	  set_short_header,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
	{ "passes_a_header_longer_than_the_packet",
	  {},
	  set_long_header,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
	{ "passes_version_6_in_an_ipv4_frame",
	  {},
	  set_version_6,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
	{ "passes_a_total_length_beyond_the_frame",
	  {},
	  set_length_beyond_frame,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
	{ "passes_a_total_length_within_the_transport_header",
	  { .protocol = IPPROTO_UDP },
	  set_length_within_transport,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
	{ "passes_a_total_length_of_0",
	  {},
	  set_length_zero,
	  VIP_LEFT,
	  HG_PASSED_MALFORMED,
	  XDP_PASS },
};

enum {
	CASES = sizeof(cases) / sizeof(*cases),
	OTHER_TESTS = 8
};

static enum xdp_action run(const struct frame *frame, uint32_t ifindex,
			   struct frame *out)
{
	uint32_t action;

	out->size = sizeof(out->bytes);
	assert_int_equal(datapath_test_run(world->dp, frame->bytes, frame->size,
					   ifindex, out->bytes, &out->size,
					   &action),
			 0);
	return action;
}

static void assert_frames_equal(const struct frame *a, const struct frame *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->bytes, b->bytes, a->size);
}

static void build(struct shape shape, enum world_vip vip, struct frame *frame)
{
	shape.destination = vip == VIP_COUNT ? WORLD_NO_VIP :
					       world_address(vip);
	frame_build(&shape, left_mac, frame);
}

static void read_outcomes(struct hg_counter counters[HG_OUTCOME_COUNT])
{
	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++)
		assert_int_equal(datapath_read_outcome_counter(world->dp, i,
							       &counters[i]),
				 0);
}

static void assert_counted_once(const struct hg_counter *before,
				const struct hg_counter *after,
				enum hg_outcome outcome, size_t bytes)
{
	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++) {
		bool counted = i == outcome;

		assert_int_equal(after[i].packets - before[i].packets, counted);
		assert_int_equal(after[i].bytes - before[i].bytes,
				 counted ? bytes : 0);
	}
}

static enum world_slot slot_of(enum world_vip vip)
{
	struct hg_bucket bucket = world->buckets[vip][0];

	return world->nexthops[bucket.current].alive ? bucket.current :
						       bucket.backup;
}

static bool is_forwarding(enum hg_outcome outcome)
{
	return outcome == HG_FORWARDED_TX || outcome == HG_FORWARDED_REDIRECT;
}

static void does_as_the_case_says(void **state)
{
	const struct forward_case *want = *state;
	struct hg_counter before[HG_OUTCOME_COUNT], after[HG_OUTCOME_COUNT];
	struct frame frame, out;

	build(want->shape, want->vip, &frame);
	if (want->change)
		want->change(&frame);
	read_outcomes(before);
	assert_int_equal(run(&frame, world->left, &out), want->action);
	read_outcomes(after);
	assert_counted_once(before, after, want->outcome, frame.size);
	if (is_forwarding(want->outcome))
		oracle_forward(&world->nexthops[slot_of(want->vip)], &frame);
	assert_frames_equal(&frame, &out);
}

/* The case above trusts the oracle's arithmetic; this one trusts the sum. */
static void leaves_a_right_checksum_for_every_ttl(void **state)
{
	struct frame frame, out;

	(void)state;
	for (unsigned int ttl = 2; ttl <= UINT8_MAX; ttl++) {
		build((struct shape){ .ttl = ttl }, VIP_LEFT, &frame);
		assert_int_equal(run(&frame, world->left, &out), XDP_TX);
		assert_int_equal(out.bytes[FRAME_TTL_AT], ttl - 1);
		assert_int_equal(frame_checksum(out.bytes + FRAME_IPV4_AT,
						FRAME_IPV4_HEADER),
				 0);
	}
}

/* The checksum is hardest where the sum is near its wrap. */
static void leaves_a_right_checksum_for_every_sum(void **state)
{
	struct frame frame, out;

	(void)state;
	for (uint32_t low = 0; low <= UINT16_MAX; low++) {
		build((struct shape){ .source = FRAME_SOURCE + low }, VIP_LEFT,
		      &frame);
		assert_int_equal(run(&frame, world->left, &out), XDP_TX);
		assert_int_equal(frame_checksum(out.bytes + FRAME_IPV4_AT,
						FRAME_IPV4_HEADER),
				 0);
	}
}

static const struct shape chains[] = {
	{ .payload = 8 },
	{ .protocol = IPPROTO_UDP, .payload = 8 },
	{ .protocol = IPPROTO_ICMP, .icmp_type = ICMP_ECHO, .payload = 8 },
	{ .option_words = 3, .payload = 8 },
	{ .option_words = 10, .protocol = IPPROTO_UDP, .payload = 8 },
};

static void assert_passed_untouched(const struct frame *frame)
{
	struct frame out;

	assert_int_equal(run(frame, world->left, &out), XDP_PASS);
	assert_frames_equal(frame, &out);
}

/* From an Ethernet header on: the kernel runs nothing on less. */
static void passes_every_truncation(void **state)
{
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		build(chains[i], VIP_LEFT, &frame);
		while (--frame.size >= ETH_HLEN)
			assert_passed_untouched(&frame);
	}
}

/* The same when the IP header says that the packet is that short. */
static void passes_every_packet_without_a_whole_header(void **state)
{
	struct frame frame;
	size_t headers;

	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		build(chains[i], VIP_LEFT, &frame);
		headers = frame.size - chains[i].payload;
		for (frame.size = headers - 1;
		     frame.size >= FRAME_IPV4_AT + FRAME_IPV4_HEADER;
		     frame.size--) {
			add_to_total_length(&frame, 0);
			assert_passed_untouched(&frame);
		}
	}
}

static void passes_what_comes_in_by_no_port(void **state)
{
	struct frame frame, out;

	(void)state;
	build((struct shape){}, VIP_LEFT, &frame);
	assert_int_equal(run(&frame, if_nametoindex("lo"), &out), XDP_PASS);
	assert_frames_equal(&frame, &out);
}

static void leaves_by_the_port_it_came_in_by_with_tx(void **state)
{
	struct frame frame, out;

	(void)state;
	build((struct shape){ .destination_mac = right_mac }, VIP_RIGHT,
	      &frame);
	assert_int_equal(run(&frame, world->right, &out), XDP_TX);
	build((struct shape){ .destination_mac = right_mac }, VIP_LEFT, &frame);
	assert_int_equal(run(&frame, world->right, &out), XDP_REDIRECT);
}

static void counts_what_a_vip_and_a_next_hop_forwarded(void **state)
{
	struct hg_counter vip, nexthop, vip_after, nexthop_after;
	struct frame frame, out;

	(void)state;
	datapath_read_vip_counter(world->dp, VIP_RIGHT, &vip);
	datapath_read_nexthop_counter(world->dp, SLOT_RIGHT, &nexthop);
	build((struct shape){}, VIP_RIGHT, &frame);
	run(&frame, world->left, &out);
	build((struct shape){ .ttl = 1 }, VIP_RIGHT, &frame);
	run(&frame, world->left, &out);
	datapath_read_vip_counter(world->dp, VIP_RIGHT, &vip_after);
	datapath_read_nexthop_counter(world->dp, SLOT_RIGHT, &nexthop_after);
	assert_int_equal(vip_after.packets - vip.packets, 1);
	assert_int_equal(vip_after.bytes - vip.bytes, frame.size);
	assert_int_equal(nexthop_after.packets - nexthop.packets, 1);
	assert_int_equal(nexthop_after.bytes - nexthop.bytes, frame.size);
}

/* Which next hops a packet can get that has only one flow. */
static void spreads_the_packets_of_one_flow_in_packet_mode(void **state)
{
	bool seen[SLOT_COUNT] = {};
	struct frame frame, out;

	(void)state;
	build((struct shape){}, VIP_PACKET, &frame);
	for (unsigned int i = 0; i < PACKET_RUNS; i++)
		if (run(&frame, world->left, &out) != XDP_PASS)
			seen[out.bytes[ETH_ALEN - 1]] = true;
	assert_true(seen[SLOT_LEFT] && seen[SLOT_RIGHT] && seen[SLOT_NARROW]);
	assert_false(seen[SLOT_NONE] || seen[SLOT_DEAD] || seen[SLOT_LOST]);
}

static int set_up(void **state)
{
	(void)state;
	world = world_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	world_free(world);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[CASES + OTHER_TESTS] = {
		cmocka_unit_test(leaves_a_right_checksum_for_every_ttl),
		cmocka_unit_test(leaves_a_right_checksum_for_every_sum),
		cmocka_unit_test(passes_every_truncation),
		cmocka_unit_test(passes_every_packet_without_a_whole_header),
		cmocka_unit_test(passes_what_comes_in_by_no_port),
		cmocka_unit_test(leaves_by_the_port_it_came_in_by_with_tx),
		cmocka_unit_test(counts_what_a_vip_and_a_next_hop_forwarded),
		cmocka_unit_test(
			spreads_the_packets_of_one_flow_in_packet_mode),
	};

	for (size_t i = 0; i < CASES; i++)
		tests[OTHER_TESTS + i] = (struct CMUnitTest){
			.name = cases[i].description,
			.test_func = does_as_the_case_says,
			.initial_state = (void *)&cases[i],
		};
	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
