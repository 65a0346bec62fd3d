/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ABI_H
#define HEADGATE_ABI_H

/*
 * What the XDP program and the agent both see: keys and values of the pinned
 * maps, the outcomes a packet can have, and the limits of the tables.
 *
 * Rules of this file: types and size asserts only; explicit padding, named
 * "reserved" and always zero; map keys are plain integers or structs of them,
 * so that bpftool prints every field by its name; array values are a multiple
 * of 8 bytes, because the kernel rounds the elements of an array map up to 8
 * and the agent indexes the mapped memory directly.
 *
 * Addresses and MACs are in network byte order, every other number is in the
 * byte order of the host.
 */

#include <linux/types.h>

/* Limits of the tables. */
enum hg_limits {
	HG_MAX_VIPS = 16384,
	HG_MAX_NEXTHOPS = 4096,
	HG_MAX_GROUPS = 4096,
	HG_MAX_PORTS = 16,
	HG_MIN_TABLE_SIZE = 256,
	HG_MAX_TABLE_SIZE = 65536,
};

/*
 * Slot 0 of `nexthops` is never used and never alive, so that a bucket of
 * zeroes, the state of a new map, names no next hop.
 */
enum hg_reserved_slots {
	HG_NEXTHOP_NONE = 0,
};

/* Which fields of a packet choose its bucket. */
enum hg_hash_fields {
	HG_HASH_5_TUPLE,
	HG_HASH_3_TUPLE,
	HG_HASH_SRC_DST,
	HG_HASH_SRC,
	HG_HASH_DST,
	HG_HASH_PACKET,
	HG_HASH_FIELDS_COUNT,
};

/*
 * Every way in which a frame can leave the program, one counter each. The
 * order is part of the ABI: new outcomes go to the end.
 */
enum hg_outcome {
	/* Forwarded: out of the port it came in by, or through the devmap. */
	HG_FORWARDED_TX,
	HG_FORWARDED_REDIRECT,
	/* Handed to the kernel, byte-identical. */
	HG_PASSED_NOT_IPV4,
	HG_PASSED_NOT_OUR_MAC,
	HG_PASSED_NOT_VIP,
	HG_PASSED_MALFORMED,
	HG_PASSED_FRAGMENT,
	HG_PASSED_OTHER_PROTOCOL,
	HG_PASSED_OTHER_ICMP,
	HG_PASSED_TTL_EXPIRED,
	HG_PASSED_TOO_BIG,
	HG_PASSED_NO_NEXTHOP,
	HG_OUTCOME_COUNT,
};

/* Value of `vip4`, whose key is the IPv4 address as a __u32 in network order. */
struct hg_vip {
	__u32 group;	   /* index into `groups` */
	__u32 counter;	   /* index into `vip_counters` */
	__u32 hash_fields; /* enum hg_hash_fields */
	__u32 reserved;
};

/* Value of `groups`: the group's run of `mask + 1` buckets. */
struct hg_group {
	__u32 first_bucket; /* index into `buckets` */
	__u32 mask; /* table size - 1; the table size is a power of two */
};

/*
 * Value of `buckets`: slots of `nexthops`. Read and written as one aligned
 * 64-bit word, so that a reader never sees half a change.
 */
struct hg_bucket {
	__u16 current;
	__u16 backup; /* who takes the bucket when `current` is not alive */
	__u16 previous;
	__u16 flags;
} __attribute__((aligned(8)));

/* Value of `nexthops`: one cache line, what the rewrite needs comes first. */
struct hg_nexthop {
	__u8 destination_mac[6];
	__u8 source_mac[6];
	__u32 ifindex; /* port to leave by */
	__u16 mtu;     /* of that port, bytes behind the Ethernet header */
	__u16 vlan;    /* 0: untagged */
	__u8 alive;    /* one store here moves all traffic off it */
	__u8 draining;
	__u8 reserved[2];
	__u32 incarnation; /* +1 each time the slot becomes alive again */
	__u32 reserved2;
	__u8 address[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 reserved3[16];
} __attribute__((aligned(8)));

/*
 * Value of `vip_counters`, `nh_counters` and `outcomes`, one for each CPU. The
 * first two count what was forwarded, the last every frame exactly once.
 */
struct hg_counter {
	__u64 packets;
	__u64 bytes; /* of Ethernet frames as they came in */
};

/* What the program is told once, before it is loaded. */
struct hg_config {
	__u64 hash_key; /* the same on all nodes that steer alike */
};

/*
 * An interface the program is attached to. Kept in the program's own data, so
 * that the check for our MAC costs no map lookup. ifindex 0 ends the list.
 */
struct hg_port {
	__u32 ifindex;
	__u8 mac[6];
	__u8 reserved[2];
};

_Static_assert(sizeof(struct hg_vip) == 16, "hg_vip has no hidden padding");
_Static_assert(sizeof(struct hg_group) == 8, "hg_group is one array element");
_Static_assert(sizeof(struct hg_bucket) == 8, "a bucket is one store");
_Static_assert(sizeof(struct hg_nexthop) == 64, "a next hop is a cache line");
_Static_assert(sizeof(struct hg_counter) == 16, "hg_counter has no padding");
_Static_assert(sizeof(struct hg_port) == 12, "hg_port has no hidden padding");

#endif
