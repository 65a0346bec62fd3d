// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rankings, computed and derived. See ranking.h.
 *
 * A derived ranking inherits the ranks of the base bucket by bucket. A bucket
 * that lost a candidate is ranked again: three buckets for each that the
 * candidate owned. Into all others the new candidates are inserted, at one
 * score each. A candidate with a new weight counts as lost and as new.
 */

#include "steering/ranking.h"

#include <errno.h>
#include <stdlib.h>

#include "headgate/abi.h"
#include "steering/score.h"

enum {
	LOST = UINT16_MAX, /* in the base, but not in the set */
	/* One more, to see that it differs from the last of the best. */
	KEPT = RANKING_DEPTH + 1,
};

static const uint64_t index_mask = 4095;
_Static_assert(ASSIGN_MAX_MEMBERS == 4095, "an index fits the mask");

/* The difference between a set and that of its base. */
struct change {
	uint16_t *now; /* new index, or LOST, of each of the base and of none */
	uint16_t *added; /* candidates that the base lacks */
	size_t added_count;
	size_t lost_count;
};

/* ------------------------------------------------------------- computed */

/*
 * List the candidates with a chance to be among the best, by their least hash
 * (candidate.h). Without a branch: it could not be predicted.
 */
static size_t shortlist(const struct candidate_set *set, uint64_t key,
			uint16_t *list)
{
	size_t used = 0;

	for (size_t i = 0; i < set->count; i++) {
		list[used] = (uint16_t)i;
		used += score_hash(&set->list[i], key) >=
			set->list[i].least_hash;
	}
	return used;
}

/* Insert into `least`, which is sorted, without a branch. */
static inline void keep_least(uint64_t least[KEPT], uint64_t value)
{
#pragma GCC unroll 4
	for (size_t i = 0; i < KEPT; i++) {
		uint64_t less = value < least[i] ? value : least[i];

		value = value < least[i] ? least[i] : value;
		least[i] = less;
	}
}

/*
 * Rank the candidates on the list, or all if it is NULL, by cost with the
 * candidate's index in its lowest bits. False if the other bits do not separate
 * the best, or if there are too few.
 */
static inline bool rank_listed(const struct candidate_set *set, uint64_t key,
			       const uint16_t *list, size_t count,
			       struct rank *rank)
{
	uint64_t least[KEPT] = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
				 UINT64_MAX };
	bool apart = true;

	for (size_t i = 0; i < count; i++) {
		size_t candidate = list ? list[i] : i;
		uint64_t cost = score_of(set, candidate, key).cost;

		keep_least(least, (cost & ~index_mask) | candidate);
	}
	for (size_t i = 0; i < RANKING_DEPTH; i++) {
		apart &= (least[i] | index_mask) < least[i + 1];
		rank->best[i] = least[i] & index_mask;
	}
	return apart;
}

/* Rank by the definition, for the few buckets that need it. */
static void rank_all(const struct candidate_set *set, uint64_t key,
		     struct rank *rank)
{
	const struct score none = score_of(set, set->count, key);
	struct score best[RANKING_DEPTH] = { none, none, none };

	for (size_t i = 0; i < set->count; i++) {
		struct score score = score_of(set, i, key);
		unsigned int at = RANKING_DEPTH - 1;

		if (!score_beats(&score, &best[at]))
			continue;
		for (; at > 0 && score_beats(&score, &best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = score;
	}
	for (size_t i = 0; i < RANKING_DEPTH; i++)
		rank->best[i] = (uint16_t)best[i].candidate;
}

static bool rank_fast(const struct candidate_set *set, uint64_t key,
		      struct rank *rank)
{
	uint16_t list[ASSIGN_MAX_MEMBERS];
	size_t count;

	if (set->count < KEPT)
		return false;
	if (set->count <= CANDIDATE_SHORT_SET)
		return rank_listed(set, key, NULL, set->count, rank);
	count = shortlist(set, key, list);
	return rank_listed(set, key, list, count, rank);
}

static void rank_bucket(const struct candidate_set *set, uint32_t bucket,
			struct rank *rank)
{
	uint64_t key = score_bucket_key(bucket);

	if (!rank_fast(set, key, rank))
		rank_all(set, key, rank);
}

/* -------------------------------------------------------------- derived */

/* Compare by address; the end of a list is behind all addresses. */
static int compare_at(const struct candidate_set *base, size_t i,
		      const struct candidate_set *set, size_t j)
{
	if (i == base->count)
		return 1;
	if (j == set->count)
		return -1;
	return address_compare(&base->list[i].address, &set->list[j].address);
}

/* Find lost and added candidates of two lists in address order. */
static void compare_sets(const struct candidate_set *base,
			 const struct candidate_set *set, struct change *change)
{
	size_t i = 0, j = 0;

	while (i < base->count || j < set->count) {
		int order = compare_at(base, i, set, j);

		if (!order && base->list[i].weight == set->list[j].weight) {
			change->now[i++] = (uint16_t)j++;
			continue;
		}
		if (order <= 0) {
			change->now[i++] = LOST;
			change->lost_count++;
		}
		if (order >= 0)
			change->added[change->added_count++] = (uint16_t)j++;
	}
	change->now[i] = (uint16_t)j;
}

/* Copy the rank of a bucket; false if one of its best is lost. */
static inline bool inherit_rank(const struct rank *old, const uint16_t *now,
				struct rank *rank)
{
	bool complete = true;

	for (size_t i = 0; i < RANKING_DEPTH; i++) {
		rank->best[i] = now[old->best[i]];
		complete &= rank->best[i] != LOST;
	}
	return complete;
}

static void insert_candidate(const struct candidate_set *set, uint64_t key,
			     const struct score *score, struct rank *rank)
{
	unsigned int at = RANKING_DEPTH - 1;

	for (; at > 0; at--) {
		struct score better = score_of(set, rank->best[at - 1], key);

		if (!score_beats(score, &better))
			break;
		rank->best[at] = rank->best[at - 1];
	}
	rank->best[at] = (uint16_t)score->candidate;
}

static void insert_added(const struct ranking *ranking, uint32_t bucket,
			 struct rank *rank)
{
	const struct candidate_set *set = &ranking->set;
	uint64_t key = score_bucket_key(bucket);
	const uint16_t *last = &rank->best[RANKING_DEPTH - 1];
	struct score worst = score_of(set, *last, key);

	for (size_t i = 0; i < ranking->added_count; i++) {
		struct score score = score_of(set, ranking->added[i], key);

		if (!score_beats(&score, &worst))
			continue;
		insert_candidate(set, key, &score, rank);
		worst = score_of(set, *last, key);
	}
}

/* Take over the ranks of the base; LOST marks those to compute anew. */
static void inherit_ranks(struct ranking *ranking, const struct ranking *base,
			  const struct change *change)
{
	for (uint32_t b = 0; b < ranking->size; b++)
		if (!inherit_rank(&base->ranks[b], change->now,
				  &ranking->ranks[b]))
			ranking->ranks[b].best[0] = LOST;
}

/* True if deriving needs fewer scores for each bucket than computing. */
static bool is_small(const struct change *change,
		     const struct candidate_set *set)
{
	return RANKING_DEPTH * change->lost_count + change->added_count + 1 <
	       set->count;
}

static int derive_if_small(struct ranking *ranking, const struct ranking *base)
{
	struct change change = {
		.now = calloc(base->set.count + 1, sizeof(*change.now)),
		.added = calloc(ranking->set.count, sizeof(*change.added)),
	};
	int error = change.now && change.added ? 0 : -ENOMEM;

	if (!error) {
		compare_sets(&base->set, &ranking->set, &change);
		ranking->derived = is_small(&change, &ranking->set);
	}
	if (!error && ranking->derived) {
		inherit_ranks(ranking, base, &change);
		ranking->added = change.added;
		ranking->added_count = change.added_count;
		change.added = NULL;
	}
	free(change.added);
	free(change.now);
	return error;
}

/* -------------------------------------------------------------- outside */

static bool is_power_of_two(uint32_t size)
{
	return size && !(size & (size - 1));
}

static int prepare_ranks(struct ranking *ranking, const struct ranking *base)
{
	if (ranking->set.count > ranking->size)
		return -EINVAL;
	ranking->ranks = malloc(ranking->size * sizeof(*ranking->ranks));
	if (!ranking->ranks)
		return -ENOMEM;
	if (base && base->size == ranking->size && base->seed == ranking->seed)
		return derive_if_small(ranking, base);
	return 0;
}

int ranking_start(const struct member *members, size_t count, uint64_t seed,
		  uint32_t size, const struct ranking *base,
		  struct ranking **out)
{
	struct ranking *ranking;
	int error;

	if (size > HG_MAX_TABLE_SIZE || !is_power_of_two(size))
		return -EINVAL;
	ranking = calloc(1, sizeof(*ranking));
	if (!ranking)
		return -ENOMEM;
	ranking->seed = seed;
	ranking->size = size;
	error = candidate_set_init(&ranking->set, members, count, seed);
	if (!error)
		error = prepare_ranks(ranking, base);
	if (error) {
		ranking_free(ranking);
		return error;
	}
	*out = ranking;
	return 0;
}

/* Rank one bucket. Returns the scores that it took, by an estimate. */
static inline uint64_t step_bucket(struct ranking *ranking, uint32_t bucket)
{
	struct rank *rank = &ranking->ranks[bucket];

	if (!ranking->derived || rank->best[0] == LOST) {
		rank_bucket(&ranking->set, bucket, rank);
		return ranking->set.count;
	}
	if (ranking->added_count)
		insert_added(ranking, bucket, rank);
	return ranking->added_count + 1;
}

uint64_t ranking_step(struct ranking *ranking, uint64_t scores)
{
	uint64_t used = 0;

	while (ranking->ranked < ranking->size && (!used || used < scores))
		used += step_bucket(ranking, ranking->ranked++);
	if (!ranking_is_done(ranking))
		return used;
	free(ranking->added);
	ranking->added = NULL;
	return used;
}

int ranking_new(const struct member *members, size_t count, uint64_t seed,
		uint32_t size, const struct ranking *base, struct ranking **out)
{
	int error = ranking_start(members, count, seed, size, base, out);

	if (!error)
		ranking_step(*out, UINT64_MAX);
	return error;
}

void ranking_free(struct ranking *ranking)
{
	if (!ranking)
		return;
	free(ranking->ranks);
	free(ranking->added);
	candidate_set_free(&ranking->set);
	free(ranking);
}
