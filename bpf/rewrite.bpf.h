/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_REWRITE_BPF_H
#define HEADGATE_REWRITE_BPF_H

/*
 * The rewrite of a forwarded frame: both MACs, the VLAN tags, the TTL, the IPv4
 * header checksum, and padding that the link has no room for. It starts when
 * the frame can no longer go to the kernel, which must get frames as they came
 * in. One step can still fail, making room for tags; it comes first and leaves
 * the frame unchanged.
 * docs/packet-path.md, 9.
 */

#include "ethernet.bpf.h"
#include "headgate/abi.h"
#include "packet.bpf.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

enum rewrite {
	TAG_PRIORITY = 0xf000, /* PCP and DEI (IEEE 802.1Q 9.6) */
};

/* Both MACs, in the order of the frame and of struct hg_nexthop */
struct mac_words {
	__u64 first;
	__u32 second;
};

_Static_assert(offsetof(struct hg_nexthop, destination_mac) == 0 &&
		       offsetof(struct hg_nexthop, source_mac) == ETH_ALEN,
	       "as in the frame");

static __always_inline void rewrite_macs(struct ethernet *ethernet,
					 const struct hg_nexthop *nexthop)
{
	const struct mac_words *from = (const void *)nexthop;
	struct mac_words *to = (void *)ethernet;

	to->first = from->first;
	to->second = from->second;
}

/*
 * Count the TTL down and correct the checksum by RFC 1624 equation 3:
 *
 * HC' = ~(~HC + ~m + m')
 *
 * With the TTL in the upper half of its word, m' is m - 0x0100, so ~m + m' is
 * 0xfeff for every m.
 */
static __always_inline void rewrite_ttl(struct iphdr *ip)
{
	__u32 sum = (__u16)~ip->check + bpf_htons(0xfeff);

	ip->check = ~(sum + (sum >> 16));
	ip->ttl--;
}

static __always_inline void rewrite_hop(void *network, bool ipv6)
{
	if (ipv6)
		((struct ipv6hdr *)network)->hop_limit--;
	else
		rewrite_ttl(network);
}

/* The priority bits of the tags that came in, outermost first */
struct tag_priorities {
	__u16 bits[MAX_TAGS];
};

static __always_inline struct tag_priorities
read_priorities(const struct xdp_md *ctx, __u32 count)
{
	const void *end = (void *)(long)ctx->data_end;
	const struct vlan_header *tag =
		(void *)(long)ctx->data + sizeof(struct ethernet);
	struct tag_priorities priorities = {};

#pragma unroll
	for (__u32 i = 0; i < MAX_TAGS; i++)
		if (i < count && (const void *)(tag + i + 1) <= end)
			priorities.bits[i] = tag[i].control &
					     bpf_htons(TAG_PRIORITY);
	return priorities;
}

static __always_inline __u32 tags_of(const struct hg_nexthop *nexthop)
{
	if (!nexthop->tags[0].protocol)
		return 0;
	return nexthop->tags[1].protocol ? 2 : 1;
}

/*
 * Write the Ethernet header and the tags of the next hop in front of a network
 * header of EtherType `type`. The frame has room for them.
 */
static __always_inline bool
write_ethernet(const struct xdp_md *ctx, const struct hg_nexthop *nexthop,
	       const struct tag_priorities *priorities, __u16 type)
{
	struct ethernet *ethernet = (void *)(long)ctx->data;
	struct vlan_header *tag = (void *)(ethernet + 1);
	const void *end = (void *)(long)ctx->data_end;
	__u16 *type_at = (__u16 *)tag - 1;

	if ((void *)(ethernet + 1) > end)
		return false;
	rewrite_macs(ethernet, nexthop);
#pragma unroll
	for (int i = 0; i < MAX_TAGS && nexthop->tags[i].protocol; i++, tag++) {
		if ((void *)(tag + 1) > end)
			return false;
		*type_at = nexthop->tags[i].protocol;
		tag->control = bpf_htons(nexthop->tags[i].id) |
			       priorities->bits[i];
		type_at = &tag->type;
	}
	*type_at = type;
	return true;
}

/* The size of an IP packet by its header, which the frame holds */
static __always_inline __u32 packet_size(const struct packet *packet)
{
	const struct ipv6hdr *ip6 = packet->network;
	const struct iphdr *ip = packet->network;

	return packet->flow.ipv6 ? sizeof(*ip6) + bpf_ntohs(ip6->payload_len) :
				   bpf_ntohs(ip->tot_len);
}

/*
 * Rewrite a frame that comes in or leaves with tags, or with padding that makes
 * it too long for the link. False if it cannot grow by the tags it needs.
 */
static __noinline bool rewrite_resized(struct xdp_md *ctx,
				       const struct hg_nexthop *nexthop,
				       __u32 resize, __u16 type)
{
	__u32 tags_in = resize & RESIZE_TAGS_MASK;
	__u32 padding = resize >> RESIZE_PADDING_SHIFT;
	struct tag_priorities priorities = read_priorities(ctx, tags_in);
	__u32 tags_out = tags_of(nexthop);
	void *network;

	if (tags_in != tags_out &&
	    bpf_xdp_adjust_head(ctx, ((int)tags_in - (int)tags_out) *
					     (int)sizeof(struct vlan_header)))
		return false;
	if (padding)
		bpf_xdp_adjust_tail(ctx, -(int)padding);
	if (!write_ethernet(ctx, nexthop, &priorities, type))
		return false;
	network = (void *)(long)ctx->data + sizeof(struct ethernet) +
		  bounded(tags_out, MAX_TAGS_MASK) * sizeof(struct vlan_header);
	if (network + sizeof(struct iphdr) > (void *)(long)ctx->data_end)
		return false;
	rewrite_hop(network, type == bpf_htons(ETH_P_IPV6));
	return true;
}

/* False if the frame has no room for the tags; it is unchanged then. */
static __always_inline bool rewrite_frame(struct xdp_md *ctx,
					  const struct packet *packet,
					  const struct hg_nexthop *nexthop)
{
	if (unlikely(packet->resize | nexthop->tags[0].protocol))
		return rewrite_resized(ctx, nexthop, packet->resize,
				       packet->type);
	rewrite_macs(packet->ethernet, nexthop);
	rewrite_hop(packet->network, packet->flow.ipv6);
	return true;
}

#endif
