// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capped highest-random-weight. See assign.h for the definition.
 *
 * Each bucket has its three best candidates by score (ranking.h). A sweep over
 * the buckets lets each take the best one that still has room (share.h). The
 * table without a candidate is a sweep without room for it: that gives the
 * exact backups (backup.h).
 */

#include "steering/assign.h"

#include <errno.h>

#include "steering/backup.h"
#include "steering/ranking.h"
#include "steering/score.h"
#include "steering/share.h"

/* Return the best of all candidates that still have room. */
static size_t best_with_room(const struct ranking *ranking,
			     const struct share *share, uint32_t bucket)
{
	const struct candidate_set *set = &ranking->set;
	uint64_t key = score_bucket_key(bucket);
	struct score best = score_of(set, set->count, key);

	for (size_t i = 0; i < set->count; i++) {
		struct score score;

		if (!share->room[i])
			continue;
		score = score_of(set, i, key);
		if (score_beats(&score, &best))
			best = score;
	}
	return best.candidate;
}

/* Let the bucket take a candidate; returns it. */
static inline size_t claim_bucket(const struct ranking *ranking,
				  struct share *share, uint32_t bucket)
{
	const struct rank *rank = &ranking->ranks[bucket];
	size_t taker = rank->best[0];

	for (unsigned int i = 1; i < RANKING_DEPTH && !share->room[taker]; i++)
		taker = rank->best[i];
	if (!share->room[taker])
		taker = best_with_room(ranking, share, bucket);
	share->room[taker]--;
	return taker;
}

static void fill_owners(const struct ranking *ranking, struct share *share,
			uint16_t *owners)
{
	share_out(share, SHARE_NO_CANDIDATE);
	for (uint32_t b = 0; b < ranking->size; b++)
		owners[b] = (uint16_t)claim_bucket(ranking, share, b);
}

/*
 * Fill in the best candidate by score that is not the owner. For nine buckets
 * in ten it is the exact backup, which takes too long for so many candidates.
 */
static void fill_near_backups(const struct ranking *ranking,
			      const uint16_t *owners, uint16_t *backups)
{
	for (uint32_t b = 0; b < ranking->size; b++) {
		const struct rank *rank = &ranking->ranks[b];

		backups[b] = rank->best[owners[b] == rank->best[0]];
	}
}

static int fill_backups(const struct ranking *ranking, struct share *share,
			const uint16_t *owners, uint16_t *backups)
{
	if (ranking->set.count == 1)
		for (uint32_t b = 0; b < ranking->size; b++)
			backups[b] = ASSIGN_NONE;
	else if (ranking->set.count <= ASSIGN_MAX_EXACT)
		return backup_fill(ranking, share, owners, backups);
	else
		fill_near_backups(ranking, owners, backups);
	return 0;
}

/* Replace the candidates in a table by their members. */
static void name_members(const struct ranking *ranking, uint16_t *table)
{
	for (uint32_t b = 0; b < ranking->size; b++)
		if (table[b] != ASSIGN_NONE)
			table[b] = ranking->set.list[table[b]].member;
}

int assign_from_ranking(const struct ranking *ranking, uint16_t *owners,
			uint16_t *backups)
{
	struct share share;
	int error = share_init(&share, &ranking->set, ranking->size);

	if (error)
		goto out;
	fill_owners(ranking, &share, owners);
	if (backups)
		error = fill_backups(ranking, &share, owners, backups);
	if (error)
		goto out;
	name_members(ranking, owners);
	if (backups)
		name_members(ranking, backups);
out:
	share_free(&share);
	return error;
}

int assign_buckets(const struct member *members, size_t count, uint64_t seed,
		   uint32_t size, uint16_t *owners, uint16_t *backups)
{
	struct ranking *ranking;
	int error = ranking_new(members, count, seed, size, NULL, &ranking);

	if (error)
		return error;
	error = assign_from_ranking(ranking, owners, backups);
	ranking_free(ranking);
	return error;
}

uint64_t assign_digest(const struct member *members, const uint16_t *owners,
		       uint32_t size)
{
	uint64_t digest = 0;

	for (uint32_t b = 0; b < size; b++) {
		const struct address *owner = &members[owners[b]].address;

		digest = score_mix(digest ^ score_address_key(owner, 0) ^ b);
	}
	return digest;
}
