// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bucket assignment: golden values of its frozen definition, the promises
 * of assign.h as properties, and invalid input.
 *
 * Member i (from 1) has the address 10.0.0.0 + i, so that golden values name
 * owners by small numbers.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "headgate/abi.h"
#include "steering/assign.h"
#include "steering/log2_table.h"

enum test_limits {
	MAX_MEMBERS = 512,
	MAX_SIZE = 65536,
	FIRST_HOST = 0x0a000001, /* 10.0.0.1 */
};

struct golden {
	size_t members;
	uint32_t size;
	uint64_t digest;
	uint32_t smallest_load;
	uint32_t largest_load;
	uint16_t first_owners[4]; /* of buckets 0..3, counted from 1 */
};

/* Equal weights, seed 0. */
static const struct golden golden[] = {
	{ 1, 256, 0x39af7ee2059c9b38, 256, 256, { 1, 1, 1, 1 } },
	{ 1, 4096, 0x82d791926bdf6f87, 4096, 4096, { 1, 1, 1, 1 } },
	{ 1, 16384, 0x990809824c702846, 16384, 16384, { 1, 1, 1, 1 } },
	{ 1, 65536, 0x4cc23cd95c052b2d, 65536, 65536, { 1, 1, 1, 1 } },
	{ 2, 256, 0x2d55cc2aa0b0c57f, 128, 128, { 1, 1, 1, 1 } },
	{ 2, 4096, 0xc4334eb9c21b6816, 2048, 2048, { 1, 1, 1, 1 } },
	{ 2, 16384, 0x9d20b21c36bb8c93, 8192, 8192, { 1, 1, 1, 1 } },
	{ 2, 65536, 0xc4c259e3246b5b7f, 32768, 32768, { 1, 1, 1, 1 } },
	{ 3, 256, 0xf18e32326468b682, 85, 86, { 3, 1, 1, 3 } },
	{ 3, 4096, 0x197da2a55d314755, 1365, 1366, { 3, 1, 1, 3 } },
	{ 3, 16384, 0x2cf33464d6717041, 5461, 5462, { 3, 1, 1, 3 } },
	{ 3, 65536, 0xb0a5b5672f7ed1ba, 21845, 21846, { 3, 1, 1, 3 } },
	{ 10, 256, 0x26e310607d154185, 25, 26, { 8, 10, 1, 3 } },
	{ 10, 4096, 0x3a0d9f5f816f73b2, 409, 410, { 8, 10, 1, 3 } },
	{ 10, 16384, 0x083fcf85e5a12477, 1638, 1639, { 8, 10, 1, 3 } },
	{ 10, 65536, 0xaea62e5f855d47af, 6553, 6554, { 8, 10, 1, 3 } },
	{ 64, 256, 0xb7787c0f2a3d5b9c, 4, 4, { 50, 61, 38, 62 } },
	{ 64, 4096, 0xc019d548168c5141, 64, 64, { 50, 61, 38, 62 } },
	{ 64, 16384, 0x12dfe0e8487264df, 256, 256, { 50, 61, 38, 62 } },
	{ 64, 65536, 0xa12b51905c5dc143, 1024, 1024, { 50, 61, 38, 62 } },
	{ 512, 4096, 0xecf989c498a71c74, 8, 8, { 80, 294, 192, 98 } },
	{ 512, 16384, 0x5ac8682ae8e2558c, 32, 32, { 80, 294, 192, 98 } },
	{ 512, 65536, 0xb43b5a52c46bf3e9, 128, 128, { 80, 294, 192, 98 } },
};

static const uint32_t mixed_weights[] = { 1, 2, 4, 10, 40 };

static struct member members[MAX_MEMBERS];
static uint16_t owners[MAX_SIZE], backups[MAX_SIZE], expected[MAX_SIZE];
static uint32_t loads[MAX_MEMBERS];

/* Make `count` members whose weights repeat `weights`. */
static void set_members(size_t count, const uint32_t *weights, size_t period)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t host = htonl(FIRST_HOST + (uint32_t)i);

		members[i].address = address_from_ipv4(host);
		members[i].weight = weights[i % period];
	}
}

static void set_equal_members(size_t count, uint32_t weight)
{
	set_members(count, &weight, 1);
}

static void reverse_members(size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct member last = members[count - 1 - i];

		members[count - 1 - i] = members[i];
		members[i] = last;
	}
}

static uint64_t table_digest(size_t count, uint32_t size)
{
	assert_int_equal(assign_buckets(members, count, 0, size, owners, NULL),
			 0);
	return assign_digest(members, owners, size);
}

static void count_loads(const uint16_t *table, uint32_t size)
{
	memset(loads, 0, sizeof(loads));
	for (uint32_t b = 0; b < size; b++)
		loads[table[b]]++;
}

static void the_log2_table_has_its_digest(void **state)
{
	uint64_t digest = 0;

	(void)state;
	for (size_t i = 0; i < LOG2_TABLE_SIZE; i++) {
		digest ^= log2_table[i];
		digest = (digest ^ (digest >> 30)) * 0xbf58476d1ce4e5b9;
		digest = (digest ^ (digest >> 27)) * 0x94d049bb133111eb;
		digest ^= digest >> 31;
	}
	assert_int_equal(digest, 0x4464eeffdc708fd9);
	assert_int_equal(log2_table[1], 377457);
	assert_int_equal(log2_table[128], 39256169);
	assert_int_equal(log2_table[255], 66919582);
}

static void check_golden(const struct golden *row)
{
	uint32_t least = UINT32_MAX, most = 0;

	set_equal_members(row->members, 1);
	assert_int_equal(table_digest(row->members, row->size), row->digest);
	for (size_t b = 0; b < 4; b++)
		assert_int_equal(owners[b] + 1, row->first_owners[b]);

	count_loads(owners, row->size);
	for (size_t i = 0; i < row->members; i++) {
		least = loads[i] < least ? loads[i] : least;
		most = loads[i] > most ? loads[i] : most;
	}
	assert_int_equal(least, row->smallest_load);
	assert_int_equal(most, row->largest_load);
}

static void equal_weights_give_the_golden_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
		check_golden(&golden[i]);
}

static void mixed_weights_give_the_golden_table(void **state)
{
	static const uint32_t shares[] = { 72, 144, 287, 719, 2874 };

	(void)state;
	set_members(5, mixed_weights, 5);
	assert_int_equal(table_digest(5, 4096), 0xf98b0d4d078b4cb5);
	count_loads(owners, 4096);
	assert_memory_equal(loads, shares, sizeof(shares));
}

static void the_order_of_the_members_does_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		set_equal_members(golden[i].members, 1);
		reverse_members(golden[i].members);
		assert_int_equal(table_digest(golden[i].members,
					      golden[i].size),
				 golden[i].digest);
	}
	set_members(5, mixed_weights, 5);
	reverse_members(5);
	assert_int_equal(table_digest(5, 4096), 0xf98b0d4d078b4cb5);
}

static void only_ratios_of_weights_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		set_equal_members(golden[i].members, 7);
		assert_int_equal(table_digest(golden[i].members,
					      golden[i].size),
				 golden[i].digest);
	}
}

/*
 * One light member forces the logarithm for all. It takes one bucket and shifts
 * those behind that bucket's owner; all others must stay equal.
 */
static void the_weighted_path_ranks_as_the_unweighted(void **state)
{
	static const uint32_t weights[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	uint32_t differing = 0;

	(void)state;
	set_members(10, weights, 10);
	table_digest(10, 16384);
	memcpy(expected, owners, sizeof(expected));

	set_equal_members(11, WEIGHT_MAX);
	members[10].weight = 1;
	table_digest(11, 16384);
	for (uint32_t b = 0; b < 16384; b++)
		differing += owners[b] != expected[b];
	assert_in_range(differing, 1, 16);
}

static void another_seed_gives_another_table(void **state)
{
	static const uint64_t seed = 0x452821e638d01377;
	uint32_t equal = 0;

	(void)state;
	set_equal_members(4, 1);
	assert_int_equal(assign_buckets(members, 4, 0, 4096, expected, NULL),
			 0);
	assert_int_equal(assign_buckets(members, 4, seed, 4096, owners, NULL),
			 0);
	for (uint32_t b = 0; b < 4096; b++)
		equal += owners[b] == expected[b];
	/* A quarter agrees by chance. */
	assert_in_range(equal, 900, 1150);
}

static void loads_are_the_exact_share_rounded(void **state)
{
	static const size_t counts[] = { 2, 5, 10, 64, 200 };
	static const uint32_t size = 16384;

	(void)state;
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		uint64_t total = 0;

		set_members(counts[k], mixed_weights, 4);
		for (size_t i = 0; i < counts[k]; i++)
			total += members[i].weight;
		table_digest(counts[k], size);
		count_loads(owners, size);
		for (size_t i = 0; i < counts[k]; i++) {
			uint64_t floor = size * members[i].weight / total;

			assert_in_range(loads[i], floor, floor + 1);
		}
	}
}

/* Weights of 1 Mbit/s, in steps of ten from 10 Mbit/s to 4 Pbit/s. */
static void shares_of_wide_weights_are_exact_to_one_bucket(void **state)
{
	static const uint32_t wide[] = { 10,	   149,	      1000,
					 25000,	   400000,    6400000,
					 50000000, 700000000, WEIGHT_MAX };
	static const size_t counts[] = { 3, 9, 64, 200 };
	static const uint32_t size = 65536;

	(void)state;
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		size_t first = counts[k] == 3 ? 6 : 0, light = 0;
		uint64_t total = 0;

		set_members(counts[k], wide + first, 9 - first);
		for (size_t i = 0; i < counts[k]; i++)
			total += members[i].weight;
		for (size_t i = 0; i < counts[k]; i++)
			light += (uint64_t)members[i].weight * size < total;
		table_digest(counts[k], size);
		count_loads(owners, size);
		for (size_t i = 0; i < counts[k]; i++) {
			uint64_t share =
				(uint64_t)size * members[i].weight / total;

			/* The greatest feed those below one bucket. */
			assert_in_range(loads[i],
					share > light ? share - light : 1,
					share + 1);
		}
	}
}

/* Compute the table without `removed`, with the old indices. */
static void table_without(size_t removed, size_t count, uint32_t size)
{
	struct member kept[MAX_MEMBERS];
	size_t last = count - 1;

	memcpy(kept, members, count * sizeof(kept[0]));
	kept[removed] = kept[last];
	assert_int_equal(assign_buckets(kept, last, 0, size, expected, NULL),
			 0);
	for (uint32_t b = 0; b < size; b++)
		if (expected[b] == removed)
			expected[b] = (uint16_t)last;
}

static void check_backups(size_t count, uint32_t size)
{
	assert_int_equal(
		assign_buckets(members, count, 0, size, owners, backups), 0);
	for (size_t removed = 0; removed < count; removed++) {
		table_without(removed, count, size);
		for (uint32_t b = 0; b < size; b++)
			if (owners[b] == removed)
				assert_int_equal(backups[b], expected[b]);
	}
}

static const struct {
	size_t members;
	uint32_t size;
} backup_cases[] = {
	{ 2, 256 },   { 3, 256 },   { 5, 4096 },   { 10, 4096 },
	{ 64, 4096 }, { 100, 128 }, { 128, 1024 }, { 20, 65536 },
};

static void backups_are_the_table_without_the_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(backup_cases) / sizeof(backup_cases[0]);
	     i++) {
		set_equal_members(backup_cases[i].members, 1);
		check_backups(backup_cases[i].members, backup_cases[i].size);
	}
}

static void weighted_backups_are_the_table_without_the_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(backup_cases) / sizeof(backup_cases[0]);
	     i++) {
		set_members(backup_cases[i].members, mixed_weights, 5);
		check_backups(backup_cases[i].members, backup_cases[i].size);
	}
}

static void a_large_set_has_a_backup_for_every_bucket(void **state)
{
	(void)state;
	set_equal_members(ASSIGN_MAX_EXACT + 1, 1);
	assert_int_equal(assign_buckets(members, ASSIGN_MAX_EXACT + 1, 0, 16384,
					owners, backups),
			 0);
	for (uint32_t b = 0; b < 16384; b++) {
		assert_in_range(backups[b], 0, ASSIGN_MAX_EXACT);
		assert_int_not_equal(backups[b], owners[b]);
	}
}

static void a_single_member_has_no_backup(void **state)
{
	(void)state;
	set_equal_members(2, 1);
	members[1].weight = 0;
	assert_int_equal(assign_buckets(members, 2, 0, 256, owners, backups),
			 0);
	for (uint32_t b = 0; b < 256; b++) {
		assert_int_equal(owners[b], 0);
		assert_int_equal(backups[b], ASSIGN_NONE);
	}
}

static void removal_moves_little_more_than_it_must(void **state)
{
	static const uint32_t size = 16384;

	(void)state;
	set_equal_members(4, 1);
	table_digest(4, size);
	count_loads(owners, size);
	for (size_t removed = 0; removed < 4; removed++) {
		uint32_t moved = 0;

		table_without(removed, 4, size);
		for (uint32_t b = 0; b < size; b++)
			moved += owners[b] != expected[b];
		assert_in_range(moved, loads[removed],
				loads[removed] + size / 200);
	}
}

static void members_without_weight_own_nothing(void **state)
{
	static const uint32_t weights[] = { 1, 0, 3 };

	(void)state;
	set_members(30, weights, 3);
	assert_int_equal(assign_buckets(members, 30, 0, 4096, owners, backups),
			 0);
	for (uint32_t b = 0; b < 4096; b++) {
		assert_int_not_equal(members[owners[b]].weight, 0);
		assert_int_not_equal(members[backups[b]].weight, 0);
	}
}

static void any_weight_owns_at_least_one_bucket(void **state)
{
	static const uint32_t weights[] = { WEIGHT_MAX, 1, 1, 1 };

	(void)state;
	set_members(64, weights, 4);
	table_digest(64, 256);
	count_loads(owners, 256);
	for (size_t i = 0; i < 64; i++)
		assert_in_range(loads[i], 1, 256);
	set_equal_members(256, 9);
	table_digest(256, 256);
	count_loads(owners, 256);
	for (size_t i = 0; i < 256; i++)
		assert_int_equal(loads[i], 1);
}

static void assert_refused(size_t count, uint32_t size)
{
	assert_int_equal(assign_buckets(members, count, 0, size, owners, NULL),
			 -EINVAL);
}

static void refuses_invalid_sets_and_tables(void **state)
{
	(void)state;
	set_equal_members(4, 1);
	assert_refused(0, 256);
	assert_refused(ASSIGN_MAX_MEMBERS + 1, 256);
	assert_refused(4, 0);
	assert_refused(4, 255);
	assert_refused(4, 2 * HG_MAX_TABLE_SIZE);
	assert_refused(4, 2);

	set_equal_members(4, 0);
	assert_refused(4, 256);
	set_equal_members(4, 1);
	members[3] = members[0];
	assert_refused(4, 256);
	members[3].weight = 0;
	assert_refused(4, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log2_table_has_its_digest),
		cmocka_unit_test(equal_weights_give_the_golden_tables),
		cmocka_unit_test(mixed_weights_give_the_golden_table),
		cmocka_unit_test(the_order_of_the_members_does_not_matter),
		cmocka_unit_test(only_ratios_of_weights_matter),
		cmocka_unit_test(the_weighted_path_ranks_as_the_unweighted),
		cmocka_unit_test(another_seed_gives_another_table),
		cmocka_unit_test(loads_are_the_exact_share_rounded),
		cmocka_unit_test(
			shares_of_wide_weights_are_exact_to_one_bucket),
		cmocka_unit_test(backups_are_the_table_without_the_owner),
		cmocka_unit_test(
			weighted_backups_are_the_table_without_the_owner),
		cmocka_unit_test(a_large_set_has_a_backup_for_every_bucket),
		cmocka_unit_test(a_single_member_has_no_backup),
		cmocka_unit_test(removal_moves_little_more_than_it_must),
		cmocka_unit_test(members_without_weight_own_nothing),
		cmocka_unit_test(any_weight_owns_at_least_one_bucket),
		cmocka_unit_test(refuses_invalid_sets_and_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
