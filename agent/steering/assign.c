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
#include <stdlib.h>
#include <string.h>

#include "steering/backup.h"
#include "steering/ranking.h"
#include "steering/score.h"
#include "steering/share.h"

struct assignment {
	const struct ranking *ranking;
	struct share share;
	uint16_t *owners;  /* candidates */
	uint32_t assigned; /* buckets that have an owner */
};

/*
 * Return the best of all candidates that still have room. Those without leave
 * the list here: near the end of a large set's table few are left.
 */
static size_t best_with_room(const struct ranking *ranking, struct share *share,
			     uint32_t bucket)
{
	const struct candidate_set *set = &ranking->set;
	uint64_t key = score_bucket_key(bucket);
	struct score best = score_of(set, set->count, key);
	size_t left = 0;

	for (size_t i = 0; i < share->open_count; i++) {
		size_t candidate = share->open[i];
		struct score score;

		if (!share->room[candidate])
			continue;
		share->open[left++] = (uint16_t)candidate;
		score = score_of(set, candidate, key);
		if (score_beats(&score, &best))
			best = score;
	}
	share->open_count = left;
	return best.candidate;
}

/* Let the next bucket take its owner. Returns the scores that it took. */
static inline uint64_t step_bucket_owner(struct assignment *assignment)
{
	const struct ranking *ranking = assignment->ranking;
	struct share *share = &assignment->share;
	uint32_t bucket = assignment->assigned++;
	const struct rank *rank = &ranking->ranks[bucket];
	size_t taker = rank->best[0];
	uint64_t scores = 1;

	for (unsigned int i = 1; i < RANKING_DEPTH && !share->room[taker]; i++)
		taker = rank->best[i];
	if (!share->room[taker]) {
		scores += share->open_count;
		taker = best_with_room(ranking, share, bucket);
	}
	share->room[taker]--;
	assignment->owners[bucket] = (uint16_t)taker;
	return scores;
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

int assignment_start(const struct ranking *ranking, struct assignment **out)
{
	struct assignment *assignment = calloc(1, sizeof(*assignment));
	int error = -ENOMEM;

	if (!assignment)
		return error;
	assignment->ranking = ranking;
	assignment->owners = calloc(ranking->size, sizeof(*assignment->owners));
	if (assignment->owners)
		error = share_init(&assignment->share, &ranking->set,
				   ranking->size);
	if (error) {
		assignment_free(assignment);
		return error;
	}
	share_out(&assignment->share, SHARE_NO_CANDIDATE);
	*out = assignment;
	return 0;
}

void assignment_free(struct assignment *assignment)
{
	if (!assignment)
		return;
	share_free(&assignment->share);
	free(assignment->owners);
	free(assignment);
}

bool assignment_is_done(const struct assignment *assignment)
{
	return assignment->assigned == assignment->ranking->size;
}

uint64_t assignment_step(struct assignment *assignment, uint64_t scores)
{
	uint64_t used = 0;

	while (!assignment_is_done(assignment) && (!used || used < scores))
		used += step_bucket_owner(assignment);
	return used;
}

int assignment_finish(struct assignment *assignment, uint16_t *owners,
		      uint16_t *backups)
{
	const struct ranking *ranking = assignment->ranking;
	int error = 0;

	memcpy(owners, assignment->owners, ranking->size * sizeof(*owners));
	if (backups)
		error = fill_backups(ranking, &assignment->share, owners,
				     backups);
	if (error)
		return error;
	name_members(ranking, owners);
	if (backups)
		name_members(ranking, backups);
	return 0;
}

/* Assign all buckets of a ranking that is done. */
static int assign_from_ranking(const struct ranking *ranking, uint16_t *owners,
			       uint16_t *backups)
{
	struct assignment *assignment;
	int error = assignment_start(ranking, &assignment);

	if (error)
		return error;
	assignment_step(assignment, UINT64_MAX);
	error = assignment_finish(assignment, owners, backups);
	assignment_free(assignment);
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
