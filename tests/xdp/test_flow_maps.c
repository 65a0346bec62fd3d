// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables of affinity as the agent sees them: previous slots, and records of
 * flows read and deleted in batches.
 */

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "sandbox.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	TABLE_SIZE = 256,
	GROUPS = 4,
	BUCKETS = TABLE_SIZE * GROUPS,
	RECORDS = 65536,
	FLOWS = 20000,
	FIRST_SIGNATURE = 1000,
};

static struct datapath *open_datapath(uint32_t flow_records)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.hash_key = 1,
		.table_size = TABLE_SIZE,
		.group_count = GROUPS,
		.flow_records = flow_records,
	};
	struct datapath_error error;
	struct datapath *dp;

	if (datapath_open(&options, &dp, &error))
		fail_msg("%s", error.text);
	return dp;
}

static void add_flow(struct datapath *dp, enum hg_flow_map map, uint32_t number)
{
	const struct hg_flow_key key = { FIRST_SIGNATURE + number };
	const struct hg_flow flow = { .slot = 7,
				      .incarnation = number,
				      .bucket = TABLE_SIZE - 1,
				      .counter = HG_MAX_VIPS - 1 };

	assert_int_equal(bpf_map_update_elem(dp->flows[map], &key, &flow,
					     BPF_NOEXIST),
			 0);
}

/* Check the records that one read returned, and mark them in `seen`. */
static void mark_seen(const struct datapath_flow *flows, uint32_t count,
		      bool seen[FLOWS])
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = flows[i].signature - FIRST_SIGNATURE;

		assert_true(number < FLOWS);
		assert_int_equal(flows[i].flow.incarnation, number);
		assert_int_equal(flows[i].flow.slot, 7);
		assert_int_equal(flows[i].flow.bucket, TABLE_SIZE - 1);
		assert_int_equal(flows[i].flow.counter, HG_MAX_VIPS - 1);
		assert_false(seen[number]);
		seen[number] = true;
	}
}

/* Walk a map in reads of `max` records; returns how many it has. */
static uint32_t walk(struct datapath *dp, enum hg_flow_map map, uint32_t max,
		     bool seen[FLOWS])
{
	struct datapath_flow flows[DATAPATH_MAX_FLOWS];
	struct datapath_flows_cursor cursor = {};
	uint32_t total = 0, count;
	int err;

	memset(seen, 0, FLOWS * sizeof(*seen));
	do {
		err = datapath_read_flows(dp, map, &cursor, flows, max, &count);
		assert_true(!err || err == -ENOENT);
		assert_true(count <= max);
		mark_seen(flows, count, seen);
		total += count;
	} while (!err);
	return total;
}

static void writes_previous_slots_and_reads_them_back(void **state)
{
	const uint16_t slots[] = { 1, HG_MAX_NEXTHOPS - 1, 3 };
	struct datapath *dp = *state;
	uint16_t slot;

	assert_int_equal(datapath_set_previous(dp, 5, slots, 3), 0);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(datapath_get_previous(dp, 5 + i, &slot), 0);
		assert_int_equal(slot, slots[i]);
	}
	assert_int_equal(datapath_get_previous(dp, 4, &slot), 0);
	assert_int_equal(slot, HG_NEXTHOP_NONE);
	assert_int_equal(datapath_get_previous(dp, 8, &slot), 0);
	assert_int_equal(slot, HG_NEXTHOP_NONE);
	assert_int_equal(datapath_set_previous(dp, BUCKETS - 3, slots, 3), 0);
	assert_int_equal(datapath_get_previous(dp, BUCKETS - 1, &slot), 0);
	assert_int_equal(slot, 3);
}

static void refuses_previous_slots_outside_the_table(void **state)
{
	const uint16_t slots[] = { 1, 2 };
	struct datapath *dp = *state;
	uint16_t slot;

	assert_int_equal(datapath_set_previous(dp, BUCKETS, slots, 1), -EINVAL);
	assert_int_equal(datapath_set_previous(dp, BUCKETS - 1, slots, 2),
			 -EINVAL);
	assert_int_equal(datapath_set_previous(dp, 1, slots, UINT32_MAX),
			 -EINVAL);
	assert_int_equal(datapath_get_previous(dp, BUCKETS, &slot), -EINVAL);
}

static void reads_every_record_once_in_bounded_pieces(void **state)
{
	static bool seen[FLOWS];
	struct datapath *dp = *state;

	for (uint32_t i = 0; i < FLOWS; i++)
		add_flow(dp, HG_FLOWS_PINNED, i);
	assert_int_equal(walk(dp, HG_FLOWS_PINNED, DATAPATH_MIN_FLOWS, seen),
			 FLOWS);
	assert_int_equal(walk(dp, HG_FLOWS_PINNED, DATAPATH_MAX_FLOWS, seen),
			 FLOWS);
	assert_int_equal(walk(dp, HG_FLOWS_NEW, DATAPATH_MIN_FLOWS, seen), 0);
	assert_int_equal(walk(dp, HG_FLOWS_PROBATION, DATAPATH_MIN_FLOWS, seen),
			 0);
}

/* The test before this one has filled the map. */
static void deletes_records_whether_they_are_there_or_not(void **state)
{
	static bool seen[FLOWS];
	static uint64_t signatures[FLOWS];
	struct datapath *dp = *state;
	uint32_t deleted;

	for (uint32_t i = 0; i < FLOWS; i++)
		signatures[i] = FIRST_SIGNATURE + FLOWS / 2 + i;
	assert_int_equal(datapath_delete_flows(dp, HG_FLOWS_PINNED, signatures,
					       FLOWS, &deleted),
			 0);
	assert_int_equal(deleted, FLOWS / 2);
	assert_int_equal(walk(dp, HG_FLOWS_PINNED, DATAPATH_MAX_FLOWS, seen),
			 FLOWS / 2);
	assert_true(seen[FLOWS / 2 - 1]);
	assert_false(seen[FLOWS / 2]);
	assert_int_equal(datapath_delete_flows(dp, HG_FLOWS_PINNED, signatures,
					       FLOWS, &deleted),
			 0);
	assert_int_equal(deleted, 0);
}

static void refuses_a_read_without_room_and_an_unknown_map(void **state)
{
	struct datapath_flow flows[DATAPATH_MAX_FLOWS];
	struct datapath_flows_cursor cursor = {};
	struct datapath *dp = *state;
	uint32_t count, deleted;

	assert_int_equal(datapath_read_flows(dp, HG_FLOWS_NEW, &cursor, flows,
					     DATAPATH_MIN_FLOWS - 1, &count),
			 -EINVAL);
	assert_int_equal(datapath_read_flows(dp, HG_FLOW_MAP_COUNT, &cursor,
					     flows, DATAPATH_MAX_FLOWS, &count),
			 -EINVAL);
	assert_int_equal(datapath_delete_flows(dp, HG_FLOW_MAP_COUNT, NULL, 0,
					       &deleted),
			 -EINVAL);
}

static uint32_t kernel_room(const struct datapath *dp, enum hg_flow_map map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(dp->flows[map], &info, &size),
			 0);
	return info.max_entries;
}

static void gives_half_of_the_room_to_flows_that_sent_one_packet(void **state)
{
	const struct datapath *dp = *state;

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++) {
		assert_int_equal(kernel_room(dp, map),
				 datapath_flow_room(dp, map));
		assert_int_equal(datapath_flow_room(dp, map),
				 map == HG_FLOWS_PINNED ? RECORDS :
							  RECORDS / 2);
	}
}

static void takes_no_memory_and_no_previous_slot_without_affinity(void **state)
{
	const uint16_t slot = 1;
	struct datapath *dp;
	uint16_t read;

	(void)state;
	dp = open_datapath(0);
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		assert_int_equal(kernel_room(dp, map), 1);
	assert_int_equal(datapath_set_previous(dp, 0, &slot, 1), -EINVAL);
	assert_int_equal(datapath_get_previous(dp, 0, &read), -EINVAL);
	datapath_close(dp, false);
}

static void refuses_more_records_than_the_limit(void **state)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.table_size = TABLE_SIZE,
		.group_count = GROUPS,
		.flow_records = HG_MAX_FLOW_RECORDS + 1,
	};
	struct datapath_error error;
	struct datapath *dp;

	(void)state;
	assert_int_equal(datapath_open(&options, &dp, &error), -EINVAL);
	assert_string_equal(error.text,
			    "flow records 16777217: must be at most 16777216");
}

enum {
	LARGE = 1 << 21,
	WALKED_AT_ONCE = 1 << 16, /* buckets, in 0.25 ms */
};

/* Walk a map. Returns the most buckets that a read went through. */
static uint32_t longest_read(struct datapath *dp, uint32_t *total)
{
	struct datapath_flow flows[DATAPATH_MAX_FLOWS];
	struct datapath_flows_cursor cursor = {};
	uint32_t longest = 0, count, last = 0;
	int err;

	*total = 0;
	do {
		err = datapath_read_flows(dp, HG_FLOWS_PINNED, &cursor, flows,
					  DATAPATH_MAX_FLOWS, &count);
		assert_true(!err || err == -ENOENT);
		if (cursor.batch - last > longest)
			longest = cursor.batch - last;
		last = cursor.batch;
		*total += count;
	} while (!err);
	return longest;
}

static void remove_all(const struct datapath *dp)
{
	struct hg_flow_key key, next;
	int map = dp->flows[HG_FLOWS_PINNED];
	int err = bpf_map_get_next_key(map, NULL, &next);

	while (!err) {
		key = next;
		err = bpf_map_get_next_key(map, &key, &next);
		bpf_map_delete_elem(map, &key);
	}
}

static void reads_a_large_map_in_short_pieces_whatever_is_in_it(void **state)
{
	struct datapath *dp;
	uint32_t total;

	(void)state;
	dp = open_datapath(LARGE);
	assert_in_range(longest_read(dp, &total), 1, 2 * WALKED_AT_ONCE);
	assert_int_equal(total, 0);
	for (uint32_t i = 0; i < 3; i++)
		add_flow(dp, HG_FLOWS_PINNED, i);
	assert_in_range(longest_read(dp, &total), 1, 2 * WALKED_AT_ONCE);
	assert_int_equal(total, 3);
	/* A map that was full and is empty: one read is long, the next none. */
	remove_all(dp);
	assert_int_equal(longest_read(dp, &total), LARGE);
	assert_in_range(longest_read(dp, &total), 1, 2 * WALKED_AT_ONCE);
	assert_int_equal(total, 0);
	datapath_close(dp, false);
}

static int set_up(void **state)
{
	*state = open_datapath(RECORDS);
	return 0;
}

static int tear_down(void **state)
{
	datapath_close(*state, false);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_previous_slots_and_reads_them_back),
		cmocka_unit_test(refuses_previous_slots_outside_the_table),
		cmocka_unit_test(reads_every_record_once_in_bounded_pieces),
		cmocka_unit_test(deletes_records_whether_they_are_there_or_not),
		cmocka_unit_test(
			refuses_a_read_without_room_and_an_unknown_map),
		cmocka_unit_test(
			gives_half_of_the_room_to_flows_that_sent_one_packet),
	};
	/* The lock on the pin directory lets only one datapath be open. */
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(
			takes_no_memory_and_no_previous_slot_without_affinity),
		cmocka_unit_test(refuses_more_records_than_the_limit),
		cmocka_unit_test(
			reads_a_large_map_in_short_pieces_whatever_is_in_it),
	};
	int failed;

	sandbox_enter();
	failed = cmocka_run_group_tests(tests, set_up, tear_down);
	return failed + cmocka_run_group_tests(alone, NULL, NULL);
}
