// SPDX-License-Identifier: BSD-2-Clause
/*
 * Flows of buckets that move (docs/packet-path.md section 8): packet after
 * packet, each checked against the oracle and against the slot that the test
 * names. All tests use VIPs whose buckets move from the left next hop to the
 * right one.
 */

#include "core/address.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "flow_hash.h"
#include "sandbox.h"
#include "table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
	SYN = 0x02,
	FIN_ACK = 0x11,
	RST = 0x04,
	ACK = 0x10,
	SYN_ACK = 0x12,
	YOUNG_MS = 3000,
	AHEAD_NS = 100 * 1000 * 1000,
	QUIC_PAYLOAD = 1200,
	MAPPED_AT = 12,
};

#define EVENT(name) (1U << HG_EVENT_##name)

enum {
	RECORDED = EVENT(FLOW_RECORDED),
	UNKNOWN = EVENT(FLOW_UNKNOWN),
	PINNED = EVENT(FLOW_PINNED) | EVENT(FLOW_FOLLOWED),
	FOLLOWED = EVENT(FLOW_FOLLOWED),
	UNRECORDED = EVENT(FLOW_UNRECORDED),
	ENDED = EVENT(FLOW_ENDED),
};

static const enum world_vip vips[] = { VIP_LEFT, VIP_3_TUPLE, VIP_PACKET };

static void set_flags(enum world_vip vip, bool moving, bool tracked)
{
	world_set_buckets(table_check()->world, vip,
			  (struct hg_bucket){ .current = SLOT_RIGHT,
					      .backup = SLOT_THIRD,
					      .moving = moving,
					      .tracked = tracked });
}

/* Before each test: buckets move, and no flow is known. */
static int start_to_move(void **state)
{
	struct check *check = table_check();

	(void)state;
	for (size_t i = 0; i < TABLE_SIZE(vips); i++) {
		set_flags(vips[i], true, true);
		world_set_previous(check->world, vips[i], SLOT_LEFT);
	}
	check_forget_flows(check);
	check_forget_fragments(check);
	check_use_up_records(check, 0);
	return 0;
}

static void end_window(void)
{
	for (size_t i = 0; i < TABLE_SIZE(vips); i++)
		set_flags(vips[i], false, true);
}

static void pass_time(uint64_t ms)
{
	check_set_time(table_check(),
		       table_check()->oracle.affinity.time_ms + ms);
}

static void goes_to(struct shape shape, enum world_vip vip,
		    enum world_slot slot, uint32_t events)
{
	const struct prediction *prediction = table_shape(shape, vip);

	assert_int_equal(prediction->slot, slot);
	assert_int_equal(prediction->events, events);
}

static struct shape tcp(uint16_t port, uint8_t flags)
{
	return (struct shape){ .source_port = port, .tcp_flags = flags };
}

static void tcp_goes_to(uint16_t port, uint8_t flags, enum world_slot slot,
			uint32_t events)
{
	goes_to(tcp(port, flags), VIP_LEFT, slot, events);
}

static uint64_t signature_of(uint16_t port)
{
	const struct hg_address vip = world_address(VIP_LEFT, false);
	struct flow flow = {
		.source = { htonl(FRAME_SOURCE) },
		.source_port = htons(port),
		.destination_port = htons(FRAME_DESTINATION_PORT),
		.protocol = IPPROTO_TCP,
	};

	memcpy(flow.destination, vip.bytes + MAPPED_AT, sizeof(__u32));
	return flow_hash(&flow, HG_HASH_5_TUPLE, world_key);
}

static bool find_flow(enum hg_flow_map map, uint16_t port, struct hg_flow *flow)
{
	return world_find_flow(table_check()->world, map, signature_of(port),
			       flow);
}

static void assert_no_record(uint16_t port)
{
	struct hg_flow flow;

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		assert_false(find_flow(map, port, &flow));
}

static void moves_a_new_flow_and_records_it(void **state)
{
	struct hg_flow flow;

	(void)state;
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	assert_true(find_flow(HG_FLOWS_NEW, 1, &flow));
	assert_int_equal(flow.slot, SLOT_RIGHT);
	assert_int_equal(
		flow.incarnation,
		table_check()->world->nexthops[SLOT_RIGHT].incarnation);
	assert_int_equal(flow.bucket, signature_of(1) % WORLD_TABLE_SIZE);
	assert_int_equal(flow.counter, world_route_of(VIP_LEFT, false));
	assert_false(flow.ending);
	tcp_goes_to(1, ACK, SLOT_RIGHT, PINNED);
	assert_false(find_flow(HG_FLOWS_NEW, 1, &flow));
	assert_true(find_flow(HG_FLOWS_PINNED, 1, &flow));
	tcp_goes_to(1, ACK, SLOT_RIGHT, FOLLOWED);
}

static void
keeps_an_unknown_flow_where_it_was_also_after_the_window(void **state)
{
	struct hg_flow flow;

	(void)state;
	tcp_goes_to(1, ACK, SLOT_LEFT, UNKNOWN);
	assert_true(find_flow(HG_FLOWS_PROBATION, 1, &flow));
	tcp_goes_to(1, ACK, SLOT_LEFT, PINNED);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
	end_window();
	tcp_goes_to(1, ACK, SLOT_LEFT, FOLLOWED);
	tcp_goes_to(2, ACK, SLOT_LEFT, PINNED);
	tcp_goes_to(3, ACK, SLOT_RIGHT, 0);
	assert_no_record(3);
}

static void takes_a_syn_ack_for_a_packet_of_an_unknown_flow(void **state)
{
	(void)state;
	tcp_goes_to(1, SYN_ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(2, SYN | RST, SLOT_LEFT, UNKNOWN);
}

static void repeats_a_first_packet_for_three_seconds(void **state)
{
	(void)state;
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	world_set_buckets(table_check()->world, VIP_LEFT,
			  (struct hg_bucket){ .current = SLOT_THIRD,
					      .moving = 1,
					      .tracked = 1 });
	pass_time(YOUNG_MS - 1);
	tcp_goes_to(1, SYN, SLOT_RIGHT, FOLLOWED);
	pass_time(1);
	tcp_goes_to(1, SYN, SLOT_THIRD, RECORDED);
	tcp_goes_to(1, ACK, SLOT_THIRD, PINNED);
	pass_time(YOUNG_MS - 1);
	tcp_goes_to(1, SYN, SLOT_THIRD, FOLLOWED);
}

static void forgets_a_flow_whose_ports_a_new_one_takes(void **state)
{
	(void)state;
	tcp_goes_to(1, ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(1, ACK, SLOT_LEFT, PINNED);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
	pass_time(YOUNG_MS);
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	tcp_goes_to(1, ACK, SLOT_RIGHT, PINNED);
	tcp_goes_to(2, SYN, SLOT_RIGHT, RECORDED);
	tcp_goes_to(2, ACK, SLOT_RIGHT, PINNED);
}

static void forgets_it_in_a_bucket_that_no_longer_moves(void **state)
{
	(void)state;
	tcp_goes_to(1, ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(1, ACK, SLOT_LEFT, PINNED);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(3, SYN, SLOT_RIGHT, RECORDED);
	end_window();
	pass_time(YOUNG_MS);
	for (uint16_t port = 1; port <= 3; port++) {
		tcp_goes_to(port, SYN, SLOT_RIGHT, 0);
		assert_no_record(port);
		tcp_goes_to(port, ACK, SLOT_RIGHT, 0);
	}
}

static void does_not_move_a_flow_above_the_rate_of_records(void **state)
{
	struct check *check = table_check();

	(void)state;
	check_use_up_records(check, AHEAD_NS);
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	check_use_up_records(check, AHEAD_NS + 1);
	tcp_goes_to(2, SYN, SLOT_LEFT, UNRECORDED);
	assert_no_record(2);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
}

static void records_as_many_flows_as_the_rate_allows(void **state)
{
	struct check *check = table_check();
	uint64_t record_ns = world_record_ns(check->world);
	uint32_t most = AHEAD_NS / record_ns + 1;

	(void)state;
	for (uint32_t i = 1; i <= most; i++)
		tcp_goes_to(i, SYN, SLOT_RIGHT, RECORDED);
	tcp_goes_to(most + 1, SYN, SLOT_LEFT, UNRECORDED);
	pass_time(1);
	tcp_goes_to(most + 2, SYN, SLOT_RIGHT, RECORDED);
}

static void moves_every_new_flow_away_from_a_draining_nexthop(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	world_set_draining(world, SLOT_LEFT, true);
	check_use_up_records(table_check(), AHEAD_NS + 1);
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	tcp_goes_to(1, ACK, SLOT_RIGHT, PINNED);
	world_set_draining(world, SLOT_LEFT, false);
}

static void
follows_no_record_of_a_dead_nexthop_nor_of_its_successor(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	tcp_goes_to(1, ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(1, ACK, SLOT_LEFT, PINNED);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
	world_set_alive(world, SLOT_LEFT, false);
	tcp_goes_to(1, ACK, SLOT_RIGHT, 0);
	tcp_goes_to(2, ACK, SLOT_RIGHT, 0);
	tcp_goes_to(3, ACK, SLOT_RIGHT, 0);
	tcp_goes_to(4, SYN, SLOT_RIGHT, RECORDED);
	assert_no_record(3);
	world_set_alive(world, SLOT_LEFT, true);
	end_window();
	tcp_goes_to(1, ACK, SLOT_RIGHT, 0);
	tcp_goes_to(2, ACK, SLOT_RIGHT, 0);
}

static void records_the_backup_that_a_new_flow_went_to(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	world_set_alive(world, SLOT_RIGHT, false);
	tcp_goes_to(1, SYN, SLOT_THIRD, RECORDED | EVENT(BACKUP));
	world_set_alive(world, SLOT_RIGHT, true);
	tcp_goes_to(1, ACK, SLOT_THIRD, PINNED);
	end_window();
	world_set_alive(world, SLOT_RIGHT, false);
	tcp_goes_to(2, SYN, SLOT_THIRD, EVENT(BACKUP));
	world_set_alive(world, SLOT_RIGHT, true);
}

static void knows_the_end_of_a_flow_and_its_last_packet(void **state)
{
	static const uint8_t ends[] = { FIN_ACK, RST };
	struct hg_flow flow, later;

	(void)state;
	for (uint16_t i = 0; i < TABLE_SIZE(ends); i++) {
		tcp_goes_to(1 + i, SYN, SLOT_RIGHT, RECORDED);
		tcp_goes_to(1 + i, ACK, SLOT_RIGHT, PINNED);
		tcp_goes_to(1 + i, ends[i], SLOT_RIGHT, FOLLOWED | ENDED);
		assert_true(find_flow(HG_FLOWS_PINNED, 1 + i, &flow));
		assert_true(flow.ending);
		pass_time(5);
		tcp_goes_to(1 + i, ACK, SLOT_RIGHT, FOLLOWED);
		assert_true(find_flow(HG_FLOWS_PINNED, 1 + i, &later));
		assert_true(later.ending);
		assert_int_equal(later.time_ms, flow.time_ms + 5);
	}
	tcp_goes_to(3, FIN_ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(4, SYN, SLOT_RIGHT, RECORDED);
	tcp_goes_to(4, RST, SLOT_RIGHT, PINNED | ENDED);
	assert_true(find_flow(HG_FLOWS_PINNED, 4, &flow));
	assert_true(flow.ending);
}

/* Return an error about a packet that the flow's server sent. */
static struct shape error_about(const struct shape *answer)
{
	return (struct shape){ .source = frame_ipv4_address(0x0a090909),
			       .protocol = IPPROTO_ICMP,
			       .icmp_type = 3,
			       .icmp_code = 4,
			       .quote = answer };
}

static void lets_an_icmp_error_follow_without_a_trace(void **state)
{
	const uint32_t error = EVENT(ICMP_ERROR);
	struct shape answer = {
		.source = world_address(VIP_LEFT, false),
		.destination = frame_ipv4_address(FRAME_SOURCE),
		.source_port = FRAME_DESTINATION_PORT,
		.destination_port = 1,
	};
	struct hg_flow flow;

	(void)state;
	goes_to(error_about(&answer), VIP_LEFT, SLOT_LEFT, error);
	assert_no_record(1);
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	goes_to(error_about(&answer), VIP_LEFT, SLOT_RIGHT, error | FOLLOWED);
	assert_true(find_flow(HG_FLOWS_NEW, 1, &flow));
	tcp_goes_to(1, ACK, SLOT_RIGHT, PINNED);
	goes_to(error_about(&answer), VIP_LEFT, SLOT_RIGHT, error | FOLLOWED);
}

static struct shape fragment_of(uint16_t port, uint16_t offset)
{
	return (struct shape){ .source_port = port,
			       .protocol = IPPROTO_UDP,
			       .id = 7 + port,
			       .fragment = FRAME_MORE_FRAGMENTS | offset,
			       .payload = 64 };
}

static void lets_fragments_follow_without_a_trace(void **state)
{
	const enum world_vip modes[] = { VIP_LEFT, VIP_3_TUPLE };
	const uint32_t first = EVENT(FRAGMENT_FIRST);
	const uint32_t later = EVENT(FRAGMENT_FOLLOWED);
	struct shape whole = fragment_of(1, 0);

	(void)state;
	whole.fragment = 0;
	for (int i = 0; i < 2; i++) {
		start_to_move(NULL);
		goes_to(whole, modes[i], SLOT_LEFT, UNKNOWN);
		goes_to(whole, modes[i], SLOT_LEFT, PINNED);
		end_window();
		goes_to(fragment_of(1, 0), modes[i], SLOT_LEFT,
			first | FOLLOWED);
		goes_to(fragment_of(1, 9), modes[i], SLOT_LEFT, later);
		goes_to(fragment_of(2, 0), modes[i], SLOT_RIGHT, first);
		goes_to(fragment_of(2, 9), modes[i], SLOT_RIGHT, later);
		goes_to(fragment_of(3, 9), modes[i], SLOT_RIGHT,
			EVENT(FRAGMENT_MISSED));
	}
}

static void tells_flows_apart_where_the_hash_has_no_ports(void **state)
{
	(void)state;
	goes_to(tcp(1, ACK), VIP_3_TUPLE, SLOT_LEFT, UNKNOWN);
	goes_to(tcp(2, SYN), VIP_3_TUPLE, SLOT_RIGHT, RECORDED);
	goes_to(tcp(1, ACK), VIP_3_TUPLE, SLOT_LEFT, PINNED);
	goes_to(tcp(2, ACK), VIP_3_TUPLE, SLOT_RIGHT, PINNED);
}

static void tracks_nothing_where_every_packet_is_sprayed(void **state)
{
	(void)state;
	goes_to(tcp(1, ACK), VIP_PACKET, SLOT_RIGHT, 0);
	goes_to(tcp(1, SYN), VIP_PACKET, SLOT_RIGHT, 0);
}

static void touches_no_record_in_a_bucket_that_is_not_tracked(void **state)
{
	(void)state;
	tcp_goes_to(1, ACK, SLOT_LEFT, UNKNOWN);
	tcp_goes_to(1, ACK, SLOT_LEFT, PINNED);
	set_flags(VIP_LEFT, false, false);
	tcp_goes_to(1, ACK, SLOT_RIGHT, 0);
	tcp_goes_to(2, SYN, SLOT_RIGHT, 0);
	set_flags(VIP_LEFT, false, true);
	tcp_goes_to(1, ACK, SLOT_LEFT, FOLLOWED);
}

static void quic_goes_to(const uint8_t lead[FRAME_MAX_LEAD], uint16_t payload,
			 enum world_slot slot)
{
	static uint16_t port = 100;
	struct shape shape = { .protocol = IPPROTO_UDP,
			       .source_port = ++port,
			       .payload = payload };

	memcpy(shape.lead, lead, FRAME_MAX_LEAD);
	goes_to(shape, VIP_LEFT, slot, slot == SLOT_RIGHT ? RECORDED : UNKNOWN);
	shape.ipv6 = true;
	goes_to(shape, VIP_LEFT, slot, slot == SLOT_RIGHT ? RECORDED : UNKNOWN);
	shape.extension_count = 1;
	shape.extensions[0].type = IPPROTO_DSTOPTS;
	shape.source_port = ++port;
	goes_to(shape, VIP_LEFT, slot, slot == SLOT_RIGHT ? RECORDED : UNKNOWN);
}

static void knows_the_first_packet_of_quic(void **state)
{
	static const struct {
		uint8_t lead[FRAME_MAX_LEAD];
		uint16_t payload;
		enum world_slot slot;
	} rows[] = {
		{ { 0xc0, 0, 0, 0, 1 }, QUIC_PAYLOAD, SLOT_RIGHT },
		{ { 0xcf, 0, 0, 0, 1 }, QUIC_PAYLOAD, SLOT_RIGHT },
		{ { 0xc0, 0, 0, 0, 1 }, QUIC_PAYLOAD - 1, SLOT_LEFT },
		{ { 0xd0, 0, 0, 0, 1 }, 40, SLOT_RIGHT }, /* 0-RTT */
		{ { 0xe0, 0, 0, 0, 1 },
		  QUIC_PAYLOAD,
		  SLOT_LEFT }, /* Handshake */
		{ { 0xf0, 0, 0, 0, 1 }, QUIC_PAYLOAD, SLOT_LEFT }, /* Retry */
		{ { 0x80, 0, 0, 0, 1 }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0x40, 0, 0, 0, 1 }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0xd0, 0x6b, 0x33, 0x43, 0xcf }, QUIC_PAYLOAD, SLOT_RIGHT },
		{ { 0xe0, 0x6b, 0x33, 0x43, 0xcf }, 40, SLOT_RIGHT },
		{ { 0xf0, 0x6b, 0x33, 0x43, 0xcf }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0xc0, 0x6b, 0x33, 0x43, 0xcf }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0xc0, 0xff, 0, 0, 29 }, QUIC_PAYLOAD, SLOT_RIGHT },
		{ { 0xc0, 0xff, 1, 0, 29 }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0xc0, 0, 0, 0, 2 }, QUIC_PAYLOAD, SLOT_LEFT },
		{ { 0xd0, 0, 0, 0, 1 }, 4, SLOT_LEFT },
	};

	(void)state;
	for (size_t i = 0; i < TABLE_SIZE(rows); i++)
		quic_goes_to(rows[i].lead, rows[i].payload, rows[i].slot);
}

static void knows_the_first_packet_of_sctp(void **state)
{
	struct shape shape = { .protocol = IPPROTO_SCTP,
			       .payload = 20,
			       .lead = { 1 } };

	(void)state;
	goes_to(shape, VIP_LEFT, SLOT_RIGHT, RECORDED);
	shape.source_port = 2;
	shape.lead[0] = 2;
	goes_to(shape, VIP_LEFT, SLOT_LEFT, UNKNOWN);
	shape.source_port = 3;
	shape.lead[0] = 1;
	shape.payload = 0;
	goes_to(shape, VIP_LEFT, SLOT_LEFT, UNKNOWN);
}

static void keeps_a_ping_and_an_opaque_flow_where_they_were(void **state)
{
	const struct shape ping = { .protocol = IPPROTO_ICMP, .icmp_type = 8 };
	const struct shape gre = { .protocol = IPPROTO_GRE, .payload = 9 };

	(void)state;
	goes_to(ping, VIP_LEFT, SLOT_LEFT, UNKNOWN);
	goes_to(ping, VIP_LEFT, SLOT_LEFT, PINNED);
	goes_to(ping, VIP_3_TUPLE, SLOT_LEFT, UNKNOWN);
	goes_to(ping, VIP_3_TUPLE, SLOT_LEFT, PINNED);
	goes_to(gre, VIP_LEFT, SLOT_LEFT, UNKNOWN);
	goes_to(gre, VIP_LEFT, SLOT_LEFT, PINNED);
}

static struct hg_explanation explain(uint16_t port, uint8_t flags,
				     enum world_slot slot)
{
	struct world *world = table_check()->world;
	struct datapath_explanation explanation;
	struct shape shape = tcp(port, flags);
	struct frame frame;
	int err;

	shape.destination = world_address(VIP_LEFT, false);
	frame_build(&shape, world->ports[PORT_LEFT].mac, &frame);
	err = datapath_explain(world->dp, frame.bytes, frame.size,
			       world->ports[PORT_LEFT].ifindex, &explanation);
	if (err == -EOPNOTSUPP) /* before Linux 5.15 */
		skip();
	assert_int_equal(err, 0);
	assert_int_equal(explanation.slot, slot);
	assert_memory_equal(explanation.head,
			    world->nexthops[slot].destination_mac, ETH_ALEN);
	assert_true(check_counts(table_check()));
	return explanation.details;
}

static void assert_explains(uint16_t port, uint8_t flags, enum world_slot slot,
			    enum hg_rule rule, enum hg_flow_map map)
{
	struct hg_explanation details = explain(port, flags, slot);

	assert_int_equal(details.rule, rule);
	assert_int_equal(details.map, map);
	assert_int_equal(details.previous, SLOT_LEFT);
	assert_true(details.signature == signature_of(port));
	assert_int_equal(details.bucket,
			 VIP_LEFT * WORLD_TABLE_SIZE +
				 signature_of(port) % WORLD_TABLE_SIZE);
	explain(port, flags, slot);
}

static void explains_a_flow_without_a_trace(void **state)
{
	const enum hg_flow_map none = HG_FLOW_MAP_COUNT;

	(void)state;
	assert_explains(1, SYN, SLOT_RIGHT, HG_RULE_NEW, none);
	assert_explains(2, ACK, SLOT_LEFT, HG_RULE_PREVIOUS, none);
	assert_no_record(1);
	assert_no_record(2);
	tcp_goes_to(1, SYN, SLOT_RIGHT, RECORDED);
	assert_explains(1, ACK, SLOT_RIGHT, HG_RULE_FOLLOWED, HG_FLOWS_NEW);
	tcp_goes_to(1, ACK, SLOT_RIGHT, PINNED);
	assert_explains(1, FIN_ACK, SLOT_RIGHT, HG_RULE_FOLLOWED,
			HG_FLOWS_PINNED);
	tcp_goes_to(2, ACK, SLOT_LEFT, UNKNOWN);
	assert_explains(2, ACK, SLOT_LEFT, HG_RULE_FOLLOWED,
			HG_FLOWS_PROBATION);
	check_use_up_records(table_check(), AHEAD_NS + 1);
	assert_explains(3, SYN, SLOT_LEFT, HG_RULE_UNRECORDED, none);
}

static void explains_a_bucket_that_does_not_move(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	set_flags(VIP_LEFT, false, false);
	assert_int_equal(explain(1, ACK, SLOT_RIGHT).rule, HG_RULE_CURRENT);
	world_set_alive(world, SLOT_RIGHT, false);
	assert_int_equal(explain(1, ACK, SLOT_THIRD).rule, HG_RULE_BACKUP);
	world_set_alive(world, SLOT_RIGHT, true);
}

/* Count the records of a map, and those that the program counted. */
static int64_t miscounted(enum hg_flow_map map)
{
	const struct datapath *dp = table_check()->world->dp;
	struct datapath_flow flows[DATAPATH_MAX_FLOWS];
	struct datapath_flows_cursor cursor = {};
	struct hg_flow_count counted;
	uint32_t count, found = 0;
	int err;

	do {
		err = datapath_read_flows(dp, map, &cursor, flows,
					  DATAPATH_MAX_FLOWS, &count);
		found += count;
	} while (!err);
	assert_int_equal(err, -ENOENT);
	assert_int_equal(datapath_read_flow_count(dp, map, &counted), 0);
	return (int64_t)(counted.added - counted.removed) - found;
}

static int64_t miscounted_before[HG_FLOW_MAP_COUNT];

static int begin_to_count(void **state)
{
	start_to_move(state);
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		miscounted_before[map] = miscounted(map);
	return 0;
}

/* After each test: each record is counted once. */
static int check_records(void **state)
{
	(void)state;
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		assert_int_equal(miscounted(map), miscounted_before[map]);
	return 0;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, begin_to_count, check_records)

int main(void)
{
	static const struct row rows[] = {
		{ "a packet of a VIP that does not move",
		  { .tcp_flags = SYN },
		  .vip = VIP_RIGHT,
		  .outcome = HG_FORWARDED_REDIRECT,
		  .slot = SLOT_RIGHT },
	};
	const struct CMUnitTest tests[] = {
		TEST(moves_a_new_flow_and_records_it),
		TEST(keeps_an_unknown_flow_where_it_was_also_after_the_window),
		TEST(takes_a_syn_ack_for_a_packet_of_an_unknown_flow),
		TEST(repeats_a_first_packet_for_three_seconds),
		TEST(forgets_a_flow_whose_ports_a_new_one_takes),
		TEST(forgets_it_in_a_bucket_that_no_longer_moves),
		TEST(does_not_move_a_flow_above_the_rate_of_records),
		TEST(records_as_many_flows_as_the_rate_allows),
		TEST(moves_every_new_flow_away_from_a_draining_nexthop),
		TEST(follows_no_record_of_a_dead_nexthop_nor_of_its_successor),
		TEST(records_the_backup_that_a_new_flow_went_to),
		TEST(knows_the_end_of_a_flow_and_its_last_packet),
		TEST(lets_an_icmp_error_follow_without_a_trace),
		TEST(lets_fragments_follow_without_a_trace),
		TEST(tells_flows_apart_where_the_hash_has_no_ports),
		TEST(tracks_nothing_where_every_packet_is_sprayed),
		TEST(touches_no_record_in_a_bucket_that_is_not_tracked),
		TEST(knows_the_first_packet_of_quic),
		TEST(knows_the_first_packet_of_sctp),
		TEST(keeps_a_ping_and_an_opaque_flow_where_they_were),
		TEST(explains_a_flow_without_a_trace),
		TEST(explains_a_bucket_that_does_not_move),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
