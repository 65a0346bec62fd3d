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
 * values stand in the unit test.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum assign_limits {
	ASSIGN_MAX_MEMBERS = 4095,
	ASSIGN_MAX_WEIGHT = 65535,
};

struct assign_member {
	struct address address;
	uint32_t weight; /* 0: in the set, but owns no bucket */
};

/*
 * Fills owners[0..size-1] with indices into `members` and backups[] with the
 * index of the member that would own the bucket if its owner were removed from
 * the set (exactly the entry of the recomputed table), or ASSIGN_NOBODY.
 * `size` is a power of two. `backups` may be NULL.
 * Returns 0, -EINVAL (no member with weight, duplicate address, size not a
 * power of two, weight too large) or -ENOMEM.
 */
#define ASSIGN_NOBODY UINT16_MAX
int assign_buckets(const struct assign_member *members, size_t count,
		   uint64_t seed, uint32_t size, uint16_t *owners,
		   uint16_t *backups);

/* 64-bit digest of a table by the addresses that own its buckets. */
uint64_t assign_digest(const struct assign_member *members,
		       const uint16_t *owners, uint32_t size);

#endif
