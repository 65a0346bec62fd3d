/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_GROUP_H
#define STEERING_GROUP_H

/*
 * Groups: building the bucket table of a set and sharing it. Used by
 * steering.c only.
 */

#include "steering/nexthop_slots.h"
#include "steering/steering.h"

struct group_table {
	const struct steering_options *options;
	struct nexthop_slots *nexthops;
	struct steering_group **groups; /* by index; NULL: free */
	uint32_t last; /* index given out last: re-use goes round */
};

int group_table_init(struct group_table *table,
		     const struct steering_options *options,
		     struct nexthop_slots *nexthops);
void group_table_free(struct group_table *table);

/*
 * The group of this set, with one more reference: an existing one, or a new
 * one whose table has been written. `members` is in address order. `base`, a
 * group or NULL, is one whose set may be almost the same: it stays as it is,
 * and a new table is computed sooner.
 */
int group_acquire(struct group_table *table, const struct member *members,
		  size_t count, const struct steering_group *base,
		  struct steering_group **group);
void group_release(struct group_table *table, struct steering_group *group);

#endif
