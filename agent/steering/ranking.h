/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_RANKING_H
#define STEERING_RANKING_H

/*
 * The best candidates of each bucket by score, with room or without. They take
 * most of the time of a bucket table, and hardly change when a few members of
 * the set do. So a ranking can be derived from that of a similar set. Pure.
 *
 * A ranking is a function of the set, the seed and the size, whether it was
 * computed or derived. It takes 6 bytes for each bucket and 48 for each
 * candidate: 384 KiB at 65,536 buckets, 96 KiB at 16,384.
 */

#include "steering/candidate.h"

enum ranking_limits {
	RANKING_DEPTH = 3,
};

/* In a set of fewer than RANKING_DEPTH, the last ones are no candidate. */
struct rank {
	uint16_t best[RANKING_DEPTH]; /* candidates, the best first */
};

struct ranking {
	struct candidate_set set;
	uint64_t seed;
	uint32_t size;
	struct rank *ranks; /* of each bucket */
	uint32_t ranked; /* buckets that are done: all of `size` in the end */
	bool derived;
	uint16_t *added; /* candidates that the base lacks; NULL when done */
	size_t added_count;
};

/*
 * Rank `members` for a table of `size` buckets. If `base` is a ranking of the
 * same size and seed whose set differs in a few members, derive from it: the
 * result is the same, in less time. `base` may be NULL. The caller frees with
 * ranking_free(). Returns 0, -EINVAL (see assign_buckets()) or -ENOMEM.
 */
int ranking_new(const struct member *members, size_t count, uint64_t seed,
		uint32_t size, const struct ranking *base,
		struct ranking **ranking);
void ranking_free(struct ranking *ranking);

/*
 * The same in turns. Prepare a ranking, of which no bucket is ranked yet; `base`
 * is not needed afterwards.
 */
int ranking_start(const struct member *members, size_t count, uint64_t seed,
		  uint32_t size, const struct ranking *base,
		  struct ranking **ranking);
/*
 * Rank buckets for about `scores` computed scores, at least one bucket. Returns
 * the number of scores, by an estimate.
 */
uint64_t ranking_step(struct ranking *ranking, uint64_t scores);

static inline bool ranking_is_done(const struct ranking *ranking)
{
	return ranking->ranked == ranking->size;
}

#endif
