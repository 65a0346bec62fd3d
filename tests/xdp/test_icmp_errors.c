// SPDX-License-Identifier: BSD-2-Clause
/*
 * ICMP and ICMPv6 errors: they go to the next hop of the flow that they report
 * on, or are dropped (docs/packet-path.md section 6).
 */

#include "table.h"

#include <netinet/in.h>
#include <stdlib.h>

enum {
	UNREACHABLE = 3,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
	ECHO = 8,
	ECHO_REPLY = 0,
	UNREACHABLE6 = 1,
	TOO_BIG6 = 2,
	TIME_EXCEEDED6 = 3,
	PARAMETER_PROBLEM6 = 4,
	ECHO6 = 128,
	ECHO_REPLY6 = 129,
	LATER = 100,
	LATER6 = 100 << FRAME_IPV6_OFFSET_SHIFT,
	QUOTED_TRANSPORT = 8,
	QUOTED_IPV4 = FRAME_IPV4_HEADER + QUOTED_TRANSPORT,
	QUOTED_IPV6 = FRAME_IPV6_HEADER + QUOTED_TRANSPORT,
	TEST_PROTOCOL = 253,
	FLOWS = 3000,
};

/* Addresses of VIP_LEFT, the source of quoted packets, and of a client */
#define VIP4                                            \
	{                                               \
		{                                       \
			[10] = 0xff, 0xff, 192, 0, 2, 1 \
		}                                       \
	}
#define VIP6                                                   \
	{                                                      \
		{                                              \
			0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1 \
		}                                              \
	}
#define CLIENT4                                        \
	{                                              \
		{                                      \
			[10] = 0xff, 0xff, 10, 0, 0, 1 \
		}                                      \
	}
#define CLIENT6                                                 \
	{                                                       \
		{                                               \
			0x20, 0x01, 0x0d, 0xb8, 0, 10, [15] = 1 \
		}                                               \
	}

#define FROM_VIP4 .source = VIP4, .destination = CLIENT4
#define FROM_VIP6 .ipv6 = true, .source = VIP6, .destination = CLIENT6

#define QUOTE(...)            \
	&(const struct shape) \
	{                     \
		__VA_ARGS__   \
	}
#define ERROR4(kind, ...)                              \
	.protocol = IPPROTO_ICMP, .icmp_type = (kind), \
	.quote = QUOTE(FROM_VIP4, __VA_ARGS__)
#define ERROR6(kind, ...)                                              \
	.ipv6 = true, .protocol = IPPROTO_ICMPV6, .icmp_type = (kind), \
	.quote = QUOTE(FROM_VIP6, __VA_ARGS__)

#define STEERED                                                         \
	.vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT, \
	.events = 1 << HG_EVENT_ICMP_ERROR
#define STEERED_AS_FRAGMENT                                             \
	.vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT, \
	.events = 1 << HG_EVENT_ICMP_ERROR | 1 << HG_EVENT_FRAGMENT_MISSED
#define BAD	.vip = VIP_LEFT, .outcome = HG_DROPPED_BAD_ICMP_ERROR
#define FOREIGN .vip = VIP_LEFT, .outcome = HG_DROPPED_FOREIGN_ICMP_ERROR

static const struct row rows[] = {
	{ "steers_unreachable", { ERROR4(UNREACHABLE) }, STEERED },
	{ "steers_time_exceeded", { ERROR4(TIME_EXCEEDED) }, STEERED },
	{ "steers_parameter_problem", { ERROR4(PARAMETER_PROBLEM) }, STEERED },
	{ "steers_unreachable_of_ipv6", { ERROR6(UNREACHABLE6) }, STEERED },
	{ "steers_packet_too_big_of_ipv6", { ERROR6(TOO_BIG6) }, STEERED },
	{ "steers_time_exceeded_of_ipv6", { ERROR6(TIME_EXCEEDED6) }, STEERED },
	{ "steers_parameter_problem_of_ipv6",
	  { ERROR6(PARAMETER_PROBLEM6) },
	  STEERED },

	/* Bytes of the quoted packet that are needed */
	{ "needs_eight_bytes_of_a_quoted_tcp_header",
	  { ERROR4(UNREACHABLE), .quote_size = QUOTED_IPV4 },
	  STEERED },
	{ "drops_seven_bytes_of_a_quoted_tcp_header",
	  { ERROR4(UNREACHABLE), .quote_size = QUOTED_IPV4 - 1 },
	  BAD },
	{ "needs_eight_bytes_of_a_quoted_tcp_header_of_ipv6",
	  { ERROR6(TOO_BIG6), .quote_size = QUOTED_IPV6 },
	  STEERED },
	{ "drops_seven_bytes_of_a_quoted_tcp_header_of_ipv6",
	  { ERROR6(TOO_BIG6), .quote_size = QUOTED_IPV6 - 1 },
	  BAD },
	{ "steers_a_quoted_udp_header",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_UDP) },
	  STEERED },
	{ "steers_eight_bytes_of_a_quoted_sctp_header",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_SCTP),
	    .quote_size = QUOTED_IPV4 },
	  STEERED },
	{ "steers_eight_bytes_of_a_quoted_dccp_header",
	  { ERROR6(UNREACHABLE6, .protocol = IPPROTO_DCCP),
	    .quote_size = QUOTED_IPV6 },
	  STEERED },
	{ "drops_seven_bytes_of_a_quoted_udp_lite_header",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_UDPLITE),
	    .quote_size = QUOTED_IPV4 - 1 },
	  BAD },
	{ "needs_nothing_of_another_quoted_protocol",
	  { ERROR4(UNREACHABLE, .protocol = TEST_PROTOCOL) },
	  STEERED },
	{ "needs_nothing_of_another_quoted_protocol_of_ipv6",
	  { ERROR6(UNREACHABLE6, .protocol = TEST_PROTOCOL) },
	  STEERED },
	{ "needs_nothing_behind_a_quoted_no_next_header",
	  { ERROR6(UNREACHABLE6, .protocol = IPPROTO_NONE) },
	  STEERED },
	{ "does_not_take_padding_for_the_quoted_packet",
	  { ERROR4(UNREACHABLE), .quote_size = QUOTED_IPV4 - 1, .padding = 9 },
	  BAD },
	{ "drops_an_error_without_a_quote",
	  { .protocol = IPPROTO_ICMP, .icmp_type = UNREACHABLE },
	  BAD },
	{ "drops_an_error_of_ipv6_without_a_quote",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = UNREACHABLE6 },
	  BAD },
	{ "drops_an_error_of_one_byte",
	  { .protocol = IPPROTO_ICMP,
	    .icmp_type = UNREACHABLE,
	    .cut = FRAME_ICMP_HEADER - 1 },
	  BAD },
	{ "drops_an_error_that_ends_in_the_quoted_ipv4_header",
	  { ERROR4(UNREACHABLE), .quote_size = FRAME_IPV4_HEADER - 1 },
	  BAD },
	{ "drops_an_error_that_ends_in_the_quoted_ipv6_header",
	  { ERROR6(UNREACHABLE6), .quote_size = FRAME_IPV6_HEADER - 1 },
	  BAD },

	/* Reading the quoted packet */
	{ "walks_over_quoted_options",
	  { ERROR4(UNREACHABLE, .option_words = 10),
	    .quote_size = QUOTED_IPV4 + FRAME_MAX_OPTIONS },
	  STEERED },
	{ "drops_an_error_that_ends_behind_quoted_options_too_early",
	  { ERROR4(UNREACHABLE, .option_words = 10),
	    .quote_size = QUOTED_IPV4 + FRAME_MAX_OPTIONS - 1 },
	  BAD },
	{ "does_not_look_at_quoted_options",
	  { ERROR4(UNREACHABLE, .option_words = 1, .options = { 131, 1 }) },
	  STEERED },
	{ "does_not_look_at_a_quoted_ttl",
	  { ERROR4(TIME_EXCEEDED, .ttl = 1) },
	  STEERED },
	{ "walks_over_quoted_extension_headers",
	  { ERROR6(TOO_BIG6, .extension_count = 3,
		   .extensions = { { IPPROTO_HOPOPTS },
				   { IPPROTO_DSTOPTS, 2 },
				   { IPPROTO_AH, 4 } }) },
	  STEERED },
	{ "walks_over_a_quoted_routing_header",
	  { ERROR6(TOO_BIG6, .extension_count = 1,
		   .extensions = { { IPPROTO_ROUTING, 2 } }) },
	  STEERED },
	{ "walks_over_eight_quoted_extension_headers",
	  { ERROR6(TOO_BIG6, .extension_count = 8,
		   .extensions = { { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_ROUTING } }) },
	  STEERED },
	{ "drops_nine_quoted_extension_headers",
	  { ERROR6(TOO_BIG6, .extension_count = 9,
		   .extensions = { { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS },
				   { IPPROTO_DSTOPTS } }) },
	  BAD },
	{ "drops_an_error_that_ends_in_a_quoted_extension_header",
	  { ERROR6(TOO_BIG6, .extension_count = 1,
		   .extensions = { { IPPROTO_DSTOPTS, 2 } }),
	    .quote_size = FRAME_IPV6_HEADER + 23 },
	  BAD },
	{ "drops_quoted_hop_by_hop_options_that_are_not_the_first",
	  { ERROR6(TOO_BIG6, .extension_count = 2,
		   .extensions = { { IPPROTO_DSTOPTS }, { IPPROTO_HOPOPTS } }) },
	  BAD },
	{ "drops_two_quoted_fragment_headers",
	  { ERROR6(TOO_BIG6, .extension_count = 2,
		   .extensions = { { IPPROTO_FRAGMENT },
				   { IPPROTO_FRAGMENT } }) },
	  BAD },
	{ "walks_over_a_quoted_atomic_fragment",
	  { ERROR6(TOO_BIG6, .extension_count = 1,
		   .extensions = { { IPPROTO_FRAGMENT } }) },
	  STEERED },
	{ "reads_the_ports_of_a_quoted_first_fragment",
	  { ERROR4(UNREACHABLE, .fragment = FRAME_MORE_FRAGMENTS) },
	  STEERED },
	{ "reads_the_ports_of_a_quoted_first_fragment_of_ipv6",
	  { ERROR6(TOO_BIG6, .extension_count = 1,
		   .extensions = { { IPPROTO_FRAGMENT, 0, FRAME_IPV6_MORE } }) },
	  STEERED },
	{ "needs_eight_bytes_of_a_quoted_first_fragment",
	  { ERROR4(UNREACHABLE, .fragment = FRAME_MORE_FRAGMENTS),
	    .quote_size = QUOTED_IPV4 - 1 },
	  BAD },
	{ "steers_a_quoted_later_fragment_by_source_and_destination",
	  { ERROR4(UNREACHABLE, .fragment = LATER, .payload = 8) },
	  STEERED_AS_FRAGMENT },
	{ "steers_a_quoted_later_fragment_of_ipv6_by_source_and_destination",
	  { ERROR6(TOO_BIG6, .payload = 8, .extension_count = 1,
		   .extensions = { { IPPROTO_FRAGMENT, 0, LATER6 } }) },
	  STEERED_AS_FRAGMENT },
	{ "needs_nothing_behind_the_header_of_a_quoted_later_fragment",
	  { ERROR4(UNREACHABLE, .fragment = LATER) },
	  STEERED_AS_FRAGMENT },
	{ "does_not_look_where_a_quoted_fragment_ends",
	  { ERROR4(UNREACHABLE, .fragment = FRAME_IPV4_OFFSET, .payload = 100) },
	  STEERED_AS_FRAGMENT },
	{ "steers_an_error_in_a_first_fragment",
	  { ERROR4(UNREACHABLE), .fragment = FRAME_MORE_FRAGMENTS },
	  STEERED },
	{ "steers_an_error_of_ipv6_behind_extension_headers",
	  { ERROR6(UNREACHABLE6), .extension_count = 2,
	    .extensions = { { IPPROTO_HOPOPTS }, { IPPROTO_DSTOPTS } } },
	  STEERED },
	{ "drops_an_error_in_a_first_fragment_that_quotes_too_little",
	  { ERROR4(UNREACHABLE), .fragment = FRAME_MORE_FRAGMENTS,
	    .quote_size = QUOTED_IPV4 - 1 },
	  BAD },

	/* The source of the quoted packet */
	{ "drops_a_quoted_packet_from_another_address",
	  { .protocol = IPPROTO_ICMP,
	    .icmp_type = UNREACHABLE,
	    .quote = QUOTE(.source = CLIENT4, .destination = VIP4) },
	  FOREIGN },
	{ "drops_a_quoted_packet_from_another_address_of_ipv6",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = TOO_BIG6,
	    .quote = QUOTE(.ipv6 = true, .source = CLIENT6,
			   .destination = VIP6) },
	  FOREIGN },
	{ "drops_a_packet_of_ipv6_in_an_error_of_ipv4",
	  { .protocol = IPPROTO_ICMP,
	    .icmp_type = UNREACHABLE,
	    .quote = QUOTE(FROM_VIP6) },
	  BAD },
	{ "drops_a_packet_of_ipv4_in_an_error_of_ipv6",
	  { .ipv6 = true,
	    .protocol = IPPROTO_ICMPV6,
	    .icmp_type = TOO_BIG6,
	    .quote = QUOTE(FROM_VIP4, .payload = 60) },
	  BAD },

	/* ICMP in ICMP */
	{ "steers_a_quoted_echo_request",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_ICMP, .icmp_type = ECHO) },
	  STEERED },
	{ "steers_a_quoted_echo_reply",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_ICMP,
		   .icmp_type = ECHO_REPLY) },
	  STEERED },
	{ "steers_a_quoted_echo_reply_of_ipv6",
	  { ERROR6(TOO_BIG6, .protocol = IPPROTO_ICMPV6,
		   .icmp_type = ECHO_REPLY6) },
	  STEERED },
	{ "drops_a_quoted_echo_reply_of_seven_bytes",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_ICMP,
		   .icmp_type = ECHO_REPLY),
	    .quote_size = QUOTED_IPV4 - 1 },
	  BAD },
	{ "drops_an_error_about_an_error",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_ICMP,
		   .icmp_type = TIME_EXCEEDED) },
	  BAD },
	{ "drops_an_error_about_an_error_of_ipv6",
	  { ERROR6(UNREACHABLE6, .protocol = IPPROTO_ICMPV6,
		   .icmp_type = TIME_EXCEEDED6) },
	  BAD },
	{ "takes_quoted_icmpv6_in_ipv4_as_any_protocol",
	  { ERROR4(UNREACHABLE, .protocol = IPPROTO_ICMPV6) },
	  STEERED },

	/* Checks common to all frames */
	{ "looks_at_the_ttl_before_the_quote",
	  { ERROR4(UNREACHABLE), .ttl = 1, .quote_size = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "steers_an_error_out_of_a_tag",
	  { ERROR6(TOO_BIG6), .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 2 } } },
	  STEERED },
};

static uint32_t any_below(uint32_t bound)
{
	return (uint32_t)random() % bound;
}

/* Return an address that is no martian. */
static struct hg_address any_client(bool ipv6)
{
	struct hg_address address;

	if (!ipv6)
		return frame_ipv4_address((uint32_t)random() >> 2 | 1 << 24);
	for (size_t i = 0; i < sizeof(address.bytes); i++)
		address.bytes[i] = random();
	address.bytes[0] = 0x20;
	return address;
}

/* Return a packet of a random flow, from a client to a VIP. */
static struct shape any_packet(enum world_vip vip, bool ipv6)
{
	static const uint8_t protocols[] = { IPPROTO_TCP,     IPPROTO_UDP,
					     IPPROTO_UDPLITE, IPPROTO_SCTP,
					     IPPROTO_DCCP,    IPPROTO_ICMP,
					     IPPROTO_GRE,     TEST_PROTOCOL };
	uint8_t protocol = protocols[any_below(sizeof(protocols))];
	bool icmp = protocol == IPPROTO_ICMP;

	return (struct shape){
		.ipv6 = ipv6,
		.source = any_client(ipv6),
		.destination = world_address(vip, ipv6),
		.protocol = icmp && ipv6 ? IPPROTO_ICMPV6 : protocol,
		.icmp_type = ipv6 ? ECHO6 : ECHO,
		.source_port = 1 + any_below(UINT16_MAX),
		.destination_port = icmp ? 0 : 1 + any_below(UINT16_MAX),
	};
}

/* Return the server's answer in that flow. */
static struct shape answer_to(const struct shape *packet)
{
	struct shape answer = *packet;

	answer.source = packet->destination;
	answer.destination = packet->source;
	answer.icmp_type = packet->ipv6 ? ECHO_REPLY6 : ECHO_REPLY;
	if (packet->destination_port) {
		answer.source_port = packet->destination_port;
		answer.destination_port = packet->source_port;
	}
	return answer;
}

/* Return an error from a router that is not part of the flow. */
static struct shape error_about(const struct shape *answer)
{
	static const uint8_t types4[] = { UNREACHABLE, TIME_EXCEEDED,
					  PARAMETER_PROBLEM };
	bool ipv6 = answer->ipv6;

	return (struct shape){
		.ipv6 = ipv6,
		.source = any_client(ipv6),
		.destination = answer->source,
		.protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.icmp_type = ipv6 ? 1 + any_below(4) : types4[any_below(3)],
		.quote = answer,
		.quote_size = (ipv6 ? QUOTED_IPV6 : QUOTED_IPV4) +
			      answer->option_words * FRAME_WORD,
	};
}

static void sends_errors_where_the_flow_goes_that_they_report_on(void **state)
{
	(void)state;
	for (int i = 0; i < FLOWS; i++) {
		enum world_vip vip = VIP_ANY_HASH + any_below(HG_HASH_PACKET);
		struct shape packet = any_packet(vip, i & 1);
		struct shape answer = answer_to(&packet);
		uint32_t slot = table_shape(packet, vip)->slot;

		answer.option_words = answer.ipv6 ? 0 : any_below(3);
		assert_int_equal(table_shape(error_about(&answer), vip)->slot,
				 slot);
		assert_int_equal(table_check()->prediction.events &
					 1 << HG_EVENT_ICMP_ERROR,
				 1 << HG_EVENT_ICMP_ERROR);
	}
}

/* Later fragments without a first one go by the addresses alone. */
static void
sends_errors_about_later_fragments_where_those_of_the_client_go(void **state)
{
	(void)state;
	for (int i = 0; i < FLOWS; i++) {
		struct shape packet = any_packet(VIP_ANY_HASH, false);
		struct shape answer;
		uint32_t slot;

		packet.fragment = LATER;
		packet.id = i;
		answer = answer_to(&packet);
		slot = table_shape(packet, VIP_ANY_HASH)->slot;
		assert_int_equal(
			table_shape(error_about(&answer), VIP_ANY_HASH)->slot,
			slot);
	}
}

static void does_not_follow_a_client_s_fragments_by_a_quoted_id(void **state)
{
	struct shape first = { .fragment = FRAME_MORE_FRAGMENTS, .id = 1 };
	struct shape error = { ERROR4(UNREACHABLE, .fragment = LATER, .id = 1,
				      .payload = 8) };

	(void)state;
	table_shape(first, VIP_LEFT);
	table_shape(error, VIP_LEFT);
	assert_int_equal(table_check()->prediction.events,
			 1 << HG_EVENT_ICMP_ERROR |
				 1 << HG_EVENT_FRAGMENT_MISSED);
	check_forget_fragments(table_check());
}

static void never_records_an_error_as_a_first_fragment(void **state)
{
	struct shape error = { ERROR4(UNREACHABLE),
			       .fragment = FRAME_MORE_FRAGMENTS, .id = 7 };
	struct shape later = { .protocol = IPPROTO_ICMP,
			       .fragment = LATER,
			       .id = 7 };

	(void)state;
	table_shape(error, VIP_LEFT);
	table_shape(later, VIP_LEFT);
	assert_int_equal(table_check()->prediction.events,
			 1 << HG_EVENT_FRAGMENT_MISSED);
}

static void takes_every_truncation_of_a_quoted_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < TABLE_SIZE(rows); i++) {
		struct shape shape = rows[i].shape;

		for (uint16_t size = 1; shape.quote && size < 200; size++) {
			shape.quote_size = size;
			table_shape(shape, rows[i].vip);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			sends_errors_where_the_flow_goes_that_they_report_on),
		cmocka_unit_test(
			sends_errors_about_later_fragments_where_those_of_the_client_go),
		cmocka_unit_test(
			does_not_follow_a_client_s_fragments_by_a_quoted_id),
		cmocka_unit_test(never_records_an_error_as_a_first_fragment),
		cmocka_unit_test(takes_every_truncation_of_a_quoted_packet),
	};

	srandom(1);
	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
