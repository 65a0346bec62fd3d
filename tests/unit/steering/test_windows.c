// SPDX-License-Identifier: BSD-2-Clause
/*
 * VIPs that change their sets while flows are open, on tables in memory that are
 * read as the XDP program reads them. Random sequences are followed by flows: none
 * breaks that is not idle for longer than a window. The seed is printed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "../chance.h"
#include "nexthop/tracker.h"
#include "settled.h"
#include "steering/affinity.h"
#include "steering/steering.h"

enum {
	TABLE_SIZE = 256,
	GROUPS = 16,
	HOPS = 8,
	VIPS = 6,
	WINDOW_S = 300,
	DRAIN_S = 3600,
	MS = 1000,
	TURN_MS = 1000, /* windows end as much later */
	FEW_GROUPS = 2,
};

struct tables {
	struct hg_vip vips[VIPS];
	bool vip_set[VIPS];
	struct hg_bucket buckets[GROUPS * TABLE_SIZE];
	uint16_t previous[GROUPS * TABLE_SIZE];
	struct hg_nexthop nexthops[HOPS + 1];
	struct nexthop known[HOPS];
	int tracked[HOPS];
	struct steering *steering;
};

static struct tables tables;
static uint64_t now_ms;

static struct address hop_address(unsigned int i)
{
	return address_from_ipv4(htonl(0x0a000001 + i));
}

static unsigned int hop_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - 0x0a000001;
}

static struct prefix vip_prefix(unsigned int i)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(0xc0000201 + i)),
		.length = ADDRESS_BITS_IPV4,
	};
}

/* Replaces the tracker's, as in test_steering.c. */
const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	unsigned int i = hop_index(address);

	(void)tracker;
	return i < HOPS ? &tables.known[i] : NULL;
}

static int set_vip(struct datapath *datapath, const struct prefix *prefix,
		   const struct hg_vip *value)
{
	unsigned int i = ntohl(address_ipv4(&prefix->address)) - 0xc0000201;

	(void)datapath;
	tables.vips[i] = *value;
	tables.vip_set[i] = true;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *prefix)
{
	unsigned int i = ntohl(address_ipv4(&prefix->address)) - 0xc0000201;

	(void)datapath;
	tables.vip_set[i] = false;
	return 0;
}

/* The program may read a previous from the moment the mark is there. */
static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	(void)datapath;
	for (uint32_t i = 0; i < count; i++) {
		tables.buckets[first + i] = buckets[i];
		if (buckets[i].moving)
			assert_int_not_equal(tables.previous[first + i],
					     HG_NEXTHOP_NONE);
	}
	return 0;
}

static int set_previous(struct datapath *datapath, uint32_t first,
			const uint16_t *slots, uint32_t count)
{
	(void)datapath;
	memcpy(tables.previous + first, slots, count * sizeof(*slots));
	return 0;
}

static int set_nexthop(struct datapath *datapath, uint32_t slot,
		       const struct hg_nexthop *nexthop)
{
	(void)datapath;
	tables.nexthops[slot] = *nexthop;
	return 0;
}

static int set_alive(struct datapath *datapath, uint32_t slot, bool alive)
{
	(void)datapath;
	tables.nexthops[slot].alive = alive;
	return 0;
}

static int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static void track(const struct address *address, bool wanted, void *context)
{
	(void)context;
	tables.tracked[hop_index(address)] += wanted ? 1 : -1;
	assert_in_range(tables.tracked[hop_index(address)], 0, 1);
}

static void start(uint32_t groups, uint32_t window_s)
{
	const struct steering_options options = {
		.table_size = TABLE_SIZE,
		.group_count = groups,
		.window_s = window_s,
		.drain_max_s = DRAIN_S,
	};
	const struct steering_sink sink = {
		.set_vip = set_vip,
		.delete_vip = delete_vip,
		.set_buckets = set_buckets,
		.set_previous = set_previous,
		.set_nexthop = set_nexthop,
		.set_alive = set_alive,
		.clear_vip_counter = clear_counter,
		.clear_nexthop_counter = clear_counter,
	};
	struct steering_hooks hooks = settled_hooks;

	hooks.nexthop_track = track;
	memset(&tables, 0, sizeof(tables));
	now_ms = 1000000;
	for (unsigned int i = 0; i < HOPS; i++) {
		tables.known[i].address = hop_address(i);
		tables.known[i].state = NEXTHOP_RESOLVED;
		tables.known[i].mac[5] = (uint8_t)i + 1;
	}
	tables.steering = steering_new(&options, NULL, &sink, &hooks);
	assert_non_null(tables.steering);
}

static int teardown(void **state)
{
	(void)state;
	steering_free(tables.steering);
	tables.steering = NULL;
	for (int i = 0; i < HOPS; i++)
		assert_int_equal(tables.tracked[i], 0);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	start(GROUPS, WINDOW_S);
	return 0;
}

static void pass(uint64_t ms)
{
	uint64_t end = now_ms + ms;
	uint32_t wait_ms;

	for (;;) {
		wait_ms = steering_settle(tables.steering, now_ms);
		if (wait_ms == STEERING_SETTLED || now_ms + wait_ms > end)
			break;
		now_ms += wait_ms;
	}
	now_ms = end;
}

/* Set a VIP to the next hops of a mask, each of this weight, in order. */
static void want_weighted(unsigned int vip, unsigned int hops,
			  const uint32_t *weights)
{
	struct prefix prefix = vip_prefix(vip);
	struct member members[HOPS];
	size_t count = 0;
	bool steered;

	for (unsigned int i = 0; i < HOPS; i++)
		if (hops & 1U << i)
			members[count++] = (struct member){
				.address = hop_address(i),
				.weight = weights ? weights[i] : 1,
			};
	assert_int_equal(steering_set_vip(tables.steering, &prefix, members,
					  count, &steered),
			 0);
}

static void want(unsigned int vip, unsigned int hops)
{
	want_weighted(vip, hops, NULL);
}

static void steer(unsigned int vip, unsigned int hops)
{
	want(vip, hops);
	pass(200);
}

static void set_hop_alive(unsigned int i, bool alive)
{
	tables.known[i].state = alive ? NEXTHOP_RESOLVED : NEXTHOP_FAILED;
	steering_nexthop_changed(tables.steering, &tables.known[i]);
}

static struct hg_bucket word(unsigned int vip, uint32_t bucket)
{
	return tables.buckets[tables.vips[vip].group * TABLE_SIZE + bucket];
}

static uint16_t previous(unsigned int vip, uint32_t bucket)
{
	return tables.previous[tables.vips[vip].group * TABLE_SIZE + bucket];
}

static uint16_t slot_of_hop(unsigned int i)
{
	struct address address = hop_address(i);
	const struct slot *slot = steering_find_slot(tables.steering, &address);

	return slot ? (uint16_t)slot->index : HG_NEXTHOP_NONE;
}

static uint32_t count_moving(unsigned int vip)
{
	uint32_t count = 0;

	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		count += word(vip, b).moving;
	return count;
}

static uint32_t count_tracked(unsigned int vip)
{
	uint32_t count = 0;

	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		count += word(vip, b).tracked;
	return count;
}

/* Remember where each bucket of a VIP leads. */
static void remember(unsigned int vip, uint16_t *slots)
{
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		slots[b] = word(vip, b).current;
}

/* Return the buckets that moved since, each with a window back. */
static uint32_t check_windows(unsigned int vip, const uint16_t *before)
{
	uint32_t moved = 0;

	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		bool moves = word(vip, b).current != before[b];

		assert_int_equal(word(vip, b).moving, moves);
		assert_int_equal(word(vip, b).tracked, moves);
		if (moves)
			assert_int_equal(previous(vip, b), before[b]);
		moved += moves;
	}
	return moved;
}

/* ------------------------------------------------------------- cases */

static void nothing_moves_before_packets_are_steered(void **state)
{
	(void)state;
	steer(0, 0x0f);
	steer(0, 0x1f);
	assert_int_equal(count_tracked(0), 0);
}

static void buckets_remember_where_they_were(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	assert_int_equal(count_tracked(0), 0);
	remember(0, before);
	steer(0, 0x1f);
	assert_in_range(check_windows(0, before), TABLE_SIZE / 5,
			TABLE_SIZE / 3);
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	assert_true(count_tracked(0));
}

static void a_window_of_zero_moves_at_once(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(GROUPS, 0);
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(0, 0x1f);
	assert_int_equal(count_tracked(0), 0);
	assert_int_equal(tables.tracked[0], 0);
}

/* One VIP of two leaves the group, to a set that others have. */
static void a_vip_takes_its_flows_to_a_group_that_exists(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x0f);
	steer(2, 0x1f);
	remember(0, before);
	steer(0, 0x1f);
	assert_true(check_windows(0, before));
	assert_int_equal(count_tracked(1), 0);
	assert_int_equal(count_tracked(2), 0);
	assert_int_not_equal(tables.vips[0].group, tables.vips[2].group);
	steer(1, 0x1f); /* from the same group: shares the variant */
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(tables.vips[0].group, tables.vips[2].group);
	assert_int_equal(tables.vips[1].group, tables.vips[2].group);
	assert_int_equal(count_moving(0), 0);
	assert_true(count_tracked(2)); /* with the flows that came */
}

/* The last VIP of a group needs no other index to join an existing set. */
static void a_group_becomes_a_variant_in_its_place(void **state)
{
	uint16_t before[TABLE_SIZE];
	uint32_t index;

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x1f);
	remember(0, before);
	index = tables.vips[0].group;
	steer(0, 0x1f);
	assert_int_equal(tables.vips[0].group, index);
	assert_true(check_windows(0, before));
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
}

static void a_new_vip_needs_no_window(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x0f);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	assert_int_equal(count_tracked(1), 0);
}

static void a_server_that_left_keeps_its_flows_for_a_drain(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(0, 0x07);
	assert_true(count_moving(0));
	assert_int_equal(tables.tracked[3], 1);
	assert_true(tables.nexthops[slot_of_hop(3)].draining);
	assert_false(tables.nexthops[slot_of_hop(2)].draining);
	pass((DRAIN_S - 2) * MS);
	assert_true(count_moving(0));
	assert_int_equal(tables.tracked[3], 1);
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(tables.tracked[3], 0);
	assert_false(tables.nexthops[slot_of_hop(3)].draining);
}

static void a_server_whose_session_ended_keeps_them_for_a_window(void **state)
{
	struct address lost = hop_address(3);

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x07);
	assert_true(count_moving(0));
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(tables.tracked[3], 0);
}

static void the_end_of_a_session_shortens_a_drain(void **state)
{
	struct address lost = hop_address(3);

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(0, 0x07);
	pass(1000 * MS);
	steering_session_lost(tables.steering, &lost, now_ms);
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
}

static void a_server_that_is_back_finds_all_as_it_was(void **state)
{
	struct address lost = hop_address(3);
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	remember(0, before);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x07);
	pass((WINDOW_S / 2) * MS);
	steering_session_back(tables.steering, &lost);
	steer(0, 0x0f);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_int_equal(word(0, b).current, before[b]);
	assert_int_equal(count_moving(0), 0);
	assert_true(count_tracked(0));
	steer(0, 0x07); /* a drain this time */
	pass((WINDOW_S * 2) * MS);
	assert_true(count_moving(0));
}

static void check_forgotten(unsigned int vip, uint16_t slot)
{
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		if (word(vip, b).moving)
			assert_int_not_equal(previous(vip, b), slot);
}

static void a_death_removes_the_previous_for_good(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(0, 0x07);
	assert_true(count_moving(0));
	set_hop_alive(3, false);
	set_hop_alive(3, true);
	check_forgotten(0, slot_of_hop(3));
	steer(0, 0x0f);
	set_hop_alive(3, false);
	pass(10);
	steer(0, 0x07);
	check_forgotten(0, slot_of_hop(3));
}

static void a_vip_without_room_for_its_window_moves_anyway(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x0f);
	steer(2, 0x1f);
	steer(0, 0x1f);
	assert_int_equal(tables.vips[0].group, tables.vips[2].group);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(steering_totals(tables.steering).moved_without_window,
			 1);
}

/* A set without a group is worth more than the windows of others. */
static void a_vip_without_a_table_takes_the_place_of_a_variant(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x1f);
	steer(0, 0x1f); /* in place: a variant */
	assert_int_not_equal(tables.vips[0].group, tables.vips[1].group);
	steer(2, 0x03);
	assert_true(tables.vip_set[2]);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	assert_int_equal(steering_totals(tables.steering).moved_without_window,
			 1);
}

/* ------------------------------------------------------------- flows */

enum {
	TRIALS = 60,
	STEPS = 150,
	FLOWS = 200,
};

struct flow {
	unsigned int vip;
	uint32_t bucket;
	uint16_t home; /* NONE: the place is free */
	uint32_t incarnation;
	uint64_t last_ms;
	uint16_t recorded;
};

static struct flow flows[FLOWS];
static unsigned int hops_of[VIPS];
static bool alive[HOPS];

static bool is_home_lost(const struct flow *flow)
{
	const struct hg_nexthop *home = &tables.nexthops[flow->home];

	return !home->alive || home->incarnation != flow->incarnation;
}

static uint16_t forward(const struct hg_bucket *bucket)
{
	return tables.nexthops[bucket->current].alive ? bucket->current :
							bucket->backup;
}

static void open_flow(struct flow *flow)
{
	const struct hg_bucket bucket = word(flow->vip, flow->bucket);
	uint16_t home = forward(&bucket);

	flow->home = tables.nexthops[home].alive ? home : HG_NEXTHOP_NONE;
	flow->incarnation = tables.nexthops[home].incarnation;
	flow->recorded = bucket.moving ? flow->home : HG_NEXTHOP_NONE;
	flow->last_ms = now_ms;
}

static void send_packet(struct flow *flow)
{
	const struct hg_bucket bucket = word(flow->vip, flow->bucket);
	uint16_t past = previous(flow->vip, flow->bucket), to;

	if (flow->home == HG_NEXTHOP_NONE || is_home_lost(flow)) {
		open_flow(flow);
		return;
	}
	if (bucket.tracked && flow->recorded)
		to = flow->recorded;
	else if (bucket.moving && tables.nexthops[past].alive)
		to = flow->recorded = past;
	else
		to = forward(&bucket);
	assert_int_equal(to, flow->home);
	flow->last_ms = now_ms;
}

/* Let time pass; flows that would be idle for too long send a packet. */
static void pass_with_flows(uint64_t ms)
{
	uint64_t end = now_ms + ms;

	while (now_ms < end) {
		pass(20 * MS);
		for (int i = 0; i < FLOWS; i++)
			if (now_ms - flows[i].last_ms > (WINDOW_S - 50) * MS)
				send_packet(&flows[i]);
	}
}

static void change_vip(void)
{
	unsigned int v = chance_below(VIPS), hops = 0;

	while (!hops)
		hops = chance_below(4) ? hops_of[v] ^ 1U << chance_below(HOPS) :
					 1U + chance_below((1U << HOPS) - 1);
	for (unsigned int i = 0; i < HOPS; i++)
		if (!alive[i])
			hops &= ~(1U << i);
	if (!hops)
		return;
	if (chance_below(3)) {
		hops_of[v] = hops;
		want(v, hops);
	} else { /* all VIPs, as from one server */
		for (v = 0; v < VIPS; v++) {
			hops_of[v] = hops;
			want(v, hops);
		}
	}
}

static void kill_or_revive(void)
{
	unsigned int i = chance_below(HOPS);

	alive[i] = !alive[i];
	set_hop_alive(i, alive[i]);
	for (unsigned int v = 0; v < VIPS && !alive[i]; v++) {
		if (hops_of[v] == 1U << i) {
			hops_of[v] = 0;
		} else {
			hops_of[v] &= ~(1U << i);
		}
		if (hops_of[v])
			want(v, hops_of[v]);
	}
}

static void flow_step(void)
{
	switch (chance_below(6)) {
	case 0:
	case 1:
		change_vip();
		break;
	case 2:
		if (chance_one_in(4))
			kill_or_revive();
		break;
	case 3:
		pass_with_flows(chance_below(2 * WINDOW_S) * MS);
		break;
	default:
		pass(chance_below(100));
		for (int i = 0; i < 20; i++)
			send_packet(&flows[chance_below(FLOWS)]);
	}
}

static void no_flow_of_any_vip_breaks(void **state)
{
	(void)state;
	for (int trial = 0; trial < TRIALS; trial++) {
		steering_free(tables.steering);
		start(GROUPS, WINDOW_S);
		steering_publish(tables.steering);
		for (int i = 0; i < HOPS; i++)
			alive[i] = true;
		for (unsigned int v = 0; v < VIPS; v++) {
			hops_of[v] = 0x0f;
			want(v, 0x0f);
		}
		pass(500);
		for (int i = 0; i < FLOWS; i++) {
			flows[i] = (struct flow){
				.vip = chance_below(VIPS),
				.bucket = chance_below(TABLE_SIZE),
			};
			open_flow(&flows[i]);
		}
		for (int i = 0; i < STEPS; i++)
			flow_step();
		assert_int_equal(
			steering_totals(tables.steering).moved_without_window,
			0);
	}
}

/* Leave nothing behind when all is calm. */
static void variants_are_gone_after_the_windows(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x0f);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, v % 2 ? 0x1f : 0x07);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x3f);
	pass((DRAIN_S + 5) * MS);
	assert_int_equal(steering_totals(tables.steering).groups_used, 1);
	assert_int_equal(steering_settle(tables.steering, now_ms),
			 STEERING_SETTLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(nothing_moves_before_packets_are_steered),
		CASE(buckets_remember_where_they_were),
		CASE(a_window_of_zero_moves_at_once),
		CASE(a_vip_takes_its_flows_to_a_group_that_exists),
		CASE(a_group_becomes_a_variant_in_its_place),
		CASE(a_new_vip_needs_no_window),
		CASE(a_server_that_left_keeps_its_flows_for_a_drain),
		CASE(a_server_whose_session_ended_keeps_them_for_a_window),
		CASE(the_end_of_a_session_shortens_a_drain),
		CASE(a_server_that_is_back_finds_all_as_it_was),
		CASE(a_death_removes_the_previous_for_good),
		CASE(a_vip_without_room_for_its_window_moves_anyway),
		CASE(a_vip_without_a_table_takes_the_place_of_a_variant),
		CASE(no_flow_of_any_vip_breaks),
		CASE(variants_are_gone_after_the_windows),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
