/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_WORLD_H
#define TESTS_XDP_WORLD_H

/*
 * A load balancer with three ports, and next hops and VIPs of every kind. It is
 * kept twice: in the tables of the real program, and in memory for the oracle.
 * A failure in this file ends the test.
 *
 *	left  02:00:00:00:01:00
 *	right 02:00:00:00:01:01
 *	third 02:00:00:00:01:02
 *
 * Next hop SLOT has the MAC 02:00:00:00:09:SLOT; its source MAC is
 * 02:00:00:00:08:SLOT. The ends of its tunnel, if it has one, are 10.9.0.SLOT and
 * 10.8.0.SLOT, or 2001:db8:9::SLOT and 2001:db8:8::SLOT; the flow fills the last
 * bits of our ends of GUE over IPv4 and GRE over IPv6. VIP number V is 192.0.2.(1 + V) and 2001:db8:2::(1 + V).
 * Then come prefixes inside each other:
 *
 *	203.0.113.0/24   2001:db8:113::/48      to the left port
 *	203.0.113.64/26  2001:db8:113:40::/58   to the right port
 *	203.0.113.80     2001:db8:113:40::80    host routes, a tagged next hop
 */

#include "headgate/abi.h"

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum world_port {
	PORT_LEFT,
	PORT_RIGHT,
	PORT_THIRD,
	PORT_COUNT,
};

enum world_slot {
	SLOT_NONE = HG_NEXTHOP_NONE,
	SLOT_LEFT,
	SLOT_RIGHT,
	SLOT_DEAD,
	SLOT_NARROW, /* on a link with a small MTU */
	SLOT_LOST,   /* on an interface that is not a port */
	SLOT_LEFT_TAG,
	SLOT_LEFT_TAGS,
	SLOT_RIGHT_TAG,
	SLOT_RIGHT_TAGS,
	SLOT_THIRD,
	SLOT_IPIP4, /* from here on through a tunnel, over IPv4 or IPv6 */
	SLOT_IPIP6,
	SLOT_GUE4,
	SLOT_GUE6,
	SLOT_GRE4,
	SLOT_GRE6,
	SLOT_COUNT,
};

/*
 * The VIPs, by the content of their buckets. Each is a group with two VIPs, one
 * for each family.
 */
enum world_vip {
	VIP_LEFT,
	VIP_RIGHT,
	VIP_BACKUP, /* current next hop dead, backup alive */
	VIP_DEAD,   /* both dead */
	VIP_EMPTY,  /* buckets of zeroes */
	VIP_NARROW,
	VIP_LOST,
	VIP_LEFT_TAG,
	VIP_LEFT_TAGS,
	VIP_RIGHT_TAG,
	VIP_RIGHT_TAGS,
	VIP_IPIP4,
	VIP_IPIP6,
	VIP_GUE4,
	VIP_GUE6,
	VIP_GRE4,
	VIP_GRE6,
	VIP_ANY_HASH, /* from here on one for each mode, buckets at random */
	VIP_3_TUPLE = VIP_ANY_HASH + HG_HASH_3_TUPLE,
	VIP_SRC_DST = VIP_ANY_HASH + HG_HASH_SRC_DST,
	VIP_PACKET = VIP_ANY_HASH + HG_HASH_PACKET, /* all buckets equal */
	VIP_COUNT,
};

enum world_sizes {
	WORLD_TABLE_SIZE = 256,
	WORLD_MTU = 1500,
	WORLD_NARROW_MTU = 100,
	WORLD_FIRST_VIP = 0xc0000201, /* 192.0.2.1 */
	WORLD_NO_VIP = 0xc6336401,    /* 198.51.100.1 */
	WORLD_PREFIX = 0xcb007100,    /* 203.0.113.0 */
	WORLD_MAX_ROUTES = 64,
	WORLD_PREFIXES = 6, /* routes behind the VIPs of both families */
	WORLD_FLOW_RECORDS = 65536,
	WORLD_GUE_PORT = 6080,
	WORLD_IPV4_BITS = 32,
	WORLD_IPV6_BITS = 128,
};

enum world_tags {
	WORLD_TAG = 100,       /* 802.1Q, for next hops with one tag */
	WORLD_OUTER_TAG = 200, /* 802.1ad, around WORLD_INNER_TAG */
	WORLD_INNER_TAG = 4094,
};

struct world_port_info {
	uint32_t ifindex;
	uint8_t mac[ETH_ALEN];
	struct hg_port_vlans vlans; /* all of them, unless a test sets others */
	bool untagged;
};

/* An entry of the tables of VIPs; addresses as in struct hg_address */
struct world_route {
	bool ipv6;
	uint8_t length; /* all bits: in vip4 or vip6, else in the LPM tries */
	struct hg_address address;
	struct hg_vip vip; /* the counter is the route's index */
};

struct datapath;

struct world {
	struct datapath *dp;
	uint32_t icmp_rate;
	bool accept_martians;
	struct world_port_info ports[PORT_COUNT];
	struct hg_nexthop nexthops[SLOT_COUNT];
	struct hg_tunnel tunnels[SLOT_COUNT];
	struct hg_bucket buckets[VIP_COUNT][WORLD_TABLE_SIZE];
	uint16_t previous[VIP_COUNT][WORLD_TABLE_SIZE]; /* slots */
	struct world_route routes[WORLD_MAX_ROUTES];
	uint32_t route_count;
};

extern const uint64_t world_key;
/* Secret of the places of VIPs; the home of the address of zeroes is place 0. */
extern const struct hg_vip_secret world_vip_secret;

/*
 * Build the world, in a sandbox, and pin the process to one CPU. `icmp_rate` as
 * in struct hg_config. The buckets of some VIPs depend on the state of
 * random().
 */
struct world *world_new(uint32_t icmp_rate);
void world_free(struct world *world);

struct hg_address world_address(enum world_vip vip, bool ipv6);
/* True if both addresses are equal in their first `length` bits. */
bool world_matches(const struct hg_address *a, const struct hg_address *b,
		   bool ipv6, uint8_t length);
/* Return the index in `routes` of a VIP's host route. */
uint32_t world_route_of(enum world_vip vip, bool ipv6);

/* Add a route with the next free counter, or remove the last one. */
void world_add_route(struct world *world, struct world_route route);
void world_remove_last_route(struct world *world);

/* Set a next hop's `alive`. Coming back to life counts its incarnation up. */
void world_set_alive(struct world *world, enum world_slot slot, bool alive);
void world_set_nexthop(struct world *world, enum world_slot slot,
		       const struct hg_nexthop *nexthop);
void world_set_bucket(struct world *world, enum world_vip vip, uint32_t index,
		      struct hg_bucket bucket);
void world_set_buckets(struct world *world, enum world_vip vip,
		       struct hg_bucket bucket);
/* Set the previous slots of all buckets of a VIP. */
void world_set_previous(struct world *world, enum world_vip vip, uint16_t slot);
/*
 * Track buckets of VIPs with random buckets, and let some of them move, all at
 * random.
 */
void world_track_at_random(struct world *world);
void world_set_draining(struct world *world, enum world_slot slot,
			bool draining);
void world_set_vlans(struct world *world, enum world_port port,
		     const struct hg_port_vlans *vlans, bool untagged);
void world_accept_martians(struct world *world, bool accept);
/* Set the time by which flows are recorded. */
void world_set_time(struct world *world, uint64_t time_ms);
/* Return the part of a second that the rate allows for a record. */
uint64_t world_record_ns(const struct world *world);
/* Use up the rate of records until then. */
void world_set_flow_budget(struct world *world, uint64_t used_until_ns);
/* Read the record of a flow; false if there is none. */
bool world_find_flow(const struct world *world, enum hg_flow_map map,
		     uint64_t signature, struct hg_flow *flow);
void world_forget_flows(struct world *world);
/* Set how many ICMP errors this second has had. */
void world_set_icmp_used(struct world *world, uint32_t route, uint32_t used,
			 uint32_t too_big_used);
/* Empty the program's memory of fragments. */
void world_forget_fragments(struct world *world);

#endif
