/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_CAPTURE_BPF_H
#define HEADGATE_CAPTURE_BPF_H

/*
 * Capture: frames for VIPs as they came in, with what was decided about them.
 * Off, it costs one look at a byte.
 */

#include "count.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"

#include <linux/ip.h>
#include <linux/ipv6.h>

enum {
	MAX_NETWORK_OFFSET = 31 /* as the verifier wants it, in bits */
};

/* The destination of the packet behind `offset` bytes of the frame. */
static __always_inline bool read_destination(const struct xdp_md *ctx,
					     __u32 offset, bool ipv6,
					     struct hg_address *address)
{
	const void *end = (void *)(long)ctx->data_end;
	const void *network = (void *)(long)ctx->data + offset;
	const struct ipv6hdr *ip6 = network;
	const struct iphdr *ip = network;

	if ((const void *)(ip + 1) > end ||
	    (ipv6 && (const void *)(ip6 + 1) > end))
		return false;
	flow_address(address, ipv6, ipv6 ? (void *)&ip6->daddr : &ip->daddr);
	return true;
}

static __always_inline bool is_wanted(const struct hg_address *vip)
{
	const __u32 *words = (const void *)vip;
	const __u32 *wanted = (const void *)&control.capture_vip;

	if (control.capture_one_vip &&
	    ((words[0] ^ wanted[0]) | (words[1] ^ wanted[1]) |
	     (words[2] ^ wanted[2]) | (words[3] ^ wanted[3])))
		return false;
	return control.capture_interval <= 1 ||
	       bpf_get_prandom_u32() % control.capture_interval == 0;
}

/*
 * The upper half of the flags says how much of the frame is to follow the
 * record, which is complete but for what stands here.
 */
static __noinline void write_capture(struct xdp_md *ctx,
				     struct hg_capture *record,
				     __u32 network_offset, bool ipv6)
{
	struct hg_address vip;
	__u64 size;

	if (!read_destination(ctx, network_offset & MAX_NETWORK_OFFSET, ipv6,
			      &vip) ||
	    !is_wanted(&vip))
		return;
	size = record->frame_size;
	if (size > HG_CAPTURE_SNAPLEN)
		size = HG_CAPTURE_SNAPLEN;
	record->captured_size = size;
	record->time_ns = bpf_ktime_get_ns();
	record->ifindex = ctx->ingress_ifindex;
	if (!bpf_perf_event_output(ctx, &captures,
				   BPF_F_CURRENT_CPU | size << 32, record,
				   sizeof(*record)))
		count_event(HG_EVENT_CAPTURED, record->frame_size);
}

static __always_inline void capture(struct xdp_md *ctx,
				    const struct packet *packet,
				    const struct route *route, __u32 outcome)
{
	struct hg_capture record = {
		.outcome = outcome,
		.slot = route->slot,
		.bucket = route->bucket,
		.frame_size = packet->frame_size,
	};

	if (route->vip.used)
		write_capture(ctx, &record,
			      packet->frame_size - packet->network_size,
			      packet->type == bpf_htons(ETH_P_IPV6));
}

#endif
