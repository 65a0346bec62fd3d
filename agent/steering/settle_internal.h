/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_SETTLE_INTERNAL_H
#define STEERING_SETTLE_INTERNAL_H

/* One call of steering_settle(), shared by settle.c, turn.c and limit.c. */

#include "steering/steering_internal.h"

enum turn_times {
	TURN_RETRY_MS = 1000, /* after an error */
};

struct turn {
	struct steering *steering;
	uint64_t now_ms;
	bool deferred;	 /* a set waits for SETTLE_QUIET_MS */
	bool limited;	 /* a set waits for the build budget */
	bool retry;	 /* a set waits for TURN_RETRY_MS */
	bool stuck;	 /* a set with a table waits for a group */
	bool none_alike; /* no groups are known that differ in weights alone */
};

/* The waiting VIPs of a set at a look. */
struct view {
	bool urgent;
	bool has_table; /* some VIP has one, if not that of its set */
	bool unsafe;	/* and it leads to a server outside of the set */
	struct steering_group *in_place; /* all of its VIPs want the set */
};

/* ------------------------------------------------------------- turn.c */

bool turn_has_time(const struct turn *turn);
/* Log an error once for a set and let it wait. */
void turn_postpone(struct turn *turn, struct steering_set *set, int error);
/* Move a VIP to a group. Returns false on an error, which lets its set wait. */
bool turn_move_vip(struct turn *turn, struct steering_vip *vip,
		   struct steering_group *group);
/*
 * Point the waiting VIPs of a set at its own group: as many as there is time,
 * and one in any case, so that a new group is used.
 */
bool turn_point_waiting(struct turn *turn, struct steering_set *set);
/*
 * Move as many VIPs as there is time for; until all are moved, none comes back.
 * Returns whether one was moved.
 */
bool turn_move_all(struct turn *turn, struct steering_group *from,
		   struct steering_group *to);
/* True if the VIP has no table, or one that leads to servers outside its set. */
bool turn_is_urgent(const struct turn *turn, const struct steering_vip *vip);
/* True if VIPs wait for the set, and each had many tables of late. */
bool turn_is_restless(const struct turn *turn, const struct steering_set *set);
/* Count the table that a set is to get for the build budget. */
void turn_note_build(struct turn *turn, const struct steering_set *set);
/* Returns false on an error, which lets the set wait. */
bool turn_start_build(struct turn *turn, struct steering_set *set,
		      struct steering_group *in_place, bool shared);
/* Go on with the build, which there must be. */
void turn_continue_build(struct turn *turn);

/* ------------------------------------------------------------- limit.c */

/* Serve a set for which no group is free. Returns whether something was done. */
bool limit_serve(struct turn *turn, struct steering_set *set,
		 const struct view *view);
/* Free a group where each is used by VIPs that wait for several others. */
bool limit_consolidate(struct turn *turn);

#endif
