/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_REWRITE_BPF_H
#define HEADGATE_REWRITE_BPF_H

/*
 * What forwarding changes in a frame: both MACs, and the TTL with the header
 * checksum. Called only when nothing can send the frame to the kernel any
 * more, because the kernel gets frames as they came.
 */

#include "headgate/abi.h"
#include "parse.bpf.h"

#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline void rewrite_macs(struct ethhdr *ethernet,
					 const struct hg_nexthop *nexthop)
{
	struct mac *destination = (void *)ethernet->h_dest;
	struct mac *source = (void *)ethernet->h_source;

	*destination = *(const struct mac *)nexthop->destination_mac;
	*source = *(const struct mac *)nexthop->source_mac;
}

/*
 * RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). With the TTL in the upper half
 * of its word, m' is m - 0x0100, so ~m + m' is 0xfeff for every m.
 */
static __always_inline void rewrite_ttl(struct iphdr *ip)
{
	__u32 sum = (__u16)~ip->check + bpf_htons(0xfeff);

	ip->check = ~(sum + (sum >> 16));
	ip->ttl--;
}

static __always_inline void rewrite(struct packet *packet,
				    const struct hg_nexthop *nexthop)
{
	rewrite_macs(packet->ethernet, nexthop);
	rewrite_ttl(packet->ip);
}

#endif
