/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_ADOPTED_TABLE_H
#define STEERING_ADOPTED_TABLE_H

/*
 * The table of a group as a previous run left it: from words of the program to
 * members, owners, backups and windows. Pure.
 *
 * The weights of its set are not in the table. The number of buckets stands in
 * for them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/member.h"
#include "headgate/abi.h"
#include "steering/affinity.h"

/* A bucket as it is in the maps */
struct adopted_bucket {
	struct hg_bucket word;
	uint16_t previous;
};

struct adopted_table {
	uint32_t size;
	/* By slot, HG_MAX_NEXTHOPS; without an address the slot is unused. */
	const struct hg_nexthop *nexthops;
	struct adopted_bucket buckets[];
};

/*
 * Write the members, which own a bucket or are the backup of one, to `members`,
 * which has room for HG_MAX_NEXTHOPS. Returns their number.
 */
size_t adopted_members(const struct adopted_table *table,
		       struct member *members);
/*
 * Write the members of each bucket, as indices of `members` in any order, or
 * ASSIGN_NONE.
 */
void adopted_owners(const struct adopted_table *table,
		    const struct member *members, size_t count,
		    uint16_t *owners, uint16_t *backups);
/* Return the windows, or NULL if no bucket is tracked or there is no memory. */
struct affinity *adopted_windows(const struct adopted_table *table,
				 uint32_t now_s, uint32_t window_s,
				 uint32_t drain_max_s);
/*
 * Return when the window of a bucket ends whose flows stay on a next hop until
 * `held_until_s`; 0: the previous run did not get to write it.
 */
uint32_t adopted_until(uint32_t held_until_s, uint32_t now_s, uint32_t window_s,
		       uint32_t drain_max_s);

#endif
