/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_FIT_H
#define STEERING_FIT_H

/*
 * How well the shares of a set fit into a table of this size. Pure.
 *
 * A share is exact to one bucket. That says little of a member whose share is
 * below one bucket, as it owns one nevertheless, or of a table with few buckets
 * for each member.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/member.h"

enum fit_limits {
	FIT_MIN_BUCKETS = 16, /* for each member; fewer are logged */
};

struct fit {
	uint32_t light; /* members with a share below one bucket */
	bool crowded;	/* fewer than FIT_MIN_BUCKETS for each member */
};

/* Return the sum of the weights. */
uint64_t fit_total_weight(const struct member *members, size_t count);
/* True if the exact share of this weight of the total is below one bucket. */
bool fit_is_light(uint32_t weight, uint64_t total, uint32_t size);
/* Look at all members of a set. */
struct fit fit_of(const struct member *members, size_t count, uint32_t size);

#endif
