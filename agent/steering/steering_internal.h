/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_STEERING_INTERNAL_H
#define STEERING_STEERING_INTERNAL_H

/* The room's own structure, shared by steering.c, vip.c and settle.c. */

#include "steering/build_budget.h"
#include "steering/flow_sweep.h"
#include "steering/group.h"
#include "steering/steering.h"

TAILQ_HEAD(steering_set_list, steering_set);

struct steering {
	struct steering_options options;
	struct steering_sink sink;
	struct steering_hooks hooks;
	struct prefix_map vips;
	struct slot_table vip_counters;
	struct steering_vip **by_counter; /* VIPs, by their counter */
	struct flow_sweep sweep;
	struct nexthop_slots nexthops;
	struct group_table groups;
	struct set_table sets;
	struct steering_set_list queue; /* sets with VIPs that wait */
	struct group_build *build;	/* in progress, or NULL */
	bool changed;			/* a set has, since the last settle */
	uint64_t changed_ms;
	/* Builds that could have waited, and the time that they are counted. */
	uint64_t window_ms;
	unsigned int window_builds;
	struct build_history *histories; /* of VIPs, by counter */
	struct build_budget budget;
	bool logged_full; /* the warning that groups are short */
	bool logged_unwindowed;
	uint32_t parked_count;
	struct steering_vip_list parked;
	/* The look at all windows: see variant.c. */
	uint32_t pass; /* the next group of it, or PASS_NONE */
	bool pass_wanted;
	uint64_t pass_due_ms;
	/* The next group of the look for returns.c, or PASS_NONE. */
	uint32_t return_group;
};

enum steering_passes {
	PASS_NONE = UINT32_MAX,
};

/* ------------------------------------------------------------- vip.c */

/* True if traffic for the VIP is served: by a table or the kernel's route. */
static inline bool vip_is_steered(const struct steering_vip *vip)
{
	return (vip->group && !vip->parked) || vip->by_kernel;
}

/* Return the program's entry of `vip` that points at `group`. */
struct hg_vip vip_value(const struct steering *steering,
			const struct steering_vip *vip,
			const struct steering_group *group);
/* Point the program's entry of `vip` at `group`. Returns 0 or the sink's error. */
int vip_use_group(struct steering *steering, struct steering_vip *vip,
		  struct steering_group *group);
/* Write the program's entry of a VIP again, if it has one. Logs an error. */
void vip_write(struct steering *steering, const struct steering_vip *vip);
/* Remove the VIP from the program's tables. Returns 0 or the sink's error. */
int vip_leave_group(struct steering *steering, struct steering_vip *vip);
/* The VIP has the table of its set, or waits for it. */
void vip_set_waiting(struct steering *steering, struct steering_vip *vip,
		     bool waiting);
/* Let the VIP have `set`, whose reference it takes over, and wait for it. */
void vip_want(struct steering *steering, struct steering_vip *vip,
	      struct steering_set *set);
/* Let the VIP's set go. */
void vip_forget_set(struct steering *steering, struct steering_vip *vip);
/* Free a group if no VIP uses it, and a build that was to replace it. */
void vip_release_group(struct steering *steering, struct steering_group *group);

/* ------------------------------------------------------------- steering.c */

/* Add a VIP to our table, not to the program's. NULL: no room, or an error. */
struct steering_vip *steering_add_vip(struct steering *steering,
				      const struct prefix *prefix);
/* Packets are steered: from now on changes open windows. */
void steering_begin_windows(struct steering *steering);
/* True if a next hop dies with the last session that announces it. */
bool steering_loss_kills(const struct steering *steering);
/* Take over the reference on `set`. On failure the VIP keeps its own. */
int steering_change_set(struct steering *steering, struct steering_vip *vip,
			struct steering_set *set);
/* Remove a VIP from all tables, and free it. Returns 0 or the sink's error. */
int steering_remove_vip(struct steering *steering, struct steering_vip *vip);

/* ------------------------------------------------------------- settle.c */

/* Return the number of groups that are kept free for VIPs that move. */
uint32_t settle_reserve(const struct steering *steering);

#endif
