/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_PARSE_BPF_H
#define HEADGATE_PARSE_BPF_H

/*
 * From a frame to a flow. Each step checks all it needs before it reads it,
 * fills its part of struct packet and returns HG_UNDECIDED, or the outcome
 * with which the frame goes to the kernel. The steps are meant to be called in
 * the order in which they stand here: what most frames fail at comes first.
 */

#include "flow_hash.h"
#include "headgate/abi.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* What a step returns when the next one is to be taken. */
enum {
	HG_UNDECIDED = HG_OUTCOME_COUNT
};

enum parse_ipv4 {
	IPV4_VERSION = 4,
	IPV4_MIN_WORDS = 5,
	IPV4_WORD_SIZE = 4,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_FRAGMENT_OFFSET = 0x1fff,
	ICMP_ECHO_REQUEST = 8,
};

/* RFC 792; <linux/icmp.h> brings in more of libc than BPF code can have. */
struct icmp_echo {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u16 id;
	__u16 sequence;
};

/* A MAC as words: the frame is only sure to be aligned to two bytes. */
struct mac {
	__u16 words[3];
};

struct packet {
	void *end; /* of the frame */
	struct ethhdr *ethernet;
	struct iphdr *ip;
	void *transport;
	__u32 frame_size;
	__u32 transport_size; /* by the IP header; the frame holds it all */
	struct flow flow;
};

/* Untagged IPv4 only; the kernel has the rest. */
static __always_inline __u32 parse_ethernet(struct xdp_md *ctx,
					    struct packet *packet)
{
	void *data = (void *)(long)ctx->data;

	packet->end = (void *)(long)ctx->data_end;
	packet->frame_size = packet->end - data;
	packet->ethernet = data;
	if (data + sizeof(struct ethhdr) > packet->end)
		return HG_PASSED_MALFORMED;
	if (packet->ethernet->h_proto != bpf_htons(ETH_P_IP))
		return HG_PASSED_NOT_IPV4;
	return HG_UNDECIDED;
}

static __always_inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	return !((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
		 (a->words[2] ^ b->words[2]));
}

/* The kernel routes, bridges or drops frames for others, not we. */
static __always_inline __u32 parse_destination_mac(const struct packet *packet,
						   const struct hg_port *port,
						   __u32 ifindex)
{
	const struct mac *destination = (void *)packet->ethernet->h_dest;

	for (__u32 i = 0; i < HG_MAX_PORTS && port->ifindex; i++, port++)
		if (port->ifindex == ifindex)
			return mac_equal(destination, (void *)port->mac) ?
				       HG_UNDECIDED :
				       HG_PASSED_NOT_OUR_MAC;
	return HG_PASSED_NOT_OUR_MAC;
}

/* The addresses: enough to tell whether the packet is for a VIP. */
static __always_inline __u32 parse_ipv4_addresses(struct packet *packet)
{
	struct iphdr *ip = (void *)(packet->ethernet + 1);

	if ((void *)(ip + 1) > packet->end || ip->version != IPV4_VERSION ||
	    ip->ihl < IPV4_MIN_WORDS)
		return HG_PASSED_MALFORMED;
	packet->ip = ip;
	packet->flow.source = ip->saddr;
	packet->flow.destination = ip->daddr;
	packet->flow.protocol = ip->protocol;
	return HG_UNDECIDED;
}

/*
 * The lengths. A frame may be longer than its packet, Ethernet pads short
 * ones, but never shorter (RFC 1812 5.2.2).
 */
static __always_inline __u32 parse_ipv4(struct packet *packet)
{
	const struct iphdr *ip = packet->ip;
	__u32 header_size = ip->ihl * IPV4_WORD_SIZE;
	__u32 size = bpf_ntohs(ip->tot_len);

	if (size < header_size ||
	    size > packet->frame_size - sizeof(struct ethhdr))
		return HG_PASSED_MALFORMED;
	if (ip->frag_off &
	    bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return HG_PASSED_FRAGMENT;
	packet->transport = (void *)ip + header_size;
	packet->transport_size = size - header_size;
	return HG_UNDECIDED;
}

/*
 * True if the packet holds `size` bytes of transport header. The second
 * condition follows from the first, but the verifier cannot know that.
 */
static __always_inline bool transport_holds(const struct packet *packet,
					    __u32 size)
{
	return packet->transport_size >= size &&
	       packet->transport + size <= packet->end;
}

/* TCP and UDP begin with the same two ports. */
static __always_inline __u32 parse_ports(struct packet *packet,
					 __u32 header_size)
{
	const struct udphdr *header = packet->transport;

	if (!transport_holds(packet, header_size))
		return HG_PASSED_MALFORMED;
	packet->flow.source_port = header->source;
	packet->flow.destination_port = header->dest;
	return HG_UNDECIDED;
}

/* A ping is a flow, told from others by its identifier. */
static __always_inline __u32 parse_icmp(struct packet *packet)
{
	const struct icmp_echo *header = packet->transport;

	if (!transport_holds(packet, sizeof(*header)))
		return HG_PASSED_MALFORMED;
	if (header->type != ICMP_ECHO_REQUEST)
		return HG_PASSED_OTHER_ICMP;
	packet->flow.source_port = header->id;
	packet->flow.destination_port = 0;
	return HG_UNDECIDED;
}

static __always_inline __u32 parse_transport(struct packet *packet)
{
	switch (packet->flow.protocol) {
	case IPPROTO_TCP:
		return parse_ports(packet, sizeof(struct tcphdr));
	case IPPROTO_UDP:
		return parse_ports(packet, sizeof(struct udphdr));
	case IPPROTO_ICMP:
		return parse_icmp(packet);
	default:
		return HG_PASSED_OTHER_PROTOCOL;
	}
}

#endif
