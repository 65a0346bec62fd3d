/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_ARENA_H
#define TESTS_BENCH_ARENA_H

/*
 * The contenders, each behind a veth pair of the same make, in a network
 * namespace that ends with this process:
 *
 *     generator, sink                    contender
 *     empty-peer      ================== empty     a program that sends back
 *     headgate-peer   ================== headgate  the program, as the agent
 *     out-peer (sink) ================== out       loads it, with two ports
 *     kernel-peer     ================== kernel    an ECMP route per VIP
 *
 * All but `out` have one arm: what a contender forwards leaves where it came
 * in, and ends in the sink at the generator's end.
 */

#include "burst.h"

#include <stdbool.h>
#include <stdint.h>

enum arena_sizes {
	ARENA_TABLE_SIZE = 16384, /* the agent's default */
	ARENA_FEW_NEXTHOPS = 2,
	ARENA_NEXTHOPS = 16,
	ARENA_MANY_NEXTHOPS = 512,
	ARENA_MANY_VIPS = 10000,
	ARENA_MANY_GROUPS = 64,
};

enum arena_contender {
	ARENA_EMPTY,
	ARENA_HEADGATE,
	ARENA_KERNEL,
	ARENA_CONTENDER_COUNT,
};

extern const char *const arena_contender_names[ARENA_CONTENDER_COUNT];

/* VIPs by the way their packets take, counted up from FRAMES_VIP. */
enum arena_vip {
	ARENA_VIP, /* ARENA_NEXTHOPS, as that of the kernel */
	ARENA_VIP_FEW_NEXTHOPS,
	ARENA_VIP_MANY_NEXTHOPS,
	ARENA_VIP_BACKUP, /* every current next hop dead, every backup alive */
	ARENA_VIP_REDIRECT,
	ARENA_VIP_COUNT,
	/* The first of ARENA_MANY_VIPS, which exist only when asked for. */
	ARENA_VIP_MANY = 256,
};

struct arena {
	struct generator *generator;
	struct datapath *datapath;
	uint32_t generator_ends[ARENA_CONTENDER_COUNT];
	int programs[ARENA_CONTENDER_COUNT]; /* descriptors */
};

/* In a namespace of its own. What fails here ends the process. */
void arena_build(struct arena *arena);
void arena_close(struct arena *arena);
/* Adds ARENA_MANY_VIPS, spread over so many groups, or takes them away. */
void arena_add_many_vips(struct arena *arena, uint32_t groups);
void arena_delete_many_vips(struct arena *arena);

#endif
