// SPDX-License-Identifier: BSD-2-Clause
/*
 *	steering_bench [--rounds N] [--seed N]
 *
 * Measures the cost of a change of a VIP's set in the steering room, from
 * steering_set_vip() to the last store into tables in memory, and that of
 * assign_buckets() alone, without and with the backups.
 *
 * Prints a line of JSON for each size of table and set: the microseconds of
 * CPU time of each round. The seed chooses the member that changes.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/clock.h"
#include "nexthop/tracker.h"
#include "steering/steering.h"

enum {
	FIRST_MEMBER = 0x0a000001, /* 10.0.0.1 */
	VIP = 0xc0000201,	   /* 192.0.2.1 */
	MAX_MEMBERS = 512,
	GROUPS = 4,
	PLAIN_WEIGHT = 10,
	SETTLE_MS = 1000,
};

enum step {
	STEP_OWNERS, /* assign_buckets() without the backups */
	STEP_BACKUPS,
	STEP_FULL, /* a VIP that had no set before */
	STEP_REMOVED,
	STEP_ADDED,
	STEP_REWEIGHTED,
	STEP_COUNT,
};

static const char *const step_names[STEP_COUNT] = {
	[STEP_OWNERS] = "owners", [STEP_BACKUPS] = "with_backups",
	[STEP_FULL] = "full",	  [STEP_REMOVED] = "removed",
	[STEP_ADDED] = "added",	  [STEP_REWEIGHTED] = "reweighted",
};

struct bench_case {
	size_t members;
	uint32_t size;
	bool mixed; /* weights */
};

static const struct bench_case cases[] = {
	{ 4, 16384, false },   { 16, 16384, false },  { 64, 16384, false },
	{ 64, 16384, true },   { 512, 16384, false }, { 4, 65536, false },
	{ 16, 65536, false },  { 64, 65536, false },  { 64, 65536, true },
	{ 512, 65536, false },
};

struct bench {
	struct steering *steering;
	struct member members[MAX_MEMBERS];
	size_t count;
	uint32_t size;
	uint64_t random;
	uint64_t now_ms;
	uint16_t owners[HG_MAX_TABLE_SIZE];
	uint16_t backups[HG_MAX_TABLE_SIZE];
	struct hg_bucket buckets[GROUPS * HG_MAX_TABLE_SIZE];
	double *samples[STEP_COUNT]; /* microseconds of each round */
};

/* ------------------------------------------------------------- the world */

/* No next hop is known, so all slots stay empty. */
const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	(void)tracker, (void)address;
	return NULL;
}

static int set_vip(struct datapath *datapath, const struct prefix *vip,
		   const struct hg_vip *value)
{
	(void)datapath, (void)vip, (void)value;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *vip)
{
	(void)datapath, (void)vip;
	return 0;
}

static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	struct bench *bench = (struct bench *)datapath;

	memcpy(bench->buckets + first, buckets, count * sizeof(*buckets));
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

static void ignore_steered(const struct prefix *vip, bool steered,
			   void *context)
{
	(void)vip, (void)steered, (void)context;
}

static void ignore_work(void *context)
{
	(void)context;
}

static int start_case(struct bench *bench, const struct bench_case *row)
{
	const struct steering_options options = {
		.table_size = row->size,
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
		.datapath = (struct datapath *)bench,
	};

	const struct steering_hooks hooks = {
		.steered = ignore_steered,
		.work_waiting = ignore_work,
	};

	bench->count = row->members;
	bench->size = row->size;
	for (size_t i = 0; i < row->members; i++)
		bench->members[i] = (struct member){
			.address = address_from_ipv4(
				htonl(FIRST_MEMBER + (uint32_t)i)),
			.weight = PLAIN_WEIGHT << (row->mixed ? i % 4 : 0),
		};
	bench->steering = steering_new(&options, NULL, &sink, &hooks);
	return bench->steering ? 0 : -ENOMEM;
}

/* ------------------------------------------------------------- measuring */

static double cpu_us(void)
{
	return (double)clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) /
	       CLOCK_NS_PER_US;
}

static uint32_t random_below(struct bench *bench, uint32_t bound)
{
	bench->random ^= bench->random << 13;
	bench->random ^= bench->random >> 7;
	bench->random ^= bench->random << 17;
	return (uint32_t)(bench->random >> 32) % bound;
}

static int steer_vip(struct bench *bench, size_t count, double *us)
{
	const struct prefix vip = {
		.address = address_from_ipv4(htonl(VIP)),
		.length = ADDRESS_BITS_IPV4,
	};
	double before = cpu_us();
	bool steered;
	int error = steering_set_vip(bench->steering, &vip, bench->members,
				     count, &steered);

	/* Later each time, so that no set waits to be final. */
	while (!error &&
	       steering_settle(bench->steering, bench->now_ms += SETTLE_MS) !=
		       STEERING_SETTLED)
		;

	if (us)
		*us = cpu_us() - before;
	return error;
}

static int measure_assignment(struct bench *bench, uint16_t *backups,
			      double *us)
{
	double before = cpu_us();
	int error = assign_buckets(bench->members, bench->count, 0, bench->size,
				   bench->owners, backups);

	*us = cpu_us() - before;
	return error;
}

/* Move a random member to the end, so that a set one shorter lacks it. */
static struct member *choose_member(struct bench *bench)
{
	size_t chosen = random_below(bench, (uint32_t)bench->count);
	struct member *last = &bench->members[bench->count - 1];
	struct member member = bench->members[chosen];

	bench->members[chosen] = *last;
	*last = member;
	return last;
}

static int run_round(struct bench *bench, size_t round)
{
	struct member *member = choose_member(bench);
	double *us[STEP_COUNT];
	uint32_t weight = member->weight;
	int error;

	for (enum step step = 0; step < STEP_COUNT; step++)
		us[step] = &bench->samples[step][round];
	error = measure_assignment(bench, NULL, us[STEP_OWNERS]) ||
		measure_assignment(bench, bench->backups, us[STEP_BACKUPS]) ||
		steer_vip(bench, 0, NULL) ||
		steer_vip(bench, bench->count, us[STEP_FULL]) ||
		steer_vip(bench, bench->count - 1, us[STEP_REMOVED]) ||
		steer_vip(bench, bench->count, us[STEP_ADDED]);
	member->weight = 2 * weight;
	error = error || steer_vip(bench, bench->count, us[STEP_REWEIGHTED]);
	member->weight = weight;
	return error;
}

static void print_case(const struct bench *bench, const struct bench_case *row,
		       size_t rounds)
{
	printf("{\"members\":%zu,\"size\":%u,\"mixed_weights\":%s",
	       row->members, row->size, row->mixed ? "true" : "false");
	for (enum step step = 0; step < STEP_COUNT; step++) {
		printf(",\"%s\":[", step_names[step]);
		for (size_t i = 0; i < rounds; i++)
			printf("%s%.1f", i ? "," : "", bench->samples[step][i]);
		printf("]");
	}
	printf("}\n");
	fflush(stdout);
}

static int run_case(struct bench *bench, const struct bench_case *row,
		    size_t rounds)
{
	int error = start_case(bench, row);

	for (size_t round = 0; round < rounds && !error; round++)
		error = run_round(bench, round);
	if (!error)
		print_case(bench, row, rounds);
	steering_free(bench->steering);
	return error;
}

static int run_cases(struct bench *bench, size_t rounds)
{
	int error = 0;

	for (enum step step = 0; step < STEP_COUNT; step++) {
		bench->samples[step] = calloc(rounds, sizeof(double));
		if (!bench->samples[step])
			return -ENOMEM;
	}
	for (size_t i = 0; i < COUNT_OF(cases) && !error; i++)
		error = run_case(bench, &cases[i], rounds);
	return error;
}

int main(int argc, char **argv)
{
	static const struct option flags[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 },
	};
	struct bench *bench = calloc(1, sizeof(*bench));
	unsigned long rounds = 51, seed = 1;
	int flag, error = -ENOMEM;

	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 'r')
			rounds = strtoul(optarg, NULL, 10);
		else if (flag == 's')
			seed = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (bench) {
		bench->random = seed * 0x9e3779b97f4a7c15 | 1;
		error = run_cases(bench, rounds);
		for (enum step step = 0; step < STEP_COUNT; step++)
			free(bench->samples[step]);
		free(bench);
	}
	if (error)
		fprintf(stderr, "steering_bench: failed\n");
	return error ? 1 : 0;
}
