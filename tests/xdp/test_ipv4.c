// SPDX-License-Identifier: BSD-2-Clause
/*
 * IPv4: header, lengths, options, TTL, checksum, and the transport headers of
 * both families (docs/packet-path.md sections 3 and 5).
 */

#include "table.h"

#include <netinet/in.h>
#include <stdlib.h>

enum {
	ICMP_REPLY = 0,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIMESTAMP = 13,
	OPTION_RECORD_ROUTE = 7,
	OPTION_TIMESTAMP = 68,
	OPTION_LOOSE_ROUTE = 131,
	OPTION_ROUTER_ALERT = 148,
	OPTION_STRICT_ROUTE = 137,
	MAX_OPTION_WORDS = FRAME_MAX_OPTIONS / FRAME_WORD,
	LONGEST_IHL = 0x0f,
	OPTION_SAMPLES = 20000,
};

static void set_ttl_zero(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame) + FRAME_IPV4_TTL_AT] = 0;
	frame_fix_checksum(frame);
}

static void set_short_header(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame)]--;
}

static void set_long_header(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame)] |= LONGEST_IHL;
}

static void set_version_6(struct frame *frame)
{
	frame->bytes[frame_ip_at(frame)] ^= 0x20;
}

static void add_to_length(struct frame *frame, int bytes)
{
	table_set_length(frame, frame->size - frame_ip_at(frame) + bytes);
	frame_fix_checksum(frame);
}

static void set_length_beyond_frame(struct frame *frame)
{
	add_to_length(frame, 1);
}

static void set_length_within_header(struct frame *frame)
{
	table_set_length(frame, FRAME_IPV4_HEADER - 1);
}

static void set_length_zero(struct frame *frame)
{
	table_set_length(frame, 0);
}

#define FORWARDED .vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT

static const struct row rows[] = {
	{ "forwards_tcp", FORWARDED },
	{ "forwards_tcp_with_payload", { .payload = 100 }, FORWARDED },
	{ "forwards_tcp_without_a_byte_more",
	  { .cut = 0, .protocol = IPPROTO_TCP },
	  FORWARDED },
	{ "drops_tcp_with_a_byte_less",
	  { .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_udp", { .protocol = IPPROTO_UDP }, FORWARDED },
	{ "drops_udp_with_a_byte_less",
	  { .protocol = IPPROTO_UDP, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_udp_lite", { .protocol = IPPROTO_UDPLITE }, FORWARDED },
	{ "drops_udp_lite_with_a_byte_less",
	  { .protocol = IPPROTO_UDPLITE, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_sctp", { .protocol = IPPROTO_SCTP }, FORWARDED },
	{ "drops_sctp_with_a_byte_less",
	  { .protocol = IPPROTO_SCTP, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_dccp", { .protocol = IPPROTO_DCCP }, FORWARDED },
	{ "drops_dccp_with_a_byte_less",
	  { .protocol = IPPROTO_DCCP, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_gre", { .protocol = IPPROTO_GRE, .payload = 4 }, FORWARDED },
	{ "forwards_esp", { .protocol = IPPROTO_ESP, .payload = 8 }, FORWARDED },
	{ "forwards_an_authentication_header_as_a_protocol",
	  { .protocol = IPPROTO_AH, .payload = 24 },
	  FORWARDED },
	{ "forwards_any_protocol_without_a_byte_of_it",
	  { .protocol = IPPROTO_RAW },
	  FORWARDED },
	{ "forwards_icmpv6_in_ipv4_as_any_protocol",
	  { .protocol = IPPROTO_ICMPV6 },
	  FORWARDED },
	{ "forwards_an_extension_header_in_ipv4_as_any_protocol",
	  { .protocol = IPPROTO_ROUTING },
	  FORWARDED },
	{ "forwards_an_echo_request",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_ECHO },
	  FORWARDED },
	{ "forwards_an_echo_reply",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_REPLY },
	  FORWARDED },
	{ "drops_an_echo_request_with_a_byte_less",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_ECHO, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "drops_icmp_without_a_type",
	  { .protocol = IPPROTO_ICMP, .cut = FRAME_ICMP_HEADER },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "passes_a_redirect",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_REDIRECT },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_OTHER_ICMP,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "passes_a_timestamp_request",
	  { .protocol = IPPROTO_ICMP, .icmp_type = ICMP_TIMESTAMP },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_OTHER_ICMP,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "passes_other_icmp_of_one_byte",
	  { .protocol = IPPROTO_ICMP,
	    .icmp_type = ICMP_TIMESTAMP,
	    .cut = FRAME_ICMP_HEADER - 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_OTHER_ICMP,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "forwards_a_padded_frame",
	  { .protocol = IPPROTO_UDP, .padding = 18 },
	  FORWARDED },
	{ "does_not_take_padding_for_a_transport_header",
	  { .protocol = IPPROTO_UDP, .cut = 1, .padding = 18 },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
	{ "forwards_with_dont_fragment_set",
	  { .fragment = FRAME_DONT_FRAGMENT },
	  FORWARDED },
	{ "forwards_with_the_reserved_flag_set",
	  { .fragment = 0x8000 },
	  FORWARDED },
	{ "forwards_the_last_ttl_but_one", { .ttl = 2 }, FORWARDED },
	{ "forwards_the_highest_ttl", { .ttl = 255 }, FORWARDED },
	{ "passes_a_ttl_of_1",
	  { .ttl = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "passes_a_ttl_of_0", .change = set_ttl_zero, .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "looks_at_the_ttl_before_the_transport_header",
	  { .ttl = 1, .cut = 1 },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_TTL_EXPIRED },
	{ "drops_a_header_length_below_the_least", .change = set_short_header,
	  .vip = VIP_LEFT, .outcome = HG_DROPPED_BAD_HEADER },
	{ "drops_version_6_behind_the_ethertype_of_ipv4",
	  .change = set_version_6, .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_HEADER },
	{ "passes_a_broken_header_that_is_not_for_a_vip",
	  .change = set_version_6, .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "drops_a_header_longer_than_the_packet", .change = set_long_header,
	  .vip = VIP_LEFT, .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_a_total_length_beyond_the_frame",
	  .change = set_length_beyond_frame, .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_a_total_length_beyond_a_tagged_frame",
	  { .tag_count = 1, .tags = { { ETH_P_8021Q, 1 } } },
	  .change = set_length_beyond_frame,
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_a_total_length_within_the_header",
	  .change = set_length_within_header, .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },
	{ "drops_a_total_length_of_0", .change = set_length_zero,
	  .vip = VIP_LEFT, .outcome = HG_DROPPED_BAD_LENGTH },
	{ "looks_at_the_length_before_the_ttl", .shape = { .ttl = 1 },
	  .change = set_length_beyond_frame, .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_LENGTH },

	/* Options */
	{ "forwards_options_of_nothing",
	  { .option_words = 1, .options = { 1, 1, 1, 1 } },
	  FORWARDED },
	{ "forwards_an_end_of_options",
	  { .option_words = 1, .options = { 0, 1, 1, 1 } },
	  FORWARDED },
	{ "forwards_a_router_alert",
	  { .option_words = 1, .options = { OPTION_ROUTER_ALERT, 4, 0, 0 } },
	  FORWARDED },
	{ "forwards_the_longest_header",
	  { .option_words = 10, .options = { OPTION_RECORD_ROUTE, 39, 4 } },
	  FORWARDED },
	{ "forwards_an_option_that_fills_the_header",
	  { .option_words = 10, .options = { OPTION_TIMESTAMP, 40, 5 } },
	  FORWARDED },
	{ "drops_an_option_one_byte_too_long",
	  { .option_words = 10, .options = { OPTION_TIMESTAMP, 41, 5 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "drops_the_longest_option_in_the_shortest_header",
	  { .option_words = 1, .options = { OPTION_TIMESTAMP, 255 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "drops_an_option_of_length_0",
	  { .option_words = 1, .options = { OPTION_TIMESTAMP, 0 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "drops_an_option_of_length_1",
	  { .option_words = 1, .options = { OPTION_TIMESTAMP, 1 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "forwards_an_option_of_length_2",
	  { .option_words = 1, .options = { OPTION_TIMESTAMP, 2, 1, 1 } },
	  FORWARDED },
	{ "drops_an_option_without_a_length",
	  { .option_words = 1, .options = { 1, 1, 1, OPTION_TIMESTAMP } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "does_not_look_behind_the_end_of_options",
	  { .option_words = 2, .options = { 1, 0, OPTION_LOOSE_ROUTE, 99, 9 } },
	  FORWARDED },
	{ "passes_a_loose_source_route",
	  { .option_words = 2, .options = { OPTION_LOOSE_ROUTE, 7, 4 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "passes_a_strict_source_route",
	  { .option_words = 2, .options = { 1, OPTION_STRICT_ROUTE, 7, 4 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "passes_a_source_route_at_the_end_of_the_header",
	  { .option_words = 1, .options = { 1, 1, OPTION_STRICT_ROUTE, 2 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "drops_a_source_route_that_does_not_fit",
	  { .option_words = 1, .options = { 1, 1, OPTION_STRICT_ROUTE, 3 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "does_not_look_behind_a_source_route",
	  { .option_words = 2,
	    .options = { OPTION_LOOSE_ROUTE, 4, 4, 0, OPTION_TIMESTAMP, 99 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
	{ "looks_at_options_in_front_of_a_source_route",
	  { .option_words = 2,
	    .options = { OPTION_TIMESTAMP, 1, OPTION_LOOSE_ROUTE, 6 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "looks_at_options_before_the_ttl",
	  { .ttl = 1, .option_words = 1, .options = { OPTION_TIMESTAMP, 0 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_DROPPED_BAD_OPTIONS },
	{ "forwards_as_many_options_as_a_header_holds",
	  { .option_words = 10,
	    .options = { 7, 2, 7, 2, 7, 2, 7, 2, 7, 2, 7, 2, 7, 2,
			 7, 2, 7, 2, 7, 2, 7, 2, 7, 2, 7, 2, 7, 2,
			 7, 2, 7, 2, 7, 2, 7, 2, 7, 2, 7, 2 } },
	  FORWARDED },
	{ "finds_a_source_route_as_the_last_of_many_options",
	  { .option_words = 10,
	    .options = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,   1, 1, 1,
			 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,   1, 1, 1,
			 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 131, 2 } },
	  .vip = VIP_LEFT,
	  .outcome = HG_PASSED_SOURCE_ROUTED,
	  .events = 1 << HG_EVENT_HANDED_UP_UNMARKED },
};

/*
 * Check the checksum by summing the header. The rows trust the oracle's
 * arithmetic instead.
 */
static void assert_right_checksum(const struct shape *shape)
{
	const struct prediction *prediction = table_shape(*shape, VIP_LEFT);

	assert_int_equal(prediction->outcome, HG_FORWARDED_TX);
	assert_int_equal(
		frame_checksum(prediction->out.bytes + ETH_HLEN,
			       FRAME_IPV4_HEADER +
				       shape->option_words * FRAME_WORD),
		0);
}

static void leaves_a_right_checksum_for_every_ttl(void **state)
{
	(void)state;
	for (unsigned int ttl = 2; ttl <= UINT8_MAX; ttl++)
		assert_right_checksum(&(struct shape){ .ttl = ttl });
}

/* Errors are likeliest where the sum wraps: this runs each value of it once. */
static void leaves_a_right_checksum_for_every_sum(void **state)
{
	(void)state;
	for (uint32_t id = 0; id <= UINT16_MAX; id++)
		assert_right_checksum(&(struct shape){ .id = id });
}

/* A wrong checksum stays equally wrong, also where it is 0 or 65535. */
static void keeps_every_wrong_checksum_wrong(void **state)
{
	const struct row row = { .vip = VIP_LEFT };
	struct frame frame;

	(void)state;
	for (uint32_t sum = 0; sum <= UINT16_MAX; sum++) {
		uint16_t before, after;

		table_build(&row, &frame);
		frame_put_u16(&frame, ETH_HLEN + FRAME_IPV4_CHECKSUM_AT, sum);
		before = frame_checksum(frame.bytes + ETH_HLEN,
					FRAME_IPV4_HEADER);
		after = frame_checksum(
			table_frame(&frame, PORT_LEFT)->out.bytes + ETH_HLEN,
			FRAME_IPV4_HEADER);
		assert_int_equal(!before, !after);
	}
}

static void takes_every_protocol(void **state)
{
	(void)state;
	for (unsigned int protocol = 1; protocol <= UINT8_MAX; protocol++)
		for (uint16_t payload = 0; payload < FRAME_TCP_HEADER;
		     payload++)
			table_shape((struct shape){ .protocol = protocol,
						    .icmp_type = ICMP_ECHO,
						    .payload = payload },
				    VIP_ANY_HASH);
}

static void takes_every_icmp_type(void **state)
{
	(void)state;
	for (unsigned int type = 0; type <= UINT8_MAX; type++)
		table_shape((struct shape){ .protocol = IPPROTO_ICMP,
					    .icmp_type = type },
			    VIP_ANY_HASH);
}

/* Run every type and length of an option, at each offset in a word. */
static void takes_every_option(void **state)
{
	struct shape shape = { .option_words = 3 };

	(void)state;
	for (unsigned int type = 0; type <= UINT8_MAX; type++)
		for (unsigned int length = 0; length <= 13; length++)
			for (unsigned int at = 0; at < FRAME_WORD; at++) {
				for (int i = 0; i < 12; i++)
					shape.options[i] = 1;
				shape.options[at] = type;
				shape.options[at + 1] = length;
				table_shape(shape, VIP_LEFT);
			}
}

static void takes_options_at_random(void **state)
{
	static const uint8_t likely[] = { 0, 1, 2, 3, 4, 7, 8, 131, 137 };
	struct shape shape = {};

	(void)state;
	srandom(1);
	for (int i = 0; i < OPTION_SAMPLES; i++) {
		shape.option_words = 1 + random() % MAX_OPTION_WORDS;
		for (int at = 0; at < FRAME_MAX_OPTIONS; at++)
			shape.options[at] = random() % 8 ?
						    likely[1 + random() % 8] :
						    random() % 64;
		table_shape(shape, VIP_LEFT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_a_right_checksum_for_every_ttl),
		cmocka_unit_test(leaves_a_right_checksum_for_every_sum),
		cmocka_unit_test(keeps_every_wrong_checksum_wrong),
		cmocka_unit_test(takes_every_protocol),
		cmocka_unit_test(takes_every_icmp_type),
		cmocka_unit_test(takes_every_option),
		cmocka_unit_test(takes_options_at_random),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
