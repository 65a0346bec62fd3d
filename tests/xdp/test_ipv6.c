// SPDX-License-Identifier: BSD-2-Clause
/*
 * IPv6: header, lengths, hop limit, extension headers (docs/packet-path.md
 * sections 4 and 5).
 */

#include "table.h"

#include <netinet/in.h>

enum {
	ECHO_REQUEST = 128,
	ECHO_REPLY = 129,
	NEIGHBOR_SOLICITATION = 135,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
	TEST_PROTOCOL = 253,
	NEXT_HEADER_AT = 6,
	EXTENSION_UNIT = 8,
	MAX_LENGTH_BYTE = 30,
};

static void set_hop_limit_zero(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame) + FRAME_IPV6_HOP_LIMIT_AT] = 0;
}

static void set_version_4(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame)] ^= 0x20;
}

static void set_length_beyond_frame(struct frame *frame)
{
	table_set_length(frame, frame->size - frame_ip_at(frame) + 1);
}

static void set_length_zero(struct frame *frame)
{
	table_set_length(frame, FRAME_IPV6_HEADER);
}

static void set_jumbogram_expired(struct frame *frame)
{
	set_hop_limit_zero(frame);
	set_length_zero(frame);
}

/* Set the length of the first extension header. */
static void set_extension_length(struct frame *frame, uint8_t length)
{
	frame->bytes[frame_ip_at(frame) + FRAME_IPV6_HEADER + 1] = length;
}

/*
 * The packet has 28 bytes behind the IPv6 header: the extension header and a
 * TCP header.
 */
static void set_extension_beyond_packet(struct frame *frame)
{
	set_extension_length(frame, 3);
}

static void set_extension_longest(struct frame *frame)
{
	set_extension_length(frame, 255);
}

/* Make the extension header cover all but 4 bytes of the TCP header. */
static void set_extension_into_transport(struct frame *frame)
{
	set_extension_length(frame, 2);
}

#define FORWARDED .vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT
#define ONE(...) \
	.ipv6 = true, .extension_count = 1, .extensions = { { __VA_ARGS__ } }

static const struct row rows[] = {
	{ "forwards_tcp", { .ipv6 = true }, FORWARDED },
	{ "forwards_tcp_with_payload",
	  { .ipv6 = true, .payload = 100 },
	  FORWARDED },
	{ "drops_tcp_with_a_byte_less",
	  { .ipv6 = true, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_udp", { .ipv6 = true, .protocol = IPPROTO_UDP }, FORWARDED },
	{ "drops_udp_with_a_byte_less",
	  { .ipv6 = true, .protocol = IPPROTO_UDP, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_udp_lite",
	  { .ipv6 = true, .protocol = IPPROTO_UDPLITE },
	  FORWARDED },
	{ "forwards_sctp",
	  { .ipv6 = true, .protocol = IPPROTO_SCTP },
	  FORWARDED },
	{ "drops_sctp_with_a_byte_less",
	  { .ipv6 = true, .protocol = IPPROTO_SCTP, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_dccp",
	  { .ipv6 = true, .protocol = IPPROTO_DCCP },
	  FORWARDED },
	{ "forwards_esp",
	  { .ipv6 = true, .protocol = IPPROTO_ESP, .payload = 8 },
	  FORWARDED },
	{ "forwards_no_next_header",
	  { .ipv6 = true, .protocol = IPPROTO_NONE },
	  FORWARDED },
	{ "forwards_what_follows_no_next_header",
	  { .ipv6 = true, .protocol = IPPROTO_NONE, .payload = 3 },
	  FORWARDED },
	{ "forwards_an_unknown_protocol_without_a_byte",
	  { .ipv6 = true, .protocol = TEST_PROTOCOL },
	  FORWARDED },
	{ "forwards_icmp_in_ipv6_as_any_protocol",
	  { .ipv6 = true, .protocol = IPPROTO_ICMP },
	  FORWARDED },
	{ "forwards_an_echo_request",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = ECHO_REQUEST },
	  FORWARDED },
	{ "forwards_an_echo_reply",
	  { .ipv6 = true, .protocol = IPPROTO_ICMPV6, .icmp_type = ECHO_REPLY },
	  FORWARDED },
	{ "drops_an_echo_request_with_a_byte_less",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = ECHO_REQUEST,
	    .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "drops_icmpv6_without_a_type",
	  { .ipv6 = true, .protocol = IPPROTO_ICMPV6, .cut = FRAME_ICMP_HEADER },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "passes_neighbour_discovery",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = NEIGHBOR_SOLICITATION,
	    .ttl = 255 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_OTHER_ICMP,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "forwards_a_padded_frame",
	  { .ipv6 = true, .padding = 18 },
	  FORWARDED },
	{ "does_not_take_padding_for_a_transport_header",
	  { .ipv6 = true, .cut = 1, .padding = 18 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_the_last_hop_limit_but_one",
	  { .ipv6 = true, .ttl = 2 },
	  FORWARDED },
	{ "forwards_the_highest_hop_limit",
	  { .ipv6 = true, .ttl = 255 },
	  FORWARDED },
	{ "passes_a_hop_limit_of_1",
	  { .ipv6 = true, .ttl = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "passes_a_hop_limit_of_0",
	  { .ipv6 = true },
	  .change = set_hop_limit_zero,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "drops_version_4_behind_the_ethertype_of_ipv6",
	  { .ipv6 = true },
	  .change = set_version_4,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_HEADER },
	{ "passes_a_broken_header_that_is_not_for_a_vip",
	  { .ipv6 = true },
	  .change = set_version_4,
	  .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "drops_a_payload_length_beyond_the_frame",
	  { .ipv6 = true },
	  .change = set_length_beyond_frame,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_a_payload_length_beyond_a_tagged_frame",
	  { .ipv6 = true,
	    .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 1 } } },
	  .change = set_length_beyond_frame,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_tcp_of_no_bytes",
	  { .ipv6 = true },
	  .change = set_length_zero,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "passes_a_jumbogram",
	  { ONE(IPPROTO_HOPOPTS) },
	  .change = set_length_zero,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_JUMBOGRAM,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "looks_for_a_jumbogram_before_the_hop_limit",
	  { ONE(IPPROTO_HOPOPTS) },
	  .change = set_jumbogram_expired,
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_JUMBOGRAM,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "drops_another_extension_header_of_no_bytes",
	  { ONE(IPPROTO_DSTOPTS) },
	  .change = set_length_zero,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },

	/* Extension headers */
	{ "walks_over_hop_by_hop_options", { ONE(IPPROTO_HOPOPTS) }, FORWARDED },
	{ "walks_over_a_long_extension_header",
	  { ONE(IPPROTO_HOPOPTS, 100) },
	  FORWARDED },
	{ "walks_over_destination_options",
	  { ONE(IPPROTO_DSTOPTS) },
	  FORWARDED },
	{ "walks_over_an_authentication_header",
	  { ONE(IPPROTO_AH, 4) },
	  FORWARDED },
	{ "walks_over_the_shortest_authentication_header",
	  { ONE(IPPROTO_AH) },
	  FORWARDED },
	{ "walks_over_an_authentication_header_of_odd_words",
	  { ONE(IPPROTO_AH, 1) },
	  FORWARDED },
	{ "walks_over_a_mobility_header", { ONE(MOBILITY) }, FORWARDED },
	{ "walks_over_a_hip_header", { ONE(HIP) }, FORWARDED },
	{ "walks_over_a_shim6_header", { ONE(SHIM6) }, FORWARDED },
	{ "walks_over_an_atomic_fragment",
	  { ONE(IPPROTO_FRAGMENT) },
	  FORWARDED },
	{ "does_not_take_a_reserved_byte_for_the_length_of_a_fragment_header",
	  { ONE(IPPROTO_FRAGMENT, 255) },
	  FORWARDED },
	{ "does_not_look_at_reserved_bits_of_a_fragment_header",
	  { ONE(IPPROTO_FRAGMENT, 0, 6) },
	  FORWARDED },
	{ "needs_a_whole_tcp_header_in_an_atomic_fragment",
	  { ONE(IPPROTO_FRAGMENT), .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "walks_on_behind_an_atomic_fragment",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .extensions = { { IPPROTO_FRAGMENT }, { IPPROTO_DSTOPTS } } },
	  FORWARDED },
	{ "finds_echo_requests_behind_extension_headers",
	  { ONE(IPPROTO_HOPOPTS), .protocol = IPPROTO_ICMPV6,
	    .icmp_type = ECHO_REQUEST },
	  FORWARDED },
	{ "walks_over_one_of_each_kind",
	  { .ipv6 = true,
	    .extension_count = 7,
	    .extensions = { { IPPROTO_HOPOPTS },
			    { IPPROTO_DSTOPTS, 1 },
			    { IPPROTO_FRAGMENT },
			    { IPPROTO_AH, 4 },
			    { MOBILITY },
			    { HIP, 2 },
			    { SHIM6 } } },
	  FORWARDED },
	{ "walks_over_eight_extension_headers",
	  { .ipv6 = true,
	    .extension_count = 8,
	    .extensions = { { IPPROTO_HOPOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS } } },
	  FORWARDED },
	{ "passes_nine_extension_headers",
	  { .ipv6 = true,
	    .extension_count = 9,
	    .extensions = { { IPPROTO_HOPOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_EXTENSION_HEADERS,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "does_not_look_into_the_ninth_extension_header",
	  { .ipv6 = true,
	    .extension_count = 9,
	    .protocol = TEST_PROTOCOL,
	    .cut = EXTENSION_UNIT,
	    .extensions = { { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_ROUTING } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_EXTENSION_HEADERS,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "drops_hop_by_hop_options_that_are_not_the_first",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .extensions = { { IPPROTO_DSTOPTS }, { IPPROTO_HOPOPTS } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "drops_hop_by_hop_options_twice",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .extensions = { { IPPROTO_HOPOPTS }, { IPPROTO_HOPOPTS } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "drops_two_fragment_headers",
	  { .ipv6 = true,
	    .extension_count = 2,
	    .extensions = { { IPPROTO_FRAGMENT }, { IPPROTO_FRAGMENT } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "passes_a_routing_header",
	  { ONE(IPPROTO_ROUTING) },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "passes_a_routing_header_behind_others",
	  { .ipv6 = true,
	    .extension_count = 3,
	    .extensions = { { IPPROTO_HOPOPTS },
			    { IPPROTO_DSTOPTS },
			    { IPPROTO_ROUTING, 2 } } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "drops_a_routing_header_that_does_not_fit",
	  { ONE(IPPROTO_ROUTING) },
	  .change = set_extension_beyond_packet,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "drops_an_extension_header_that_does_not_fit",
	  { ONE(IPPROTO_DSTOPTS) },
	  .change = set_extension_beyond_packet,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "drops_the_longest_extension_header_in_a_short_packet",
	  { ONE(IPPROTO_HOPOPTS) },
	  .change = set_extension_longest,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "drops_a_transport_header_swallowed_by_an_extension_header",
	  { ONE(IPPROTO_DSTOPTS) },
	  .change = set_extension_into_transport,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "drops_an_extension_header_of_seven_bytes",
	  { ONE(IPPROTO_DSTOPTS), .protocol = TEST_PROTOCOL, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "forwards_an_extension_header_and_nothing_behind",
	  { ONE(IPPROTO_DSTOPTS), .protocol = TEST_PROTOCOL },
	  FORWARDED },
	{ "does_not_take_padding_for_an_extension_header",
	  { ONE(IPPROTO_DSTOPTS), .protocol = TEST_PROTOCOL, .cut = 1,
	    .padding = 20 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_EXTENSION },
	{ "forwards_tagged_extension_headers",
	  { ONE(IPPROTO_DSTOPTS), .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 5 }, { ETH_P_8021Q, 6 } } },
	  FORWARDED },
};

static void takes_every_next_header(void **state)
{
	(void)state;
	for (unsigned int protocol = 1; protocol <= UINT8_MAX; protocol++)
		for (uint16_t payload = 0; payload <= FRAME_TCP_HEADER;
		     payload++)
			table_shape((struct shape){ .ipv6 = true,
						    .protocol = protocol,
						    .icmp_type = ECHO_REQUEST,
						    .payload = payload },
				    VIP_ANY_HASH);
}

static void takes_every_icmpv6_type(void **state)
{
	(void)state;
	for (unsigned int type = 0; type <= UINT8_MAX; type++)
		table_shape((struct shape){ .ipv6 = true,
					    .protocol = IPPROTO_ICMPV6,
					    .icmp_type = type },
			    VIP_ANY_HASH);
}

static const uint8_t kinds[] = { IPPROTO_HOPOPTS,
				 IPPROTO_ROUTING,
				 IPPROTO_FRAGMENT,
				 IPPROTO_AH,
				 IPPROTO_DSTOPTS,
				 MOBILITY,
				 HIP,
				 SHIM6 };

/* Run a header of a kind as number `count`, behind destination options. */
static void walk_to(uint8_t kind, uint8_t count, uint8_t length)
{
	struct shape shape = { .ipv6 = true, .extension_count = count };

	for (int i = 0; i < count - 1; i++)
		shape.extensions[i].type = IPPROTO_DSTOPTS;
	shape.extensions[count - 1] = (struct shape_extension){ kind, length };
	table_shape(shape, VIP_ANY_HASH);
}

static void walks_over_each_kind_at_each_place_in_each_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds); i++)
		for (uint8_t count = 1; count <= FRAME_MAX_EXTENSIONS; count++)
			for (uint8_t length = 0; length < MAX_LENGTH_BYTE;
			     length++)
				walk_to(kinds[i], count, length);
}

/* Run every length byte in a packet that holds 100 bytes. */
static void bounds_each_kind_by_the_packet(void **state)
{
	const struct row row = {
		.shape = { ONE(IPPROTO_DSTOPTS), .payload = 72 },
		.vip = VIP_ANY_HASH,
	};
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds); i++)
		for (int length = 0; length <= UINT8_MAX; length++) {
			table_build(&row, &frame);
			frame.bytes[ETH_HLEN + NEXT_HEADER_AT] = kinds[i];
			set_extension_length(&frame, length);
			table_frame(&frame, PORT_LEFT);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_next_header),
		cmocka_unit_test(takes_every_icmpv6_type),
		cmocka_unit_test(
			walks_over_each_kind_at_each_place_in_each_length),
		cmocka_unit_test(bounds_each_kind_by_the_packet),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
