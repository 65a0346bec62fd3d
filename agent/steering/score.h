/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_SCORE_H
#define STEERING_SCORE_H

/*
 * The score of a candidate for a bucket. Part of the frozen definition in
 * assign.h; inline, because a table needs millions of scores. Pure.
 */

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "steering/candidate.h"
#include "steering/log2_table.h"

enum score_internals {
	SCORE_BITS = 64,
	/* Bits behind the leading one and the index of a normalised score. */
	SCORE_FRACTION_BITS = 24,
	SCORE_INDEX_SHIFT = SCORE_BITS - 1 - LOG2_INDEX_BITS,
	SCORE_FRACTION_SHIFT = SCORE_INDEX_SHIFT - SCORE_FRACTION_BITS,
};

/* The lowest cost wins; then the highest hash, then the lowest address. */
struct score {
	uint64_t cost;
	uint64_t hash;
	size_t candidate;
};

/* Mix by the finaliser of SplitMix64: each bit affects all bits. */
static inline uint64_t score_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static inline uint64_t score_address_key(const struct address *address,
					 uint64_t seed)
{
	uint64_t high, low;

	memcpy(&high, address->bytes, sizeof(high));
	memcpy(&low, address->bytes + sizeof(high), sizeof(low));
	return score_mix(be64toh(high) ^ score_mix(be64toh(low) ^ seed));
}

static inline uint64_t score_bucket_key(uint32_t bucket)
{
	return score_mix(bucket * 0x9e3779b97f4a7c15 + 0xbb67ae8584caa73b);
}

static inline uint64_t score_hash(const struct candidate *candidate,
				  uint64_t bucket_key)
{
	return score_mix(candidate->key ^ bucket_key);
}

/* Return -log2((hash + 1) / 2^64) in fixed point: 0 for the best hash. */
static inline uint64_t score_minus_log2(uint64_t hash)
{
	uint64_t x = hash + 1, fraction, step;
	unsigned int zeroes, index;

	if (!x)
		return 0;
	zeroes = (unsigned int)__builtin_clzll(x);
	x <<= zeroes;
	index = (x >> SCORE_INDEX_SHIFT) & (LOG2_TABLE_SIZE - 2);
	fraction = (x >> SCORE_FRACTION_SHIFT) &
		   ((1 << SCORE_FRACTION_BITS) - 1);
	step = log2_table[index + 1] - log2_table[index];
	return ((uint64_t)(zeroes + 1) << LOG2_FRACTION_BITS) -
	       (log2_table[index] + (step * fraction >> SCORE_FRACTION_BITS));
}

/*
 * Score a candidate; no candidate has the worst score. Equal weights need no
 * logarithm: it falls as the hash rises, so both costs rank alike.
 */
static inline struct score score_of(const struct candidate_set *set,
				    size_t candidate, uint64_t bucket_key)
{
	const struct candidate *c = &set->list[candidate];
	struct score score = { .cost = UINT64_MAX, .candidate = candidate };

	if (candidate == set->count)
		return score;
	score.hash = score_hash(c, bucket_key);
	score.cost = set->equal_weights ?
			     ~score.hash :
			     score_minus_log2(score.hash) * c->reciprocal;
	return score;
}

static inline bool score_beats(const struct score *a, const struct score *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->hash != b->hash)
		return a->hash > b->hash;
	return a->candidate < b->candidate;
}

#endif
