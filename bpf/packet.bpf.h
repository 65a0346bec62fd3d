/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_PACKET_BPF_H
#define HEADGATE_PACKET_BPF_H

/*
 * The structs that the steps fill: the packet as far as it has been read, and
 * its target. Each step checks the bytes it needs before it reads them, fills
 * its part and returns HG_UNDECIDED, or the outcome with which the frame leaves
 * the program.
 *
 * The inlined steps keep `struct packet` in registers, so its address must not
 * escape: functions that are not inlined, which handle what is rare, get a
 * small struct of their own. Functions with loops are not static either: the
 * verifier checks a global function once, for all arguments, and not again for
 * each path that leads to it. These take offsets into the frame and return a
 * number.
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

/* A step returns this when the next one is to run. */
enum {
	HG_UNDECIDED = HG_OUTCOME_COUNT
};

/* Masks for bounded(): all bits set */
enum {
	MAX_FRAME_OFFSET = 0x7fff, /* largest offset that the program reads */
	MAX_BYTE = 0xff,
};

/* The bucket index of a packet whose next hop was not chosen by a bucket. */
enum {
	BUCKET_NONE = 0xffffffff
};

enum resize {
	RESIZE_TAGS_MASK = 3,
	RESIZE_PADDING_SHIFT = 2,
};

/* The IDs of the first and the last tag in one number; 0: no tag, or ID 0 */
enum vlans {
	VLAN_ID_BITS = 12,
	VLAN_ID_MASK = 0xfff,
};

enum fragment_place {
	FRAGMENT_NONE, /* a whole packet */
	FRAGMENT_FIRST,
	FRAGMENT_LATER,
};

/* The fragment fields of an IP header. */
struct fragment {
	__u32 id;
	__u8 place;    /* enum fragment_place */
	__u8 protocol; /* equal in all fragments of a packet */
};

/*
 * The Ethernet header (IEEE 802.3 3.1.1). The struct of <linux/if_ether.h> is
 * packed, so its type is read byte by byte; this one is not.
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
	void *transport; /* first byte behind the IP headers */
	__u32 ifindex;	 /* ingress interface */
	__u32 frame_size;
	__u32 network_size;   /* bytes behind Ethernet and tags */
	__u32 transport_size; /* by the IP header; the frame holds all of it */
	/*
	 * The number of tags and, from RESIZE_PADDING_SHIFT on, of bytes behind
	 * the packet that must not leave. Both are rare, so one test finds them.
	 */
	__u32 resize;
	__u32 type;  /* EtherType behind the tags, network byte order */
	__u32 vlans; /* IDs of its first and last tag: enum vlans */
	struct fragment fragment;
	struct flow flow; /* its destination is the VIP */
};

/*
 * The choices made for a packet, for captures and `explain`. They are kept in
 * memory: inside struct target they would take two more registers in each step.
 */
struct choice {
	__u32 slot;   /* of the next hop, or HG_NEXTHOP_NONE */
	__u32 bucket; /* as in struct hg_capture, or BUCKET_NONE */
};

/* The target of a packet: its VIP, and its next hop once chosen. */
struct target {
	struct hg_vip vip;
	__u64 hash; /* of the flow */
	const struct hg_nexthop *nexthop;
	struct choice *choice; /* filled by the steps */
	bool explain;	       /* only decide: record and count nothing */
};

/*
 * True if the packet holds `size` bytes of transport header. The first
 * condition implies the second, but the verifier cannot know that.
 */
static __always_inline bool transport_holds(const struct packet *packet,
					    __u32 size)
{
	return packet->transport_size >= size &&
	       packet->transport + size <= packet->end;
}

/*
 * Return `value`, which is within `mask` already. The instruction is for
 * verifiers before Linux 5.16, which forget the bounds of a number once the
 * compiler has put it on the stack.
 */
static __always_inline __u64 bounded(__u64 value, __u32 mask)
{
	asm volatile("%0 &= %1" : "+r"(value) : "i"(mask));
	return value;
}

/*
 * Return the outcome that a global function has returned. To the verifier it
 * could be any number, also one that needs a next hop; the function never
 * returns those.
 */
static __always_inline __u32 sure_outcome(__u32 outcome)
{
	return outcome > HG_FORWARDED_REDIRECT ? outcome :
						 HG_DROPPED_BAD_HEADER;
}

/* Return `size` bytes at an offset into the frame; NULL if it ends before. */
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

/*
 * Return two ports as one word: a CPU forwards one store to a load of the word,
 * but not two stores of its halves.
 */
static __always_inline __u32 join_ports(__u16 source, __u16 destination)
{
	struct flow flow = {
		.source_port = source,
		.destination_port = destination,
	};

	return flow.ports;
}

/* Write a flow's address in the form that both families share. */
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
