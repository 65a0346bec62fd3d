/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_AS_PATTERN_H
#define RIB_AS_PATTERN_H

/*
 * Patterns for AS paths: AS numbers, ranges, "?" for one AS and "*" for any
 * number of them. A pattern has to match the whole AS path.
 *
 * Matching keeps all places in the pattern that the AS path can have led to, as
 * bits of one word, so that no "*" is tried twice: n AS numbers take at most n
 * times as many steps as the pattern has words, whatever a peer sends.
 *
 * An AS path is here a list of AS numbers, those of sets included, without
 * confederation segments (RFC 5065 5.3).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"
#include "rib/policy/rule.h"

struct as_pattern {
	const union rule_value *hops; /* their member `hop` */
	size_t count;
};

/* One match of an AS path against a pattern. */
struct as_pattern_run {
	uint64_t places;     /* bit i: `hops` up to i have matched */
	unsigned long steps; /* hops compared with an AS number */
};

/* True if the whole AS path matches. Fills in `run`. */
bool as_pattern_matches(const struct as_pattern *pattern, struct reader path,
			struct as_pattern_run *run);

#endif
