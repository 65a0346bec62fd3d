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
 * sets share a group. steering_set_vip() records the set that a VIP is to have;
 * tables are made at the end of the turn and over several turns, by
 * steering_settle(): see settle.c. A new table is complete before one update
 * points a VIP at it; one whose VIPs all want the same new set is rewritten in
 * place, bucket by bucket. A next hop keeps its slot, and its counters with it,
 * while there are unused slots.
 *
 * When a next hop dies, steering_nexthop_changed() clears its alive bit at
 * once: one store moves the traffic of all VIPs to the backups in the buckets.
 * The new sets follow when the routes have been decided again.
 *
 *   steering       VIPs
 *   vip            one VIP between its set and its group
 *   set            multipath sets, each kept once
 *   settle         which set gets a table, when and where
 *   turn           its steps: builds, and VIPs that move to a table
 *   limit          sets for which no group is free
 *   group          bucket tables, built in turns
 *   adopt          tables of a previous run, which go on in place
 *   adopted_table  one of them: members, owners and windows. Pure
 *   variant        groups of one set with different windows
 *   window         affinity windows of a group
 *   returns        next hops that are back before a table was written anew
 *   affinity       those of its buckets, over time. Pure
 *   parking        VIPs without a server whose flows stay
 *   flow_sweep     records of flows that are not needed any more
 *   drain          next hops that keep flows and get no new ones
 *   audit          the program's tables beside what was written there
 *   build_budget   tables built again and again for the same VIPs. Pure
 *   nexthop_slots  entries of the map `nexthops`
 *   assign         capped highest-random-weight: owners and backups. Pure
 *   identity       members as all nodes know them. Pure
 *   candidate, score, log2_table
 *                  members as they are scored. Pure
 *   ranking        the best candidates of each bucket. Pure
 *   share          the number of buckets for each candidate. Pure
 *   backup         exact backups. Pure
 *   fit            whether shares fit into a table. Pure
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"
#include "steering/assign.h"
#include "steering/fit.h"
#include "steering/options.h"
#include "steering/set.h"

struct datapath;

/* A flow that stays where it is. */
struct steering_flow {
	uint64_t signature;
	struct hg_flow flow;
};

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
	/* Likewise, what their previous slots are. */
	int (*set_previous)(struct datapath *datapath, uint32_t first,
			    const uint16_t *slots, uint32_t count);
	int (*set_nexthop)(struct datapath *datapath, uint32_t slot,
			   const struct hg_nexthop *nexthop);
	/* Its outer header, in front of set_nexthop(). */
	int (*set_tunnel)(struct datapath *datapath, uint32_t slot,
			  const struct hg_tunnel *tunnel);
	int (*set_alive)(struct datapath *datapath, uint32_t slot, bool alive);
	/*
	 * Readers of what is in the tables, for audits. A VIP without an entry:
	 * -ENOENT.
	 */
	int (*get_vip)(struct datapath *datapath, const struct prefix *vip,
		       struct hg_vip *value);
	int (*get_bucket)(const struct datapath *datapath, uint32_t index,
			  struct hg_bucket *bucket);
	int (*get_previous)(const struct datapath *datapath, uint32_t index,
			    uint16_t *slot);
	int (*get_nexthop)(const struct datapath *datapath, uint32_t slot,
			   struct hg_nexthop *nexthop);
	int (*get_tunnel)(const struct datapath *datapath, uint32_t slot,
			  struct hg_tunnel *tunnel);
	/* Set the counter of an index with a new owner to zero. */
	int (*clear_vip_counter)(struct datapath *datapath, uint32_t index);
	int (*clear_nexthop_counter)(struct datapath *datapath, uint32_t slot);
	/*
	 * Read the next flow records, at most `max`: 0, or -ENOENT with the
	 * last ones. A cursor of 0 begins. NULL: there are none.
	 */
	int (*read_flows)(struct datapath *datapath, enum hg_flow_map map,
			  uint64_t *cursor, struct steering_flow *flows,
			  uint32_t max, uint32_t *count);
	int (*delete_flows)(struct datapath *datapath, enum hg_flow_map map,
			    const uint64_t *signatures, uint32_t count,
			    uint32_t *deleted);
	/* Read the program's counts of a map; NULL: unknown. */
	int (*count_flows)(const struct datapath *datapath,
			   enum hg_flow_map map, struct hg_flow_count *count);
	struct datapath *datapath; /* first argument of each */
};

struct steering;
struct tracker;

/* A next hop that flows stay on, whether or not it is in a set. */
struct steering_hold {
	struct slot *slot;
	uint32_t until_s;
};

/* A bucket table, of one set. */
struct steering_group {
	uint32_t index;
	uint32_t references; /* VIPs that use it */
	size_t count;
	const struct member *members; /* of its set, in address order */
	struct slot **slots;	      /* of the members */
	uint32_t *buckets;	      /* number owned by each member */
	uint16_t *owners;	      /* of each bucket, index of a member */
	uint16_t *backups;	      /* likewise, or ASSIGN_NONE */
	uint16_t *next_owners; /* owners after the change that the set foresees,
				* of a set's main group; NULL: none */
	struct ranking *ranking; /* base of the next set's ranking */
	struct steering_set *set;
	struct fit fit;
	/* See window.h. */
	struct affinity *affinity;  /* NULL: no bucket moves or is tracked */
	struct steering_hold *held; /* next hops that flows stay on */
	size_t held_count;
	uint32_t since_s;    /* its VIPs are steered since then */
	uint32_t ends_s;     /* the earliest end of a window */
	uint32_t extended_s; /* when a VIP last made them longer */
	uint64_t contents;   /* changes with current, previous or moving */
	uint64_t origin;     /* contents from which VIPs may come; 0: none */
	uint32_t returns;    /* of next hops, until then: see nexthop_slots */
	uint64_t marks;	     /* changes when more is tracked or held */
	uint64_t marks_of; /* marks of the group that it tracks and holds as */
	bool changed;	   /* windows or VIPs, since the last sweep began */
	LIST_ENTRY(steering_group) variant_link;
	/* Holds what several sets have in common; its VIPs wait for more. */
	bool shared;
	bool leaving; /* its VIPs move to another group, which takes turns */
	struct steering_vip_list vips;
	/* For settle.c, while it looks at one set. */
	const struct steering_set *claimed_by;
	uint32_t claims;
};

/* How a VIP is steered. */
enum steering_state {
	STEERING_EXACT,	   /* by the table of its set */
	STEERING_PREVIOUS, /* waits for a group; by the table it had */
	STEERING_SHARED,   /* waits for a group; by that of a part of its set */
	STEERING_WAITING,  /* waits for a group; by no table */
	STEERING_STATE_COUNT,
};

/* A VIP with a set. */
struct steering_vip {
	struct prefix_node node; /* first: found by prefix */
	struct slot *counter;
	struct steering_group *group; /* NULL: not in the program's tables */
	struct steering_set *set;     /* of the last steering_set_vip() */
	bool waiting;		      /* in set->waiting, not in set->done */
	bool by_kernel; /* lost its table for lack of groups: not withdrawn */
	/* Its set is empty, and its table stays for flows: see parking.h. */
	bool parked;
	uint32_t parked_since_s; /* both 0: not decided yet */
	uint32_t parked_until_s;
	/* It keeps the table of a previous run until released: adopt.h. */
	bool adopted;
	struct steering_set *wish; /* what it is to have then, or NULL */
	TAILQ_ENTRY(steering_vip) set_link;
	TAILQ_ENTRY(steering_vip) group_link;
	TAILQ_ENTRY(steering_vip) parked_link;
};

struct steering_hooks {
	/* A VIP came to a table, or lost its table. From steering_settle(). */
	void (*steered)(const struct prefix *vip, bool steered, void *context);
	/*
	 * True if the kernel forwards packets for a VIP that has no table, by a
	 * route over its set. NULL: it always does.
	 */
	bool (*kernel_serves)(const struct prefix *vip, void *context);
	/*
	 * Keep a next hop tracked, or not any longer: flows may stay on it when
	 * it is in no set any more. NULL if no VIP has an affinity window.
	 */
	void (*nexthop_track)(const struct address *address, bool wanted,
			      void *context);
	/* A next hop of a previous run has packets inside others. */
	void (*nexthop_encapsulate)(const struct address *address,
				    enum hg_encapsulation encapsulation,
				    void *context);
	/*
	 * The next hop of a slot; NULL: it gets no packets any more. Also
	 * called when its route or its interface may be another. NULL: no hook.
	 */
	void (*slot_leads)(uint32_t slot, const struct address *nexthop,
			   void *context);
	/*
	 * True if steering_settle() has had its time: it leaves the rest to the
	 * next call, after one step in any case. NULL: it never has.
	 */
	bool (*is_late)(void *context);
	/* Something waits: call steering_settle() at the end of the turn. */
	void (*work_waiting)(void *context);
	void *context;
};

/* Numbers of VIPs by how they are steered, and of groups. */
struct steering_totals {
	uint32_t vips[STEERING_STATE_COUNT];
	uint32_t groups_used;
	uint32_t groups_limit;
	/* Groups with members below one bucket, and with few for each: fit.h. */
	uint32_t groups_light;
	uint32_t groups_crowded;
	/* Groups with open windows, and their buckets. */
	uint32_t groups_moving;
	uint32_t buckets_moving;
	uint32_t buckets_tracked;
	uint64_t moved_without_window; /* VIPs and tables, since the start */
};

/*
 * Copy `options`, `sink` and `hooks`; the tracker and the list in `options` must
 * outlive it. NULL: out of memory. The caller frees with steering_free().
 */
struct steering *steering_new(const struct steering_options *options,
			      const struct tracker *tracker,
			      const struct steering_sink *sink,
			      const struct steering_hooks *hooks);
/*
 * Take other options: their list must outlive it as that of steering_new() had to
 * until now. Sizes of tables, and whether some VIP has a window, must be the same,
 * or the latter end.
 */
void steering_reconfigure(struct steering *steering,
			  const struct steering_options *options);
/* Free; the program's tables stay. */
void steering_free(struct steering *steering);

/*
 * Give `vip` the set `members` (in any order, no address twice, all alive), or
 * remove it from the tables if the set is empty. A table that exists is used at
 * once; else steering_settle() makes one. *steered says whether the VIP has a
 * table now, or the kernel's route in its place. On failure the VIP stays unchanged. Returns 0, -ENOSPC (no VIP
 * entry left), -ENOMEM or an error of the sink.
 */
int steering_set_vip(struct steering *steering, const struct prefix *vip,
		     const struct member *members, size_t count, bool *steered);

/*
 * Work on the tables of VIPs that wait, until hooks->is_late(). Returns the milliseconds
 * after which to call it again: 0 for at once, STEERING_SETTLED for never. See
 * settle.c.
 */
#define STEERING_SETTLED UINT32_MAX
uint32_t steering_settle(struct steering *steering, uint64_t now_ms);

/* Write the next hop's state into its slot, if it has one. Logs an error. */
void steering_nexthop_changed(struct steering *steering,
			      const struct nexthop *nexthop);

/*
 * Clear the alive bit of a next hop that is no longer tracked: its buckets use
 * their backups until the new sets are written. Logs an error.
 */
void steering_nexthop_gone(struct steering *steering,
			   const struct address *address);

/* Packets are steered from now on: tables that change open affinity windows. */
void steering_publish(struct steering *steering);
/*
 * The session that announced the next hop ended, and no other one announces it,
 * until steering_session_back(). When it leaves its sets its flows stay for one
 * window, and not as long as on one that drains; or, by --session-loss death and
 * where no VIP has a window, it counts as dead at once.
 */
void steering_session_lost(struct steering *steering,
			   const struct address *address, uint64_t now_ms);
void steering_session_back(struct steering *steering,
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
/* Return the group with this index, or NULL. */
const struct steering_group *steering_group_at(const struct steering *steering,
					       uint32_t index);
/* Return the VIP with the longest prefix that contains `address`, or NULL. */
const struct steering_vip *steering_match_vip(const struct steering *steering,
					      const struct address *address);
enum steering_state steering_vip_state(const struct steering_vip *vip);
/* "exact", "previous", "shared" or "waits_for_group". */
const char *steering_state_name(enum steering_state state);
/* Write why a VIP has no table of its set: "waits for a group: 4 of 4 in use". */
void steering_explain(const struct steering *steering,
		      const struct steering_vip *vip, char *text, size_t size);
/* Return the VIP with exactly this prefix, or NULL. */
const struct steering_vip *steering_find_vip(const struct steering *steering,
					     const struct prefix *prefix);
/* Count VIPs and groups; takes time for each VIP. */
struct steering_totals steering_totals(const struct steering *steering);
/* The records of a map, as the last sweep left them. */
struct steering_flow_use {
	uint32_t room;
	uint32_t records;
	uint32_t oldest_ms; /* the age of the oldest one */
	/* Pushed out by others since the first sweep, at least. */
	uint64_t evicted;
};

struct steering_flow_use steering_flow_use(const struct steering *steering,
					   enum hg_flow_map map);
/* Return the recorded flows on a slot, as the last sweep found them. */
uint32_t steering_count_flows(const struct steering *steering,
			      const struct slot *slot);
/* Return the slot of a next hop, also of one no longer used, or NULL. */
const struct slot *steering_find_slot(const struct steering *steering,
				      const struct address *address);
/* Return the slot with this index, or NULL: no next hop ever had it. */
const struct slot *steering_slot_at(const struct steering *steering,
				    uint32_t index);
/* Return the VIP with this counter, or NULL. */
const struct steering_vip *steering_vip_at(const struct steering *steering,
					   uint32_t counter);
/* True if the next hop of a record lives, and has since the record was made. */
bool steering_flow_counts(const struct steering *steering,
			  const struct hg_flow *flow);
/*
 * Return the slot to which the unknown flows of a bucket go, or NULL: it does not
 * move, or that slot is dead.
 */
const struct slot *steering_previous(const struct steering *steering,
				     const struct steering_group *group,
				     uint32_t bucket);
/* Count the buckets, of all groups, that the next hop owns. */
uint32_t steering_count_buckets(const struct steering *steering,
				const struct address *address);

#endif
