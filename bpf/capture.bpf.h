/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_CAPTURE_BPF_H
#define HEADGATE_CAPTURE_BPF_H

/*
 * Capture: copies of frames for VIPs as they came in, with their outcome. While
 * no capture runs, it costs a test of one byte.
 */

#include "count.bpf.h"
#include "ethernet.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"

#include <linux/ip.h>
#include <linux/ipv6.h>

/* Return the number of tags behind the MACs of a frame for a VIP. */
static __always_inline __u32 count_tags(struct xdp_md *ctx)
{
	const struct ethernet *ethernet = frame_at(ctx, 0, sizeof(*ethernet));
	const struct vlan_header *outer =
		frame_at(ctx, sizeof(*ethernet), sizeof(*outer));

	if (!ethernet || !outer || !is_tag(ethernet->type))
		return 0;
	return is_tag(outer->type) ? MAX_TAGS : 1;
}

/* Read the destination address of a frame for a VIP. */
static __always_inline bool read_destination(struct xdp_md *ctx,
					     struct hg_address *address)
{
	__u32 tags = bounded(count_tags(ctx), MAX_TAGS_MASK);
	__u32 at = sizeof(struct ethernet) + tags * sizeof(struct vlan_header);
	const __u16 *type = frame_at(ctx, at - sizeof(*type), sizeof(*type));
	const struct ipv6hdr *ip6 = frame_at(ctx, at, sizeof(*ip6));
	const struct iphdr *ip = frame_at(ctx, at, sizeof(*ip));

	if (!type || !ip)
		return false;
	if (*type != bpf_htons(ETH_P_IPV6))
		flow_address(address, false, &ip->daddr);
	else if (ip6)
		flow_address(address, true, (const __u32 *)&ip6->daddr);
	else
		return false;
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
 * Write the record to this CPU's ring. The upper half of the flags is the
 * number of frame bytes that follow the record.
 */
static __always_inline void write_capture(struct xdp_md *ctx,
					  struct hg_capture *record)
{
	__u64 size = record->frame_size;

	if (size > HG_CAPTURE_SNAPLEN)
		size = HG_CAPTURE_SNAPLEN;
	record->captured_size = size;
	if (!bpf_perf_event_output(ctx, &captures,
				   BPF_F_CURRENT_CPU | size << 32, record,
				   sizeof(*record)))
		count_event(HG_EVENT_CAPTURED, record->frame_size);
}

/* Relies on the order of enum hg_outcome. */
static __always_inline bool is_for_vip(__u32 outcome)
{
	return outcome <= HG_FORWARDED_REDIRECT ||
	       (outcome > HG_PASSED_NOT_VIP && outcome != HG_PASSED_OTHER_VLAN);
}

/*
 * Capture a frame if its VIP is wanted. Fields that `choice` does not have are
 * read from the frame again.
 */
static __noinline void capture(struct xdp_md *ctx, const struct choice *choice,
			       __u32 outcome)
{
	struct hg_capture record = {
		.time_ns = bpf_ktime_get_ns(),
		.ifindex = ctx->ingress_ifindex,
		.outcome = outcome,
		.slot = choice->slot,
		.bucket = choice->bucket,
		.frame_size = ctx->data_end - ctx->data,
	};
	struct hg_address vip;

	if (is_for_vip(outcome) && read_destination(ctx, &vip) &&
	    is_wanted(&vip))
		write_capture(ctx, &record);
}

/*
 * Capture a frame that a filter samples, whatever the capture that runs selects.
 * Its outcome is not known yet.
 */
static __noinline void sample(struct xdp_md *ctx, __u32 frame_size)
{
	struct hg_capture record = {
		.time_ns = bpf_ktime_get_ns(),
		.ifindex = ctx->ingress_ifindex,
		.outcome = HG_OUTCOME_COUNT,
		.bucket = BUCKET_NONE,
		.frame_size = ctx->data_end - ctx->data,
	};

	count_event(HG_EVENT_FILTER_SAMPLED, frame_size);
	if (control.capture)
		write_capture(ctx, &record);
}

#endif
