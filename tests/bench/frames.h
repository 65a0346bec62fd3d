/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_FRAMES_H
#define TESTS_BENCH_FRAMES_H

/* What the generator is to send, from a few words. */

#include "traffic.h"

#include <linux/if_ether.h>
#include <stddef.h>
#include <stdint.h>

enum frames_sizes {
	FRAMES_ADDRESS6_SIZE = 16,
};

/* RFC 2544 C.2.2 sets 198.18.0.0/15 aside for benchmarks. */
enum frames_addresses {
	FRAMES_VIP = 0xc6120001,     /* 198.18.0.1, and those that follow */
	FRAMES_NO_VIP = 0xc0000201,  /* 192.0.2.1 */
	FRAMES_CLIENT = 0x0a000000,  /* 10.0.0.0, and those that follow */
	FRAMES_ROUTER = 0x0a800001,  /* 10.128.0.1, reports errors */
	FRAMES_NEXTHOP = 0xc6130001, /* 198.19.0.1, and those that follow */
};

/*
 * The same for IPv6, in 2001:2::/48 (RFC 5180 8): VIPs 2001:2::1 and so on by
 * the last four bytes, clients in 2001:2:0:1::/64.
 */
extern const uint8_t frames_vip6[FRAMES_ADDRESS6_SIZE];

/* The MAC of every interface that frames are sent to. */
extern const uint8_t frames_port_mac[ETH_ALEN];

enum frames_kind {
	FRAMES_TCP4,
	FRAMES_FIRST_FRAGMENT4,
	FRAMES_LATER_FRAGMENT4, /* of the packet that FIRST_FRAGMENT4 begins */
	FRAMES_LOST_FRAGMENT4,	/* a later one of which nobody saw the first */
	FRAMES_ICMP_ERROR4,
	FRAMES_TCP6,
	FRAMES_KIND_COUNT,
};

/*
 * Each flow is a client's address; with several VIPs a flow belongs to one of
 * `vip_count`, counted up from `vip`. An ICMP error quotes a packet from `vip`;
 * it and IPv6 packets are for one VIP only.
 */
struct frames {
	enum frames_kind kind;
	uint32_t flows; /* a power of two */
	uint32_t vip;	/* 198.18.0.1 and so on; IPv6: its last four bytes */
	uint32_t vip_count;
	uint32_t vip_scattered; /* boolean: each at scatter() of its number */
	uint32_t tags;		/* VLAN tags, IEEE 802.1Q */
};

/* Returns the size of the frames. `seed` chooses what is not told. */
size_t frames_build(const struct frames *frames, uint32_t seed,
		    struct traffic *traffic);

#endif
