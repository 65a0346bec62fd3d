/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_RANKING_H
#define STEERING_RANKING_H

/*
 * The best candidates of each bucket by score, whether they have room or not:
 * what costs most of a bucket table, and what another set that differs in a
 * few members has almost the same of. Pure.
 *
 * A ranking is a function of the set, the seed and the size, whether it was
 * computed or derived. It takes 6 bytes for a bucket and 48 for a candidate:
 * 384 KiB at 65,536 buckets, 96 KiB at 16,384.
 */

#include "steering/candidate.h"

enum ranking_limits {
	RANKING_DEPTH = 3,
};

/* Of a set of fewer than RANKING_DEPTH, the last ones are nobody. */
struct rank {
	uint16_t best[RANKING_DEPTH]; /* candidates, the best first */
};

struct ranking {
	struct candidate_set set;
	uint64_t seed;
	uint32_t size;
	struct rank *ranks; /* of each bucket */
};

/*
 * The ranking of `members` for a table of `size` buckets. If `base` is a
 * ranking of the same size and seed whose set differs in a few members only, it
 * is derived from that, which changes nothing but the time it takes; `base` may
 * be NULL. The caller frees with ranking_free(). Returns 0, -EINVAL (as
 * assign_buckets()) or -ENOMEM.
 */
int ranking_new(const struct member *members, size_t count, uint64_t seed,
		uint32_t size, const struct ranking *base,
		struct ranking **ranking);
void ranking_free(struct ranking *ranking);

#endif
