/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STEERING_WINDOWS_WORLD_H
#define TESTS_STEERING_WINDOWS_WORLD_H

/*
 * Steering with affinity windows, on tables in memory that are read as the XDP
 * program reads them, with the records of flows.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "core/audit_report.h"
#include "core/clock.h"
#include "nexthop/tracker.h"
#include "settled.h"
#include "steering/adopt.h"
#include "steering/affinity.h"
#include "steering/audit.h"
#include "steering/steering.h"

enum {
	TABLE_SIZE = 256,
	GROUPS = 16,
	HOPS = 8,
	VIPS = 6,
	WINDOW_S = 300,
	DRAIN_S = 3600,
	MS = 1000,
	FEW_GROUPS = 2,
};

struct tables {
	struct hg_vip vips[VIPS];
	bool vip_set[VIPS];
	struct hg_bucket buckets[GROUPS * TABLE_SIZE];
	uint16_t previous[GROUPS * TABLE_SIZE];
	struct hg_nexthop nexthops[HOPS + 1];
	struct hg_tunnel tunnels[HOPS + 1];
	uint32_t nexthop_writes, alive_stores;
	struct hg_nexthop first_write; /* after nexthop_writes was 0 */
	struct nexthop known[HOPS];
	int tracked[HOPS];
	struct steering *steering;
};

static struct tables tables;
static uint64_t now_ms;
static uint32_t flow_records = 400;
static enum steering_session_loss session_loss;
static uint32_t group_room; /* of the last steering */

enum {
	TRIALS = 60,
	STEPS = 150,
	FLOWS = 200,
	READ_ONCE = 30,
};

struct flow {
	unsigned int vip;
	uint32_t bucket;
	uint16_t home; /* NONE: the place is free */
	uint32_t incarnation;
	unsigned int hop;    /* its home */
	unsigned int deaths; /* of it, before the flow began */
	uint64_t last_ms;
	uint16_t recorded;
	uint32_t age_ms; /* of its record */
};

static struct flow flows[FLOWS];
static inline struct address hop_address(unsigned int i)
{
	return address_from_ipv4(htonl(0x0a000001 + i));
}

static inline unsigned int hop_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - 0x0a000001;
}

static inline struct prefix vip_prefix(unsigned int i)
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

static inline int set_vip(struct datapath *datapath,
			  const struct prefix *prefix,
			  const struct hg_vip *value)
{
	unsigned int i = ntohl(address_ipv4(&prefix->address)) - 0xc0000201;

	(void)datapath;
	tables.vips[i] = *value;
	tables.vip_set[i] = true;
	return 0;
}

static inline int delete_vip(struct datapath *datapath,
			     const struct prefix *prefix)
{
	unsigned int i = ntohl(address_ipv4(&prefix->address)) - 0xc0000201;

	(void)datapath;
	tables.vip_set[i] = false;
	return 0;
}

/* The program may read a previous from the moment the mark is there. */
static inline int set_buckets(struct datapath *datapath, uint32_t first,
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

static inline int set_previous(struct datapath *datapath, uint32_t first,
			       const uint16_t *slots, uint32_t count)
{
	(void)datapath;
	memcpy(tables.previous + first, slots, count * sizeof(*slots));
	return 0;
}

static inline int set_nexthop(struct datapath *datapath, uint32_t slot,
			      const struct hg_nexthop *nexthop)
{
	(void)datapath;
	tables.nexthops[slot] = *nexthop;
	if (!tables.nexthop_writes++)
		tables.first_write = *nexthop;
	return 0;
}

static inline int set_alive(struct datapath *datapath, uint32_t slot,
			    bool alive)
{
	(void)datapath;
	tables.nexthops[slot].alive = alive;
	tables.alive_stores++;
	return 0;
}

/* ------------------------------------------------------------- readers */

static inline int read_vip(struct datapath *datapath,
			   const struct prefix *prefix, struct hg_vip *value)
{
	unsigned int i = ntohl(address_ipv4(&prefix->address)) - 0xc0000201;

	(void)datapath;
	*value = tables.vips[i];
	return tables.vip_set[i] ? 0 : -ENOENT;
}

static inline int read_bucket(const struct datapath *datapath, uint32_t index,
			      struct hg_bucket *bucket)
{
	(void)datapath;
	*bucket = tables.buckets[index];
	return 0;
}

static inline int read_previous(const struct datapath *datapath, uint32_t index,
				uint16_t *slot)
{
	(void)datapath;
	*slot = tables.previous[index];
	return 0;
}

static inline int get_nexthop(const struct datapath *datapath, uint32_t slot,
			      struct hg_nexthop *nexthop)
{
	(void)datapath;
	*nexthop = slot <= HOPS ? tables.nexthops[slot] : (struct hg_nexthop){};
	return 0;
}

static inline int set_tunnel(struct datapath *datapath, uint32_t slot,
			     const struct hg_tunnel *tunnel)
{
	(void)datapath;
	tables.tunnels[slot] = *tunnel;
	return 0;
}

static inline int get_tunnel(const struct datapath *datapath, uint32_t slot,
			     struct hg_tunnel *tunnel)
{
	(void)datapath;
	*tunnel = slot <= HOPS ? tables.tunnels[slot] : (struct hg_tunnel){};
	return 0;
}

/* Compare all tables with what is wanted, and return what was found. */
static inline struct audit_report audit_tables(void)
{
	struct steering_audit audit = { 0 };
	struct audit_report report;

	audit_report_init(&report);
	audit_report_begin_round(&report);
	while (steering_audit_step(tables.steering, &audit, &report))
		;
	audit_report_end_round(&report);
	return report;
}

static inline int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static inline uint32_t monotonic_ms(void)
{
	return (uint32_t)(clock_read_ns(CLOCK_MONOTONIC) / CLOCK_NS_PER_US /
			  CLOCK_US_PER_MS);
}

/* The records of the flows, a few at a time, all of them in one map. */
static inline int read_flows(struct datapath *datapath, enum hg_flow_map map,
			     uint64_t *cursor, struct steering_flow *out,
			     uint32_t max, uint32_t *count)
{
	(void)datapath;
	*count = 0;
	while (*cursor < FLOWS && *count < READ_ONCE && *count < max) {
		const struct flow *flow = &flows[(*cursor)++];

		if (flow->recorded == HG_NEXTHOP_NONE || map != HG_FLOWS_PINNED)
			continue;
		out[(*count)++] = (struct steering_flow){
			.signature = (uint64_t)(flow - flows),
			.flow = { .slot = flow->recorded,
				  .incarnation = flow->incarnation,
				  .time_ms = monotonic_ms() - flow->age_ms,
				  .bucket = flow->bucket & 0xffff,
				  .counter = tables.vips[flow->vip].counter },
		};
	}
	return *cursor < FLOWS ? 0 : -ENOENT;
}

static inline int delete_flows(struct datapath *datapath, enum hg_flow_map map,
			       const uint64_t *signatures, uint32_t count,
			       uint32_t *deleted)
{
	(void)datapath, (void)map;
	*deleted = 0;
	for (uint32_t i = 0; i < count; i++) {
		*deleted += flows[signatures[i]].recorded != HG_NEXTHOP_NONE;
		flows[signatures[i]].recorded = HG_NEXTHOP_NONE;
	}
	return 0;
}

/* The program's counts of the map; tests set them. */
static struct hg_flow_count flow_count;

static inline int count_flows(const struct datapath *datapath,
			      enum hg_flow_map map, struct hg_flow_count *count)
{
	(void)datapath;
	*count = (struct hg_flow_count){ 0 };
	if (map == HG_FLOWS_PINNED)
		*count = flow_count;
	return 0;
}

static inline void track(const struct address *address, bool wanted,
			 void *context)
{
	(void)context;
	tables.tracked[hop_index(address)] += wanted ? 1 : -1;
	assert_in_range(tables.tracked[hop_index(address)], 0, 1);
}

/* Replaced by tests of failures. */
static int (*sink_set_vip)(struct datapath *datapath,
			   const struct prefix *prefix,
			   const struct hg_vip *value) = set_vip;

static inline int call_set_vip(struct datapath *datapath,
			       const struct prefix *prefix,
			       const struct hg_vip *value)
{
	return sink_set_vip(datapath, prefix, value);
}

/* Make a steering on the tables as they are. */
static inline void make_steering(uint32_t groups, uint32_t window_s)
{
	const struct steering_options options = {
		.table_size = TABLE_SIZE,
		.group_count = groups,
		.window_s = window_s,
		.drain_max_s = DRAIN_S,
		.flow_records = flow_records,
		.session_loss = session_loss,
	};
	const struct steering_sink sink = {
		.set_vip = call_set_vip,
		.delete_vip = delete_vip,
		.set_buckets = set_buckets,
		.set_previous = set_previous,
		.set_nexthop = set_nexthop,
		.set_tunnel = set_tunnel,
		.set_alive = set_alive,
		.get_vip = read_vip,
		.get_bucket = read_bucket,
		.get_previous = read_previous,
		.get_nexthop = get_nexthop,
		.get_tunnel = get_tunnel,
		.clear_vip_counter = clear_counter,
		.clear_nexthop_counter = clear_counter,
		.read_flows = read_flows,
		.delete_flows = delete_flows,
		.count_flows = count_flows,
	};
	struct steering_hooks hooks = settled_hooks;

	group_room = groups;
	hooks.nexthop_track = track;
	tables.steering = steering_new(&options, NULL, &sink, &hooks);
	assert_non_null(tables.steering);
}

static inline void start(uint32_t groups, uint32_t window_s)
{
	memset(&tables, 0, sizeof(tables));
	memset(flows, 0, sizeof(flows));
	flow_count = (struct hg_flow_count){ 0 };
	now_ms = 1000000;
	for (unsigned int i = 0; i < HOPS; i++) {
		tables.known[i].address = hop_address(i);
		tables.known[i].state = NEXTHOP_RESOLVED;
		tables.known[i].mac[5] = (uint8_t)i + 1;
	}
	make_steering(groups, window_s);
}

static inline int teardown(void **state)
{
	(void)state;
	steering_free(tables.steering);
	tables.steering = NULL;
	for (int i = 0; i < HOPS; i++)
		assert_int_equal(tables.tracked[i], 0);
	return 0;
}

static inline int setup(void **state)
{
	(void)state;
	start(GROUPS, WINDOW_S);
	return 0;
}

static inline void pass(uint64_t ms)
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
static inline void want_weighted(unsigned int vip, unsigned int hops,
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
				.next_weight = weights ? weights[i] : 1,
			};
	assert_int_equal(steering_set_vip(tables.steering, &prefix, members,
					  count, &steered),
			 0);
}

static inline void want(unsigned int vip, unsigned int hops)
{
	want_weighted(vip, hops, NULL);
}

static inline void steer(unsigned int vip, unsigned int hops)
{
	want(vip, hops);
	pass(200);
}

/* So that its windows have their full length from now on. */
static inline void steer_for_long(unsigned int vip, unsigned int hops)
{
	steer(vip, hops);
	pass(WINDOW_S * MS);
}

static inline void set_hop_alive(unsigned int i, bool alive)
{
	tables.known[i].state = alive ? NEXTHOP_RESOLVED : NEXTHOP_FAILED;
	steering_nexthop_changed(tables.steering, &tables.known[i]);
}

static inline struct hg_bucket word(unsigned int vip, uint32_t bucket)
{
	return tables.buckets[tables.vips[vip].group * TABLE_SIZE + bucket];
}

static inline uint16_t previous(unsigned int vip, uint32_t bucket)
{
	return tables.previous[tables.vips[vip].group * TABLE_SIZE + bucket];
}

static inline uint16_t slot_of_hop(unsigned int i)
{
	struct address address = hop_address(i);
	const struct slot *slot = steering_find_slot(tables.steering, &address);

	return slot ? (uint16_t)slot->index : HG_NEXTHOP_NONE;
}

static inline uint32_t count_moving(unsigned int vip)
{
	uint32_t count = 0;

	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		count += word(vip, b).moving;
	return count;
}

static inline uint32_t count_tracked(unsigned int vip)
{
	uint32_t count = 0;

	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		count += word(vip, b).tracked;
	return count;
}

static inline const struct slot *nexthop_slot(uint16_t index)
{
	for (unsigned int i = 0; i < HOPS; i++) {
		struct address address = hop_address(i);
		const struct slot *slot =
			steering_find_slot(tables.steering, &address);

		if (slot && slot->index == index)
			return slot;
	}
	return NULL;
}

/* Remember where each bucket of a VIP leads. */
static inline void remember(unsigned int vip, uint16_t *slots)
{
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		slots[b] = word(vip, b).current;
}

/* Return the buckets that moved since, each with a window back. */
static inline uint32_t check_windows(unsigned int vip, const uint16_t *before)
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

static inline uint32_t first_moving(unsigned int vip)
{
	uint32_t b = 0;

	while (!word(vip, b).moving)
		b++;
	return b;
}

/* Record a flow of VIP 0. */
static inline struct flow *record(int i, uint32_t bucket, uint16_t slot)
{
	flows[i] = (struct flow){
		.bucket = bucket,
		.home = slot,
		.incarnation = tables.nexthops[slot].incarnation,
		.recorded = slot,
	};
	return &flows[i];
}

/* Readers of the tables, for an agent that adopts them. */
static inline void each_vip(const struct datapath *datapath,
			    void (*visit)(const struct prefix *prefix,
					  const struct hg_vip *vip,
					  void *context),
			    void *context)
{
	(void)datapath;
	for (unsigned int i = 0; i < VIPS; i++) {
		struct prefix prefix = vip_prefix(i);

		if (tables.vip_set[i])
			visit(&prefix, &tables.vips[i], context);
	}
}

static inline int get_bucket(const struct datapath *datapath, uint32_t group,
			     uint32_t bucket, struct hg_bucket *word,
			     uint16_t *slot)
{
	(void)datapath;
	*word = tables.buckets[group * TABLE_SIZE + bucket];
	*slot = tables.previous[group * TABLE_SIZE + bucket];
	return 0;
}

/*
 * The agent is gone for a time, and another one adopts what it left. Next hops
 * are asked, and did not answer yet.
 */
static inline void restart_after(uint64_t away_ms)
{
	const struct steering_source source = {
		.each_vip = each_vip,
		.get_bucket = get_bucket,
		.get_nexthop = get_nexthop,
	};
	struct tables left;

	left = tables;
	steering_free(tables.steering);
	tables = left;
	memset(tables.tracked, 0, sizeof(tables.tracked));
	for (unsigned int i = 0; i < HOPS; i++)
		tables.known[i].state = NEXTHOP_RESOLVING;
	now_ms += away_ms;
	make_steering(group_room, WINDOW_S);
	assert_int_equal(steering_adopt(tables.steering, &source, now_ms), 0);
}

#endif
