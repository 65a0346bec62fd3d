/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_MAX_PREFIX_H
#define RIB_MAX_PREFIX_H

/*
 * How many paths a neighbor may tell us, in each family (RFC 4271 6.7). All
 * that are held count, refused ones too, but for those that were blocked. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/exchange.h"
#include "bgp/codec/family.h"

struct max_prefix {
	uint32_t limit; /* 0: none */
	enum neighbor_max_prefix_action action;
	uint32_t count[BGP_FAMILY_COUNT];
	enum bgp_family exceeded;  /* the last one that was */
	uint32_t reported_near;	   /* enum bgp_family_bits: once a session */
	uint32_t reported_reached; /* the same */
};

enum max_prefix_verdict {
	MAX_PREFIX_TAKE,
	MAX_PREFIX_BLOCK,
	MAX_PREFIX_RESTART, /* the session has to end */
};

/* What has become true by one more path, to be told once. */
enum max_prefix_report {
	MAX_PREFIX_NO_REPORT,
	MAX_PREFIX_NEAR, /* 80 % of the limit */
	MAX_PREFIX_REACHED,
};

/* What to do with one more path; max_prefix_count() if it is taken. */
enum max_prefix_verdict max_prefix_check(struct max_prefix *limit,
					 enum bgp_family family,
					 enum max_prefix_report *report);

/* One path came, or went. */
static inline void max_prefix_count(struct max_prefix *limit,
				    enum bgp_family family, bool came)
{
	limit->count[family] += came ? 1 : -1u;
}

#endif
