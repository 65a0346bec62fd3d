/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_ARENA_H
#define TESTS_BENCH_ARENA_H

/*
 * The contenders, each behind an equal veth pair, in a network namespace that
 * ends with this process:
 *
 *	generator, sink                    contender
 *	empty-peer      ================== empty     a program that sends back
 *	headgate-peer   ================== headgate  the program, as the agent
 *	out-peer (sink) ================== out       loads it, with two ports
 *	kernel-peer     ================== kernel    an ECMP route per VIP
 *
 * All but `out` have one arm: forwarded frames leave by the interface they came
 * in by, and end in the sink at the generator's end.
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
	/* Room for a million flows, which the kernel's LRU maps need to spare */
	ARENA_FLOW_RECORDS = 1 << 21,
};

enum arena_contender {
	ARENA_EMPTY,
	ARENA_HEADGATE,
	ARENA_KERNEL,
	ARENA_CONTENDER_COUNT,
};

extern const char *const arena_contender_names[ARENA_CONTENDER_COUNT];

/* VIPs by the path of their packets, counted up from FRAMES_VIP */
enum arena_vip {
	ARENA_VIP, /* ARENA_NEXTHOPS, like the kernel's route */
	ARENA_VIP_FEW_NEXTHOPS,
	ARENA_VIP_MANY_NEXTHOPS,
	ARENA_VIP_BACKUP, /* every current next hop dead, every backup alive */
	ARENA_VIP_REDIRECT,
	ARENA_VIP_TAGGED, /* next hops with a VLAN tag */
	ARENA_VIP_IPIP,	  /* next hops behind routers: inside IPv4 */
	ARENA_VIP_GUE,
	ARENA_VIP_TRACKED, /* tracked buckets, which do not move */
	ARENA_VIP_MOVING,  /* from a next hop that drains */
	ARENA_VIP_NEW,	   /* the same, for flows that are not known */
	ARENA_VIP_COUNT,
	/* The only one of IPv6: frames_vip6 */
	ARENA_VIP_IPV6 = 128,
	/* The first of ARENA_MANY_VIPS, added on request */
	ARENA_VIP_MANY = 256,
	/* In a prefix, which is added on request */
	ARENA_VIP_IN_PREFIX = ARENA_VIP_MANY + ARENA_MANY_VIPS,
};

/* VIPs that a scene needs besides the permanent ones */
enum arena_extra {
	ARENA_NOTHING,
	ARENA_VIPS_ONE_GROUP, /* ARENA_MANY_VIPS */
	ARENA_VIPS_SCATTERED,
	ARENA_VIPS_MANY_GROUPS,
	ARENA_PREFIX, /* a prefix that contains ARENA_VIP_IN_PREFIX */
};

struct arena {
	struct generator *generator;
	struct datapath *datapath;
	uint32_t generator_ends[ARENA_CONTENDER_COUNT];
	int programs[ARENA_CONTENDER_COUNT]; /* descriptors */
};

/*
 * Build the contenders in a namespace of their own. A failure ends the process.
 */
void arena_build(struct arena *arena);
void arena_close(struct arena *arena);
void arena_add(struct arena *arena, enum arena_extra extra);
void arena_remove(struct arena *arena, enum arena_extra extra);

#endif
