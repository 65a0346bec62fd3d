/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ETHERNET_BPF_H
#define HEADGATE_ETHERNET_BPF_H

/*
 * Ethernet: VLAN tags, and the check of the destination MAC.
 * docs/packet-path.md, 1.
 */

#include "maps.bpf.h"
#include "packet.bpf.h"

enum {
	MAX_TAGS = 2,
	MAX_TAGS_MASK = 3, /* a bound for the verifier */
};

/* The bytes behind the EtherType of a tag (IEEE 802.1Q 9.6). */
struct vlan_header {
	__u16 control; /* priority bits and VLAN */
	__u16 type;    /* EtherType of the next header */
};

static __always_inline bool is_tag(__u16 type)
{
	return type == bpf_htons(ETH_P_8021Q) ||
	       type == bpf_htons(ETH_P_8021AD);
}

/*
 * Return the number of tags behind the MACs; -1 if the frame ends inside them.
 */
__noinline int count_tags(struct xdp_md *ctx)
{
	const struct ethernet *ethernet = frame_at(ctx, 0, sizeof(*ethernet));
	const struct vlan_header *outer, *inner;

	if (!ethernet || !is_tag(ethernet->type))
		return ethernet ? 0 : -1;
	outer = frame_at(ctx, sizeof(*ethernet), sizeof(*outer));
	if (!outer || !is_tag(outer->type))
		return outer ? 1 : -1;
	inner = frame_at(ctx, sizeof(*ethernet) + sizeof(*outer),
			 sizeof(*inner));
	return inner ? MAX_TAGS : -1;
}

static __always_inline __u32 parse_tags(struct xdp_md *ctx,
					struct packet *packet)
{
	int count = count_tags(ctx);
	const struct vlan_header *behind;

	if (count < 0)
		return HG_PASSED_TRUNCATED;
	behind = (void *)(packet->ethernet + 1);
	behind += bounded(count, MAX_TAGS_MASK);
	if ((void *)behind > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->type = behind[-1].type;
	packet->resize = count;
	packet->network = (void *)behind;
	return HG_UNDECIDED;
}

static __always_inline __u32 parse_ethernet(struct xdp_md *ctx,
					    struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	__u32 outcome = HG_UNDECIDED;

	packet->end = (void *)(long)ctx->data_end;
	packet->frame_size = packet->end - data;
	packet->ifindex = ctx->ingress_ifindex;
	packet->ethernet = data;
	packet->network = packet->ethernet + 1;
	if (packet->network > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->type = packet->ethernet->type;
	if (unlikely(packet->type != bpf_htons(ETH_P_IP) &&
		     is_tag(packet->type)))
		outcome = parse_tags(ctx, packet);
	packet->network_size = packet->end - packet->network;
	return outcome;
}

/* Compare two MACs. Reads the two bytes behind each MAC and ignores them. */
static __always_inline bool mac_equal(const void *a, const void *b)
{
	__u64 different = *(const __u64 *)a ^ *(const __u64 *)b;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return !(different >> 16);
#else
	return !(different << 16);
#endif
}

/*
 * Frames for other hosts go to the kernel, which routes, bridges or drops them.
 */
static __always_inline __u32 check_mac_of(const struct hg_port *port,
					  const struct packet *packet)
{
	return mac_equal(packet->ethernet, port) ? HG_UNDECIDED :
						   HG_PASSED_NOT_OUR_MAC;
}

/*
 * Check the destination MAC against that of the ingress port. The first port,
 * which most frames come in by, is found without a loop.
 */
static __always_inline __u32 check_destination_mac(const struct packet *packet)
{
	if (likely(ports[0].ifindex == packet->ifindex))
		return check_mac_of(&ports[0], packet);
#pragma clang loop unroll(disable)
	for (__u32 i = 1; i < HG_MAX_PORTS; i++)
		if (ports[i].ifindex == packet->ifindex)
			return check_mac_of(&ports[i], packet);
	return HG_PASSED_NOT_OUR_MAC;
}

#endif
