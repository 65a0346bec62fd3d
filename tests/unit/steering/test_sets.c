// SPDX-License-Identifier: BSD-2-Clause
/*
 * VIPs whose sets change at random, member by member, against tables in memory:
 * packets meet a valid table at any time, and a table depends on its set only,
 * not on its history. The seed is printed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "../chance.h"
#include "nexthop/tracker.h"
#include "settled.h"
#include "steering/steering.h"

enum {
	EVENTS = 3000,
	TABLE_SIZE = 256,
	VIPS = 6,
	GROUPS = VIPS + 1, /* one to spare while a set changes */
	HOPS = 24,
	HEAVY = 3,
	FIRST_HOP = 0x0a000001,
	FIRST_VIP = 0xc0000201,
};

/* The tables of one node's program, and its steering. */
struct node {
	struct steering *steering;
	bool vip_set[VIPS];
	uint32_t group_of[VIPS];
	struct hg_bucket buckets[GROUPS * TABLE_SIZE];
	unsigned int written[GROUPS]; /* buckets of the latest table */
};

struct set {
	bool member[HOPS];
	uint32_t weight[HOPS];
};

/* ------------------------------------------------------------- the world */

/* Stands in for the tracker's, which is not linked then: all hops are alive. */
const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	static struct nexthop nexthop = { .state = NEXTHOP_RESOLVED };

	(void)tracker;
	nexthop.address = *address;
	return &nexthop;
}

static struct prefix vip_prefix(uint32_t vip)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(FIRST_VIP + vip)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static uint32_t vip_index(const struct prefix *prefix)
{
	return ntohl(address_ipv4(&prefix->address)) - FIRST_VIP;
}

static bool is_in_use(const struct node *node, uint32_t group)
{
	for (uint32_t v = 0; v < VIPS; v++)
		if (node->vip_set[v] && node->group_of[v] == group)
			return true;
	return false;
}

/* Check that a VIP is pointed at a complete table. */
static int set_vip(struct datapath *datapath, const struct prefix *prefix,
		   const struct hg_vip *value)
{
	struct node *node = (struct node *)datapath;
	uint32_t vip = vip_index(prefix);

	if (!is_in_use(node, value->group))
		assert_int_equal(node->written[value->group], TABLE_SIZE);
	node->vip_set[vip] = true;
	node->group_of[vip] = value->group;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *prefix)
{
	struct node *node = (struct node *)datapath;

	node->vip_set[vip_index(prefix)] = false;
	return 0;
}

/* A whole table: a new one, or one in place of that of all VIPs that use it. */
static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	struct node *node = (struct node *)datapath;
	uint32_t group = first / TABLE_SIZE;

	assert_int_equal(first % TABLE_SIZE, 0);
	assert_int_equal(count, TABLE_SIZE);
	node->written[group] = count;
	memcpy(node->buckets + first, buckets, count * sizeof(*buckets));
	return 0;
}

static int set_nexthop(struct datapath *datapath, uint32_t slot,
		       const struct hg_nexthop *nexthop)
{
	(void)datapath, (void)slot, (void)nexthop;
	return 0;
}

static int set_alive(struct datapath *datapath, uint32_t slot, bool alive)
{
	(void)datapath, (void)slot, (void)alive;
	return 0;
}

static int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static void start_node(struct node *node)
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
		.datapath = (struct datapath *)node,
	};

	memset(node, 0, sizeof(*node));
	node->steering = steering_new(&options, NULL, &sink, &settled_hooks);
	assert_non_null(node->steering);
}

/* ------------------------------------------------------------- the sets */

static size_t list_members(const struct set *set, struct member members[HOPS])
{
	size_t count = 0;

	for (uint32_t i = 0; i < HOPS; i++)
		if (set->member[i])
			members[count++] = (struct member){
				address_from_ipv4(htonl(FIRST_HOP + i)),
				set->weight[i],
			};
	return count;
}

static void steer(struct node *node, uint32_t vip, const struct set *set)
{
	struct member members[HOPS];
	const struct prefix prefix = vip_prefix(vip);
	size_t count = list_members(set, members);

	assert_int_equal(
		set_vip_settled(node->steering, &prefix, members, count), 0);
}

/* Add, remove or re-weight one member. */
static void change(struct set *set)
{
	uint32_t i = chance_below(HOPS);

	set->member[i] = !set->member[i] || chance_below(3) == 0;
	set->weight[i] = chance_below(8) ? 1 : 1 + chance_below(HEAVY);
}

/* Most sets follow the VIP's own, some another VIP's, to share groups. */
static void next_set(struct set sets[VIPS], uint32_t vip)
{
	if (chance_below(8) == 0)
		sets[vip] = sets[chance_below(VIPS)];
	else if (chance_below(50) == 0)
		sets[vip] = (struct set){ 0 };
	else
		change(&sets[vip]);
}

static uint16_t slot_of(const struct node *node, const struct address *address)
{
	return (uint16_t)steering_find_slot(node->steering, address)->index;
}

/* Check that the VIP's table is that of its set alone. */
static void check_vip(const struct node *node, uint32_t vip,
		      const struct set *set)
{
	const struct hg_bucket *buckets =
		&node->buckets[node->group_of[vip] * TABLE_SIZE];
	struct member members[HOPS];
	uint16_t owners[TABLE_SIZE], backups[TABLE_SIZE];
	size_t count = list_members(set, members);

	assert_int_equal(node->vip_set[vip], count != 0);
	if (!count)
		return;
	assert_int_equal(assign_buckets(members, count, 0, TABLE_SIZE, owners,
					backups),
			 0);
	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		uint16_t backup =
			backups[b] == ASSIGN_NONE ?
				HG_NEXTHOP_NONE :
				slot_of(node, &members[backups[b]].address);

		assert_int_equal(buckets[b].current,
				 slot_of(node, &members[owners[b]].address));
		assert_int_equal(buckets[b].backup, backup);
	}
}

static uint64_t digest_of(const struct node *node, uint32_t vip)
{
	const struct prefix prefix = vip_prefix(vip);
	const struct steering_vip *found =
		steering_match_vip(node->steering, &prefix.address);

	return found ? steering_digest(found->group) : 0;
}

static void a_table_is_that_of_the_set_whatever_was_before(void **state)
{
	struct set sets[VIPS] = { 0 };
	static struct node node;

	(void)state;
	start_node(&node);
	for (int event = 0; event < EVENTS; event++) {
		uint32_t vip = chance_below(VIPS);

		next_set(sets, vip);
		steer(&node, vip, &sets[vip]);
		for (uint32_t v = 0; v < VIPS; v++)
			check_vip(&node, v, &sets[v]);
	}
	steering_free(node.steering);
}

static void two_nodes_agree_whatever_way_they_came(void **state)
{
	struct set sets[VIPS] = { 0 };
	static struct node one, other;

	(void)state;
	start_node(&one);
	start_node(&other);
	for (int event = 0; event < EVENTS; event++) {
		uint32_t vip = chance_below(VIPS);

		next_set(sets, vip);
		steer(&one, vip, &sets[vip]);
		/* The second node gets a part of the steps only. */
		if (chance_below(4))
			continue;
		for (uint32_t v = VIPS; v-- > 0;)
			steer(&other, v, &sets[v]);
		for (uint32_t v = 0; v < VIPS; v++)
			assert_true(digest_of(&one, v) == digest_of(&other, v));
	}
	steering_free(other.steering);
	steering_free(one.steering);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_table_is_that_of_the_set_whatever_was_before),
		cmocka_unit_test(two_nodes_agree_whatever_way_they_came),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
