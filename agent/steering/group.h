/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_GROUP_H
#define STEERING_GROUP_H

/*
 * Groups: the bucket table of a set, built and shared. Used by steering.c only.
 */

#include "steering/nexthop_slots.h"
#include "steering/steering.h"

struct group_table {
	const struct steering_options *options;
	const struct steering_sink *sink;
	struct nexthop_slots *nexthops;
	struct steering_group **groups; /* by index; NULL: free */
	struct hg_bucket *buckets;	/* one table, while it is written */
	uint32_t last; /* index used last: the search for a free one goes on */
};

int group_table_init(struct group_table *table,
		     const struct steering_options *options,
		     const struct steering_sink *sink,
		     struct nexthop_slots *nexthops);
void group_table_free(struct group_table *table);

/*
 * Take a reference on the group of this set: an existing one, or a new one with
 * its table written. `members` is in address order. `base` is a group with a
 * similar set, or NULL: from it a new table is computed faster. Returns 0,
 * -ENOSPC (no group or slot left), -ENOMEM or an error of the sink.
 */
int group_acquire(struct group_table *table, const struct member *members,
		  size_t count, const struct steering_group *base,
		  struct steering_group **group);
void group_release(struct group_table *table, struct steering_group *group);

#endif
