/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_VIP_HASH_H
#define HEADGATE_VIP_HASH_H

/*
 * In which line of `vip4` or `vip6` a VIP stands: multiplicative hashing, whose
 * upper bits depend on every bit below them (Knuth, TAOCP 6.4). The program and
 * the agent compile this very code. VIPs are the operator's choice, not a
 * client's: no key is needed.
 */

#include "headgate/abi.h"

/* Leave as many bits as there are lines. */
enum {
	VIP4_HASH_SHIFT = 52,
	VIP6_HASH_SHIFT = 51,
};

_Static_assert(1ULL << (64 - VIP4_HASH_SHIFT) == HG_VIP4_LINES,
	       "one hash a line");
_Static_assert(1ULL << (64 - VIP6_HASH_SHIFT) == HG_VIP6_LINES,
	       "one hash a line");

/* 2^64 divided by the golden ratio, and a prime of SplitMix64. */
#define VIP_HASH_FACTOR	      0x9e3779b97f4a7c15ULL
#define VIP_HASH_OTHER_FACTOR 0xbf58476d1ce4e5b9ULL

/* Addresses as they lie in memory. */
static inline __attribute__((always_inline)) __u32 vip4_line(__u32 address)
{
	return address * VIP_HASH_FACTOR >> VIP4_HASH_SHIFT;
}

static inline __attribute__((always_inline)) __u32 vip6_line(__u64 high,
							     __u64 low)
{
	__u64 word = high * VIP_HASH_OTHER_FACTOR;

	return ((word ^ word >> 32) + low) * VIP_HASH_FACTOR >> VIP6_HASH_SHIFT;
}

#endif
