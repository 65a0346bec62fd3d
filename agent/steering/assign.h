/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_ASSIGN_H
#define STEERING_ASSIGN_H

/*
 * Capped highest-random-weight: the owner of each bucket.
 *
 * Buckets choose in the order 0..size-1. Each takes the member with the best
 * score that still has capacity. The capacity of a member is its exact weighted
 * share of the table, by largest remainder. The table is a pure function of the
 * set of {address, weight} and the seed: no state, no history, any order of the
 * input. Score: rendezvous hashing (Thaler and Ravishankar, "Using name-based
 * mappings to increase hit rates", 1998) with weights in the spirit of
 * RFC 8584: cost = -log2(u) / weight, in integers only.
 *
 * A weight has 32 bits, and so has the reciprocal in the cost. The share is exact
 * for any weight. Above some 2^24 the reciprocal is coarse: then more buckets
 * move on a change than must.
 *
 * The definition is frozen: nodes of different versions must agree. The unit
 * test has golden values. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/member.h"
#include "rib/options.h"

enum assign_limits {
	ASSIGN_MAX_MEMBERS = 4095,
	/* Most members with weight for which all backups are exact. */
	ASSIGN_MAX_EXACT = 128,
};

/*
 * Fill owners[0..size-1] with indices into `members`, and backups[] with the
 * index of the member that would own the bucket without its owner in the set,
 * or ASSIGN_NONE. Up to ASSIGN_MAX_EXACT members that is exactly the entry of
 * the recomputed table; above, the member with the next best score. `size` is a
 * power of two of at most HG_MAX_TABLE_SIZE. `backups` may be NULL: the owners
 * alone take less time. `seed` must be 64 well-mixed bits to give an unrelated
 * table: it is XORed with the address, so that seeds 0 and 1 merely exchange
 * the keys of 10.0.0.2 and 10.0.0.3. Returns 0, -EINVAL (no member with weight,
 * more of them than buckets, duplicate address, size not allowed) or -ENOMEM.
 */
#define ASSIGN_NONE UINT16_MAX
int assign_buckets(const struct member *members, size_t count, uint64_t seed,
		   uint32_t size, uint16_t *owners, uint16_t *backups);

struct ranking;

/*
 * The same table from the ranking of the set, in turns. It is the same whether
 * that was computed or derived (ranking.h).
 */
struct assignment;

/*
 * Prepare the owners; no bucket has one yet. The ranking must be done before the
 * first step, and outlive the assignment. Returns 0 or -ENOMEM.
 */
int assignment_start(const struct ranking *ranking,
		     struct assignment **assignment);
/*
 * Assign buckets for about `scores` computed scores, at least one bucket.
 * Returns the number of scores, by an estimate.
 */
uint64_t assignment_step(struct assignment *assignment, uint64_t scores);
bool assignment_is_done(const struct assignment *assignment);
/*
 * Fill the tables as assign_buckets() does, once all buckets are assigned, in
 * one piece. Returns 0 or -ENOMEM.
 */
int assignment_finish(struct assignment *assignment, uint16_t *owners,
		      uint16_t *backups);
void assignment_free(struct assignment *assignment);

/* Return a 64-bit digest of the addresses that own the buckets. */
uint64_t assign_digest(const struct member *members, const uint16_t *owners,
		       uint32_t size);

#endif
