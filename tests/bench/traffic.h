/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TESTS_BENCH_TRAFFIC_H
#define TESTS_BENCH_TRAFFIC_H

/* The settings of the generator, shared by generator.bpf.c and the bench. */

#include <linux/types.h>

enum traffic_sizes {
	/* Frames have one of these two sizes; headers are padded to it */
	TRAFFIC_SHORT = 64,
	TRAFFIC_LONG = 128,
};

/*
 * A frame, and its varying parts: four bytes that tell flows apart and four
 * that tell VIPs apart, each a number counted up from a base. An offset of 0
 * means that there is no such part.
 */
struct traffic {
	__u8 frame[TRAFFIC_LONG];
	__u32 flow_at; /* byte of the frame */
	__u32 flow_base;
	__u32 flow_mask; /* number of flows - 1, a power of two - 1 */
	__u32 vip_at;
	__u32 vip_base;
	__u32 vip_count;
	__u32 vip_scattered; /* boolean: the numbers go through scatter() */
	__u32 checksum_at;   /* of the IPv4 header */
	__u32 checksum_sum; /* sum of that header, flow and VIP taken as zero */
};

enum traffic_scatter {
	SCATTER_MASK = 0xffff,
	SCATTER_FIRST_FACTOR = 0x9e5,
	SCATTER_SECOND_FACTOR = 0xb5d5,
	SCATTER_SHIFT = 8,
};

/*
 * Permute the numbers of 16 bits so that no regularity is left: odd factors and
 * shifts are each reversible.
 */
static inline __attribute__((always_inline)) __u32 scatter(__u32 number)
{
	number = number * SCATTER_FIRST_FACTOR & SCATTER_MASK;
	number ^= number >> SCATTER_SHIFT;
	number = number * SCATTER_SECOND_FACTOR & SCATTER_MASK;
	return number ^ number >> SCATTER_SHIFT;
}

#endif
