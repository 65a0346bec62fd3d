/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_CANDIDATE_H
#define STEERING_CANDIDATE_H

/*
 * Candidates: the members of a set that have weight, in address order, with
 * precomputed values for their scores. Sorting removes the order of the input,
 * and makes "lower address" mean "lower index". Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steering/assign.h"

enum candidate_limits {
	CANDIDATE_SHORT_SET = 16, /* up to so many: no shortlist */
};

struct candidate {
	struct address address;
	uint64_t key;	     /* of the address and the seed */
	uint64_t reciprocal; /* of the weight */
	uint64_t least_hash; /* on the shortlist */
	uint32_t weight;
	uint16_t member; /* index in the caller's array */
};

/*
 * The index `count` means no candidate.
 *
 * The shortlist of a bucket is the candidates whose cost is below a bound that
 * about eight of them meet. `least_hash` is that bound as a hash, which is
 * cheaper to compare. Any bound is correct: each candidate above its
 * `least_hash` costs less than each that is not.
 */
struct candidate_set {
	struct candidate *list;
	size_t count;
	bool equal_weights;
};

/*
 * Make the candidates of `members`. Returns 0, -EINVAL (none or too many
 * members, none with weight, duplicate address) or -ENOMEM.
 * The caller frees with candidate_set_free(), also after a failure.
 */
int candidate_set_init(struct candidate_set *set, const struct member *members,
		       size_t count, uint64_t seed);
void candidate_set_free(struct candidate_set *set);

#endif
