/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_IPV6_BPF_H
#define HEADGATE_IPV6_BPF_H

/* The IPv6 headers of a packet for a VIP. docs/packet-path.md, 4. */

#include "ipv4.bpf.h"
#include "packet.bpf.h"

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>

enum ipv6 {
	IPV6_VERSION = 6,
	IPV6_MAX_PAYLOAD_SIZE = 65535,
	IPV6_FRAGMENT_OFFSET = 0xfff8, /* a number of bytes */
	IPV6_MORE_FRAGMENTS = 0x0001,
	IPV6_PROTOCOL_HIP = 139,   /* RFC 7401 5.1 */
	IPV6_PROTOCOL_SHIM6 = 140, /* RFC 5533 5.1 */
	IPV6_PROTOCOL_COUNT = 256,
};

enum extension_kind {
	EXTENSION_NONE, /* not an extension header but a transport protocol */
	EXTENSION_PLAIN,
	EXTENSION_HOP_BY_HOP,
	EXTENSION_ROUTING,
	EXTENSION_FRAGMENT,
	EXTENSION_AUTHENTICATION,
};

static const __u8 extension_kinds[IPV6_PROTOCOL_COUNT] = {
	[IPPROTO_HOPOPTS] = EXTENSION_HOP_BY_HOP,
	[IPPROTO_ROUTING] = EXTENSION_ROUTING,
	[IPPROTO_FRAGMENT] = EXTENSION_FRAGMENT,
	[IPPROTO_AH] = EXTENSION_AUTHENTICATION,
	[IPPROTO_DSTOPTS] = EXTENSION_PLAIN,
	[IPPROTO_MH] = EXTENSION_PLAIN,
	[IPV6_PROTOCOL_HIP] = EXTENSION_PLAIN,
	[IPV6_PROTOCOL_SHIM6] = EXTENSION_PLAIN,
};

/* The fixed part of every extension header; the whole of a fragment header. */
struct extension {
	__u8 next;
	__u8 length;
	__u16 fragment_offset;
	__u32 fragment_id;
};

/* A walk over the extension headers of a packet, or of a quoted one. */
struct walk {
	__u32 at;	/* offset of the next header in the frame */
	__u32 left;	/* bytes of the packet from there on */
	__u8 protocol;	/* type of the next header */
	__u8 place;	/* enum fragment_place */
	__u16 fragment; /* offset of the fragment header, or 0 */
	bool quoted;
};

/* The result of a walk, packed into one number. */
union walked {
	__u64 word;
	struct {
		__u16 at; /* offsets into the frame, as in struct walk */
		__u16 fragment;
		__u8 protocol;
		__u8 place;
		__u16 outcome;
	};
};

/*
 * RFC 8200 4.3 to 4.6; an authentication header has its own unit (RFC 4302
 * 2.2).
 */
static __always_inline __u32 extension_size(const struct extension *header,
					    __u8 kind)
{
	if (kind == EXTENSION_FRAGMENT)
		return sizeof(*header);
	if (kind == EXTENSION_AUTHENTICATION)
		return (header->length + 2) * 4;
	return (header->length + 1) * 8;
}

/*
 * Read a fragment header. Offset 0 without more fragments is not a fragment
 * (RFC 6946).
 */
static __always_inline __u32 take_fragment(struct walk *walk,
					   const struct extension *header)
{
	__u32 word = bpf_ntohs(header->fragment_offset);
	__u32 offset = word & IPV6_FRAGMENT_OFFSET;

	if (walk->fragment)
		return HG_DROPPED_BAD_EXTENSION;
	walk->fragment = walk->at;
	if (!walk->quoted &&
	    offset + walk->left - sizeof(*header) > IPV6_MAX_PAYLOAD_SIZE)
		return HG_DROPPED_BAD_FRAGMENT;
	if (offset)
		walk->place = FRAGMENT_LATER;
	else if (word & IPV6_MORE_FRAGMENTS)
		walk->place = FRAGMENT_FIRST;
	return HG_UNDECIDED;
}

/* Read one extension header; `position` is the number of those before it. */
static __always_inline __u32 take_extension(const struct xdp_md *ctx,
					    struct walk *walk, int position)
{
	const struct extension *header =
		frame_at(ctx, walk->at, sizeof(*header));
	__u8 kind = extension_kinds[bounded(walk->protocol, MAX_BYTE)];
	__u32 outcome = HG_UNDECIDED;
	__u32 size;

	if (!header || walk->left < sizeof(*header))
		return HG_DROPPED_BAD_EXTENSION;
	size = extension_size(header, kind);
	if (size > walk->left || (kind == EXTENSION_HOP_BY_HOP && position > 0))
		return HG_DROPPED_BAD_EXTENSION;
	if (kind == EXTENSION_ROUTING && !walk->quoted)
		return HG_PASSED_SOURCE_ROUTED;
	if (kind == EXTENSION_FRAGMENT)
		outcome = take_fragment(walk, header);
	walk->protocol = header->next;
	walk->at += size;
	walk->left -= size;
	return outcome;
}

/*
 * Walk to the transport header, or in a later fragment to the end of the
 * fragment header.
 */
static __always_inline __u32 walk_headers(const struct xdp_md *ctx,
					  struct walk *walk)
{
	__u32 outcome = HG_UNDECIDED;

#pragma clang loop unroll(disable)
	for (int i = 0; i < HG_MAX_EXTENSION_HEADERS; i++) {
		if (extension_kinds[bounded(walk->protocol, MAX_BYTE)] ==
		    EXTENSION_NONE)
			return HG_UNDECIDED;
		outcome = take_extension(ctx, walk, i);
		if (outcome != HG_UNDECIDED || walk->place == FRAGMENT_LATER)
			return outcome;
	}
	return extension_kinds[bounded(walk->protocol, MAX_BYTE)] ==
			       EXTENSION_NONE ?
		       HG_UNDECIDED :
		       HG_PASSED_EXTENSION_HEADERS;
}

/*
 * Walk over the extension headers at an offset into the frame; `left` bytes of
 * the packet remain from there on. Returns union walked.
 */
__noinline __u64 walk_extensions(struct xdp_md *ctx, __u32 at, __u32 left,
				 __u32 protocol, __u32 quoted)
{
	struct walk state = {
		.at = at,
		.left = left,
		.protocol = protocol,
		.quoted = quoted,
	};
	union walked walked = {};

	walked.outcome = walk_headers(ctx, &state);
	walked.at = state.at;
	walked.fragment = state.fragment;
	walked.protocol = state.protocol;
	walked.place = state.place;
	return walked.word;
}

static __always_inline __u32 parse_extensions(struct xdp_md *ctx,
					      struct packet *packet)
{
	__u32 at = frame_offset(packet, packet->transport);
	union walked walked = {
		.word = walk_extensions(ctx, at, packet->transport_size,
					packet->flow.protocol, false),
	};
	const struct extension *header;

	packet->transport =
		(void *)packet->ethernet + bounded(walked.at, MAX_FRAME_OFFSET);
	packet->transport_size -= walked.at - at;
	packet->flow.protocol = walked.protocol;
	packet->fragment.place = walked.place;
	if (walked.outcome != HG_UNDECIDED || !walked.place)
		return sure_outcome(walked.outcome);
	header = (void *)packet->ethernet +
		 bounded(walked.fragment, MAX_FRAME_OFFSET);
	if ((void *)(header + 1) > packet->end)
		return HG_DROPPED_BAD_EXTENSION;
	packet->fragment.id = header->fragment_id;
	packet->fragment.protocol = header->next;
	return HG_UNDECIDED;
}

static __always_inline __u32 parse_ipv6(struct xdp_md *ctx,
					struct packet *packet)
{
	const struct ipv6hdr *ip = packet->network;
	__u32 size = bpf_ntohs(ip->payload_len);

	if (ip->version != IPV6_VERSION)
		return HG_DROPPED_BAD_HEADER;
	if (size > packet->network_size - sizeof(*ip))
		return HG_DROPPED_BAD_LENGTH;
	if (!size && ip->nexthdr == IPPROTO_HOPOPTS)
		return HG_PASSED_JUMBOGRAM;
	if (ip->hop_limit <= LAST_HOP_TTL)
		return HG_PASSED_TTL_EXPIRED;
	packet->transport = packet->network + sizeof(*ip);
	packet->transport_size = size;
	if (unlikely(extension_kinds[bounded(packet->flow.protocol, MAX_BYTE)]))
		return parse_extensions(ctx, packet);
	return HG_UNDECIDED;
}

#endif
