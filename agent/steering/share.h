/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_SHARE_H
#define STEERING_SHARE_H

/*
 * How many buckets each candidate may take: its exact weighted share of the
 * table by largest remainder. Pure.
 */

#include "steering/candidate.h"

enum share_limits {
	SHARE_NO_CANDIDATE = UINT16_MAX,
};

/* What a candidate's exact share leaves over after rounding down. */
struct share_remainder {
	uint64_t size;
	uint64_t key;
	uint16_t candidate;
};

struct share {
	const struct candidate_set *set;
	uint32_t size;
	uint32_t *room; /* of each candidate, and of nobody: none */
	struct share_remainder *by_key; /* all candidates, remainders of 0 */
	struct share_remainder *remainders;
};

/* Returns 0 or -ENOMEM. The caller frees with share_free() in any case. */
int share_init(struct share *share, const struct candidate_set *set,
	       uint32_t size);
void share_free(struct share *share);

/*
 * Fills `room` as if `removed` were not in the set, which needs to have others;
 * SHARE_NO_CANDIDATE: all are.
 */
void share_out(struct share *share, size_t removed);

#endif
