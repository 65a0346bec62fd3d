/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_SHARE_H
#define STEERING_SHARE_H

/*
 * The number of buckets for each candidate: its exact weighted share of the
 * table, by largest remainder. Pure.
 */

#include "steering/candidate.h"

enum share_limits {
	SHARE_NO_CANDIDATE = UINT16_MAX,
};

/* The remainder of a candidate's share after rounding down. */
struct share_remainder {
	uint64_t size;
	uint64_t key;
	uint16_t candidate;
};

struct share {
	const struct candidate_set *set;
	uint32_t size;
	uint32_t *room; /* by candidate; 0 at `count` */
	uint16_t *open; /* candidates with room, and those that filled up since */
	size_t open_count;
	struct share_remainder *by_key; /* all candidates, remainder 0 */
	struct share_remainder *remainders;
};

/* Allocate. Returns 0 or -ENOMEM; the caller frees in either case. */
int share_init(struct share *share, const struct candidate_set *set,
	       uint32_t size);
void share_free(struct share *share);

/*
 * Fill `room` for the set without `removed`, which must not be its only
 * candidate. SHARE_NO_CANDIDATE removes none.
 */
void share_out(struct share *share, size_t removed);

#endif
