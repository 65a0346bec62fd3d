/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_STEERING_H
#define STEERING_STEERING_H

/*
 * From sets of next hops to the tables of the XDP program.
 *
 * The way in: steering_set_vip() with the multipath set of a VIP, and
 * steering_nexthop_changed() with the state of a next hop. The way out: struct
 * steering_sink.
 *
 * A group is a bucket table for one set of {next hop, weight}; VIPs with equal
 * sets share a group. When the set of a VIP changes, the table of the new group
 * is written completely before one update points the VIP at it. So no packet
 * meets a half-written table. A next hop keeps its slot, and its counters with
 * it, while there are unused slots.
 *
 * When a next hop dies, steering_nexthop_changed() clears its alive bit at
 * once: one store moves the traffic of all VIPs to the backups in the buckets.
 * The new sets follow when the routes have been decided again.
 *
 *   options        the options of the room. Plain values
 *   steering       VIPs and their groups
 *   group          bucket tables, shared by equal sets
 *   nexthop_slots  entries of the map `nexthops`
 *   assign         capped highest-random-weight: owners and backups. Pure
 *   identity       members as all nodes know them. Pure
 *   candidate, score, log2_table
 *                  members as they are scored. Pure
 *   ranking        the best candidates of each bucket. Pure
 *   share          the number of buckets for each candidate. Pure
 *   backup         exact backups. Pure
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"
#include "steering/assign.h"
#include "steering/options.h"

struct datapath;

/*
 * Writers of the program's tables: those of datapath/datapath.h, or a test's.
 * Each returns 0 or -errno.
 */
struct steering_sink {
	int (*set_vip)(struct datapath *datapath, const struct prefix *vip,
		       const struct hg_vip *value);
	int (*delete_vip)(struct datapath *datapath, const struct prefix *vip);
	/* Write `count` buckets from `first`: group x table size + bucket. */
	int (*set_buckets)(struct datapath *datapath, uint32_t first,
			   const struct hg_bucket *buckets, uint32_t count);
	int (*set_nexthop)(struct datapath *datapath, uint32_t slot,
			   const struct hg_nexthop *nexthop);
	int (*set_alive)(struct datapath *datapath, uint32_t slot, bool alive);
	/* Set the counter of an index with a new owner to zero. */
	int (*clear_vip_counter)(struct datapath *datapath, uint32_t index);
	int (*clear_nexthop_counter)(struct datapath *datapath, uint32_t slot);
	struct datapath *datapath; /* first argument of each */
};

struct steering;
struct tracker;

/* The bucket table of a set. */
struct steering_group {
	uint32_t index;
	uint32_t references; /* VIPs that point at it */
	size_t count;
	struct member *members;	 /* in address order */
	struct slot **slots;	 /* of the members */
	uint32_t *buckets;	 /* number owned by each member */
	uint16_t *owners;	 /* of each bucket, index of a member */
	uint16_t *backups;	 /* likewise, or ASSIGN_NONE */
	struct ranking *ranking; /* base of the next set's ranking */
};

/* A VIP with a set. */
struct steering_vip {
	struct prefix_node node; /* first: found by prefix */
	struct slot *counter;
	struct steering_group *group;
};

/*
 * Copy `options` and `sink`; the tracker and the list in `options` must outlive
 * it. NULL: out of memory. The caller frees with steering_free().
 */
struct steering *steering_new(const struct steering_options *options,
			      const struct tracker *tracker,
			      const struct steering_sink *sink);
/* Free; the program's tables stay. */
void steering_free(struct steering *steering);

/*
 * Point `vip` at the set `members` (in any order, no address twice, all alive),
 * or remove it from the tables if the set is empty. On failure the VIP stays
 * unchanged. Returns 0, -ENOSPC (no group, slot or VIP entry left), -ENOMEM or
 * an error of the sink.
 */
int steering_set_vip(struct steering *steering, const struct prefix *vip,
		     const struct member *members, size_t count);
/*
 * Write the next hop's state into its slot, if it has one. Returns 0 or an
 * error of the sink.
 */
int steering_nexthop_changed(struct steering *steering,
			     const struct nexthop *nexthop);

/*
 * Clear the alive bit of a next hop that is no longer tracked: its buckets use
 * their backups until the new sets are written. Returns 0 or an error
 * of the sink.
 */
int steering_nexthop_gone(struct steering *steering,
			  const struct address *address);

/*
 * Compute assign_digest(): 64 bits that are equal on all nodes that steer
 * alike. Takes time in proportion to the table. 0: out of memory.
 */
uint64_t steering_digest(const struct steering_group *group);

/* Return the one after `vip` or `group`, in any order. NULL starts. */
const struct steering_vip *steering_next_vip(const struct steering *steering,
					     const struct steering_vip *vip);
const struct steering_group *
steering_next_group(const struct steering *steering,
		    const struct steering_group *group);
/* Return the VIP with the longest prefix that contains `address`, or NULL. */
const struct steering_vip *steering_match_vip(const struct steering *steering,
					      const struct address *address);
/* Return the largest number of groups. */
uint32_t steering_group_limit(const struct steering *steering);
/* Return the slot of a next hop, also of one no longer used, or NULL. */
const struct slot *steering_find_slot(const struct steering *steering,
				      const struct address *address);
/* Count the buckets, of all groups, that the next hop owns. */
uint32_t steering_count_buckets(const struct steering *steering,
				const struct address *address);

#endif
