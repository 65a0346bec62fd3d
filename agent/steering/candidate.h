/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_CANDIDATE_H
#define STEERING_CANDIDATE_H

/*
 * Candidates: the members of a set that have weight, in address order, so that
 * the order of the input is forgotten first and "lower address" later reads
 * "lower index", with what scoring them needs. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steering/assign.h"

enum candidate_limits {
	CANDIDATE_SHORT_SET = 16, /* so few are not shortlisted */
};

struct candidate {
	struct address address;
	uint64_t key;	     /* of the address and the seed */
	uint64_t reciprocal; /* of the weight */
	uint64_t least_hash; /* to be shortlisted */
	uint32_t weight;
	uint16_t member; /* index in the caller's array */
};

/*
 * An index of `count` is nobody.
 *
 * There is a cost that some eight candidates of a bucket are below, and a few
 * of these have to be told apart. `least_hash` is that cost as a hash, which is
 * what is compared first; all that is above it costs less than all that is not,
 * whatever cost was chosen.
 */
struct candidate_set {
	struct candidate *list;
	size_t count;
	bool equal_weights;
};

/*
 * Returns 0, -EINVAL (none or too many members, none with weight, duplicate
 * address, weight not allowed) or -ENOMEM. The caller frees with
 * candidate_set_free(), also after a failure.
 */
int candidate_set_init(struct candidate_set *set, const struct member *members,
		       size_t count, uint64_t seed);
void candidate_set_free(struct candidate_set *set);

#endif
