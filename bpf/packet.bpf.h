/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_PACKET_BPF_H
#define HEADGATE_PACKET_BPF_H

/*
 * What the steps of the program hand on: the packet as far as it has been read,
 * and where it goes. Each step checks all it needs before it reads it, fills
 * its part and returns HG_UNDECIDED, or the outcome with which the frame leaves
 * the program.
 *
 * The inlined steps take `struct packet` apart into registers, so its address
 * must not leave them: functions that are not inlined, which are for what is
 * rare, are given a small struct of their own. Those with loops are not even
 * static: the verifier proves a global function once, for all arguments, and
 * not anew for each path that leads to it. Such take offsets into the frame and
 * answer with a number.
 */

#include "flow_hash.h"
#include "headgate/abi.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

/* What a step returns when the next one is to be taken. */
enum {
	HG_UNDECIDED = HG_OUTCOME_COUNT
};

/* For bounded(): all bits set. */
enum {
	MAX_FRAME_OFFSET = 0x7fff, /* that the program reads at */
	MAX_BYTE = 0xff,
};

/* A bucket is none: the next hop was not chosen by one. */
enum {
	BUCKET_NONE = 0xffffffff
};

enum fragment_place {
	FRAGMENT_NONE, /* a whole packet */
	FRAGMENT_FIRST,
	FRAGMENT_LATER,
};

/* What an IP header says of fragments. */
struct fragment {
	__u32 id;
	__u8 place;    /* enum fragment_place */
	__u8 protocol; /* of all its fragments: IPv6 may have more headers */
};

/*
 * The Ethernet header (IEEE 802.3 3.1.1), whose type can be read at once: that
 * of <linux/if_ether.h> is packed, which makes it two bytes.
 */
struct ethernet {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u16 type;
};

struct packet {
	void *end; /* of the frame */
	struct ethernet *ethernet;
	void *network;	 /* IP header */
	void *transport; /* what is behind the IP headers */
	__u32 ifindex;	 /* it came in by */
	__u32 frame_size;
	__u32 network_size;   /* what is behind Ethernet and tags */
	__u32 transport_size; /* by the IP header; the frame holds it all */
	__u32 tag_count;
	__u32 type; /* EtherType behind the tags, network order */
	struct fragment fragment;
	struct flow flow; /* its destination is the VIP */
};

/*
 * What is told of a packet's way when somebody asks. It is kept in memory: as
 * part of the route it would be two more registers for each step to hand on.
 */
struct choice {
	__u32 slot;   /* of the next hop, or HG_NEXTHOP_NONE */
	__u32 bucket; /* index into `buckets`, or BUCKET_NONE */
};

/* Where a packet goes: its VIP, and the next hop once it is chosen. */
struct route {
	struct hg_vip vip;
	__u64 hash; /* of the flow */
	const struct hg_nexthop *nexthop;
	struct choice *choice; /* filled as the packet goes */
};

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

/*
 * `value`, which is within `mask` as it is. The instruction is for verifiers
 * that forget what they knew of a number once the compiler has put it on the
 * stack: those before Linux 5.16.
 */
static __always_inline __u64 bounded(__u64 value, __u32 mask)
{
	asm volatile("%0 &= %1" : "+r"(value) : "i"(mask));
	return value;
}

/*
 * What a global function returned as an outcome, which is none of those that
 * need a next hop: to the verifier it could be any number.
 */
static __always_inline __u32 sure_outcome(__u32 outcome)
{
	return outcome > HG_FORWARDED_REDIRECT ? outcome :
						 HG_DROPPED_BAD_HEADER;
}

/* `size` bytes at an offset into the frame; NULL if it ends before that. */
static __always_inline void *frame_at(const struct xdp_md *ctx, __u32 offset,
				      __u32 size)
{
	void *at = (void *)(long)ctx->data + bounded(offset, MAX_FRAME_OFFSET);

	if (offset > MAX_FRAME_OFFSET ||
	    at + size > (void *)(long)ctx->data_end)
		return NULL;
	return at;
}

static __always_inline __u32 frame_offset(const struct packet *packet,
					  const void *at)
{
	return at - (void *)packet->ethernet;
}

static __always_inline void copy_ipv6(__u32 to[4], const void *from)
{
	const __u32 *words = from;

	to[0] = words[0];
	to[1] = words[1];
	to[2] = words[2];
	to[3] = words[3];
}

/* As flow.ports: what is written at once can be read at once. */
static __always_inline __u32 join_ports(__u16 source, __u16 destination)
{
	struct flow flow = {
		.source_port = source,
		.destination_port = destination,
	};

	return flow.ports;
}

/* An address of a flow in the one shape that both families have. */
static __always_inline void flow_address(struct hg_address *to, bool ipv6,
					 const __u32 from[4])
{
	__u32 *words = (void *)to;

	if (ipv6) {
		copy_ipv6(words, from);
		return;
	}
	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = from[0];
}

#endif
