/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_VIP_HASH_H
#define HEADGATE_VIP_HASH_H

/*
 * The places where a VIP can stand in `vip4` or `vip6`. The program and the
 * agent compile this code.
 *
 * VIPs come by the subnet. So eight addresses in a row, a block, belong into
 * eight places in a row, which are one cache line of `vip4`, and each address
 * has a place of its own: a packet compares one address, not its neighbors, and
 * traffic to thousands of VIPs touches as few cache lines as possible.
 * A keyed hash finds the block's place. Its lower bits permute the addresses
 * inside the block, so that addresses that have a block each are spread, too.
 *
 * If that place is taken, the VIP goes 1, 3, 6, 10, ... blocks further (the
 * triangular numbers). These reach all blocks of a power of two (Knuth,
 * exercise 6.4-20), and VIPs with different homes that collide once part again
 * after it.
 *
 * Backends choose addresses inside --vip, so the hash has a secret. Its last
 * step is multiply-shift hashing by an odd random factor (Dietzfelbinger et al.,
 * "A reliable randomized algorithm for the closest-pair problem", 1997), and the
 * steps in front of it keep different IPv4 blocks different. So two blocks that
 * are chosen without the secret share a cache line with a probability of at most
 * 2 in HG_VIP_PLACES / VIP_BLOCK, twice that of chance. Two IPv6 blocks of
 * different subnets can also meet before that step, with a probability of at
 * most 2^-L if all VIPs are in one prefix of length L, up to 64.
 *
 * This bounds pairs and is no pseudorandom function: a peer that learned which
 * VIPs collide could solve for the secret. Routes do not show it, and frames
 * only by nanoseconds. SipHash would cost each packet over 100 instructions.
 */

#include "headgate/abi.h"

enum vip_hash {
	VIP_BLOCK_BITS = 3,
	VIP_BLOCK = 1 << VIP_BLOCK_BITS, /* addresses in a block */
	VIP_PLACE_BITS = 16,
	VIP_HASH_SHIFT = 64 - VIP_PLACE_BITS,
};

_Static_assert(1 << VIP_PLACE_BITS == HG_VIP_PLACES, "one hash a place");

/* 2^64 divided by the golden ratio */
#define VIP_HASH_FACTOR 0x9e3779b97f4a7c15ULL

static inline __attribute__((always_inline)) __u64 vip_host_u64(__u64 network)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return network;
#else
	return __builtin_bswap64(network);
#endif
}

static inline __attribute__((always_inline)) __u32 vip_host_u32(__u32 network)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return network;
#else
	return __builtin_bswap32(network);
#endif
}

static inline __attribute__((always_inline)) __u32
vip_place(const volatile struct hg_vip_secret *secret, __u64 block,
	  __u32 address)
{
	__u64 hash = (block + secret->addend) * VIP_HASH_FACTOR;

	hash = (hash ^ hash >> 32) * secret->factor;
	return (__u32)(hash >> VIP_HASH_SHIFT) ^ (address & (VIP_BLOCK - 1));
}

/* Return the home of a VIP. Addresses are in network byte order. */
static inline __attribute__((always_inline)) __u32
vip4_home(const volatile struct hg_vip_secret *secret, __u32 address)
{
	__u32 host = vip_host_u32(address);

	return vip_place(secret, host >> VIP_BLOCK_BITS, host);
}

static inline __attribute__((always_inline)) __u32
vip6_home(const volatile struct hg_vip_secret *secret, __u64 high, __u64 low)
{
	__u64 subnet = vip_host_u64(high) * secret->subnet_factor;
	__u64 host = vip_host_u64(low);

	return vip_place(secret, subnet + (host >> VIP_BLOCK_BITS), host);
}

/*
 * Return the place that follows place number `probe - 1` of a VIP, whose home
 * is number 0.
 */
static inline __attribute__((always_inline)) __u32 vip_next(__u32 place,
							    __u32 probe)
{
	return (place + probe * VIP_BLOCK) & (HG_VIP_PLACES - 1);
}

#endif
