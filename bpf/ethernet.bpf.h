/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ETHERNET_BPF_H
#define HEADGATE_ETHERNET_BPF_H

/*
 * Ethernet: VLAN tags, and the check of the destination MAC and the VLAN.
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

static __always_inline __u32 vlan_id(const struct vlan_header *tag)
{
	return bpf_ntohs(tag->control) & VLAN_ID_MASK;
}

/* Return 1 for 0, and 0 for all other numbers below 1 << 63. */
static __always_inline __u64 is_zero(__u64 number)
{
	asm volatile("" : "+r"(number));
	return (number - 1) >> 63;
}

/*
 * Return is_tag() as a number, without a branch: the verifier would
 * check all that follows twice.
 */
static __always_inline __u64 is_tag_number(__u16 type)
{
	return is_zero(type ^ bpf_htons(ETH_P_8021Q)) |
	       is_zero(type ^ bpf_htons(ETH_P_8021AD));
}

static __always_inline __u32 parse_tags(struct packet *packet)
{
	const struct vlan_header *outer = (void *)(packet->ethernet + 1);
	const struct vlan_header *behind;
	__u32 count;

	if ((void *)(outer + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	count = bounded(1 + is_tag_number(outer->type), MAX_TAGS_MASK);
	behind = outer + count;
	if ((void *)behind > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->type = behind[-1].type;
	packet->resize = count;
	packet->vlans = vlan_id(outer) | vlan_id(behind - 1) << VLAN_ID_BITS;
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
		outcome = parse_tags(packet);
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

/* True if frames of its VLANs are taken. A tag of ID 0 is skipped. */
static __always_inline bool takes_vlans(const struct hg_port_vlans *taken,
					const struct packet *packet)
{
	__u32 outer = bounded(packet->vlans, VLAN_ID_MASK);
	__u32 inner = bounded(packet->vlans >> VLAN_ID_BITS, VLAN_ID_MASK);

	if (unlikely(!outer))
		return taken->ids[inner] & HG_VLAN_OUTER;
	return taken->ids[outer] & HG_VLAN_OUTER &&
	       (likely(packet->resize == 1) || !inner ||
		taken->ids[inner] & HG_VLAN_INNER);
}

/*
 * Check that the frame is for us, by its MAC and VLAN. Other frames go to the
 * kernel, which routes, bridges or drops them.
 */
static __always_inline __u32 check_port(__u32 at, const struct packet *packet)
{
	const struct hg_port *port = &ports[at];

	if (!mac_equal(packet->ethernet, port))
		return HG_PASSED_NOT_OUR_MAC;
	if (unlikely(packet->vlans))
		return takes_vlans(&port_vlans[at], packet) ?
			       HG_UNDECIDED :
			       HG_PASSED_OTHER_VLAN;
	return unlikely(port->tagged_only) ? HG_PASSED_OTHER_VLAN :
					     HG_UNDECIDED;
}

/*
 * Check the frame against the ingress port. The first port, which most frames
 * come in by, is found without a loop.
 */
static __always_inline __u32 check_ingress(const struct packet *packet)
{
	if (likely(ports[0].ifindex == packet->ifindex))
		return check_port(0, packet);
#pragma clang loop unroll(disable)
	for (__u32 i = 1; i < HG_MAX_PORTS; i++)
		if (ports[i].ifindex == packet->ifindex)
			return check_port(i, packet);
	return HG_PASSED_NOT_OUR_MAC;
}

#endif
