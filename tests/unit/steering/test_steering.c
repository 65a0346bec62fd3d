// SPDX-License-Identifier: BSD-2-Clause
/*
 * VIPs, groups and slots against tables in memory, as the XDP program would
 * see them after each step.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nexthop/tracker.h"
#include "settled.h"
#include "steering/steering.h"

enum {
	TABLE_SIZE = 1024,
	GROUPS = 4,
	NEXTHOPS = 8,
	VIPS = 8,
	RETRY_MS = 1000,
};

/* The tables, and the next hops as the tracker would report them. */
struct tables {
	struct hg_vip vips[VIPS];
	bool vip_set[VIPS];
	struct hg_bucket buckets[GROUPS * TABLE_SIZE];
	struct hg_nexthop nexthops[NEXTHOPS + 1];
	unsigned int bucket_writes;
	unsigned int alive_stores;
	int refuse_vip; /* what set_vip() returns */
	struct nexthop known[NEXTHOPS];
	struct steering *steering;
};

static struct tables tables;

static struct address nexthop_address(unsigned int i)
{
	return address_from_ipv4(htonl(0x0a000001 + i));
}

static struct prefix vip(unsigned int i)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(0xc0000201 + i)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static unsigned int vip_index(const struct prefix *prefix)
{
	return ntohl(address_ipv4(&prefix->address)) - 0xc0000201;
}

/*
 * Replaces the tracker's: steering calls no other function of it. The archive's
 * member is not linked, because this one defines the symbol first.
 */
const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	(void)tracker;
	for (unsigned int i = 0; i < NEXTHOPS; i++)
		if (address_equal(&tables.known[i].address, address))
			return &tables.known[i];
	return NULL;
}

static int set_vip(struct datapath *datapath, const struct prefix *prefix,
		   const struct hg_vip *value)
{
	struct tables *t = (struct tables *)datapath;

	if (t->refuse_vip)
		return t->refuse_vip;
	t->vips[vip_index(prefix)] = *value;
	t->vip_set[vip_index(prefix)] = true;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *prefix)
{
	struct tables *t = (struct tables *)datapath;

	t->vip_set[vip_index(prefix)] = false;
	return 0;
}

static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	struct tables *t = (struct tables *)datapath;

	memcpy(t->buckets + first, buckets, count * sizeof(*buckets));
	t->bucket_writes += count;
	return 0;
}

static int set_nexthop(struct datapath *datapath, uint32_t slot,
		       const struct hg_nexthop *nexthop)
{
	struct tables *t = (struct tables *)datapath;

	t->nexthops[slot] = *nexthop;
	return 0;
}

static int set_alive(struct datapath *datapath, uint32_t slot, bool alive)
{
	struct tables *t = (struct tables *)datapath;

	t->nexthops[slot].alive = alive;
	t->alive_stores++;
	return 0;
}

static int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static int setup(void **state)
{
	const struct steering_options options = {
		.table_size = TABLE_SIZE,
		.group_count = GROUPS,
	};
	const struct steering_sink sink = {
		.set_vip = set_vip,
		.delete_vip = delete_vip,
		.set_buckets = set_buckets,
		.set_nexthop = set_nexthop,
		.set_alive = set_alive,
		.clear_vip_counter = clear_counter,
		.clear_nexthop_counter = clear_counter,
		.datapath = (struct datapath *)&tables,
	};

	memset(&tables, 0, sizeof(tables));
	for (unsigned int i = 0; i < NEXTHOPS; i++) {
		tables.known[i].address = nexthop_address(i);
		tables.known[i].state = NEXTHOP_RESOLVED;
		tables.known[i].ifindex = 7;
		tables.known[i].mtu = 1500;
		tables.known[i].mac[5] = (uint8_t)i + 1;
	}
	tables.steering = steering_new(&options, NULL, &sink, &settled_hooks);
	assert_non_null(tables.steering);
	*state = &tables;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	steering_free(tables.steering);
	return 0;
}

/* Set VIP `v` to the next hops whose bits are set in `hops`. */
static int steer(unsigned int v, unsigned int hops)
{
	struct member members[NEXTHOPS];
	struct prefix prefix = vip(v);
	size_t count = 0;

	for (unsigned int i = 0; i < NEXTHOPS; i++)
		if (hops & 1 << i)
			members[count++] =
				(struct member){ .address = nexthop_address(i),
						 .weight = 1 };
	return set_vip_settled(tables.steering, &prefix, members, count);
}

/* Return the last octet - 1 of the next hop of a VIP's bucket. */
static unsigned int owner(unsigned int v, uint32_t bucket)
{
	uint32_t first = tables.vips[v].group * TABLE_SIZE;
	uint16_t slot = tables.buckets[first + bucket].current;

	return tables.nexthops[slot].address.bytes[15] - 1;
}

static void a_vip_leads_to_each_of_its_nexthops_equally(void **state)
{
	unsigned int count[NEXTHOPS] = { 0 };

	(void)state;
	assert_int_equal(steer(0, 0x0f), 0);
	assert_true(tables.vip_set[0]);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		count[owner(0, b)]++;
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(count[i], TABLE_SIZE / 4);
}

static void the_backup_is_what_the_next_table_says(void **state)
{
	struct hg_bucket before[TABLE_SIZE];
	uint16_t dead;

	(void)state;
	steer(0, 0x0f);
	memcpy(before, tables.buckets, sizeof(before));
	dead = before[0].current;
	/* All next hops but the owner of bucket 0. */
	steer(1, 0x0f & ~(1u << owner(0, 0)));
	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		uint32_t first = tables.vips[1].group * TABLE_SIZE;

		if (before[b].current == dead)
			assert_int_equal(before[b].backup,
					 tables.buckets[first + b].current);
	}
}

static void equal_sets_share_one_table(void **state)
{
	(void)state;
	steer(0, 0x07);
	tables.bucket_writes = 0;
	for (unsigned int v = 1; v < VIPS; v++)
		assert_int_equal(steer(v, 0x07), 0);
	assert_int_equal(tables.bucket_writes, 0);
	for (unsigned int v = 1; v < VIPS; v++)
		assert_int_equal(tables.vips[v].group, tables.vips[0].group);
}

static void an_unchanged_set_writes_nothing(void **state)
{
	(void)state;
	steer(0, 0x07);
	tables.bucket_writes = 0;
	tables.refuse_vip = -EIO; /* no call expected */
	assert_int_equal(steer(0, 0x07), 0);
	assert_int_equal(tables.bucket_writes, 0);
}

static void a_nexthop_that_dies_costs_one_store(void **state)
{
	uint32_t slot = tables.buckets[0].current;

	(void)state;
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x0f);
	slot = tables.buckets[0].current;
	tables.bucket_writes = 0;
	tables.known[owner(0, 0)].state = NEXTHOP_FAILED;
	steering_nexthop_changed(tables.steering, &tables.known[owner(0, 0)]);
	assert_int_equal(tables.nexthops[slot].alive, 0);
	assert_int_equal(tables.alive_stores, 1);
	assert_int_equal(tables.bucket_writes, 0);
}

static void a_return_is_a_new_incarnation_in_the_old_slot(void **state)
{
	uint32_t slot;
	uint32_t incarnation;

	(void)state;
	steer(0, 0x01);
	slot = tables.buckets[0].current;
	incarnation = tables.nexthops[slot].incarnation;
	tables.known[0].state = NEXTHOP_FAILED;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	steer(0, 0x00);
	assert_false(tables.vip_set[0]);
	tables.known[0].state = NEXTHOP_RESOLVED;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	steer(0, 0x01);
	assert_int_equal(tables.nexthops[slot].alive, 1);
	assert_int_equal(tables.nexthops[slot].incarnation, incarnation + 1);
	assert_int_equal(owner(0, 0), 0);
}

static void an_unused_nexthop_is_taken_out(void **state)
{
	const struct address address = nexthop_address(0);

	(void)state;
	steer(0, 0x03);
	steering_nexthop_gone(tables.steering, &address);
	assert_int_equal(tables.alive_stores, 1);
	steering_nexthop_gone(tables.steering, &address);
	assert_int_equal(tables.alive_stores, 1);
}

static enum steering_state state_of(unsigned int v)
{
	const struct prefix prefix = vip(v);

	return steering_vip_state(
		steering_match_vip(tables.steering, &prefix.address));
}

static void without_a_free_group_a_new_vip_waits(void **state)
{
	(void)state;
	for (unsigned int v = 0; v < GROUPS; v++)
		assert_int_equal(steer(v, 1 << v), 0);
	assert_int_equal(steer(GROUPS, 0x30), 0);
	assert_false(tables.vip_set[GROUPS]);
	assert_int_equal(state_of(GROUPS), STEERING_WAITING);
	assert_int_equal(
		steering_totals(tables.steering).vips[STEERING_WAITING], 1);
	/* Sharing needs no group of its own. */
	assert_int_equal(steer(GROUPS + 1, 0x02), 0);
	assert_int_equal(state_of(GROUPS + 1), STEERING_EXACT);
	/* One that is given up is used at once. */
	assert_int_equal(steer(0, 0), 0);
	assert_true(tables.vip_set[GROUPS]);
	assert_int_equal(state_of(GROUPS), STEERING_EXACT);
	assert_in_range(owner(GROUPS, 0), 4, 5);
}

/* Its only VIP wants another set: no group is needed for that. */
static void a_set_that_changes_for_all_vips_is_rewritten_in_place(void **state)
{
	uint32_t group;

	(void)state;
	for (unsigned int v = 0; v < GROUPS; v++)
		steer(v, 1 << v);
	steer(GROUPS, 1);
	group = tables.vips[0].group;
	tables.bucket_writes = 0;
	tables.refuse_vip = -EIO; /* would be noticed: no VIP is written */
	for (unsigned int v = 0; v < 2; v++) {
		struct member member = { nexthop_address(5), 1 };
		const struct prefix prefix = vip(v ? GROUPS : 0);
		bool steered;

		assert_int_equal(steering_set_vip(tables.steering, &prefix,
						  &member, 1, &steered),
				 0);
		assert_true(steered);
	}
	settle(tables.steering);
	assert_int_equal(tables.bucket_writes, TABLE_SIZE);
	assert_int_equal(tables.vips[0].group, group);
	assert_int_equal(owner(0, 0), 5);
	assert_int_equal(state_of(0), STEERING_EXACT);
	assert_int_equal(state_of(GROUPS), STEERING_EXACT);
}

/* Its own servers only, if fewer than it could have. */
static void
at_the_limit_a_vip_uses_a_group_that_is_part_of_its_set(void **state)
{
	(void)state;
	for (unsigned int v = 0; v < GROUPS; v++)
		steer(v, 1 << v);
	steer(GROUPS, 0x03);
	assert_true(tables.vip_set[GROUPS]);
	assert_int_equal(state_of(GROUPS), STEERING_SHARED);
	assert_in_range(owner(GROUPS, 0), 0, 1);
}

/* Groups A, B and C have VIPs that want X and Y each: no room for both. */
static void two_groups_of_waiting_vips_become_one(void **state)
{
	(void)state;
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x80 | 1 << v % GROUPS);
	for (unsigned int v = 0; v < VIPS; v++) {
		struct member members[] = {
			{ nexthop_address(7), 1 },
			{ nexthop_address(v / 2), 2 },
		};
		const struct prefix prefix = vip(v);
		bool steered;

		steering_set_vip(tables.steering, &prefix, members, 2,
				 &steered);
		assert_true(steered);
	}
	settle(tables.steering);
	for (unsigned int v = 0; v < VIPS; v++)
		assert_int_equal(state_of(v), STEERING_EXACT);
}

static void transient_sets_get_no_table(void **state)
{
	(void)state;
	steer(0, 0x01);
	tables.bucket_writes = 0;
	for (unsigned int hops = 0x03; hops < 0x100; hops = hops << 1 | 1) {
		struct member members[NEXTHOPS];
		const struct prefix prefix = vip(0);
		size_t count = 0;
		bool steered;

		for (unsigned int i = 0; hops >> i; i++)
			members[count++] =
				(struct member){ nexthop_address(i), 1 };
		for (unsigned int again = 0; again < 10; again++) {
			members[0].weight = again + 1;
			steering_set_vip(tables.steering, &prefix, members,
					 count, &steered);
			steering_settle(tables.steering, settled_now_ms++);
		}
	}
	/* 70 sets in 70 ms: eight tables at once, one when it is quiet. */
	assert_in_range(tables.bucket_writes, 1, 8 * TABLE_SIZE);
	assert_in_range(settle(tables.steering), 1, 1000);
	assert_in_range(tables.bucket_writes, 1, 9 * TABLE_SIZE);
	assert_int_equal(state_of(0), STEERING_EXACT);
}

static void a_vip_that_the_program_refuses_is_tried_again(void **state)
{
	struct member member = { nexthop_address(0), 1 };
	const struct prefix prefix = vip(0);
	char text[256];
	bool steered;

	(void)state;
	tables.refuse_vip = -E2BIG;
	steering_set_vip(tables.steering, &prefix, &member, 1, &steered);
	assert_int_equal(steering_settle(tables.steering, settled_now_ms),
			 RETRY_MS);
	assert_false(steered);
	assert_int_equal(state_of(0), STEERING_WAITING);
	assert_null(steering_next_group(tables.steering, NULL));
	steering_explain(tables.steering,
			 steering_find_vip(tables.steering, &prefix), text,
			 sizeof(text));
	assert_string_equal(text, "its table was refused, see the log; tried "
				  "again every second; steered not at all");
	tables.refuse_vip = 0;
	settle(tables.steering);
	assert_int_equal(state_of(0), STEERING_EXACT);
}

static void the_digest_is_that_of_the_set_alone(void **state)
{
	const struct steering_group *group;
	uint64_t digest;

	(void)state;
	steer(0, 0x0f);
	digest = steering_digest(steering_next_group(tables.steering, NULL));
	steer(0, 0x07);
	steer(1, 0x0f);
	group = steering_next_group(tables.steering, NULL);
	while (group->count != 4)
		group = steering_next_group(tables.steering, group);
	assert_true(steering_digest(group) == digest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vip_leads_to_each_of_its_nexthops_equally),
		TEST(the_backup_is_what_the_next_table_says),
		TEST(equal_sets_share_one_table),
		TEST(an_unchanged_set_writes_nothing),
		TEST(a_nexthop_that_dies_costs_one_store),
		TEST(a_return_is_a_new_incarnation_in_the_old_slot),
		TEST(an_unused_nexthop_is_taken_out),
		TEST(without_a_free_group_a_new_vip_waits),
		TEST(a_set_that_changes_for_all_vips_is_rewritten_in_place),
		TEST(at_the_limit_a_vip_uses_a_group_that_is_part_of_its_set),
		TEST(two_groups_of_waiting_vips_become_one),
		TEST(transient_sets_get_no_table),
		TEST(a_vip_that_the_program_refuses_is_tried_again),
		TEST(the_digest_is_that_of_the_set_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
