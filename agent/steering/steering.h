/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_STEERING_H
#define STEERING_STEERING_H

/*
 * From sets of next hops to the tables of the XDP program.
 *
 * A group is a bucket table for one set of {next hop, weight}; VIPs with equal
 * sets share one. When the set of a VIP changes, the group of the new set is
 * written completely before the VIP is pointed at it by one update, so that no
 * packet meets a half-written table. A next hop keeps its slot, and with it its
 * counters, for as long as there are slots left.
 *
 * When a next hop dies, steering_nexthop_changed() clears its alive bit at
 * once: one store moves the traffic of all VIPs to the backups in the buckets.
 * The new sets follow when the routes have been decided again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"
#include "steering/assign.h"

/* Where the tables are. Functions return 0 or -errno. */
struct steering_sink {
	/* `value` is complete but for its hash_fields. */
	int (*set_vip)(void *context, const struct prefix *vip,
		       const struct hg_vip *value);
	int (*delete_vip)(void *context, const struct prefix *vip);
	/* `index` counts through all groups. */
	int (*set_bucket)(void *context, uint32_t index,
			  struct hg_bucket bucket);
	int (*set_nexthop)(void *context, uint32_t slot,
			   const struct hg_nexthop *nexthop);
	int (*set_alive)(void *context, uint32_t slot, bool alive);
	/* The index has a new owner: its counter starts at zero. */
	int (*clear_vip_counter)(void *context, uint32_t index);
	int (*clear_nexthop_counter)(void *context, uint32_t slot);
	void *context;
};

struct steering_options {
	uint32_t table_size; /* buckets of a group, a power of two */
	uint32_t group_count;
	uint64_t seed; /* of the assignment */
	const struct tracker *tracker;
	struct steering_sink sink;
};

struct steering;

/* A set that has its bucket table. */
struct steering_group {
	uint32_t index;
	uint32_t references; /* VIPs that point at it */
	size_t count;
	struct member *members;	 /* in address order */
	struct slot **slots;	 /* of the members */
	uint32_t *buckets;	 /* how many each member owns */
	uint16_t *owners;	 /* of each bucket, index of a member */
	uint16_t *backups;	 /* the same, or ASSIGN_NONE */
	struct ranking *ranking; /* to derive the next set's table from */
};

/* A VIP that is steered. */
struct steering_vip {
	struct prefix_node node; /* first: found by prefix */
	struct slot *counter;
	struct steering_group *group;
};

/* NULL: out of memory. The caller frees with steering_free(). */
struct steering *steering_new(const struct steering_options *options);
/* Leaves the tables as they are. */
void steering_free(struct steering *steering);

/*
 * Points `vip` at the set `members` (in any order, no address twice, all
 * alive), or takes it out of the tables when the set is empty. On failure the
 * VIP stays as it was. Returns 0, -ENOSPC (no group, slot or VIP entry left),
 * -ENOMEM or what the sink returned.
 */
int steering_set_vip(struct steering *steering, const struct prefix *vip,
		     const struct member *members, size_t count);
/* Writes the next hop's new state into its slot, if it has one. */
void steering_nexthop_changed(struct steering *steering,
			      const struct nexthop *nexthop);

/*
 * Nothing needs this next hop any more: what still goes to it takes the backups
 * until the new sets are written.
 */
void steering_nexthop_gone(struct steering *steering,
			   const struct address *address);

/*
 * 64 bits that are equal on all nodes that steer alike: assign_digest(). Worked
 * out when it is asked for, in time that grows with the table. 0: out of memory.
 */
uint64_t steering_digest(const struct steering_group *group);

/* Walk what there is, in no particular order. NULL starts. */
const struct steering_vip *steering_next_vip(const struct steering *steering,
					     const struct steering_vip *vip);
const struct steering_group *
steering_next_group(const struct steering *steering,
		    const struct steering_group *group);
/* The VIP that an address belongs to: the longest prefix, or NULL. */
const struct steering_vip *steering_match_vip(const struct steering *steering,
					      const struct address *address);
/* How many groups there is room for. */
uint32_t steering_group_limit(const struct steering *steering);
/* The slot of a next hop, also of one that is no longer used, or NULL. */
const struct slot *steering_find_slot(const struct steering *steering,
				      const struct address *address);
/* How many buckets of all groups have it as their current next hop. */
uint32_t steering_count_buckets(const struct steering *steering,
				const struct address *address);

#endif
