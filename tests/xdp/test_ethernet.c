// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ethernet in and out: MACs, VLAN tags, ports, and frames that the kernel gets
 * as they came in (docs/packet-path.md sections 1, 2, 7 and 9).
 */

#include "datapath/datapath.h"
#include "table.h"

#include <string.h>

enum {
	PRIORITY_SHIFT = 12,
	PRIORITIES = 16, /* PCP and DEI */
	IN_TAG = 300,
	VLAN_IDS = 4096,
};

static const uint8_t right_mac[ETH_ALEN] = { 2, 0, 0, 0, 1, PORT_RIGHT };
static const uint8_t broadcast_mac[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

static void cut_in_ethernet(struct frame *frame)
{
	frame->size = ETH_HLEN;
}

static void cut_in_tag(struct frame *frame)
{
	frame->size = ETH_HLEN + FRAME_TAG - 1;
}

static void cut_in_second_tag(struct frame *frame)
{
	frame->size = ETH_HLEN + 2 * FRAME_TAG - 1;
}

static void cut_ipv4_header(struct frame *frame)
{
	frame->size = ETH_HLEN + FRAME_IPV4_HEADER - 1;
}

static void cut_ipv6_header(struct frame *frame)
{
	frame->size = ETH_HLEN + FRAME_IPV6_HEADER - 1;
}

static const struct row rows[] = {
	{ "forwards_ipv4_by_the_port_it_came_in_by", .vip = VIP_LEFT,
	  .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT },
	{ "forwards_ipv6_by_the_port_it_came_in_by",
	  { .ipv6 = true },
	  .vip = VIP_LEFT,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "forwards_ipv4_through_another_port", .vip = VIP_RIGHT,
	  .outcome = HG_FORWARDED_REDIRECT, .slot = SLOT_RIGHT },
	{ "forwards_ipv6_through_another_port",
	  { .ipv6 = true },
	  .vip = VIP_RIGHT,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "redirects_from_the_second_port_to_the_first", .port = PORT_RIGHT,
	  .vip = VIP_LEFT, .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_LEFT },
	{ "sends_back_by_the_second_port", .port = PORT_RIGHT, .vip = VIP_RIGHT,
	  .outcome = HG_FORWARDED_TX, .slot = SLOT_RIGHT },
	{ "redirects_from_the_third_port", .port = PORT_THIRD,
	  .vip = VIP_RIGHT_TAGS, .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT_TAGS, .tag_count = 2,
	  .tags = { { ETH_P_8021AD, WORLD_OUTER_TAG },
		    { ETH_P_8021Q, WORLD_INNER_TAG } } },
	{ "takes_a_tag_away",
	  { .tag_count = 1, .tags = { { ETH_P_8021Q, IN_TAG } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "takes_a_service_tag_away",
	  { .tag_count = 1, .tags = { { ETH_P_8021AD, IN_TAG } } },
	  .vip = VIP_RIGHT,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_a_priority_tag_away",
	  { .tag_count = 1, .tags = { { ETH_P_8021Q, 0xe000 } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "keeps_the_priority_of_a_priority_tag",
	  { .tag_count = 1, .tags = { { ETH_P_8021Q, 0xe000 } } },
	  .vip = VIP_LEFT_TAG,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT_TAG,
	  .tag_count = 1,
	  .tags = { { ETH_P_8021Q, 0xe000 | WORLD_TAG } } },
	{ "adds_two_tags_in_front_of_ipv6",
	  { .ipv6 = true },
	  .vip = VIP_LEFT_TAGS,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT_TAGS,
	  .tag_count = 2,
	  .tags = { { ETH_P_8021AD, WORLD_OUTER_TAG },
		    { ETH_P_8021Q, WORLD_INNER_TAG } } },
	{ "keeps_the_drop_eligible_bit",
	  { .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 0x1000 | IN_TAG },
		      { ETH_P_8021Q, 0x2000 | IN_TAG } } },
	  .vip = VIP_RIGHT_TAGS,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT_TAGS,
	  .tag_count = 2,
	  .tags = { { ETH_P_8021AD, 0x1000 | WORLD_OUTER_TAG },
		    { ETH_P_8021Q, 0x2000 | WORLD_INNER_TAG } } },
	{ "takes_tags_in_the_order_that_no_standard_knows",
	  { .tag_count = 2,
	    .tags = { { ETH_P_8021Q, IN_TAG }, { ETH_P_8021AD, IN_TAG } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "passes_a_third_tag",
	  { .tag_count = 3,
	    .tags = { { ETH_P_8021AD, 1 },
		      { ETH_P_8021Q, 2 },
		      { ETH_P_8021Q, 3 } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_IP },
	{ "passes_what_is_for_another_mac",
	  { .destination_mac = right_mac },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_OUR_MAC },
	{ "passes_what_is_for_another_mac_behind_tags",
	  { .destination_mac = right_mac,
	    .tag_count = 2,
	    .tags = { { ETH_P_8021Q, 1 }, { ETH_P_8021Q, 2 } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_OUR_MAC },
	{ "passes_broadcast",
	  { .destination_mac = broadcast_mac },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_OUR_MAC },
	{ "passes_arp",
	  { .ethertype = ETH_P_ARP },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_IP },
	{ "passes_arp_behind_a_tag",
	  { .ethertype = ETH_P_ARP,
	    .tag_count = 1,
	    .tags = { { ETH_P_8021Q, 1 } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_IP },
	{ "looks_at_the_mac_before_the_ethertype",
	  { .ethertype = ETH_P_ARP, .destination_mac = broadcast_mac },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_NOT_OUR_MAC },
	{ "passes_ipv4_that_is_not_for_a_vip", .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "passes_ipv6_that_is_not_for_a_vip",
	  { .ipv6 = true },
	  .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "passes_tagged_ipv6_that_is_not_for_a_vip",
	  { .ipv6 = true, .tag_count = 1, .tags = { { ETH_P_8021Q, 1 } } },
	  .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "passes_a_frame_of_nothing_but_ethernet", .change = cut_in_ethernet,
	  .vip = VIP_LEFT, .outcome = HG_PASSED_TRUNCATED },
	{ "passes_a_frame_that_ends_in_a_tag",
	  { .tag_count = 1, .tags = { { ETH_P_8021Q, 1 } } },
	  .change = cut_in_tag,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TRUNCATED },
	{ "reports_truncation_whatever_the_mac_is",
	  { .destination_mac = broadcast_mac,
	    .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 1 } } },
	  .change = cut_in_second_tag,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TRUNCATED },
	{ "passes_a_frame_that_ends_in_the_ipv4_header",
	  .change = cut_ipv4_header, .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TRUNCATED },
	{ "passes_a_frame_that_ends_in_the_ipv6_header",
	  { .ipv6 = true },
	  .change = cut_ipv6_header,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TRUNCATED },
	{ "passes_one_byte_more_than_the_mtu",
	  { .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER +
		       1 },
	  .vip = VIP_NARROW,
	  .outcome = HG_PASSED_TOO_BIG,
	  .events = 1 << HG_EVENT_HANDED_UP },
	{ "forwards_as_many_bytes_as_the_mtu",
	  { .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW },
	{ "does_not_count_tags_into_the_mtu",
	  { .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 1 } },
	    .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW },
	{ "does_not_count_padding_into_the_mtu",
	  { .padding = WORLD_NARROW_MTU },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW,
	  .trimmed = true },
	{ "does_not_count_padding_of_ipv6_into_the_mtu",
	  { .ipv6 = true, .padding = WORLD_NARROW_MTU },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW,
	  .trimmed = true },
	{ "keeps_as_many_bytes_with_padding_as_the_mtu",
	  { .payload =
		    WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER - 1,
	    .padding = 1 },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW },
	{ "removes_padding_beyond_the_mtu_of_a_full_packet",
	  { .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER,
	    .padding = 4 },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW,
	  .trimmed = true },
	{ "removes_padding_from_a_frame_that_loses_its_tags",
	  { .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 1 } },
	    .payload = WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER,
	    .padding = 4 },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_NARROW,
	  .trimmed = true },
	{ "removes_padding_from_a_frame_that_gets_tags",
	  { .padding = WORLD_MTU },
	  .vip = VIP_RIGHT_TAGS,
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT_TAGS,
	  .tag_count = 2,
	  .tags = { { ETH_P_8021AD, WORLD_OUTER_TAG },
		    { ETH_P_8021Q, WORLD_INNER_TAG } },
	  .trimmed = true },
	{ "removes_padding_from_a_first_fragment",
	  { .fragment = FRAME_MORE_FRAGMENTS, .padding = WORLD_NARROW_MTU },
	  .vip = VIP_NARROW,
	  .outcome = HG_FORWARDED_TX,
	  .events = 1 << HG_EVENT_FRAGMENT_FIRST,
	  .slot = SLOT_NARROW,
	  .trimmed = true },
	{ "passes_a_packet_bigger_than_the_mtu_with_padding",
	  { .payload =
		    WORLD_NARROW_MTU - FRAME_IPV4_HEADER - FRAME_TCP_HEADER + 1,
	    .padding = 4 },
	  .vip = VIP_NARROW,
	  .outcome = HG_PASSED_TOO_BIG,
	  .events = 1 << HG_EVENT_HANDED_UP },
	{ "passes_ipv6_that_is_bigger_than_the_mtu",
	  { .ipv6 = true,
	    .payload = WORLD_NARROW_MTU - FRAME_IPV6_HEADER - FRAME_TCP_HEADER +
		       1 },
	  .vip = VIP_NARROW,
	  .outcome = HG_PASSED_TOO_BIG,
	  .events = 1 << HG_EVENT_HANDED_UP },
	{ "forwards_to_the_backup_of_a_dead_next_hop", .vip = VIP_BACKUP,
	  .outcome = HG_FORWARDED_TX, .events = 1 << HG_EVENT_BACKUP,
	  .slot = SLOT_LEFT },
	{ "forwards_ipv6_to_the_backup_of_a_dead_next_hop",
	  { .ipv6 = true },
	  .vip = VIP_BACKUP,
	  .outcome = HG_FORWARDED_TX,
	  .events = 1 << HG_EVENT_BACKUP,
	  .slot = SLOT_LEFT },
	{ "passes_when_both_next_hops_are_dead", .vip = VIP_DEAD,
	  .outcome = HG_PASSED_NO_NEXTHOP },
	{ "passes_when_the_bucket_is_empty", .vip = VIP_EMPTY,
	  .outcome = HG_PASSED_NO_NEXTHOP },
	{ "passes_when_the_next_hop_is_behind_no_port", .vip = VIP_LOST,
	  .outcome = HG_PASSED_NO_NEXTHOP, .events = 1 << HG_EVENT_HANDED_UP },
	{ "says_too_big_before_it_looks_for_the_port",
	  { .payload = WORLD_MTU },
	  .vip = VIP_LOST,
	  .outcome = HG_PASSED_TOO_BIG,
	  .events = 1 << HG_EVENT_HANDED_UP },
};

/*
 * Return the priority that the document demands: outer from outer, inner from
 * inner, else 0.
 */
static uint16_t priority_out(const uint16_t *priorities, int tags_in, int tag)
{
	return tag < tags_in ? priorities[tag] << PRIORITY_SHIFT : 0;
}

static void assert_tag(const struct frame *frame, int tag, uint16_t protocol,
		       uint16_t control)
{
	const uint8_t *at =
		frame->bytes + 2 * (size_t)ETH_ALEN + tag * FRAME_TAG;

	assert_int_equal(at[0] << 8 | at[1], protocol);
	assert_int_equal(at[2] << 8 | at[3], control);
}

static void send_with_tags(int tags_in, int tags_out,
			   const uint16_t *priorities, bool ipv6)
{
	static const enum world_vip vips[] = { VIP_LEFT, VIP_LEFT_TAG,
					       VIP_RIGHT_TAGS };
	struct shape shape = { .ipv6 = ipv6, .tag_count = tags_in };
	const struct prediction *prediction;

	for (int i = 0; i < tags_in; i++)
		shape.tags[i] = (struct shape_tag){
			ETH_P_8021Q,
			priorities[i] << PRIORITY_SHIFT | (IN_TAG + i),
		};
	prediction = table_shape(shape, vips[tags_out]);
	assert_true(oracle_is_forwarded(prediction));
	if (tags_out == 1)
		assert_tag(&prediction->out, 0, ETH_P_8021Q,
			   priority_out(priorities, tags_in, 0) | WORLD_TAG);
	if (tags_out == 2)
		assert_tag(&prediction->out, 0, ETH_P_8021AD,
			   priority_out(priorities, tags_in, 0) |
				   WORLD_OUTER_TAG);
	if (tags_out == 2)
		assert_tag(&prediction->out, 1, ETH_P_8021Q,
			   priority_out(priorities, tags_in, 1) |
				   WORLD_INNER_TAG);
	assert_int_equal(frame_ip_at(&prediction->out),
			 ETH_HLEN + tags_out * FRAME_TAG);
}

static void keeps_priorities_through_every_change_of_tags(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < PRIORITIES * PRIORITIES; i++) {
		const uint16_t priorities[] = { i / PRIORITIES,
						i % PRIORITIES };

		for (int in = 0; in <= 2; in++)
			for (int out = 0; out <= 2; out++)
				send_with_tags(in, out, priorities, i & 1);
	}
}

static void takes_every_vlan(void **state)
{
	(void)state;
	for (uint16_t id = 0; id < VLAN_IDS; id++)
		assert_int_equal(
			table_shape((struct shape){ .tag_count = 1,
						    .tags = { { ETH_P_8021Q,
								id } } },
				    VIP_LEFT)
				->outcome,
			HG_FORWARDED_TX);
}

static void passes_every_other_ethertype(void **state)
{
	(void)state;
	for (uint32_t type = 1; type <= UINT16_MAX; type++) {
		const struct prediction *prediction = table_shape(
			(struct shape){ .ethertype = type }, VIP_LEFT);

		if (type != ETH_P_IP && type != ETH_P_IPV6 &&
		    type != ETH_P_8021Q && type != ETH_P_8021AD)
			assert_int_equal(prediction->outcome, HG_PASSED_NOT_IP);
	}
}

/* Before, it is a port whose frames are forwarded. */
static void passes_frames_of_a_port_that_was_detached(void **state)
{
	struct world *world = table_check()->world;
	struct world_port_info *port = &world->ports[PORT_THIRD];
	const struct world_port_info saved = *port;
	const struct row row = { .port = PORT_THIRD, .vip = VIP_LEFT };
	struct datapath_error error;
	struct frame frame;

	(void)state;
	table_build(&row, &frame);
	assert_int_equal(table_frame(&frame, PORT_THIRD)->outcome,
			 HG_FORWARDED_REDIRECT);
	assert_int_equal(datapath_detach(world->dp, port->ifindex), 0);
	memset(port->mac, 0, sizeof(port->mac));
	assert_int_equal(table_frame(&frame, PORT_THIRD)->outcome,
			 HG_PASSED_NOT_OUR_MAC);
	*port = saved;
	assert_int_equal(datapath_attach(world->dp, port->ifindex, "third",
					 port->mac, &error),
			 0);
}

static struct hg_port_vlans vlans_of(uint16_t outer, uint16_t inner)
{
	struct hg_port_vlans vlans = { 0 };

	vlans.ids[outer] |= HG_VLAN_OUTER;
	vlans.ids[inner] |= HG_VLAN_INNER;
	return vlans;
}

static enum hg_outcome outcome_of_tags(uint8_t count, uint16_t outer,
				       uint16_t inner)
{
	const struct shape shape = {
		.tag_count = count,
		.tags = { { ETH_P_8021Q, outer }, { ETH_P_8021Q, inner } },
	};

	return table_shape(shape, VIP_LEFT)->outcome;
}

static void set_vlans(struct hg_port_vlans vlans, bool untagged)
{
	world_set_vlans(table_check()->world, PORT_LEFT, &vlans, untagged);
}

static void take_all_vlans(void)
{
	struct hg_port_vlans all;

	memset(&all, 0xff, sizeof(all));
	set_vlans(all, true);
}

/* With priority bits, which are not of the ID. */
static void takes_one_vlan_of_all(void **state)
{
	static const uint16_t edges[] = { 1, 63, 64, 100, 4094 };

	(void)state;
	for (size_t i = 0; i < TABLE_SIZE(edges); i++) {
		set_vlans(vlans_of(edges[i], 0), true);
		for (uint16_t id = 1; id < VLAN_IDS - 1; id++)
			assert_int_equal(outcome_of_tags(1, 0xe000 | id, 0),
					 id == edges[i] ? HG_FORWARDED_TX :
							  HG_PASSED_OTHER_VLAN);
	}
	take_all_vlans();
}

static void looks_at_both_tags(void **state)
{
	(void)state;
	set_vlans(vlans_of(200, 20), true);
	assert_int_equal(outcome_of_tags(2, 200, 20), HG_FORWARDED_TX);
	assert_int_equal(outcome_of_tags(2, 200, 21), HG_PASSED_OTHER_VLAN);
	assert_int_equal(outcome_of_tags(2, 20, 200), HG_PASSED_OTHER_VLAN);
	assert_int_equal(outcome_of_tags(2, 20, 20), HG_PASSED_OTHER_VLAN);
	assert_int_equal(outcome_of_tags(1, 20, 0), HG_PASSED_OTHER_VLAN);
	take_all_vlans();
}

static void takes_a_tag_of_id_0_for_none(void **state)
{
	(void)state;
	set_vlans(vlans_of(200, 20), true);
	assert_int_equal(outcome_of_tags(1, 0xe000, 0), HG_FORWARDED_TX);
	assert_int_equal(outcome_of_tags(2, 0, 0), HG_FORWARDED_TX);
	assert_int_equal(outcome_of_tags(2, 0, 200), HG_FORWARDED_TX);
	assert_int_equal(outcome_of_tags(2, 200, 0), HG_FORWARDED_TX);
	assert_int_equal(outcome_of_tags(2, 0, 20), HG_PASSED_OTHER_VLAN);
	take_all_vlans();
}

static void
passes_untagged_frames_where_only_tagged_ones_are_taken(void **state)
{
	(void)state;
	set_vlans(vlans_of(200, 20), false);
	assert_int_equal(outcome_of_tags(0, 0, 0), HG_PASSED_OTHER_VLAN);
	assert_int_equal(outcome_of_tags(1, 0, 0), HG_PASSED_OTHER_VLAN);
	assert_int_equal(outcome_of_tags(1, 200, 0), HG_FORWARDED_TX);
	take_all_vlans();
	assert_int_equal(outcome_of_tags(0, 0, 0), HG_FORWARDED_TX);
}

static void looks_at_the_vlans_of_the_port_it_came_in_by(void **state)
{
	struct shape shape = { .tag_count = 1, .tags = { { ETH_P_8021Q, 7 } } };
	const struct row right = { .shape = shape,
				   .port = PORT_RIGHT,
				   .vip = VIP_LEFT };
	struct frame frame;

	(void)state;
	set_vlans(vlans_of(200, 20), true);
	table_build(&right, &frame);
	assert_int_equal(table_frame(&frame, PORT_RIGHT)->outcome,
			 HG_FORWARDED_REDIRECT);
	assert_int_equal(outcome_of_tags(1, 7, 0), HG_PASSED_OTHER_VLAN);
	take_all_vlans();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_priorities_through_every_change_of_tags),
		cmocka_unit_test(takes_every_vlan),
		cmocka_unit_test(takes_one_vlan_of_all),
		cmocka_unit_test(looks_at_both_tags),
		cmocka_unit_test(takes_a_tag_of_id_0_for_none),
		cmocka_unit_test(
			passes_untagged_frames_where_only_tagged_ones_are_taken),
		cmocka_unit_test(looks_at_the_vlans_of_the_port_it_came_in_by),
		cmocka_unit_test(passes_every_other_ethertype),
		cmocka_unit_test(passes_frames_of_a_port_that_was_detached),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
