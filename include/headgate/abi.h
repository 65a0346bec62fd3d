/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_ABI_H
#define HEADGATE_ABI_H

/*
 * The types that the XDP program and the agent share: keys and values of the
 * pinned maps, the outcomes of a frame, and the limits of the tables.
 *
 * The agent writes the VIPs (`vip4`, `vip6` and their tries), `buckets`,
 * `previous`, `nexthops`, `tunnels`, `tx_ports`, filters and their lists, the
 * ports and struct hg_control; the program reads them. The program writes
 * `counters`, `fragments`, `icmp_budgets`, the flow maps, `flow_budgets`,
 * `filter_use`, `filter_rates` and `captures`; the agent sums
 * the counters up, sets them to zero for a new owner, reads captures, and
 * deletes flows that need no record any more.
 *
 * Rules of this file: types and size asserts only. Padding is explicit, named
 * "reserved" and always zero. Map keys are plain integers or structs of them,
 * so that bpftool prints every field by its name. Array values are a multiple
 * of 8 bytes, because the kernel rounds the elements of an array map up to 8
 * and the agent indexes the mapped memory directly. So buckets, of 4 bytes,
 * stand in pairs, and previous slots, of 2 bytes, in fours.
 *
 * Addresses and MACs are in network byte order, every other number is in the
 * byte order of the host.
 */

#include <linux/bpf.h>
#include <linux/types.h>

/* Limits of the tables */
enum hg_limits {
	HG_MAX_VIPS = 16384,
	HG_MAX_NEXTHOPS = 4096,
	HG_MAX_GROUPS = 4096,
	HG_MAX_PORTS = 16,
	HG_MAX_EXTENSION_HEADERS = 8,
	HG_MAX_FRAGMENTED = 131072, /* packets in `fragments` */
	HG_FRAGMENT_WAYS = 8,	    /* of them in a set */
	HG_FRAGMENT_SETS = HG_MAX_FRAGMENTED / HG_FRAGMENT_WAYS,
	HG_VIP_PLACES = 65536, /* in `vip4` and `vip6`, a power of two */
	HG_VIP_PROBES = 32,    /* places that a VIP can stand in */
	HG_MIN_TABLE_SIZE = 256,
	HG_MAX_TABLE_SIZE = 65536,
	HG_MAX_FLOW_RECORDS = 1 << 24, /* in `flows_pinned` */
	HG_MAX_FILTERS = 1000,	       /* in force */
	HG_FILTER_SLOTS = 2048,	       /* these, and those that they replace */
	HG_MAX_FILTERS_OF_VIP = 256,
	HG_FILTER_PLACES = 16384, /* filters of all lists together */
	HG_MAX_FILTER_LISTS = 4096,
	HG_MAX_FILTER_SOURCES = 131072,
	HG_FILTER_RANGES = 8,
};

/*
 * Slot 0 of `nexthops` is never used and never alive. So a bucket of zeroes,
 * the state of a new map, has no next hop.
 */
enum hg_reserved_slots {
	HG_NEXTHOP_NONE = 0,
};

/* The fields of a packet that choose its bucket */
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
 * The outcomes of a frame in the program, one counter each; docs/packet-path.md
 * says when it has which. A frame for a VIP is forwarded, passed to the kernel,
 * which answers it, or dropped. Any other frame goes to the kernel,
 * byte-identical.
 */
enum hg_outcome {
	/* Forwarded: out of the ingress port, or through the devmap */
	HG_FORWARDED_TX,
	HG_FORWARDED_REDIRECT,
	/* Not for a VIP, or too short to know: passed to the kernel */
	HG_PASSED_NOT_IP,
	HG_PASSED_NOT_OUR_MAC,
	HG_PASSED_TRUNCATED,
	HG_PASSED_NOT_VIP,
	/* For a VIP, and passed for the kernel to handle */
	HG_PASSED_TTL_EXPIRED,
	HG_PASSED_TOO_BIG,
	HG_PASSED_SOURCE_ROUTED,
	HG_PASSED_JUMBOGRAM,
	HG_PASSED_EXTENSION_HEADERS,
	HG_PASSED_OTHER_ICMP,
	HG_PASSED_NO_NEXTHOP,
	HG_PASSED_NO_HEADROOM, /* for tags or outer headers of its next hop */
	/* For a VIP, and dropped: a server must not see it */
	HG_DROPPED_BAD_HEADER,
	HG_DROPPED_BAD_LENGTH,
	HG_DROPPED_BAD_OPTIONS,
	HG_DROPPED_BAD_EXTENSION,
	HG_DROPPED_BAD_FRAGMENT,
	HG_DROPPED_BAD_TRANSPORT,
	HG_DROPPED_BAD_ICMP_ERROR,
	HG_DROPPED_FOREIGN_ICMP_ERROR,
	HG_DROPPED_ICMP_RATE,
	HG_DROPPED_MARTIAN, /* its source is an address that sends nothing */
	/* Passed, although it stands here: not of a VLAN that the port takes */
	HG_PASSED_OTHER_VLAN,
	/* For a VIP, and dropped by a filter of it */
	HG_DROPPED_FILTER,
	HG_DROPPED_RATE,   /* above the rate of a filter */
	HG_DROPPED_SOURCE, /* its source is none that the VIP takes */
	HG_DROPPED_BLACKHOLE,
	HG_OUTCOME_COUNT,
};

/*
 * Further events of a frame, counted in `events` and only on rare paths. A
 * frame can have several.
 */
enum hg_event {
	HG_EVENT_BACKUP,	    /* `current` was not alive */
	HG_EVENT_FRAGMENT_FIRST,    /* recorded for those that follow */
	HG_EVENT_FRAGMENT_FOLLOWED, /* went where the first one did */
	HG_EVENT_FRAGMENT_MISSED,   /* first one unknown: hashed by addresses */
	HG_EVENT_ICMP_ERROR,	    /* steered by the packet it quotes */
	HG_EVENT_CAPTURED,
	HG_EVENT_FLOW_RECORDED,	     /* a new flow, in `flows_new` */
	HG_EVENT_FLOW_UNKNOWN,	     /* to `previous`; in `flows_probation` */
	HG_EVENT_FLOW_PINNED,	     /* its second packet; in `flows_pinned` */
	HG_EVENT_FLOW_FOLLOWED,	     /* went where its record says */
	HG_EVENT_FLOW_UNRECORDED,    /* a new flow above the rate of records */
	HG_EVENT_FLOW_ENDED,	     /* FIN or RST of a recorded flow */
	HG_EVENT_HANDED_UP,	     /* the kernel gets its slot, too */
	HG_EVENT_HANDED_UP_UNMARKED, /* the kernel chooses one by itself */
	HG_EVENT_FILTER_SAMPLED,     /* by a filter, whether captured or not */
	HG_EVENT_COUNT,
};

/*
 * The number that the program `explain` returns: an outcome and a slot of
 * `nexthops`. struct hg_explanation has more.
 */
enum hg_explain_layout {
	HG_EXPLAIN_OUTCOME_MASK = 0xff,
	HG_EXPLAIN_SLOT_SHIFT = 8,
};

/* The rule by which a packet got its next hop: docs/packet-path.md, 7 and 8 */
enum hg_rule {
	HG_RULE_NONE, /* it got none */
	HG_RULE_CURRENT,
	HG_RULE_BACKUP,
	HG_RULE_NEW,	    /* a new flow of a moving bucket: to `current` */
	HG_RULE_UNRECORDED, /* the same above the rate: to `previous` */
	HG_RULE_PREVIOUS,   /* an unknown flow of a moving bucket */
	HG_RULE_FOLLOWED,   /* where the record of its flow says */
	HG_RULE_FRAGMENT,   /* where the first fragment went */
	HG_RULE_COUNT,
};

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d; network byte order. */
struct hg_address {
	__u8 bytes[16];
};

/* Keys of `vip4_lpm` and `vip6_lpm`, in the layout of the kernel's LPM tries */
struct hg_prefix4 {
	__u32 length; /* 0-32 */
	__u32 address;
};

struct hg_prefix6 {
	__u32 length; /* 0-128 */
	struct hg_address address;
};

/*
 * A VIP: value of both LPM tries, and part of the entries of `vip4` and `vip6`
 */
struct hg_vip {
	__u32 group : 12;      /* index of its buckets: see struct hg_bucket */
	__u32 counter : 14;    /* index into hg_counters.vips */
	__u32 hash_fields : 3; /* enum hg_hash_fields */
	__u32 filtered : 1;    /* `filter_lists` has a list for it */
	__u32 further : 1;     /* a search goes on past this place */
	__u32 used : 1;	       /* the place holds a VIP */
};

/*
 * Values of `vip4` and `vip6`: hash tables in arrays, because the program reads
 * an array without a call. bpf/vip_hash.h gives the places that a VIP can stand
 * in, in order; it stands in the first one that was free. The places before it
 * get `further` set and keep it when they become free.
 *
 * An entry is read and written as 64-bit words, the one with the VIP last.
 */
struct hg_vip4_entry {
	__u32 address;
	struct hg_vip vip;
} __attribute__((aligned(8)));

/* Half a cache line, so that no entry spans two */
struct hg_vip6_entry {
	struct hg_address address;
	__u32 reserved[3];
	struct hg_vip vip;
} __attribute__((aligned(8)));

/*
 * A bucket: slots of `nexthops`. It is read and written as one aligned 32-bit
 * word, so that a reader never sees half a change.
 *
 * While a bucket is `moving`, new flows go to `current` and unknown ones to the
 * bucket's slot in `previous`, if that is alive; both are recorded. Flows of a
 * `tracked` bucket may have a record, which the program looks up before it
 * takes `current`. `moving` implies `tracked`. Packets of a bucket with neither
 * flag touch no flow map.
 */
struct hg_bucket {
	__u32 current : 14;
	__u32 backup : 14; /* takes over while `current` is not alive */
	__u32 moving : 1;
	__u32 tracked : 1;
	__u32 reserved : 2;
};

enum hg_bucket_layout {
	HG_BUCKETS_PER_PAIR = 2,
	HG_PREVIOUS_PER_QUAD = 4,
};

/*
 * Value of `buckets`: bucket B is in pair B / 2, at B % 2. Group G has the
 * buckets from G * hg_config.table_size on, table_size of them.
 */
struct hg_bucket_pair {
	struct hg_bucket buckets[HG_BUCKETS_PER_PAIR];
} __attribute__((aligned(8)));

/*
 * The slot of `nexthops` to which unknown flows of a moving bucket go;
 * HG_NEXTHOP_NONE: to `current`. The agent writes it before it sets `moving`,
 * and clears it afterwards.
 */
struct hg_previous {
	__u16 slot;
};

/*
 * Value of `previous`: that of bucket B is in quad B / 4, at B % 4. Without
 * flow records `previous` has one quad only.
 */
struct hg_previous_quad {
	struct hg_previous previous[HG_PREVIOUS_PER_QUAD];
} __attribute__((aligned(8)));

/*
 * The flow maps. A new flow of a moving bucket is recorded in `flows_new`, an
 * unknown one in `flows_probation`. The second packet moves the record to
 * `flows_pinned`, so a flood of single packets does not push out flows.
 */
enum hg_flow_map {
	HG_FLOWS_NEW,
	HG_FLOWS_PROBATION,
	HG_FLOWS_PINNED,
	HG_FLOW_MAP_COUNT,
};

/*
 * Key of the flow maps: the 64-bit hash of the flow's 5-tuple by
 * hg_config.hash_key (bpf/flow_hash.h), whatever the VIP's hash fields are
 */
struct hg_flow_key {
	__u64 signature;
};

/*
 * Value of the flow maps: where a flow goes. It counts only while the slot is
 * alive and of the same incarnation. Records of slot HG_NEXTHOP_NONE are no flows:
 * they help the agent to read large maps.
 */
struct hg_flow {
	__u32 slot;
	__u32 incarnation; /* of the next hop when the flow was recorded */
	/*
	 * Low 32 bits of CLOCK_MONOTONIC in milliseconds: when the record was
	 * made; of the last packet once the flow is ending
	 */
	__u32 time_ms;
	__u32 bucket : 16;  /* within its table */
	__u32 counter : 14; /* hg_vip.counter */
	__u32 ending : 1;   /* a FIN or RST was seen */
	__u32 reserved : 1;
};

/*
 * Details of the last run of `explain`, in the program's own data. Only a
 * packet of a tracked bucket has a signature.
 */
struct hg_explanation {
	__u64 signature; /* key in the flow maps */
	__u32 bucket;	 /* as in struct hg_capture */
	__u16 previous;	 /* slot that the bucket moves from, if it is alive */
	__u8 rule;	 /* enum hg_rule */
	__u8 map;	 /* enum hg_flow_map of the record that was followed */
	__u32 filter;	 /* slot of the last filter that matched, or 0 */
	__u32 reserved;
};

/*
 * Value of `flow_budgets`, one for each CPU: the time up to which the rate of
 * records in `flows_new` is used up
 */
struct hg_flow_budget {
	__u64 used_until_ns; /* CLOCK_MONOTONIC */
};

/* A VLAN tag as in the frame (IEEE 802.1Q 9.3), without priority bits */
struct hg_vlan_tag {
	__u16 protocol; /* 0x8100 or 0x88a8, network order; 0: no tag */
	__u16 id;	/* 1-4094, host order */
};

/* How packets go to a next hop that is not on a link of ours */
enum hg_encapsulation {
	HG_ENCAPSULATION_NONE, /* they go as they are: it is on the link */
	HG_ENCAPSULATION_IPIP,
	HG_ENCAPSULATION_GUE,
	HG_ENCAPSULATION_GRE,
	HG_ENCAPSULATION_COUNT,
};

/*
 * Value of `nexthops`: one cache line; the fields that the rewrite needs come
 * first.
 */
struct hg_nexthop {
	__u8 destination_mac[6];
	__u8 source_mac[6];
	__u32 ifindex; /* egress port */
	/* Bytes behind the Ethernet header, all tags and outer headers */
	__u16 mtu;
	__u8 alive; /* one store moves all its traffic away */
	__u8 draining;
	struct hg_vlan_tag tags[2]; /* outermost first */
	__u32 incarnation; /* +1 each time the slot becomes alive again */
	/*
	 * Flows stay on it until then, with or without buckets: seconds of
	 * CLOCK_BOOTTIME, or 0. For the next agent; the program ignores it.
	 */
	__u32 held_until_s;
	struct hg_address address; /* the end of the tunnel, if there is one */
	__u8 encapsulation;	   /* enum hg_encapsulation */
	__u8 reserved2[11];
} __attribute__((aligned(8)));

/*
 * Value of `tunnels`, by the slot of the next hop: fields that no packet reads
 * but those that go inside others
 */
struct hg_tunnel {
	struct hg_address source; /* of the outer header */
	__u32 source_entropy; /* bits of its last word that the flow fills */
	__u16 gue_port;	      /* network byte order */
	__u8 reserved[10];
};

struct hg_counter {
	__u64 packets;
	__u64 bytes; /* of the Ethernet frames as they came in */
};

/*
 * Records that the program has added to a flow map, and removed from it. Those
 * that the kernel removed to make room are in neither.
 */
struct hg_flow_count {
	__u64 added;
	__u64 removed;
};

/*
 * Array sizes of struct hg_counters: powers of two, which the program masks an
 * index with, and whole cache lines
 */
enum hg_counter_room {
	HG_OUTCOME_ROOM = 32,
	HG_EVENT_ROOM = 16,
	HG_FLOW_MAP_ROOM = 4,
};

/*
 * Value of `counters`, an array with one element for each CPU: one lookup finds
 * all counters of a CPU. In a per-CPU map each counter would stand behind a
 * pointer of its own, which is one more cache miss for each of many VIPs.
 */
struct hg_counters {
	struct hg_counter outcomes[HG_OUTCOME_ROOM]; /* each frame once */
	struct hg_counter events[HG_EVENT_ROOM];
	struct hg_counter nexthops[HG_MAX_NEXTHOPS]; /* forwarded, by slot */
	struct hg_counter vips[HG_MAX_VIPS]; /* forwarded, by hg_vip.counter */
	struct hg_flow_count flows[HG_FLOW_MAP_ROOM]; /* by enum hg_flow_map */
};

/* Key of `fragments`: the last bits of a packet's signature */
struct hg_fragment_key {
	__u32 set; /* below HG_FRAGMENT_SETS */
};

/*
 * A packet whose first fragment went to a next hop. The signature is a keyed
 * hash of the fields that all its fragments share. For IPv4 (RFC 791 3.2) the
 * protocol is one of them, for IPv6 (RFC 8200 4.5) it is not.
 */
struct hg_fragment {
	__u32 slot;	   /* index into `nexthops`; HG_NEXTHOP_NONE: empty */
	__u32 incarnation; /* of that next hop at that time */
	__u64 signature;
	__u32 counter; /* hg_vip.counter */
	__u32 insert;  /* number of its insert into the set */
};

/*
 * Value of `fragments`: packets whose signatures end alike. A new one replaces
 * the oldest of the VIP with the most packets in the set, so that a flood for
 * one VIP does not push out those of others.
 */
struct hg_fragment_set {
	struct bpf_spin_lock lock;
	__u32 inserts;
	struct hg_fragment packets[HG_FRAGMENT_WAYS];
};

/* Value of `icmp_budgets`, indexed by hg_vip.counter, one for each CPU */
struct hg_icmp_budget {
	__u64 since_ns; /* CLOCK_MONOTONIC start of the second being counted */
	__u32 used;	/* ICMP errors steered in it, without the next */
	__u32 used_too_big; /* packet too big, which has a rate of its own */
};

/* Secret of the places of VIPs: bpf/vip_hash.h. The factors are odd. */
struct hg_vip_secret {
	__u64 addend;
	__u64 factor;
	__u64 subnet_factor;
};

/*
 * The number of this layout of the maps. A change of the meaning of
 * what the maps hold raises it: an agent goes on with the maps of a previous run only if
 * the numbers are equal. Sizes and types are compared in any case.
 */
enum hg_layout {
	HG_LAYOUT = 3,
};

/* Configuration of the program, constant once it is loaded */
struct hg_config {
	__u64 hash_key; /* the same on all nodes that steer alike */
	/*
	 * ICMP errors for each second, VIP and CPU, and as many packets too
	 * big; 0: no limit
	 */
	__u32 icmp_rate;
	__u32 table_size; /* buckets of a group, a power of two */
	struct hg_vip_secret vip_secret; /* the same for as long as the tables */
	/* Records in `flows_new` for each second and CPU */
	__u32 flows_new_rate;
	__u32 virtual_clock; /* flows go by hg_control.time_ms; for tests */
	__u32 layout;	     /* HG_LAYOUT, for the next agent */
	/*
	 * Adjacent bits of a packet's mark, which hold the slot of its next hop
	 * in the kernel; 0: the kernel does not get it
	 */
	__u32 handed_up_mark;
};

/*
 * Metadata in front of a frame that goes to the kernel although it has a next
 * hop; the program `mark` puts the slot into the packet's mark.
 */
struct hg_handed_up {
	__u32 magic; /* HG_HANDED_UP_MAGIC */
	__u32 slot;
};

enum hg_handed_up_magic {
	HG_HANDED_UP_MAGIC = 0x48477570,
};

/* Fields of a packet that a filter looks at, beside its VIP */
enum hg_filter_fields {
	HG_FILTER_SOURCE = 1 << 0,
	HG_FILTER_PROTOCOL = 1 << 1,
	HG_FILTER_PORT = 1 << 2, /* of the source or of the destination */
	HG_FILTER_DESTINATION_PORT = 1 << 3,
	HG_FILTER_SOURCE_PORT = 1 << 4,
	HG_FILTER_ICMP_TYPE = 1 << 5,
	HG_FILTER_ICMP_CODE = 1 << 6,
	HG_FILTER_TCP_FLAGS = 1 << 7,
	HG_FILTER_LENGTH = 1 << 8,
	HG_FILTER_DSCP = 1 << 9,
	HG_FILTER_FRAGMENT = 1 << 10,
	HG_FILTER_FLOW_LABEL = 1 << 11,
};

/* Headers that a filter needs a packet to have */
enum hg_filter_needs {
	HG_FILTER_NEEDS_PORTS = 1 << 0, /* TCP or UDP */
	HG_FILTER_NEEDS_TCP = 1 << 1,
	HG_FILTER_NEEDS_ICMP = 1 << 2, /* of the VIP's family */
};

/* Actions on packets that a filter matches; none: they are accepted */
enum hg_filter_actions {
	HG_FILTER_DROP = 1 << 0,
	HG_FILTER_RATE = 1 << 1,
	HG_FILTER_MARK = 1 << 2, /* set the DSCP */
	HG_FILTER_SAMPLE = 1 << 3,
	HG_FILTER_CONTINUE = 1 << 4, /* to the next filter */
};

/* Bits of the fragment fields: an index into hg_filter.fragments */
enum hg_filter_fragment {
	HG_FILTER_DONT_FRAGMENT = 1 << 0, /* IPv4 only */
	HG_FILTER_IS_FRAGMENT = 1 << 1,	  /* other than the first */
	HG_FILTER_FIRST_FRAGMENT = 1 << 2,
	HG_FILTER_LAST_FRAGMENT = 1 << 3,
};

/* Numbers from `first` to `last`; none if `first` is higher */
struct hg_filter_range {
	__u16 first;
	__u16 last;
};

struct hg_filter_wide_range {
	__u32 first;
	__u32 last;
};

/* One bit for each value of a byte */
struct hg_filter_bytes {
	__u64 bits[4];
};

/*
 * Value of `filters`, by slot; slot 0 is none. The agent writes one before a
 * list refers to it, and never while one does. Of the members after `cost_byte`
 * only those with a bit in `fields` count.
 */
struct hg_filter {
	__u64 identity; /* of the rule; the program ignores it */
	__u16 fields;	/* enum hg_filter_fields */
	__u8 needs;	/* enum hg_filter_needs */
	__u8 actions;	/* enum hg_filter_actions */
	__u8 dscp;	/* of HG_FILTER_MARK */
	__u8 outcome;	/* of HG_FILTER_DROP: enum hg_outcome */
	__u8 reserved[2];
	struct hg_address source;
	struct hg_address source_mask; /* bits of the source that count */
	/*
	 * The cost of a packet, in 16ths of a nanosecond: cost_packet, and for
	 * each of its bytes cost_byte of 1 / 65536
	 */
	__u64 cost_packet;
	__u64 cost_byte;
	struct hg_filter_bytes protocols;
	struct hg_filter_bytes tcp_flags; /* byte 13 of the header */
	struct hg_filter_bytes icmp_types;
	struct hg_filter_bytes icmp_codes;
	__u64 dscps;
	__u32 fragments; /* a bit for each set of enum hg_filter_fragment */
	__u32 reserved2;
	struct hg_filter_range ports[HG_FILTER_RANGES];
	struct hg_filter_range destination_ports[HG_FILTER_RANGES];
	struct hg_filter_range source_ports[HG_FILTER_RANGES];
	struct hg_filter_range lengths[HG_FILTER_RANGES];
	struct hg_filter_wide_range flow_labels[HG_FILTER_RANGES];
};

/* Value of `filter_order`: slots of `filters`, in the order of a list */
struct hg_filter_order {
	__u16 slots[4];
};

/*
 * Key of `filter_lists`: the longest prefix that contains a destination has its
 * list. There are two generations, of which one is in force.
 */
enum hg_filter_list_family {
	HG_FILTER_LIST_IPV6 = 1 << 8, /* ::/0 is not for IPv4 */
};

struct hg_filter_list_key {
	__u32 length;	  /* 32-160, of the bits that follow */
	__u32 generation; /* with enum hg_filter_list_family */
	struct hg_address address;
};

struct hg_filter_list {
	__u32 first; /* its filters are in `filter_order` from here on */
	__u32 count;
	__u32 sources;	      /* a set in `filter_sources`; 0: any source */
	__u32 sources_filter; /* slot that counts what these drop */
};

/* Key of `filter_sources`: sources that a VIP takes */
struct hg_filter_source_key {
	__u32 length; /* 32-160 */
	__u32 set;
	struct hg_address address;
};

/* Value of `filter_sources` */
struct hg_filter_source {
	__u32 taken;
};

/* Value of `filter_head`: one store puts all filters in force */
struct hg_filter_head {
	__u32 generation; /* 0: none */
	__u32 sets;	  /* the last set of sources that was made */
};

/*
 * Value of `filter_use`, HG_FILTER_SLOTS for each CPU: counters, and the part
 * of the filter's rate that this CPU has drawn and not used
 */
struct hg_filter_use {
	struct hg_counter matched;
	struct hg_counter dropped;
	__u64 last_ns; /* CLOCK_MONOTONIC of the last packet; 0: none */
	__u64 credit;  /* as hg_filter.cost_packet */
	__u64 retry;   /* no credit before this time, in the same unit */
	__u64 reserved;
};

/* Value of `filter_rates`, by slot: what the CPUs share */
struct hg_filter_rate {
	struct bpf_spin_lock lock;
	__u32 reserved;
	__u64 used_until; /* in 16ths of a nanosecond, CLOCK_MONOTONIC */
};

enum hg_filter_rates {
	HG_FILTER_TIME_SHIFT = 4,    /* from nanoseconds to 16ths */
	HG_FILTER_COST_SHIFT = 16,   /* of hg_filter.cost_byte */
	HG_FILTER_BURST_MS = 100,    /* of its rate, at least one packet */
	HG_FILTER_QUANTUM_US = 1000, /* a CPU draws this much at once */
};

/* Value of `filter_packets`, one for each CPU: what filters see of a packet */
struct hg_filter_packet {
	struct hg_address source;
	__u32 flow_label;
	__u16 length; /* by the IP header */
	__u16 source_port;
	__u16 destination_port;
	__u8 protocol;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 dscp;
	__u8 fragment; /* enum hg_filter_fragment */
	__u8 has;      /* enum hg_filter_needs */
	__u8 reserved[7];
	struct hg_filter_list list; /* of its destination */
};

/*
 * Settings that the agent changes while the program runs. They are in the
 * program's own data, like the ports, because reading that takes no lookup.
 */
struct hg_control {
	__u8 lpm4; /* `vip4_lpm` has entries */
	__u8 lpm6;
	__u8 capture;		/* write frames for VIPs to `captures` */
	__u8 capture_one_vip;	/* only those for `capture_vip` */
	__u32 capture_interval; /* capture one frame in this many, at random */
	struct hg_address capture_vip;
	__u64 time_ms; /* only with a virtual clock */
	__u8 accept_martians;
	__u8 reserved[7];
};

enum hg_capture_sizes {
	HG_CAPTURE_SNAPLEN = 256,
};

/*
 * A record of `captures`; at most HG_CAPTURE_SNAPLEN bytes of the frame follow.
 */
struct hg_capture {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 ifindex; /* ingress interface */
	__u32 outcome;
	__u32 slot; /* of the next hop, or HG_NEXTHOP_NONE */
	__u32 frame_size;
	__u32 captured_size; /* bytes of the frame that follow */
	__u32 bucket;	     /* group * table_size + bucket; UINT32_MAX: none */
};

/*
 * An interface that the program is attached to. The ports are in the program's
 * own data, so that the check of the destination MAC takes no map lookup.
 * ifindex 0: no port.
 */
struct hg_port {
	__u8 mac[6];
	__u8 marks;	  /* `mark` is there, too */
	__u8 tagged_only; /* frames without a VLAN are not taken */
	__u32 ifindex;
	__u32 reserved2;
} __attribute__((aligned(8)));

/* Whether frames with a VLAN ID are taken */
enum hg_vlan_taken {
	HG_VLAN_OUTER = 1 << 0, /* as that of the outermost tag */
	HG_VLAN_INNER = 1 << 1, /* as that of the tag behind it */
	HG_VLAN_IDS = 4096,
};

/*
 * The VLANs whose frames are taken on a port: enum hg_vlan_taken, by ID. They
 * stand beside the ports, with the same index. ID 0 is no VLAN (IEEE 802.1Q
 * 9.6).
 */
struct hg_port_vlans {
	__u8 ids[HG_VLAN_IDS];
};

_Static_assert(sizeof(struct hg_vip) == 4, "a VIP is half a word");
_Static_assert(HG_MAX_GROUPS <= 1 << 12, "a group fits into hg_vip");
_Static_assert(HG_MAX_VIPS <= 1 << 14, "a counter fits into hg_vip");
_Static_assert(HG_HASH_FIELDS_COUNT <= 1 << 3, "a mode fits into hg_vip");
_Static_assert(sizeof(struct hg_vip4_entry) == 8, "an entry is one store");
_Static_assert(sizeof(struct hg_vip6_entry) == 32, "half a cache line");
_Static_assert(sizeof(struct hg_bucket) == 4, "a bucket is one store");
_Static_assert(sizeof(struct hg_bucket_pair) == 8, "as the kernel's elements");
_Static_assert(HG_MAX_NEXTHOPS <= 1 << 14, "a slot fits into hg_bucket");
_Static_assert(sizeof(struct hg_nexthop) == 64, "a next hop is a cache line");
_Static_assert(sizeof(struct hg_tunnel) == 32, "half a cache line");
_Static_assert(sizeof(struct hg_counter) == 16, "hg_counter has no padding");
_Static_assert(sizeof(struct hg_counters) % 64 == 0, "no line of two CPUs");
_Static_assert((int)HG_OUTCOME_COUNT <= HG_OUTCOME_ROOM, "a counter for each");
_Static_assert((int)HG_EVENT_COUNT <= HG_EVENT_ROOM, "a counter for each");
_Static_assert((int)HG_FLOW_MAP_COUNT <= HG_FLOW_MAP_ROOM, "likewise");
_Static_assert(sizeof(struct hg_port) == 16, "hg_port has no hidden padding");
_Static_assert(sizeof(struct hg_port_vlans) == 4096, "no hidden padding");
_Static_assert(sizeof(struct hg_prefix4) == 8, "as the trie's key");
_Static_assert(sizeof(struct hg_prefix6) == 20, "as the trie's key");
_Static_assert(sizeof(struct hg_vlan_tag) == 4, "as in the frame");
_Static_assert(sizeof(struct hg_fragment_key) == 4, "no hidden padding");
_Static_assert(sizeof(struct hg_fragment) == 24, "no hidden padding");
_Static_assert(sizeof(struct hg_fragment_set) == 200, "no hidden padding");
_Static_assert(sizeof(struct hg_icmp_budget) == 16, "no hidden padding");
_Static_assert(sizeof(struct hg_previous_quad) == 8, "one word");
_Static_assert(HG_MAX_NEXTHOPS <= 1 << 16, "a slot fits into hg_previous");
_Static_assert(HG_MAX_TABLE_SIZE <= 1 << 16, "a bucket fits into hg_flow");
_Static_assert(sizeof(struct hg_flow_key) == 8, "no hidden padding");
_Static_assert(sizeof(struct hg_flow) == 16, "no hidden padding");
_Static_assert(sizeof(struct hg_flow_budget) == 8, "no hidden padding");
_Static_assert(sizeof(struct hg_explanation) == 24, "no hidden padding");
_Static_assert(sizeof(struct hg_control) == 40, "no hidden padding");
_Static_assert(sizeof(struct hg_handed_up) % 4 == 0, "as metadata has to be");
_Static_assert(sizeof(struct hg_capture) == 32, "no hidden padding");
_Static_assert(sizeof(struct hg_filter) == 400, "no hidden padding");
_Static_assert(sizeof(struct hg_filter_order) == 8, "one word");
_Static_assert(sizeof(struct hg_filter_list_key) == 24, "as the trie's key");
_Static_assert(sizeof(struct hg_filter_list) == 16, "no hidden padding");
_Static_assert(sizeof(struct hg_filter_source_key) == 24, "as the trie's key");
_Static_assert(sizeof(struct hg_filter_head) == 8, "one store");
_Static_assert(sizeof(struct hg_filter_use) == 64, "a cache line");
_Static_assert(sizeof(struct hg_filter_rate) == 16, "no hidden padding");
_Static_assert(sizeof(struct hg_filter_packet) == 56, "no hidden padding");
_Static_assert(HG_FILTER_SLOTS <= 1 << 16, "a slot fits into hg_filter_order");

#endif
