/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ENCAPSULATION_BPF_H
#define HEADGATE_ENCAPSULATION_BPF_H

/*
 * Encapsulation: a packet for a server behind a router goes there inside
 * another one. Each of the four pairs of families is possible.
 *
 *	ipip	IP in IP (RFC 2003, RFC 2473, RFC 4213)
 *	gre	a GRE header of four bytes between them (RFC 2784)
 *	gue	a UDP header between them: variant 1 of GUE, which has no header
 *		of its own (draft-ietf-intarea-gue-09 4)
 *
 * DSCP and ECN are those of the packet inside (RFC 2983 4.1, RFC 6040 4.1).
 * docs/packet-path.md, 9.
 */

#include "ethernet.bpf.h"
#include "flow_hash.h"
#include "headgate/abi.h"
#include "maps.bpf.h"
#include "packet.bpf.h"
#include "rewrite.bpf.h"

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdbool.h>

enum outer {
	OUTER_TTL = 64,
	OUTER_DONT_FRAGMENT = 0x4000,
	OUTER_VERSION_SHIFT = 28, /* of IPv6, in the first word */
	OUTER_CLASS_SHIFT = 20,
	OUTER_LABEL_SHIFT = 12,	    /* of the entropy, to 20 bits */
	OUTER_FIRST_PORT = 0xc000,  /* of the dynamic ones (RFC 6335 6) */
	OUTER_PORT_MASK = 0x3fff,   /* of the entropy */
	OUTER_ENTROPY_SHIFT = 32,   /* of the mixed hash */
	OUTER_MAPPED_WORD = 0xffff, /* the third word of ::ffff:0:0 */
};

/* The header between the two IP headers */
struct gue_header {
	__u16 source;
	__u16 destination;
	__u16 length;
	__u16 checksum; /* 0: none (RFC 768, RFC 6935 5) */
};

struct gre_header {
	__u16 flags_version; /* no flags, version 0 */
	__u16 protocol;	     /* EtherType of the packet inside */
};

/* The packet that goes inside, as the caller knows it */
struct inner {
	__u64 hash; /* of its flow */
	__u32 slot;
	__u32 resize;
	__u16 type; /* EtherType, network byte order */
	__u8 encapsulation;
};

/* Fields that the outer headers take from the packet inside */
struct outer_fields {
	__u32 size; /* of the packet inside */
	__u32 shim; /* bytes between the IP headers */
	__u32 entropy;
	__u16 id;
	__u16 type; /* of the packet inside */
	__u8 class; /* DSCP and ECN */
	__u8 protocol;
	bool dont_fragment;
};

/* Addresses are in network byte order. */
static __always_inline const __u32 *address_words(const struct hg_address *of)
{
	return (const __u32 *)of;
}

static __always_inline bool is_outer_ipv4(const struct hg_nexthop *nexthop)
{
	const __u32 *words = address_words(&nexthop->address);

	return !words[0] && !words[1] &&
	       words[2] == bpf_htonl(OUTER_MAPPED_WORD);
}

/* Read it once for each packet: it changes while packets are on their way. */
static __always_inline __u8 read_encapsulation(const struct hg_nexthop *nexthop)
{
	return *(const volatile __u8 *)&nexthop->encapsulation;
}

static __always_inline __u32 shim_size(__u32 encapsulation)
{
	if (encapsulation == HG_ENCAPSULATION_GUE)
		return sizeof(struct gue_header);
	return encapsulation == HG_ENCAPSULATION_GRE ?
		       sizeof(struct gre_header) :
		       0;
}

static __always_inline __u32 outer_ip_size(bool ipv4)
{
	return ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static __always_inline __u8 outer_protocol(__u32 encapsulation, __u16 type)
{
	if (encapsulation == HG_ENCAPSULATION_GUE)
		return IPPROTO_UDP;
	if (encapsulation == HG_ENCAPSULATION_GRE)
		return IPPROTO_GRE;
	return type == bpf_htons(ETH_P_IP) ? IPPROTO_IPIP : IPPROTO_IPV6;
}

static __always_inline void read_inner4(const struct iphdr *ip,
					struct outer_fields *fields)
{
	fields->size = bpf_ntohs(ip->tot_len);
	fields->id = ip->id;
	fields->class = ip->tos;
	fields->dont_fragment = ip->frag_off & bpf_htons(OUTER_DONT_FRAGMENT);
}

/* IPv6 routers fragment nothing. */
static __always_inline void read_inner6(const struct ipv6hdr *ip,
					struct outer_fields *fields)
{
	fields->size = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	fields->class = bpf_ntohl(*(const __u32 *)ip) >> OUTER_CLASS_SHIFT;
	fields->dont_fragment = true;
}

static __always_inline void write_gre(struct gre_header *gre,
				      const struct outer_fields *fields)
{
	gre->flags_version = 0;
	gre->protocol = fields->type;
}

static __always_inline void write_gue(struct gue_header *gue,
				      const struct hg_tunnel *tunnel,
				      const struct outer_fields *fields)
{
	gue->source = bpf_htons(OUTER_FIRST_PORT |
				(fields->entropy & OUTER_PORT_MASK));
	gue->destination = tunnel->gue_port;
	gue->length = bpf_htons(sizeof(*gue) + fields->size);
	gue->checksum = 0;
}

/* RFC 1071 over a header without options, whose checksum is 0 so far */
static __always_inline __u16 header_checksum(const struct iphdr *ip)
{
	const __u32 *words = (const void *)ip;
	__u64 sum = (__u64)words[0] + words[1] + words[2] + words[3] + words[4];

	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

/* The last word of the outer source, with the bits that the flow fills */
static __always_inline __u32 source_word(const struct hg_tunnel *tunnel,
					 __u32 entropy)
{
	return address_words(&tunnel->source)[3] |
	       (bpf_htonl(entropy) & tunnel->source_entropy);
}

/*
 * The identifier differs for packets of a flow that could be fragmented
 * (RFC 6864 4.1): that of the packet inside, at another place for each flow.
 */
static __always_inline void write_outer4(struct iphdr *ip,
					 const struct hg_nexthop *nexthop,
					 const struct hg_tunnel *tunnel,
					 const struct outer_fields *fields)
{
	*ip = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tos = fields->class,
		.tot_len = bpf_htons(sizeof(*ip) + fields->shim + fields->size),
		.id = fields->id ^ bpf_htons((__u16)fields->entropy),
		.frag_off = fields->dont_fragment ?
				    bpf_htons(OUTER_DONT_FRAGMENT) :
				    0,
		.ttl = OUTER_TTL,
		.protocol = fields->protocol,
		.saddr = source_word(tunnel, fields->entropy),
		.daddr = address_words(&nexthop->address)[3],
	};
	ip->check = header_checksum(ip);
}

/* The flow label tells flows from each other (RFC 6438 3). */
static __always_inline void write_outer6(struct ipv6hdr *ip,
					 const struct hg_nexthop *nexthop,
					 const struct hg_tunnel *tunnel,
					 const struct outer_fields *fields)
{
	__u32 *source = (void *)&ip->saddr, *words = (void *)ip;

	words[0] = bpf_htonl(6U << OUTER_VERSION_SHIFT |
			     (__u32)fields->class << OUTER_CLASS_SHIFT |
			     fields->entropy >> OUTER_LABEL_SHIFT);
	ip->payload_len = bpf_htons(fields->shim + fields->size);
	ip->nexthdr = fields->protocol;
	ip->hop_limit = OUTER_TTL;
	copy_ipv6(source, &tunnel->source);
	source[3] = source_word(tunnel, fields->entropy);
	copy_ipv6((void *)&ip->daddr, &nexthop->address);
}

/*
 * Read the packet inside, at an offset into the frame, and count its TTL down:
 * a tunnel is a link of the path (RFC 2003 3.1). False if the frame ends before.
 */
static __always_inline bool take_inner(const struct xdp_md *ctx, __u32 at,
				       struct outer_fields *fields)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip;

	if (fields->type == bpf_htons(ETH_P_IP)) {
		ip = frame_at(ctx, at, sizeof(*ip));
		if (!ip)
			return false;
		rewrite_ttl(ip);
		read_inner4(ip, fields);
		return true;
	}
	ip6 = frame_at(ctx, at, sizeof(*ip6));
	if (!ip6)
		return false;
	ip6->hop_limit--;
	read_inner6(ip6, fields);
	return true;
}

/* Write the header between the IP headers, if there is one. */
static __always_inline bool put_shim(const struct xdp_md *ctx, __u32 at,
				     const struct hg_tunnel *tunnel,
				     const struct outer_fields *fields)
{
	struct gue_header *gue;
	struct gre_header *gre;

	if (fields->protocol == IPPROTO_GRE) {
		gre = frame_at(ctx, at, sizeof(*gre));
		if (gre)
			write_gre(gre, fields);
		return gre;
	}
	if (fields->protocol != IPPROTO_UDP)
		return true;
	gue = frame_at(ctx, at, sizeof(*gue));
	if (gue)
		write_gue(gue, tunnel, fields);
	return gue;
}

/* Write the outer IP header. */
static __always_inline bool put_outer(const struct xdp_md *ctx, __u32 at,
				      const struct hg_nexthop *nexthop,
				      const struct hg_tunnel *tunnel,
				      const struct outer_fields *fields)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip;

	if (is_outer_ipv4(nexthop)) {
		ip = frame_at(ctx, at, sizeof(*ip));
		if (ip)
			write_outer4(ip, nexthop, tunnel, fields);
		return ip;
	}
	ip6 = frame_at(ctx, at, sizeof(*ip6));
	if (ip6)
		write_outer6(ip6, nexthop, tunnel, fields);
	return ip6;
}

/*
 * Put the packet into another one and write the Ethernet header. False if the
 * frame has no room in front; it is unchanged then.
 */
static __noinline bool encapsulate(struct xdp_md *ctx,
				   const struct hg_nexthop *nexthop,
				   const struct inner *inner)
{
	const struct hg_tunnel *tunnel =
		bpf_map_lookup_elem(&tunnels, &inner->slot);
	__u32 tags_in = inner->resize & RESIZE_TAGS_MASK;
	__u32 padding = inner->resize >> RESIZE_PADDING_SHIFT;
	__u32 tags_out = tags_of(nexthop);
	struct tag_priorities priorities = read_priorities(ctx, tags_in);
	bool ipv4 = is_outer_ipv4(nexthop);
	struct outer_fields fields = {
		.shim = shim_size(inner->encapsulation),
		.entropy = flow_mix(inner->hash) >> OUTER_ENTROPY_SHIFT,
		.type = inner->type,
		.protocol = outer_protocol(inner->encapsulation, inner->type),
	};
	__u32 at =
		sizeof(struct ethernet) + tags_out * sizeof(struct vlan_header);
	int more = outer_ip_size(ipv4) + fields.shim +
		   ((int)tags_out - (int)tags_in) *
			   (int)sizeof(struct vlan_header);

	if (!tunnel || bpf_xdp_adjust_head(ctx, -more))
		return false;
	if (padding)
		bpf_xdp_adjust_tail(ctx, -(int)padding);
	return write_ethernet(ctx, nexthop, &priorities,
			      bpf_htons(ipv4 ? ETH_P_IP : ETH_P_IPV6)) &&
	       take_inner(ctx, at + outer_ip_size(ipv4) + fields.shim,
			  &fields) &&
	       put_shim(ctx, at + outer_ip_size(ipv4), tunnel, &fields) &&
	       put_outer(ctx, at, nexthop, tunnel, &fields);
}

/* Send the frame as its next hop wants it. False: no room, and no change. */
static __always_inline bool rewrite_or_encapsulate(struct xdp_md *ctx,
						   const struct packet *packet,
						   const struct target *target)
{
	const struct hg_nexthop *nexthop = target->nexthop;
	__u8 encapsulation = read_encapsulation(nexthop);

	if (unlikely(encapsulation)) {
		const struct inner inner = {
			.encapsulation = encapsulation,
			.hash = target->hash,
			.slot = target->choice->slot,
			.resize = packet->resize,
			.type = packet->type,
		};

		return encapsulate(ctx, nexthop, &inner);
	}
	return rewrite_frame(ctx, packet, nexthop);
}

/* Room for the outer headers of each kind: 48 bytes at most */
struct outer_room {
	union {
		struct iphdr ip;
		struct ipv6hdr ip6;
		__u64 words[6];
	};
};

static __always_inline void write_shim(void *at, const struct hg_tunnel *tunnel,
				       const struct outer_fields *fields)
{
	if (fields->protocol == IPPROTO_GRE)
		write_gre(at, fields);
	else if (fields->protocol == IPPROTO_UDP)
		write_gue(at, tunnel, fields);
}

/* Read a packet of the kernel, whose TTL is down already. */
static __always_inline bool read_passed(struct __sk_buff *skb,
					struct outer_fields *fields)
{
	const void *end = (void *)(long)skb->data_end;
	const struct iphdr *ip = (void *)(long)skb->data;
	const struct ipv6hdr *ip6 = (const void *)ip;

	fields->type = skb->protocol;
	if (fields->type == bpf_htons(ETH_P_IP)) {
		if ((const void *)(ip + 1) > end)
			return false;
		read_inner4(ip, fields);
		return true;
	}
	if ((const void *)(ip6 + 1) > end)
		return false;
	read_inner6(ip6, fields);
	return true;
}

/*
 * Put a packet that the kernel forwards into another one, for the next hop in its
 * mark. The kernel has cut it into fragments that fit, or told its sender.
 */
static __always_inline int encapsulate_passed(struct __sk_buff *skb)
{
	__u32 mask = config.handed_up_mark;
	__u32 slot = (skb->mark & mask) / (mask & -mask);
	const struct hg_nexthop *nexthop =
		bpf_map_lookup_elem(&nexthops, &slot);
	const struct hg_tunnel *tunnel = bpf_map_lookup_elem(&tunnels, &slot);
	struct outer_room room = {};
	struct outer_fields fields = {
		.entropy = flow_mix(bpf_get_hash_recalc(skb)) >>
			   OUTER_ENTROPY_SHIFT,
	};
	__u8 encapsulation = nexthop ? read_encapsulation(nexthop) : 0;

	if (!nexthop || !tunnel || !encapsulation || !read_passed(skb, &fields))
		return BPF_DROP;
	fields.shim = shim_size(encapsulation);
	fields.protocol = outer_protocol(encapsulation, fields.type);
	if (is_outer_ipv4(nexthop)) {
		write_outer4(&room.ip, nexthop, tunnel, &fields);
		write_shim(&room.ip + 1, tunnel, &fields);
	} else {
		write_outer6(&room.ip6, nexthop, tunnel, &fields);
		write_shim(&room.ip6 + 1, tunnel, &fields);
	}
	return bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &room,
				  outer_ip_size(is_outer_ipv4(nexthop)) +
					  fields.shim) ?
		       BPF_DROP :
		       BPF_LWT_REROUTE;
}

#endif
