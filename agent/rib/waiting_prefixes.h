/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_WAITING_PREFIXES_H
#define RIB_WAITING_PREFIXES_H

/*
 * Prefixes of a neighbor that max-prefix keeps out until there is room. They are
 * not kept, so all of them are counted, by their announcements, and the first
 * ones are named. Pure.
 */

#include <stdint.h>

#include "bgp/codec/family.h"
#include "core/address.h"

enum waiting_prefixes_limits {
	WAITING_PREFIXES_NAMED = 8,
};

/* All zero: none. */
struct waiting_prefixes {
	uint32_t count[BGP_FAMILY_COUNT]; /* announcements, named or not */
	uint32_t named;
	struct prefix names[WAITING_PREFIXES_NAMED]; /* oldest first */
};

static inline uint32_t
waiting_prefixes_count(const struct waiting_prefixes *waiting)
{
	uint32_t count = 0;

	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		count += waiting->count[family];
	return count;
}

/* Add a prefix that was refused. A named one is counted once. */
void waiting_prefixes_add(struct waiting_prefixes *waiting,
			  const struct prefix *prefix);
/* Remove a prefix that was withdrawn or taken, if it is named. */
void waiting_prefixes_remove(struct waiting_prefixes *waiting,
			     const struct prefix *prefix);
/* Remove those of families (enum bgp_family_bits) that come once more. */
void waiting_prefixes_clear(struct waiting_prefixes *waiting,
			    uint32_t families);

#endif
