// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fragments of both families: what each is by itself, and where those of one
 * packet go in whichever order they come (docs/packet-path.md section 5).
 */

#include "table.h"

#include <netinet/in.h>
#include <stdlib.h>

enum {
	ICMP_ECHO = 8,
	ICMPV6_ECHO = 128,
	ID = 4711,
	OFFSET = 64, /* of later fragments, in units of 8 bytes */
	LATER = OFFSET,
	MIDDLE = OFFSET | FRAME_MORE_FRAGMENTS,
	LATER6 = OFFSET << FRAME_IPV6_OFFSET_SHIFT,
	MIDDLE6 = LATER6 | FRAME_IPV6_MORE,
	LAST_OFFSET = FRAME_IPV4_OFFSET,
	LAST_OFFSET6 = 0xfff8,
	PACKETS = 2000,
	PAYLOAD = 24,
	OFFSET_UNIT = 8,
	MAX_PACKET = 65535,
};

#define FIRST	  (1 << HG_EVENT_FRAGMENT_FIRST)
#define MISSED	  (1 << HG_EVENT_FRAGMENT_MISSED)
#define FORWARDED .vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT
#define FRAGMENT6(fragment)                 \
	.ipv6 = true, .extension_count = 1, \
	.extensions = { { IPPROTO_FRAGMENT, 0, fragment } }

static const struct row rows[] = {
	{ "records_a_first_fragment",
	  { .fragment = FRAME_MORE_FRAGMENTS, .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = FIRST },
	{ "records_a_first_fragment_of_ipv6",
	  { FRAGMENT6(FRAME_IPV6_MORE), .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = FIRST },
	{ "forwards_a_middle_fragment_whose_first_is_not_known",
	  { .fragment = MIDDLE, .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = MISSED },
	{ "forwards_a_middle_fragment_of_ipv6_whose_first_is_not_known",
	  { FRAGMENT6(MIDDLE6), .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = MISSED },
	{ "forwards_a_last_fragment_whose_first_is_not_known",
	  { .fragment = LATER, .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = MISSED },
	{ "forwards_a_last_fragment_of_ipv6_whose_first_is_not_known",
	  { FRAGMENT6(LATER6), .id = ID, .payload = PAYLOAD },
	  FORWARDED,
	  .events = MISSED },
	{ "forwards_a_later_fragment_without_a_byte",
	  { .fragment = LATER },
	  FORWARDED,
	  .events = MISSED },
	{ "takes_a_first_fragment_with_dont_fragment_set_for_one",
	  { .fragment = FRAME_MORE_FRAGMENTS | FRAME_DONT_FRAGMENT, .id = ID },
	  FORWARDED,
	  .events = FIRST },
	{ "records_no_atomic_fragment",
	  { FRAGMENT6(0), .id = ID, .payload = PAYLOAD },
	  FORWARDED },

	/* What a first fragment needs. */
	{ "needs_four_bytes_of_tcp",
	  { .fragment = FRAME_MORE_FRAGMENTS, .cut = FRAME_TCP_HEADER - 4 },
	  FORWARDED,
	  .events = FIRST },
	{ "drops_a_first_fragment_with_three_bytes_of_tcp",
	  { .fragment = FRAME_MORE_FRAGMENTS, .cut = FRAME_TCP_HEADER - 3 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "needs_four_bytes_of_udp",
	  { FRAGMENT6(FRAME_IPV6_MORE), .protocol = IPPROTO_UDP,
	    .cut = FRAME_UDP_HEADER - 4 },
	  FORWARDED,
	  .events = FIRST },
	{ "drops_a_first_fragment_with_three_bytes_of_udp",
	  { FRAGMENT6(FRAME_IPV6_MORE), .protocol = IPPROTO_UDP,
	    .cut = FRAME_UDP_HEADER - 3 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "needs_four_bytes_of_sctp",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_SCTP,
	    .cut = FRAME_SCTP_HEADER - 4 },
	  FORWARDED,
	  .events = FIRST },
	{ "drops_a_first_fragment_with_three_bytes_of_dccp",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_DCCP,
	    .cut = FRAME_SCTP_HEADER - 3 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "needs_nothing_of_another_protocol",
	  { .fragment = FRAME_MORE_FRAGMENTS, .protocol = IPPROTO_GRE },
	  FORWARDED,
	  .events = FIRST },
	{ "records_a_first_fragment_of_an_echo_request",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_ICMP,
	    .icmp_type = ICMP_ECHO },
	  FORWARDED,
	  .events = FIRST },
	{ "records_a_first_fragment_of_an_echo_request_over_ipv6",
	  { FRAGMENT6(FRAME_IPV6_MORE), .protocol = IPPROTO_ICMPV6,
	    .icmp_type = ICMPV6_ECHO },
	  FORWARDED,
	  .events = FIRST },
	{ "needs_eight_bytes_of_an_echo_request",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_ICMP,
	    .icmp_type = ICMP_ECHO,
	    .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "drops_a_first_fragment_of_icmp_without_a_type",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_ICMP,
	    .cut = FRAME_ICMP_HEADER },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "passes_a_first_fragment_of_other_icmp",
	  { .fragment = FRAME_MORE_FRAGMENTS,
	    .protocol = IPPROTO_ICMP,
	    .icmp_type = 13 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_OTHER_ICMP },
	{ "forwards_a_later_fragment_of_icmp_whatever_its_type_was",
	  { .fragment = LATER, .protocol = IPPROTO_ICMP, .payload = PAYLOAD },
	  FORWARDED,
	  .events = MISSED },
	{ "walks_on_behind_the_fragment_header_of_a_first_fragment",
	  { .ipv6 = true,
	    .extension_count = 3,
	    .extensions = { { IPPROTO_DSTOPTS },
			    { IPPROTO_FRAGMENT, 0, FRAME_IPV6_MORE },
			    { IPPROTO_DSTOPTS } } },
	  FORWARDED,
	  .events = FIRST },
	{ "drops_a_first_fragment_that_ends_in_an_extension_header",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .protocol = IPPROTO_NONE,
	    .cut = 1,
	    .extensions = { { IPPROTO_FRAGMENT, 0, FRAME_IPV6_MORE },
			    { IPPROTO_DSTOPTS } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "ends_the_walk_at_the_fragment_header_of_a_later_fragment",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .protocol = IPPROTO_NONE,
	    .cut = 5,
	    .extensions = { { IPPROTO_FRAGMENT, 0, LATER6 },
			    { IPPROTO_ROUTING } } },
	  FORWARDED,
	  .events = MISSED },
	{ "passes_a_first_fragment_with_a_routing_header_behind",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .extensions = { { IPPROTO_FRAGMENT, 0, FRAME_IPV6_MORE },
			    { IPPROTO_ROUTING } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED },
	{ "drops_a_fragment_header_that_does_not_fit",
	  { FRAGMENT6(FRAME_IPV6_MORE), .protocol = IPPROTO_NONE, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "takes_a_fragment_header_as_the_eighth",
	  { .ipv6 = true,
	    .extension_count = 8,
	    .extensions = { { IPPROTO_HOPOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_FRAGMENT, 0, FRAME_IPV6_MORE } } },
	  FORWARDED,
	  .events = FIRST },

	/* Where the longest packet ends. */
	{ "forwards_a_fragment_that_ends_where_the_longest_packet_does",
	  { .fragment = (MAX_PACKET - FRAME_IPV4_HEADER) / OFFSET_UNIT,
	    .protocol = IPPROTO_UDP,
	    .payload = (MAX_PACKET - FRAME_IPV4_HEADER) % OFFSET_UNIT },
	  FORWARDED,
	  .events = MISSED },
	{ "drops_a_fragment_one_byte_behind_the_longest_packet",
	  { .fragment = (MAX_PACKET - FRAME_IPV4_HEADER) / OFFSET_UNIT,
	    .protocol = IPPROTO_UDP,
	    .payload = (MAX_PACKET - FRAME_IPV4_HEADER) % OFFSET_UNIT + 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "counts_options_into_the_longest_packet",
	  { .fragment = (MAX_PACKET - FRAME_IPV4_HEADER) / OFFSET_UNIT,
	    .protocol = IPPROTO_UDP,
	    .option_words = 1,
	    .options = { 1, 1, 1, 1 },
	    .payload = (MAX_PACKET - FRAME_IPV4_HEADER) % OFFSET_UNIT },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "drops_a_fragment_at_the_highest_offset",
	  { .fragment = LAST_OFFSET, .payload = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },
	{ "looks_at_the_ttl_before_the_end_of_a_fragment",
	  { .fragment = LAST_OFFSET, .payload = 1, .ttl = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "forwards_a_fragment_of_ipv6_that_ends_where_the_longest_packet_does",
	  { FRAGMENT6(LAST_OFFSET6), .payload = 7 },
	  FORWARDED,
	  .events = MISSED },
	{ "drops_a_fragment_of_ipv6_one_byte_behind_the_longest_packet",
	  { FRAGMENT6(LAST_OFFSET6), .payload = 8 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_FRAGMENT },

	/* Modes without ports need no memory. */
	{ "records_nothing_in_a_mode_without_ports",
	  { .fragment = FRAME_MORE_FRAGMENTS },
	  .vip = VIP_PACKET,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "counts_no_missed_fragment_in_a_mode_without_ports",
	  { FRAGMENT6(LATER6) },
	  .vip = VIP_PACKET,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },

	/* What becomes of it later. */
	{ "records_a_first_fragment_that_turns_out_too_big",
	  { .fragment = FRAME_MORE_FRAGMENTS, .payload = WORLD_NARROW_MTU },
	  .vip = VIP_NARROW,
	  .outcome = HG_PASSED_TOO_BIG,
	  .events = FIRST },
	{ "records_no_first_fragment_without_a_next_hop",
	  { .fragment = FRAME_MORE_FRAGMENTS },
	  .vip = VIP_DEAD,
	  .outcome = HG_PASSED_NO_NEXTHOP },
	{ "records_a_first_fragment_for_a_backup",
	  { .fragment = FRAME_MORE_FRAGMENTS },
	  .vip = VIP_BACKUP,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT,
	  .events = FIRST | 1 << HG_EVENT_BACKUP },
};

/* A packet in two fragments; the ports decide where both should go. */
struct halves {
	struct shape first;
	struct shape later;
};

static struct halves split(bool ipv6, uint32_t id, uint16_t source_port)
{
	struct halves halves = {
		.first = { .ipv6 = ipv6,
			   .protocol = IPPROTO_UDP,
			   .id = id,
			   .source_port = source_port,
			   .payload = PAYLOAD },
	};

	if (ipv6) {
		halves.first.extension_count = 1;
		halves.first.extensions[0].type = IPPROTO_FRAGMENT;
	}
	halves.later = halves.first;
	if (ipv6) {
		halves.first.extensions[0].fragment = FRAME_IPV6_MORE;
		halves.later.extensions[0].fragment = LATER6;
	} else {
		halves.first.fragment = FRAME_MORE_FRAGMENTS;
		halves.later.fragment = LATER;
	}
	return halves;
}

static uint32_t slot_of(const struct shape *shape)
{
	return table_shape(*shape, VIP_ANY_HASH)->slot;
}

/* Whether the last frame was counted under this event. */
static bool was(enum hg_event event)
{
	return table_check()->verdict.events & 1 << event;
}

static void sends_all_fragments_of_a_packet_to_one_next_hop(void **state)
{
	unsigned int elsewhere = 0;

	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split(i & 1, i, 1024 + i);
		uint32_t slot;

		slot = slot_of(&halves.first);
		check_forget_fragments(table_check());
		elsewhere += slot_of(&halves.later) != slot;
		slot_of(&halves.first);
		if (slot == SLOT_NONE)
			continue;
		assert_int_equal(slot_of(&halves.later), slot);
		assert_true(was(HG_EVENT_FRAGMENT_FOLLOWED));
	}
	assert_true(elsewhere);
	check_forget_fragments(table_check());
}

/* The whole packet and its first fragment are one flow. */
static void sends_a_first_fragment_where_the_whole_packet_goes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split(i & 1, i, 1024 + i);
		struct shape whole = halves.first;
		uint32_t slot = slot_of(&halves.first);

		whole.fragment = 0;
		whole.extension_count = 0;
		assert_int_equal(slot_of(&whole), slot);
	}
	check_forget_fragments(table_check());
}

static void sends_what_comes_too_early_by_source_and_destination(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < PACKETS; i++) {
		struct halves halves = split(i & 1, 0, 1024 + i);
		struct halves other = split(i & 1, 1, 2048 + i);
		uint32_t slot = slot_of(&halves.later);

		assert_true(was(HG_EVENT_FRAGMENT_MISSED));
		assert_int_equal(slot_of(&other.later), slot);
	}
}

static void tells_packets_apart_by_all_that_names_them(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split(ipv6, ID, 1);
		struct shape other = halves.later;

		table_shape(halves.first, VIP_LEFT);
		assert_true(was(HG_EVENT_FRAGMENT_FIRST));
		other.id++;
		table_shape(other, VIP_LEFT);
		assert_true(was(HG_EVENT_FRAGMENT_MISSED));
		other = halves.later;
		other.source = ipv6 ? frame_ipv6_address("2001:db8:a::2") :
				      frame_ipv4_address(FRAME_SOURCE + 1);
		table_shape(other, VIP_LEFT);
		assert_true(was(HG_EVENT_FRAGMENT_MISSED));
		table_shape(halves.later, VIP_RIGHT);
		assert_true(was(HG_EVENT_FRAGMENT_MISSED));
		table_shape(halves.later, VIP_LEFT);
		assert_true(was(HG_EVENT_FRAGMENT_FOLLOWED));
	}
	check_forget_fragments(table_check());
}

/* RFC 791 3.2 names a packet by its protocol, too, RFC 8200 4.5 does not. */
static void tells_packets_of_ipv4_apart_by_their_protocol(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split(ipv6, ID, 1);

		table_shape(halves.first, VIP_LEFT);
		halves.later.protocol = IPPROTO_SCTP;
		table_shape(halves.later, VIP_LEFT);
		assert_int_equal(was(HG_EVENT_FRAGMENT_FOLLOWED), ipv6);
	}
	check_forget_fragments(table_check());
}

static void keeps_packets_of_one_id_in_both_families_apart(void **state)
{
	struct halves ipv4 = split(false, ID, 1), ipv6 = split(true, ID, 1);

	(void)state;
	table_shape(ipv4.first, VIP_LEFT);
	table_shape(ipv6.later, VIP_LEFT);
	assert_true(was(HG_EVENT_FRAGMENT_MISSED));
	check_forget_fragments(table_check());
}

static void takes_the_whole_id_of_ipv6(void **state)
{
	struct halves halves = split(true, 0x10000 + ID, 1);

	(void)state;
	table_shape(halves.first, VIP_LEFT);
	halves.later.id = ID;
	table_shape(halves.later, VIP_LEFT);
	assert_true(was(HG_EVENT_FRAGMENT_MISSED));
	check_forget_fragments(table_check());
}

static void follows_no_first_fragment_to_a_dead_next_hop(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split(ipv6, ID, 1);

		table_shape(halves.first, VIP_LEFT);
		world_set_alive(world, SLOT_LEFT, false);
		table_shape(halves.later, VIP_LEFT);
		assert_int_equal(table_check()->verdict.slot, SLOT_RIGHT);
		assert_true(was(HG_EVENT_FRAGMENT_MISSED));
		assert_true(was(HG_EVENT_BACKUP));
		world_set_alive(world, SLOT_LEFT, true);
	}
	check_forget_fragments(table_check());
}

/* The slot may belong to another server by then. */
static void follows_no_first_fragment_to_another_incarnation(void **state)
{
	struct world *world = table_check()->world;
	struct halves halves = split(false, ID, 1);

	(void)state;
	table_shape(halves.first, VIP_LEFT);
	table_shape(halves.later, VIP_LEFT);
	assert_true(was(HG_EVENT_FRAGMENT_FOLLOWED));
	world_set_alive(world, SLOT_LEFT, false);
	world_set_alive(world, SLOT_LEFT, true);
	table_shape(halves.later, VIP_LEFT);
	assert_true(was(HG_EVENT_FRAGMENT_MISSED));
	table_shape(halves.first, VIP_LEFT);
	table_shape(halves.later, VIP_LEFT);
	assert_true(was(HG_EVENT_FRAGMENT_FOLLOWED));
	check_forget_fragments(table_check());
}

/* What is under way goes on where it began when the table has changed. */
static void follows_the_first_fragment_through_a_change_of_buckets(void **state)
{
	const struct hg_bucket left = { SLOT_LEFT, SLOT_RIGHT, 0, 0 };
	const struct hg_bucket right = { SLOT_RIGHT, SLOT_LEFT, 0, 0 };
	struct world *world = table_check()->world;
	struct halves halves = split(true, ID, 1);

	(void)state;
	table_shape(halves.first, VIP_LEFT);
	world_set_buckets(world, VIP_LEFT, right);
	assert_int_equal(table_shape(halves.later, VIP_LEFT)->slot, SLOT_LEFT);
	halves.later.id++;
	assert_int_equal(table_shape(halves.later, VIP_LEFT)->slot, SLOT_RIGHT);
	world_set_buckets(world, VIP_LEFT, left);
	check_forget_fragments(table_check());
}

static void needs_no_memory_in_modes_without_ports(void **state)
{
	(void)state;
	for (enum world_vip vip = VIP_3_TUPLE; vip < VIP_PACKET; vip++)
		for (uint32_t i = 0; i < PACKETS; i++) {
			struct halves halves = split(i & 1, i, 1024 + i);
			uint32_t slot;

			slot = table_shape(halves.later, vip)->slot;
			assert_int_equal(was(HG_EVENT_FRAGMENT_MISSED), 0);
			assert_int_equal(table_shape(halves.first, vip)->slot,
					 slot);
			assert_int_equal(was(HG_EVENT_FRAGMENT_FIRST), 0);
		}
}

/* Which later fragments cannot see: all must take the fragment header's word. */
static void
keeps_fragments_with_headers_behind_together_in_3_tuple_mode(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split(true, i, 1024 + i);
		uint32_t slot;

		halves.first.source.bytes[0] = 0x20;
		halves.first.source.bytes[15] = i;
		halves.first.source.bytes[14] = i >> 8;
		halves.later.source = halves.first.source;
		halves.first.extension_count = halves.later.extension_count = 2;
		halves.first.extensions[1].type = IPPROTO_DSTOPTS;
		halves.later.extensions[1].type = IPPROTO_DSTOPTS;
		slot = table_shape(halves.first, VIP_3_TUPLE)->slot;
		assert_int_equal(table_shape(halves.later, VIP_3_TUPLE)->slot,
				 slot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			sends_all_fragments_of_a_packet_to_one_next_hop),
		cmocka_unit_test(
			sends_a_first_fragment_where_the_whole_packet_goes),
		cmocka_unit_test(
			sends_what_comes_too_early_by_source_and_destination),
		cmocka_unit_test(tells_packets_apart_by_all_that_names_them),
		cmocka_unit_test(tells_packets_of_ipv4_apart_by_their_protocol),
		cmocka_unit_test(
			keeps_packets_of_one_id_in_both_families_apart),
		cmocka_unit_test(takes_the_whole_id_of_ipv6),
		cmocka_unit_test(follows_no_first_fragment_to_a_dead_next_hop),
		cmocka_unit_test(
			follows_no_first_fragment_to_another_incarnation),
		cmocka_unit_test(
			follows_the_first_fragment_through_a_change_of_buckets),
		cmocka_unit_test(needs_no_memory_in_modes_without_ports),
		cmocka_unit_test(
			keeps_fragments_with_headers_behind_together_in_3_tuple_mode),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
