/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ICMP_BPF_H
#define HEADGATE_ICMP_BPF_H

/*
 * ICMP: echo requests and replies, and errors. An error goes to the server
 * whose flow the quoted packet belongs to. docs/packet-path.md, 5 and 6.
 */

#include "affinity.bpf.h"
#include "count.bpf.h"
#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "maps.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"
#include "transport.bpf.h"

#include <linux/in.h>

enum icmp {
	ICMP_TYPE_COUNT = 256,
	ICMP_QUOTED_TRANSPORT_SIZE = 8, /* RFC 792; more since RFC 1812 */
	ICMP_BUDGET_NS = 1000000000,	/* the period of `icmp_rate` */
	ICMP_UNREACHABLE = 3,		/* RFC 792 */
	ICMP_FRAGMENTATION_NEEDED = 4,	/* its code: RFC 1191 4 */
	ICMP6_TOO_BIG = 2,		/* RFC 4443 3.2 */
};

enum icmp_kind {
	ICMP_KIND_OTHER,
	ICMP_KIND_ECHO,
	ICMP_KIND_ERROR,
};

/* RFC 792 */
static const __u8 icmp4_kinds[ICMP_TYPE_COUNT] = {
	[0] = ICMP_KIND_ECHO,  /* reply */
	[3] = ICMP_KIND_ERROR, /* destination unreachable */
	[8] = ICMP_KIND_ECHO,	[11] = ICMP_KIND_ERROR, /* time exceeded */
	[12] = ICMP_KIND_ERROR,				/* parameter problem */
};

/* RFC 4443 */
static const __u8 icmp6_kinds[ICMP_TYPE_COUNT] = {
	[1] = ICMP_KIND_ERROR, /* destination unreachable */
	[2] = ICMP_KIND_ERROR, /* packet too big */
	[3] = ICMP_KIND_ERROR, /* time exceeded */
	[4] = ICMP_KIND_ERROR, /* parameter problem */
	[128] = ICMP_KIND_ECHO, [129] = ICMP_KIND_ECHO, /* reply */
};

/* A quoted packet while it is read. Its flow is that of the answer to it. */
struct quote {
	__u32 at;   /* offset of the next header in the frame */
	__u32 left; /* bytes of the outer packet from there on */
	struct flow flow;
	struct target target;
	__u32 frame_size; /* of the error */
	bool later_fragment;
	bool too_big; /* the error is "packet too big" */
};

static __always_inline __u8 icmp_kind(bool ipv6, __u32 type)
{
	type = bounded(type, MAX_BYTE);
	return ipv6 ? icmp6_kinds[type] : icmp4_kinds[type];
}

/* Return the next bytes of the quote; NULL if fewer than `size` are left. */
static __always_inline void *quote_next(const struct xdp_md *ctx,
					const struct quote *quote, __u32 size)
{
	return quote->left < size ? NULL : frame_at(ctx, quote->at, size);
}

static __always_inline __u32 read_quoted_ipv4(const struct xdp_md *ctx,
					      struct quote *quote)
{
	const struct iphdr *ip = quote_next(ctx, quote, sizeof(*ip));
	__u32 header_size;

	if (!ip)
		return HG_DROPPED_BAD_ICMP_ERROR;
	header_size = ip->ihl * IPV4_WORD_SIZE;
	if (ip->version != IPV4_VERSION || header_size < sizeof(*ip) ||
	    header_size > quote->left)
		return HG_DROPPED_BAD_ICMP_ERROR;
	if (ip->saddr != quote->flow.destination[0])
		return HG_DROPPED_FOREIGN_ICMP_ERROR;
	quote->flow.source[0] = ip->daddr;
	quote->flow.protocol = ip->protocol;
	quote->later_fragment = ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET);
	quote->at += header_size;
	quote->left -= header_size;
	return HG_UNDECIDED;
}

static __always_inline bool ipv6_equal(const __u32 a[4], const void *b)
{
	const __u32 *words = b;

	return !((a[0] ^ words[0]) | (a[1] ^ words[1]) | (a[2] ^ words[2]) |
		 (a[3] ^ words[3]));
}

static __always_inline __u32 walk_quoted_ipv6(struct xdp_md *ctx,
					      struct quote *quote)
{
	union walked walked = {
		.word = walk_extensions(ctx, quote->at, quote->left,
					quote->flow.protocol, true),
	};

	if (walked.outcome != HG_UNDECIDED)
		return HG_DROPPED_BAD_ICMP_ERROR;
	quote->left -= walked.at - quote->at;
	quote->at = walked.at;
	quote->flow.protocol = walked.protocol;
	quote->later_fragment = walked.place == FRAGMENT_LATER;
	return HG_UNDECIDED;
}

static __always_inline __u32 read_quoted_ipv6(struct xdp_md *ctx,
					      struct quote *quote)
{
	const struct ipv6hdr *ip = quote_next(ctx, quote, sizeof(*ip));

	if (!ip || ip->version != IPV6_VERSION)
		return HG_DROPPED_BAD_ICMP_ERROR;
	if (!ipv6_equal(quote->flow.destination, &ip->saddr))
		return HG_DROPPED_FOREIGN_ICMP_ERROR;
	copy_ipv6(quote->flow.source, &ip->daddr);
	quote->flow.protocol = ip->nexthdr;
	quote->at += sizeof(*ip);
	quote->left -= sizeof(*ip);
	return walk_quoted_ipv6(ctx, quote);
}

/* Read the quoted ports, exchanged: the flow is that of the answer. */
static __always_inline __u32 read_quoted_ports(const struct xdp_md *ctx,
					       struct quote *quote)
{
	const struct port_pair *header =
		quote_next(ctx, quote, ICMP_QUOTED_TRANSPORT_SIZE);

	if (!header)
		return HG_DROPPED_BAD_ICMP_ERROR;
	quote->flow.ports = join_ports(header->destination, header->source);
	return HG_UNDECIDED;
}

/*
 * Read a quoted echo request or reply. An error about an error must not be sent
 * (RFC 1122 3.2.2).
 */
static __always_inline __u32 read_quoted_icmp(const struct xdp_md *ctx,
					      struct quote *quote)
{
	const struct icmp_header *header =
		quote_next(ctx, quote, ICMP_QUOTED_TRANSPORT_SIZE);

	if (!header ||
	    icmp_kind(quote->flow.ipv6, header->type) != ICMP_KIND_ECHO)
		return HG_DROPPED_BAD_ICMP_ERROR;
	quote->flow.ports = join_ports(header->echo_id, 0);
	return HG_UNDECIDED;
}

static __always_inline __u32 read_quote(struct xdp_md *ctx, struct quote *quote)
{
	__u32 outcome = quote->flow.ipv6 ? read_quoted_ipv6(ctx, quote) :
					   read_quoted_ipv4(ctx, quote);

	if (outcome != HG_UNDECIDED || quote->later_fragment)
		return outcome;
	if (port_header_size(quote->flow.protocol))
		return read_quoted_ports(ctx, quote);
	if (is_icmp(quote->flow.ipv6, quote->flow.protocol))
		return read_quoted_icmp(ctx, quote);
	return HG_UNDECIDED;
}

/* True if the error reports the MTU of a path: RFC 1191 4, RFC 4443 3.2. */
static __always_inline bool is_too_big(bool ipv6,
				       const struct icmp_header *header)
{
	return ipv6 ? header->type == ICMP6_TOO_BIG :
		      header->type == ICMP_UNREACHABLE &&
			       header->code == ICMP_FRAGMENTATION_NEEDED;
}

/*
 * True if the VIP with this counter may get another error in this second. A
 * second begins with the first error in it. "Packet too big" has a rate of its
 * own: forged errors of other types must not stop path MTU discovery.
 */
static __always_inline bool admit_icmp_error(__u32 counter, bool too_big)
{
	struct hg_icmp_budget *budget;
	__u32 *used;
	__u64 now;

	budget = bpf_map_lookup_elem(&icmp_budgets, &counter);
	if (!config.icmp_rate || !budget)
		return true;
	now = bpf_ktime_get_ns();
	if (now - budget->since_ns >= ICMP_BUDGET_NS) {
		budget->since_ns = now;
		budget->used = 0;
		budget->used_too_big = 0;
	}
	used = too_big ? &budget->used_too_big : &budget->used;
	if (*used >= config.icmp_rate)
		return false;
	++*used;
	return true;
}

/* Route the error like the answer to the quoted packet. */
static __noinline __u32 route_quote(struct xdp_md *ctx, struct quote *quote)
{
	struct target *target = &quote->target;
	__u32 fields = target->vip.hash_fields;
	__u32 outcome = read_quote(ctx, quote);
	__u64 signature;

	if (outcome != HG_UNDECIDED)
		return outcome;
	if (!admit_icmp_error(target->vip.counter, quote->too_big))
		return HG_DROPPED_ICMP_RATE;
	note_event(target, HG_EVENT_ICMP_ERROR, quote->frame_size);
	if (quote->later_fragment && fields == HG_HASH_5_TUPLE) {
		fields = HG_HASH_SRC_DST;
		note_event(target, HG_EVENT_FRAGMENT_MISSED, quote->frame_size);
	}
	signature = flow_hash(&quote->flow, HG_HASH_5_TUPLE, config.hash_key);
	target->hash = fields == HG_HASH_5_TUPLE ?
			       signature :
			       hash_flow(&quote->flow, fields);
	return take_bucket_aside(target, signature, quote->frame_size);
}

/*
 * Route an ICMP error. The outer source takes no part: any router on the path
 * may have sent it.
 */
static __always_inline __u32 route_icmp_error(struct xdp_md *ctx,
					      const struct packet *packet,
					      struct target *target)
{
	struct quote quote = {
		.at = frame_offset(packet, packet->transport) +
		      sizeof(struct icmp_header),
		.left = packet->transport_size - sizeof(struct icmp_header),
		.flow = { .ipv6 = packet->flow.ipv6 },
		.target = *target,
		.frame_size = packet->frame_size,
	};
	__u32 outcome;

	if (!transport_holds(packet, sizeof(struct icmp_header)))
		return HG_DROPPED_BAD_ICMP_ERROR;
	quote.too_big = is_too_big(packet->flow.ipv6, packet->transport);
	copy_ipv6(quote.flow.destination, packet->flow.destination);
	outcome = route_quote(ctx, &quote);
	target->nexthop = quote.target.nexthop;
	target->hash = quote.target.hash;
	return outcome;
}

/* Read an echo request or reply: its identifier tells its flow from others. */
static __always_inline __u32 parse_echo(struct packet *packet)
{
	const struct icmp_header *header = packet->transport;

	if (!transport_holds(packet, sizeof(*header)))
		return too_short(packet);
	packet->flow.ports = join_ports(header->echo_id, 0);
	return HG_UNDECIDED;
}

/*
 * Read the kind of an ICMP packet. HG_UNDECIDED: the program steers this kind.
 */
static __always_inline __u32 parse_icmp_kind(const struct packet *packet,
					     __u8 *kind)
{
	const __u8 *type = packet->transport;

	if (!transport_holds(packet, sizeof(*type)))
		return too_short(packet);
	*kind = icmp_kind(packet->flow.ipv6, *type);
	return *kind == ICMP_KIND_OTHER ? HG_PASSED_OTHER_ICMP : HG_UNDECIDED;
}

#endif
