/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_IPV4_BPF_H
#define HEADGATE_IPV4_BPF_H

/* The IPv4 header of a packet for a VIP. docs/packet-path.md, 3. */

#include "packet.bpf.h"

#include <linux/ip.h>

enum ipv4 {
	IPV4_VERSION = 4,
	IPV4_WORD_SIZE = 4,
	IPV4_PLAIN = 0x45, /* version 4, five words of header: no options */
	IPV4_MAX_SIZE = 65535,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_FRAGMENT_OFFSET = 0x1fff,
	IPV4_FRAGMENT_UNIT = 8,
	IPV4_MAX_OPTIONS_SIZE = 40,
	IPV4_OPTIONS_MASK = 63, /* a bound for the verifier */
	IPV4_HEADER_MASK = 63,
	LAST_HOP_TTL = 1, /* also the hop limit of IPv6 */
};

/* RFC 791 3.1 */
enum ipv4_option {
	IPV4_OPTION_END = 0,
	IPV4_OPTION_NOP = 1,
	IPV4_OPTION_LOOSE_ROUTE = 131,
	IPV4_OPTION_STRICT_ROUTE = 137,
	IPV4_OPTION_MIN_SIZE = 2, /* of options with a length byte */
	IPV4_OPTION_LENGTH_AT = 1,
};

/*
 * Return the length of an option of which the header holds `left` bytes; 0 if
 * it has no length or an impossible one.
 */
static __always_inline __u32 ipv4_option_length(const struct xdp_md *ctx,
						__u32 at, __u32 left)
{
	const __u8 *option = frame_at(ctx, at, IPV4_OPTION_MIN_SIZE);
	__u32 length;

	if (!option || left < IPV4_OPTION_MIN_SIZE)
		return 0;
	length = option[IPV4_OPTION_LENGTH_AT];
	return length < IPV4_OPTION_MIN_SIZE || length > left ? 0 : length;
}

/*
 * Check `size` bytes of options at an offset into the frame. The loop goes byte
 * by byte and skips the bytes inside an option. The check against the longest
 * header repeats the bound as a constant: with it the verifier needs a few
 * states for each byte, not one for each combination of options.
 */
__noinline int check_ipv4_options(struct xdp_md *ctx, __u32 at, __u32 size)
{
	__u32 next = 0; /* where the next option is */

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < IPV4_MAX_OPTIONS_SIZE && i < size; i++) {
		const __u8 *type;
		__u32 length = 1;

		if (i < next)
			continue;
		type = frame_at(ctx, at + i, sizeof(*type));
		if (!type)
			return HG_DROPPED_BAD_OPTIONS;
		if (*type == IPV4_OPTION_END)
			return HG_UNDECIDED;
		if (*type != IPV4_OPTION_NOP)
			length = ipv4_option_length(ctx, at + i, size - i);
		if (!length || length > IPV4_MAX_OPTIONS_SIZE - i)
			return HG_DROPPED_BAD_OPTIONS;
		if (*type == IPV4_OPTION_LOOSE_ROUTE ||
		    *type == IPV4_OPTION_STRICT_ROUTE)
			return HG_PASSED_SOURCE_ROUTED;
		next = (i + length) & IPV4_OPTIONS_MASK;
	}
	return HG_UNDECIDED;
}

static __always_inline __u32 parse_ipv4_fragment(struct packet *packet,
						 __u32 header_size)
{
	const struct iphdr *ip = packet->network;
	__u32 offset = (bpf_ntohs(ip->frag_off) & IPV4_FRAGMENT_OFFSET) *
		       IPV4_FRAGMENT_UNIT;

	if (offset + packet->transport_size > IPV4_MAX_SIZE - header_size)
		return HG_DROPPED_BAD_FRAGMENT;
	packet->fragment.id = ip->id;
	packet->fragment.protocol = ip->protocol;
	packet->fragment.place = offset ? FRAGMENT_LATER : FRAGMENT_FIRST;
	return HG_UNDECIDED;
}

static __always_inline __u32 skip_ipv4_options(struct xdp_md *ctx,
					       struct packet *packet,
					       __u32 header_size)
{
	__u32 at = frame_offset(packet, packet->transport);
	__u32 outcome =
		check_ipv4_options(ctx, at, header_size - sizeof(struct iphdr));

	packet->transport =
		packet->network + bounded(header_size, IPV4_HEADER_MASK);
	return outcome == HG_UNDECIDED ? outcome : sure_outcome(outcome);
}

/*
 * Check the lengths, options and TTL. A frame may be longer than its packet,
 * because Ethernet pads short ones, but never shorter (RFC 1812 5.2.2). The
 * kernel answers an expired TTL (5.3.1).
 */
static __always_inline __u32 parse_ipv4_header(struct xdp_md *ctx,
					       struct packet *packet,
					       __u32 header_size)
{
	const struct iphdr *ip = packet->network;
	__u32 size = bpf_ntohs(ip->tot_len);

	if (size < header_size || size > packet->network_size)
		return HG_DROPPED_BAD_LENGTH;
	packet->transport = (void *)(ip + 1);
	packet->transport_size = size - header_size;
	if (unlikely(header_size > sizeof(*ip))) {
		__u32 outcome = skip_ipv4_options(ctx, packet, header_size);

		if (outcome != HG_UNDECIDED)
			return outcome;
	}
	if (ip->ttl <= LAST_HOP_TTL)
		return HG_PASSED_TTL_EXPIRED;
	if (unlikely(ip->frag_off &
		     bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)))
		return parse_ipv4_fragment(packet, header_size);
	return HG_UNDECIDED;
}

/*
 * Check the IPv4 header. Code compiled for a header of 20 bytes handles headers
 * without options.
 */
static __always_inline __u32 parse_ipv4(struct xdp_md *ctx,
					struct packet *packet)
{
	const struct iphdr *ip = packet->network;
	__u32 header_size = ip->ihl * IPV4_WORD_SIZE;

	if (likely(*(const __u8 *)ip == IPV4_PLAIN))
		return parse_ipv4_header(ctx, packet, sizeof(*ip));
	if (ip->version != IPV4_VERSION || header_size < sizeof(*ip))
		return HG_DROPPED_BAD_HEADER;
	return parse_ipv4_header(ctx, packet, header_size);
}

#endif
