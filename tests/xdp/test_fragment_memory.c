// SPDX-License-Identifier: BSD-2-Clause
/*
 * The next hops of fragments of one packet, in any order, and when a next hop
 * changes in between (docs/packet-path.md section 5).
 */

#include "table.h"

#include <netinet/in.h>

enum {
	ID = 4711,
	LATER = 64, /* in units of 8 bytes */
	LATER6 = LATER << FRAME_IPV6_OFFSET_SHIFT,
	PACKETS = 2000,
	PAYLOAD = 24,
};

/* A packet in two fragments, which should go by the packet's ports */
struct halves {
	struct shape first;
	struct shape later;
};

static struct halves split_packet(bool ipv6, uint32_t id, uint16_t source_port)
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

/* True if the last frame was counted under this event. */
static bool had_event(enum hg_event event)
{
	return table_check()->prediction.events & 1 << event;
}

static void sends_all_fragments_of_a_packet_to_one_nexthop(void **state)
{
	unsigned int elsewhere = 0;

	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split_packet(i & 1, i, 1024 + i);
		uint32_t slot;

		slot = slot_of(&halves.first);
		check_forget_fragments(table_check());
		elsewhere += slot_of(&halves.later) != slot;
		slot_of(&halves.first);
		if (slot == SLOT_NONE)
			continue;
		assert_int_equal(slot_of(&halves.later), slot);
		assert_true(had_event(HG_EVENT_FRAGMENT_FOLLOWED));
	}
	assert_true(elsewhere);
	check_forget_fragments(table_check());
}

/* A whole packet and its first fragment are one flow. */
static void sends_a_first_fragment_where_the_whole_packet_goes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split_packet(i & 1, i, 1024 + i);
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
		struct halves halves = split_packet(i & 1, 0, 1024 + i);
		struct halves other = split_packet(i & 1, 1, 2048 + i);
		uint32_t slot = slot_of(&halves.later);

		assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
		assert_int_equal(slot_of(&other.later), slot);
	}
}

static void tells_packets_apart_by_all_that_names_them(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split_packet(ipv6, ID, 1);
		struct shape other = halves.later;

		table_shape(halves.first, VIP_LEFT);
		assert_true(had_event(HG_EVENT_FRAGMENT_FIRST));
		other.id++;
		table_shape(other, VIP_LEFT);
		assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
		other = halves.later;
		other.source = ipv6 ? frame_ipv6_address("2001:db8:a::2") :
				      frame_ipv4_address(FRAME_SOURCE + 1);
		table_shape(other, VIP_LEFT);
		assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
		table_shape(halves.later, VIP_RIGHT);
		assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
		table_shape(halves.later, VIP_LEFT);
		assert_true(had_event(HG_EVENT_FRAGMENT_FOLLOWED));
	}
	check_forget_fragments(table_check());
}

/*
 * The protocol is part of a packet's name in RFC 791 3.2, but not in RFC 8200
 * 4.5.
 */
static void tells_packets_of_ipv4_apart_by_their_protocol(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split_packet(ipv6, ID, 1);

		table_shape(halves.first, VIP_LEFT);
		halves.later.protocol = IPPROTO_SCTP;
		table_shape(halves.later, VIP_LEFT);
		assert_int_equal(had_event(HG_EVENT_FRAGMENT_FOLLOWED), ipv6);
	}
	check_forget_fragments(table_check());
}

static void keeps_packets_of_one_id_in_both_families_apart(void **state)
{
	struct halves ipv4 = split_packet(false, ID, 1),
		      ipv6 = split_packet(true, ID, 1);

	(void)state;
	table_shape(ipv4.first, VIP_LEFT);
	table_shape(ipv6.later, VIP_LEFT);
	assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
	check_forget_fragments(table_check());
}

static void takes_the_whole_id_of_ipv6(void **state)
{
	struct halves halves = split_packet(true, 0x10000 + ID, 1);

	(void)state;
	table_shape(halves.first, VIP_LEFT);
	halves.later.id = ID;
	table_shape(halves.later, VIP_LEFT);
	assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
	check_forget_fragments(table_check());
}

static void follows_no_first_fragment_to_a_dead_nexthop(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct halves halves = split_packet(ipv6, ID, 1);

		table_shape(halves.first, VIP_LEFT);
		world_set_alive(world, SLOT_LEFT, false);
		table_shape(halves.later, VIP_LEFT);
		assert_int_equal(table_check()->prediction.slot, SLOT_RIGHT);
		assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
		assert_true(had_event(HG_EVENT_BACKUP));
		world_set_alive(world, SLOT_LEFT, true);
	}
	check_forget_fragments(table_check());
}

/* The slot may belong to another server by then. */
static void follows_no_first_fragment_to_another_incarnation(void **state)
{
	struct world *world = table_check()->world;
	struct halves halves = split_packet(false, ID, 1);

	(void)state;
	table_shape(halves.first, VIP_LEFT);
	table_shape(halves.later, VIP_LEFT);
	assert_true(had_event(HG_EVENT_FRAGMENT_FOLLOWED));
	world_set_alive(world, SLOT_LEFT, false);
	world_set_alive(world, SLOT_LEFT, true);
	table_shape(halves.later, VIP_LEFT);
	assert_true(had_event(HG_EVENT_FRAGMENT_MISSED));
	table_shape(halves.first, VIP_LEFT);
	table_shape(halves.later, VIP_LEFT);
	assert_true(had_event(HG_EVENT_FRAGMENT_FOLLOWED));
	check_forget_fragments(table_check());
}

/* Fragments of a packet under way keep its next hop when the table changes. */
static void follows_the_first_fragment_through_a_change_of_buckets(void **state)
{
	const struct hg_bucket left = { .current = SLOT_LEFT,
					.backup = SLOT_RIGHT };
	const struct hg_bucket right = { .current = SLOT_RIGHT,
					 .backup = SLOT_LEFT };
	struct world *world = table_check()->world;
	struct halves halves = split_packet(true, ID, 1);

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
			struct halves halves = split_packet(i & 1, i, 1024 + i);
			uint32_t slot;

			slot = table_shape(halves.later, vip)->slot;
			assert_int_equal(had_event(HG_EVENT_FRAGMENT_MISSED),
					 0);
			assert_int_equal(table_shape(halves.first, vip)->slot,
					 slot);
			assert_int_equal(had_event(HG_EVENT_FRAGMENT_FIRST), 0);
		}
}

/*
 * Later fragments do not show those headers: all must hash the fragment
 * header's next header.
 */
static void
keeps_fragments_with_headers_behind_together_in_3_tuple_mode(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct halves halves = split_packet(true, i, 1024 + i);
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
			sends_all_fragments_of_a_packet_to_one_nexthop),
		cmocka_unit_test(
			sends_a_first_fragment_where_the_whole_packet_goes),
		cmocka_unit_test(
			sends_what_comes_too_early_by_source_and_destination),
		cmocka_unit_test(tells_packets_apart_by_all_that_names_them),
		cmocka_unit_test(tells_packets_of_ipv4_apart_by_their_protocol),
		cmocka_unit_test(
			keeps_packets_of_one_id_in_both_families_apart),
		cmocka_unit_test(takes_the_whole_id_of_ipv6),
		cmocka_unit_test(follows_no_first_fragment_to_a_dead_nexthop),
		cmocka_unit_test(
			follows_no_first_fragment_to_another_incarnation),
		cmocka_unit_test(
			follows_the_first_fragment_through_a_change_of_buckets),
		cmocka_unit_test(needs_no_memory_in_modes_without_ports),
		cmocka_unit_test(
			keeps_fragments_with_headers_behind_together_in_3_tuple_mode),
	};

	return table_run(tests, TABLE_SIZE(tests), NULL, 0);
}
