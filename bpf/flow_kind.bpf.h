/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_FLOW_KIND_BPF_H
#define HEADGATE_FLOW_KIND_BPF_H

/*
 * The kind of a packet for affinity: does a flow begin with it, or end? The
 * packet is read from the frame again, after the other steps have checked it.
 * docs/packet-path.md, 8.
 */

#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "packet.bpf.h"
#include "transport.bpf.h"

#include <linux/in.h>

enum flow_kind {
	FLOW_GOES_ON,
	FLOW_BEGINS,
	FLOW_ENDS,
	/* Fragments and ICMP errors follow a record, but change none. */
	FLOW_ASIDE,
};

/* RFC 9293 3.1 */
enum tcp_flags {
	TCP_FLAGS_AT = 13, /* offset in the header */
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

/* RFC 9000 17.2, RFC 9369 3.2 */
enum quic {
	QUIC_LONG_HEADER = 0xc0, /* header form and fixed bit */
	QUIC_TYPE_SHIFT = 4,
	QUIC_TYPE_MASK = 3,
	QUIC_INITIAL = 0,
	QUIC_0RTT = 1,
	QUIC_TYPE_SHIFT_V2 = 1, /* version 2 counts the types from 1 on */
	QUIC_MIN_INITIAL = 1200,
};

enum quic_version {
	QUIC_V1 = 0x00000001,
	QUIC_V2 = 0x6b3343cf,
	QUIC_DRAFTS = 0xff000000, /* and the number of the draft */
	QUIC_DRAFTS_MASK = 0xffff0000,
};

/* The first bytes of a QUIC packet with a long header */
struct quic_header {
	__u8 first;
	__u8 version[4];
};

/* RFC 9260 3.2 */
enum sctp {
	SCTP_CHUNK_AT = 12, /* type of the first chunk */
	SCTP_INIT = 1,
};

/* The transport header of a packet, found again */
struct segment {
	__u32 at;   /* offset into the frame */
	__u32 size; /* bytes of the packet from there on */
	struct flow flow;
};

static __always_inline bool find_segment4(const struct xdp_md *ctx,
					  struct segment *segment)
{
	const struct iphdr *ip = frame_at(ctx, segment->at, sizeof(*ip));
	__u32 header_size;

	if (!ip)
		return false;
	header_size = ip->ihl * IPV4_WORD_SIZE;
	segment->flow.source[0] = ip->saddr;
	segment->flow.destination[0] = ip->daddr;
	segment->flow.protocol = ip->protocol;
	segment->at += header_size;
	segment->size = bpf_ntohs(ip->tot_len) - header_size;
	return true;
}

static __always_inline bool find_segment6(struct xdp_md *ctx,
					  struct segment *segment)
{
	const struct ipv6hdr *ip = frame_at(ctx, segment->at, sizeof(*ip));
	union walked walked;

	if (!ip)
		return false;
	segment->flow.ipv6 = true;
	copy_ipv6(segment->flow.source, &ip->saddr);
	copy_ipv6(segment->flow.destination, &ip->daddr);
	segment->flow.protocol = ip->nexthdr;
	segment->at += sizeof(*ip);
	segment->size = bpf_ntohs(ip->payload_len);
	if (likely(!extension_kinds[bounded(ip->nexthdr, MAX_BYTE)]))
		return true;
	walked.word = walk_extensions(ctx, segment->at, segment->size,
				      segment->flow.protocol, false);
	segment->flow.protocol = walked.protocol;
	segment->size -= walked.at - segment->at;
	segment->at = walked.at;
	return walked.outcome == HG_UNDECIDED;
}

/* Find the transport header behind the IP header at `network`. */
static __always_inline bool find_segment(struct xdp_md *ctx, __u32 network,
					 struct segment *segment)
{
	const __u8 *first = frame_at(ctx, network, sizeof(*first));

	segment->at = network;
	if (!first)
		return false;
	return *first >> 4 == IPV6_VERSION ? find_segment6(ctx, segment) :
					     find_segment4(ctx, segment);
}

/* Return `size` bytes at an offset into the segment; NULL if it is shorter. */
static __always_inline const void *segment_at(const struct xdp_md *ctx,
					      const struct segment *segment,
					      __u32 offset, __u32 size)
{
	if (segment->size < offset + size)
		return NULL;
	return frame_at(ctx, segment->at + offset, size);
}

static __always_inline __u8 tcp_kind(const struct xdp_md *ctx,
				     const struct segment *segment)
{
	const __u8 *flags = segment_at(ctx, segment, TCP_FLAGS_AT, 1);

	if (!flags)
		return FLOW_GOES_ON;
	if (*flags & (TCP_FIN | TCP_RST))
		return FLOW_ENDS;
	return (*flags & (TCP_SYN | TCP_ACK)) == TCP_SYN ? FLOW_BEGINS :
							   FLOW_GOES_ON;
}

static __always_inline __u32 quic_version(const struct quic_header *header)
{
	return (__u32)header->version[0] << 24 | header->version[1] << 16 |
	       header->version[2] << 8 | header->version[3];
}

/*
 * Return the type of a long header as version 1 numbers it. An unknown version
 * has type QUIC_TYPE_MASK, which begins no flow.
 */
static __always_inline __u32 quic_type(const struct quic_header *header)
{
	__u32 type = header->first >> QUIC_TYPE_SHIFT & QUIC_TYPE_MASK;
	__u32 version = quic_version(header);

	if (version == QUIC_V2)
		return (type - QUIC_TYPE_SHIFT_V2) & QUIC_TYPE_MASK;
	if (version == QUIC_V1 || (version & QUIC_DRAFTS_MASK) == QUIC_DRAFTS)
		return type;
	return QUIC_TYPE_MASK;
}

/*
 * A client pads its Initial packets to 1200 bytes (RFC 9000 14.1), so a smaller
 * one is not from a client, or not QUIC.
 */
static __always_inline __u8 udp_kind(const struct xdp_md *ctx,
				     const struct segment *segment)
{
	const struct quic_header *header =
		segment_at(ctx, segment, UDP_HEADER_SIZE, sizeof(*header));
	__u32 type;

	if (!header || (header->first & QUIC_LONG_HEADER) != QUIC_LONG_HEADER)
		return FLOW_GOES_ON;
	type = quic_type(header);
	if (type == QUIC_INITIAL &&
	    segment->size >= UDP_HEADER_SIZE + QUIC_MIN_INITIAL)
		return FLOW_BEGINS;
	return type == QUIC_0RTT ? FLOW_BEGINS : FLOW_GOES_ON;
}

static __always_inline __u8 sctp_kind(const struct xdp_md *ctx,
				      const struct segment *segment)
{
	const __u8 *type = segment_at(ctx, segment, SCTP_CHUNK_AT, 1);

	return type && *type == SCTP_INIT ? FLOW_BEGINS : FLOW_GOES_ON;
}

static __always_inline __u8 segment_kind(const struct xdp_md *ctx,
					 const struct segment *segment)
{
	switch (segment->flow.protocol) {
	case IPPROTO_TCP:
		return tcp_kind(ctx, segment);
	case IPPROTO_UDP:
		return udp_kind(ctx, segment);
	case IPPROTO_SCTP:
		return sctp_kind(ctx, segment);
	default:
		return FLOW_GOES_ON;
	}
}

/* Return the hash of all five fields of the segment's flow. */
static __always_inline __u64 sign_segment(const struct xdp_md *ctx,
					  struct segment *segment)
{
	struct flow *flow = &segment->flow;
	const struct icmp_header *icmp;
	const __u32 *both;

	if (port_header_size(flow->protocol)) {
		both = segment_at(ctx, segment, 0, sizeof(*both));
		flow->ports = both ? *both : 0;
	} else if (is_icmp(flow->ipv6, flow->protocol)) {
		icmp = segment_at(ctx, segment, 0, sizeof(*icmp));
		flow->ports = icmp ? join_ports(icmp->echo_id, 0) : 0;
	}
	return flow_hash(flow, HG_HASH_5_TUPLE, config.hash_key);
}

#endif
