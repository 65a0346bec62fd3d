/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MEMBER_H
#define CORE_MEMBER_H

/*
 * A member of a multipath set: a next hop and its weight. rib/ chooses the
 * members, steering/ assigns buckets to them and fib/ writes them into the
 * kernel's route.
 */

#include <stdint.h>

#include "core/address.h"

struct member {
	struct address address;
	/* In units of --bandwidth-unit, of 32 bits; 0: owns no bucket. */
	uint32_t weight;
	uint32_t next_weight; /* after a change that is announced; or the same */
};

#endif
