/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_ASSIGN_H
#define STEERING_ASSIGN_H

/*
 * Capped highest-random-weight: which member owns which bucket.
 *
 * Buckets 0..size-1 in that order; each takes the best-scoring member that
 * still has capacity, and capacity is the member's exact weighted share of the
 * table by largest remainder. The table is a pure function of the set of
 * {address, weight} and the seed: no state, no history, and the order of the
 * input does not matter. Score: rendezvous hashing (Thaler and Ravishankar,
 * "Using name-based mappings to increase hit rates", 1998) with the weights of
 * RFC 8584's spirit: cost = -log2(u) / weight, in integers only.
 *
 * The definition is frozen: nodes of different versions must agree. Golden
 * values stand in the unit test. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/member.h"

enum assign_limits {
	ASSIGN_MAX_MEMBERS = 4095,
	ASSIGN_MAX_WEIGHT = 65535,
	/* Members with weight up to which all backups are exact. */
	ASSIGN_MAX_EXACT = 128,
};

/*
 * Fills owners[0..size-1] with indices into `members` and backups[] with the
 * index of the member that would own the bucket if its owner were removed from
 * the set (exactly the entry of the recomputed table, up to ASSIGN_MAX_EXACT
 * members; above that the best-scoring member but the owner), or
 * ASSIGN_NONE. `size` is a power of two of at most HG_MAX_TABLE_SIZE.
 * `backups` may be NULL: owners alone are wanted sooner. `seed` separates
 * tables only if it is 64 well-mixed bits: it is XORed with the address, so
 * that seeds 0 and 1 merely exchange the keys of 10.0.0.2 and 10.0.0.3.
 * Returns 0, -EINVAL (no member with weight, more of them than buckets,
 * duplicate address, weight or size not allowed) or -ENOMEM.
 */
#define ASSIGN_NONE UINT16_MAX
int assign_buckets(const struct member *members, size_t count, uint64_t seed,
		   uint32_t size, uint16_t *owners, uint16_t *backups);

struct ranking;

/*
 * assign_buckets() for a set whose ranking is at hand: computed, or derived
 * from that of another set (ranking.h), which gives the same table. Returns 0
 * or -ENOMEM.
 */
int assign_from_ranking(const struct ranking *ranking, uint16_t *owners,
			uint16_t *backups);

/* 64-bit digest of a table by the addresses that own its buckets. */
uint64_t assign_digest(const struct member *members, const uint16_t *owners,
		       uint32_t size);

#endif
