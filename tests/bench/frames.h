/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_FRAMES_H
#define TESTS_BENCH_FRAMES_H

/* The frames of a burst, built from a short description. */

#include "traffic.h"

#include <linux/if_ether.h>
#include <stddef.h>
#include <stdint.h>

enum frames_sizes {
	FRAMES_ADDRESS6_SIZE = 16,
};

/* RFC 2544 C.2.2 sets 198.18.0.0/15 aside for benchmarks */
enum frames_addresses {
	FRAMES_VIP = 0xc6120001,     /* 198.18.0.1, and those that follow */
	FRAMES_NO_VIP = 0xc0000201,  /* 192.0.2.1 */
	FRAMES_CLIENT = 0x0a000000,  /* 10.0.0.0, and those that follow */
	FRAMES_ROUTER = 0x0a800001,  /* 10.128.0.1, reports errors */
	FRAMES_NEXTHOP = 0xc6130001, /* 198.19.0.1, and those that follow */
};

/*
 * The VIP of IPv6, in 2001:2::/48 (RFC 5180 8): VIPs are 2001:2::1 and so on,
 * counted by the last four bytes; clients are in 2001:2:0:1::/64.
 */
extern const uint8_t frames_vip6[FRAMES_ADDRESS6_SIZE];

/* The MAC of every interface that frames are sent to. */
extern const uint8_t frames_port_mac[ETH_ALEN];

enum frames_kind {
	FRAMES_TCP4,
	FRAMES_FIRST_FRAGMENT4,
	FRAMES_LATER_FRAGMENT4, /* of the packet of FIRST_FRAGMENT4 */
	FRAMES_LOST_FRAGMENT4,	/* a later one without a first one */
	FRAMES_ICMP_ERROR4,
	FRAMES_TCP6,
	FRAMES_SYN4,
	FRAMES_KIND_COUNT,
};

/*
 * The frames of a burst. Each flow is a client's address; with several VIPs a
 * flow belongs to one of `vip_count`, counted up from `vip`. An ICMP error
 * quotes a packet from `vip`; ICMP errors and IPv6 packets are for one VIP
 * only.
 */
struct frames {
	enum frames_kind kind;
	uint32_t flows; /* a power of two */
	uint32_t vip;	/* 198.18.0.1 and so on; IPv6: its last four bytes */
	uint32_t vip_count;
	uint32_t vip_scattered; /* boolean: VIP number N is at scatter(N) */
	uint32_t tags;		/* VLAN tags, IEEE 802.1Q */
};

/*
 * Build the frame and the generator's settings. Returns the frame's size.
 * `seed` determines the fields that `frames` does not.
 */
size_t frames_build(const struct frames *frames, uint32_t seed,
		    struct traffic *traffic);

#endif
