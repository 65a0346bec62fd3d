/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_TRANSPORT_BPF_H
#define HEADGATE_TRANSPORT_BPF_H

/*
 * The ports of TCP, UDP, UDP-Lite, DCCP and SCTP, and the headers of ICMP.
 * docs/packet-path.md, 5.
 */

#include "packet.bpf.h"

#include <linux/in.h>

enum transport {
	TRANSPORT_PROTOCOL_COUNT = 256,
	TCP_HEADER_SIZE = 20,
	UDP_HEADER_SIZE = 8, /* and of UDP-Lite */
	DCCP_HEADER_SIZE = 12,
	SCTP_HEADER_SIZE = 12,
};

/* The first bytes of every protocol with ports */
struct port_pair {
	__u16 source;
	__u16 destination;
};

/*
 * RFC 792, RFC 4443. <linux/icmp.h> includes headers that BPF code cannot use.
 */
struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u16 echo_id;
	__u16 echo_sequence;
};

static __always_inline bool is_icmp(bool ipv6, __u8 protocol)
{
	return protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/*
 * The bytes that a packet must hold of its header; 0: a protocol without ports
 */
static const __u8 port_header_sizes[TRANSPORT_PROTOCOL_COUNT] = {
	[IPPROTO_TCP] = TCP_HEADER_SIZE,     [IPPROTO_UDP] = UDP_HEADER_SIZE,
	[IPPROTO_DCCP] = DCCP_HEADER_SIZE,   [IPPROTO_SCTP] = SCTP_HEADER_SIZE,
	[IPPROTO_UDPLITE] = UDP_HEADER_SIZE,
};

static __always_inline __u32 port_header_size(__u8 protocol)
{
	return likely(protocol == IPPROTO_TCP) ?
		       TCP_HEADER_SIZE :
		       port_header_sizes[bounded(protocol, MAX_BYTE)];
}

/* Return the outcome of a packet that ends before its ports. */
static __always_inline __u32 too_short(const struct packet *packet)
{
	return packet->fragment.place == FRAGMENT_FIRST ?
		       HG_DROPPED_BAD_FRAGMENT :
		       HG_DROPPED_BAD_TRANSPORT;
}

/*
 * Read the ports. A first fragment need not hold more of the header than these.
 */
static __always_inline __u32 parse_ports(struct packet *packet,
					 __u32 header_size)
{
	const struct port_pair *header = packet->transport;

	if (unlikely(packet->fragment.place == FRAGMENT_FIRST))
		header_size = sizeof(*header);
	if (packet->transport_size < header_size ||
	    (const void *)(header + 1) > packet->end)
		return too_short(packet);
	packet->flow.ports = *(const __u32 *)header;
	return HG_UNDECIDED;
}

#endif
