// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs around the measured one: they make frames, end them, and are
 * compared with it.
 *
 * `generate` runs by BPF_PROG_TEST_RUN with live frames, as if they came in by
 * one end of a veth pair, and sends them out of that end, so that the program
 * at the other end gets them. The kernel reuses a frame with its old contents,
 * so `generate` writes the whole header each time. All of this stays on one
 * CPU: plain variables serve as counters.
 */

#include "traffic.h"

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum {
	WORD_SIZE = sizeof(__u64),
	FOLD_SHIFT = 16,
	VIP_MIXER = 0x9e3779b1, /* 2^32 by the golden ratio */
	VIP_SHIFT = 32,
};

struct traffic traffic = {};
__u32 sequence = 0;
__u64 received = 0;

/* A number of four bytes as the frame has it: aligned to two bytes at most */
struct number {
	__u16 high;
	__u16 low;
};

static __always_inline void copy_words(void *to, const void *from)
{
	__u64 *target = to;
	const __u64 *source = from;

	for (int i = 0; i < TRAFFIC_SHORT / WORD_SIZE; i++)
		target[i] = source[i];
}

/* Write the header. False if the frame is too short. */
static __always_inline int write_header(void *data, const void *end)
{
	if (data + TRAFFIC_SHORT > end)
		return 0;
	copy_words(data, traffic.frame);
	if (data + TRAFFIC_LONG <= end)
		copy_words(data + TRAFFIC_SHORT, traffic.frame + TRAFFIC_SHORT);
	return 1;
}

static __always_inline void write_number(void *data, const void *end, __u32 at,
					 __u32 value)
{
	struct number *number = data + at;

	if (!at || at > TRAFFIC_LONG || (void *)(number + 1) > end)
		return;
	number->high = bpf_htons(value >> FOLD_SHIFT);
	number->low = bpf_htons((__u16)value);
}

static __always_inline __u32 add_halves(__u32 value)
{
	return (value >> FOLD_SHIFT) + (__u16)value;
}

/*
 * Write the checksum (RFC 1071) from the sum that all frames share and the
 * varying part.
 */
static __always_inline void write_checksum(void *data, const void *end,
					   __u32 varying)
{
	__u32 sum = traffic.checksum_sum + varying;
	__u32 at = traffic.checksum_at;
	__u16 *checksum = data + at;

	if (!at || at > TRAFFIC_LONG || (void *)(checksum + 1) > end)
		return;
	sum = add_halves(add_halves(sum));
	*checksum = bpf_htons((__u16)~sum);
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u32 number = sequence++ & traffic.flow_mask;
	__u32 flow = traffic.flow_base + number;
	__u64 mixed = number * VIP_MIXER;
	__u32 vip = mixed * traffic.vip_count >> VIP_SHIFT;

	vip = traffic.vip_base + (traffic.vip_scattered ? scatter(vip) : vip);
	if (!write_header(data, end))
		return XDP_DROP;
	write_number(data, end, traffic.flow_at, flow);
	write_number(data, end, traffic.vip_at, vip);
	write_checksum(data, end, add_halves(flow) + add_halves(vip));
	return XDP_TX;
}

/* Frames end here, at every end of a pair that is not measured. */
SEC("xdp")
int sink(struct xdp_md *ctx)
{
	(void)ctx;
	received++;
	return XDP_DROP;
}

/* The least that a program can do with a frame and still send it on */
SEC("xdp")
int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

/*
 * Attached in front of the kernel's own forwarding: veth hands live frames only
 * to a program.
 */
SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
