/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_FLOW_HASH_H
#define HEADGATE_FLOW_HASH_H

/*
 * The hash of a flow: a 64-bit number that chooses the flow's bucket.
 *
 * The XDP program, the agent and the tests compile this code. All nodes must
 * agree on its results, so the function is frozen:
 * tests/unit/core/test_flow_hash.c has golden values. The hash is keyed, so
 * that a client without the key cannot aim flows at one server.
 *
 * The VIP's mode masks the fields, which are packed into words. Each word then
 * goes through a step of the SplitMix64 generator, whose finaliser changes
 * every output bit with probability 1/2 for every input bit.
 */

#include "headgate/abi.h"

/*
 * A flow. Addresses and ports are in network byte order; an IPv4 address is the
 * first word of four. For an ICMP echo request or reply, the source port is the
 * identifier and the destination port 0; without ports both are 0.
 */
struct flow {
	__u32 source[4];
	__u32 destination[4];
	union {
		struct {
			__u16 source_port;
			__u16 destination_port;
		};
		__u32 ports; /* both, in the order of the header */
	};
	__u8 protocol;
	__u8 ipv6; /* boolean */
};

/* The bits of the addresses and of the transport word that a mode keeps. */
struct flow_mask {
	__u64 addresses;
	__u64 transport;
};

enum flow_word_layout {
	FLOW_DESTINATION_SHIFT = 32,
	FLOW_PROTOCOL_SHIFT = 32,
	FLOW_IPV6_ROTATION = 32,
};

/* HG_HASH_PACKET keeps no bits: the caller hashes a random number instead. */
static const struct flow_mask flow_masks[HG_HASH_FIELDS_COUNT] = {
	[HG_HASH_5_TUPLE] = { 0xffffffffffffffff, 0xffffffffff },
	[HG_HASH_3_TUPLE] = { 0xffffffffffffffff, 0xff00000000 },
	[HG_HASH_SRC_DST] = { 0xffffffffffffffff, 0 },
	[HG_HASH_SRC] = { 0x00000000ffffffff, 0 },
	[HG_HASH_DST] = { 0xffffffff00000000, 0 },
	[HG_HASH_PACKET] = { 0, 0 },
};

/* Return the word in little-endian order, on every host. */
static inline __attribute__((always_inline)) __u64 flow_u32(__u32 network)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap32(network);
#else
	return network;
#endif
}

/* Run one step of SplitMix64 (Steele, Lea, Flood 2014). */
static inline __attribute__((always_inline)) __u64 flow_mix(__u64 word)
{
	word += 0x9e3779b97f4a7c15;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return word ^ (word >> 31);
}

static inline __attribute__((always_inline)) __u64
flow_ports(const struct flow *flow)
{
	return flow_u32(flow->ports) | (__u64)flow->protocol
					       << FLOW_PROTOCOL_SHIFT;
}

/*
 * Hash one IPv6 address in a chain of its own, so that a CPU can run both
 * chains in parallel.
 */
static inline __attribute__((always_inline)) __u64
flow_hash_ipv6_address(const __u32 address[4], __u64 key)
{
	__u64 high = flow_u32(address[0]) | flow_u32(address[1]) << 32;
	__u64 low = flow_u32(address[2]) | flow_u32(address[3]) << 32;

	return flow_mix(flow_mix(key ^ high) ^ low);
}

static inline __attribute__((always_inline)) __u64
flow_hash_ipv6(const struct flow *flow, const struct flow_mask *mask, __u64 key)
{
	__u64 hash = key;

	if (mask->addresses & 0xffffffff)
		hash = flow_hash_ipv6_address(flow->source, key);
	if (mask->addresses >> FLOW_DESTINATION_SHIFT) {
		__u64 other = flow_hash_ipv6_address(flow->destination, ~key);

		hash ^= other << FLOW_IPV6_ROTATION |
			other >> FLOW_IPV6_ROTATION;
	}
	return flow_mix(hash ^ (flow_ports(flow) & mask->transport));
}

static inline __attribute__((always_inline)) __u64
flow_hash_ipv4(const struct flow *flow, const struct flow_mask *mask, __u64 key)
{
	__u64 addresses = flow_u32(flow->source[0]) |
			  flow_u32(flow->destination[0])
				  << FLOW_DESTINATION_SHIFT;

	return flow_mix(flow_mix(key ^ (addresses & mask->addresses)) ^
			(flow_ports(flow) & mask->transport));
}

/* Hash a flow. An unknown mode counts as the 5-tuple. */
static inline __attribute__((always_inline)) __u64
flow_hash(const struct flow *flow, __u32 fields, __u64 key)
{
	const struct flow_mask *mask;

	if (fields >= HG_HASH_FIELDS_COUNT)
		fields = HG_HASH_5_TUPLE;
	mask = &flow_masks[fields];
	return flow->ipv6 ? flow_hash_ipv6(flow, mask, key) :
			    flow_hash_ipv4(flow, mask, key);
}

#endif
