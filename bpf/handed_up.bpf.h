/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_HANDED_UP_BPF_H
#define HEADGATE_HANDED_UP_BPF_H

/*
 * Packets that the kernel forwards for the program, such as those that it has
 * to cut into fragments: it sends them to the next hop that the program chose.
 * The XDP program puts the slot in front of the frame, as metadata; behind it, a
 * tc program moves the slot into the packet's mark, by which rules of the agent
 * choose a route. docs/packet-path.md, 10.
 *
 * Packets with equal metadata merge in GRO, so it holds the slot and nothing
 * that differs between packets of a flow.
 */

#include "count.bpf.h"
#include "headgate/abi.h"
#include "maps.bpf.h"
#include "packet.bpf.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* True if mark() is on the port that the frame came in by. */
static __always_inline bool is_marking(__u32 ifindex)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HG_MAX_PORTS; i++)
		if (ports[i].ifindex == ifindex)
			return ports[i].marks;
	return false;
}

/* Put the slot in front of the frame; false if no mark will come of it. */
static __always_inline bool tell_slot(struct xdp_md *ctx, __u32 slot)
{
	struct hg_handed_up *handed_up;

	if (!is_marking(ctx->ingress_ifindex) ||
	    bpf_xdp_adjust_meta(ctx, -(int)sizeof(*handed_up)))
		return false;
	handed_up = (void *)(long)ctx->data_meta;
	if ((void *)(handed_up + 1) > (void *)(long)ctx->data)
		return false;
	handed_up->magic = HG_HANDED_UP_MAGIC;
	handed_up->slot = slot;
	return true;
}

/* True if the kernel forwards a packet with this outcome by its own choice. */
static __always_inline bool is_kernels_choice(__u32 outcome)
{
	return outcome == HG_PASSED_SOURCE_ROUTED ||
	       outcome == HG_PASSED_JUMBOGRAM ||
	       outcome == HG_PASSED_EXTENSION_HEADERS ||
	       outcome == HG_PASSED_OTHER_ICMP;
}

/* Tell the kernel the slot of a frame that it gets, if the frame has one. */
static __noinline int hand_up(struct xdp_md *ctx, __u32 outcome, __u32 slot,
			      __u32 frame_size)
{
	if (slot == HG_NEXTHOP_NONE && !is_kernels_choice(outcome))
		return 0;
	if (slot != HG_NEXTHOP_NONE && tell_slot(ctx, slot))
		count_event(HG_EVENT_HANDED_UP, frame_size);
	else
		count_event(HG_EVENT_HANDED_UP_UNMARKED, frame_size);
	return 0;
}

/* Put the slot of a packet into its mark. */
static __always_inline void mark_packet(struct __sk_buff *skb)
{
	const struct hg_handed_up *handed_up = (void *)(long)skb->data_meta;
	__u32 mask = config.handed_up_mark;

	if ((void *)(handed_up + 1) > (void *)(long)skb->data ||
	    handed_up->magic != HG_HANDED_UP_MAGIC)
		return;
	/* The lowest bit of the mask, times the slot */
	skb->mark = (skb->mark & ~mask) |
		    (handed_up->slot * (mask & -mask) & mask);
}

#endif
