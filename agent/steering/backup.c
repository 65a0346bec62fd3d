// SPDX-License-Identifier: BSD-2-Clause
/*
 * Exact backups. See backup.h.
 *
 * There is a table for each candidate that can be removed. All of them are
 * swept at once, each as a lane of one bit. Lanes differ little: the best
 * candidate of a bucket takes it in all lanes where it has room, which is one
 * count for all of them. Only lanes where it has no room (it is removed or full
 * there) are handled one by one. A candidate is full in a lane when its count
 * reaches its limit there; a bucket that it takes as second or third best in
 * one lane lowers that limit by one.
 */

#include "steering/backup.h"

#include <errno.h>
#include <stdlib.h>

#include "steering/score.h"

enum {
	LANES = 64
};

struct lanes {
	const struct ranking *ranking;
	size_t first;	   /* lane 0 is the table without this candidate */
	uint64_t all;	   /* the lanes in use */
	uint64_t *full;	   /* for each candidate: lanes without room */
	uint32_t *taken;   /* buckets that each took as the best */
	uint32_t *nearest; /* for each: no limit above `taken` is lower */
	uint32_t (*limits)[LANES];
};

static int lanes_init(struct lanes *lanes, const struct ranking *ranking)
{
	size_t count = ranking->set.count + 1; /* one for no candidate */

	*lanes = (struct lanes){
		.ranking = ranking,
		.full = calloc(count, sizeof(*lanes->full)),
		.taken = calloc(count, sizeof(*lanes->taken)),
		.nearest = calloc(count, sizeof(*lanes->nearest)),
		.limits = calloc(count, sizeof(*lanes->limits)),
	};
	if (!lanes->full || !lanes->taken || !lanes->nearest || !lanes->limits)
		return -ENOMEM;
	return 0;
}

static void lanes_free(struct lanes *lanes)
{
	free(lanes->limits);
	free(lanes->nearest);
	free(lanes->taken);
	free(lanes->full);
}

/* Find the lanes where the count of a candidate has reached its limit. */
static void look_at_limits(struct lanes *lanes, size_t candidate)
{
	const uint32_t *limits = lanes->limits[candidate];
	uint32_t taken = lanes->taken[candidate];
	uint32_t nearest = UINT32_MAX;
	uint64_t full = 0;

	for (size_t lane = 0; lane < LANES; lane++) {
		if (limits[lane] <= taken)
			full |= UINT64_C(1) << lane;
		else if (limits[lane] < nearest)
			nearest = limits[lane];
	}
	lanes->full[candidate] = full;
	lanes->nearest[candidate] = nearest;
}

/* Start the tables without `first` and the candidates behind it. */
static void start_lanes(struct lanes *lanes, struct share *share, size_t first)
{
	size_t count = lanes->ranking->set.count;
	size_t used = count - first < LANES ? count - first : LANES;

	lanes->first = first;
	lanes->all = UINT64_MAX >> (LANES - used);
	for (size_t lane = 0; lane < used; lane++) {
		share_out(share, first + lane);
		for (size_t i = 0; i <= count; i++)
			lanes->limits[i][lane] = share->room[i];
	}
	for (size_t i = 0; i <= count; i++) {
		lanes->taken[i] = 0;
		look_at_limits(lanes, i);
	}
}

/* Take a bucket as its best candidate, in all lanes with room. */
static inline void take_as_best(struct lanes *lanes, size_t candidate)
{
	if (++lanes->taken[candidate] >= lanes->nearest[candidate])
		look_at_limits(lanes, candidate);
}

/* Take a bucket in these lanes only, all of which have room. */
static inline void take_in(struct lanes *lanes, size_t candidate,
			   uint64_t these)
{
	uint32_t *limits = lanes->limits[candidate];
	uint32_t taken = lanes->taken[candidate];

	for (; these; these &= these - 1) {
		int lane = __builtin_ctzll(these);
		uint32_t limit = --limits[lane];

		if (limit == taken)
			lanes->full[candidate] |= these & -these;
		else if (limit < lanes->nearest[candidate])
			lanes->nearest[candidate] = limit;
	}
}

/* Return the best of all candidates with room in one of these lanes. */
static size_t best_in(const struct lanes *lanes, uint32_t bucket,
		      uint64_t these)
{
	const struct candidate_set *set = &lanes->ranking->set;
	uint64_t key = score_bucket_key(bucket);
	struct score best = score_of(set, set->count, key);

	for (size_t i = 0; i < set->count; i++) {
		struct score score;

		if (!(these & ~lanes->full[i]))
			continue;
		score = score_of(set, i, key);
		if (score_beats(&score, &best))
			best = score;
	}
	return best.candidate;
}

/* Assign the bucket in all lanes; returns its owner in the lanes `asked`. */
static inline size_t give_bucket(struct lanes *lanes, uint32_t bucket,
				 uint64_t asked)
{
	const struct rank *rank = &lanes->ranking->ranks[bucket];
	size_t candidate = rank->best[0];
	uint64_t left = lanes->all & lanes->full[candidate];
	size_t taker = candidate;

	take_as_best(lanes, candidate);
	for (size_t i = 1; left; i++) {
		uint64_t these;

		candidate = i < RANKING_DEPTH ? rank->best[i] :
						best_in(lanes, bucket, left);
		these = left & ~lanes->full[candidate];
		if (left & asked)
			taker = candidate;
		left &= ~these;
		take_in(lanes, candidate, these);
	}
	return taker;
}

static void sweep_buckets(struct lanes *lanes, const uint16_t *owners,
			  uint16_t *backups)
{
	for (uint32_t b = 0; b < lanes->ranking->size; b++) {
		size_t lane = owners[b] - lanes->first;
		uint64_t asked = lane < LANES ? UINT64_C(1) << lane : 0;
		size_t taker = give_bucket(lanes, b, asked);

		if (asked)
			backups[b] = (uint16_t)taker;
	}
}

int backup_fill(const struct ranking *ranking, struct share *share,
		const uint16_t *owners, uint16_t *backups)
{
	struct lanes lanes;
	int error = lanes_init(&lanes, ranking);

	for (size_t i = 0; !error && i < ranking->set.count; i += LANES) {
		start_lanes(&lanes, share, i);
		sweep_buckets(&lanes, owners, backups);
	}
	lanes_free(&lanes);
	return error;
}
