/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_AS_PATTERN_H
#define RIB_AS_PATTERN_H

/*
 * Patterns for AS paths: AS numbers, ranges, "?" for one AS and "*" for any
 * number of them, held against the whole path.
 *
 * All places in the pattern that the path can have led to are kept at once, as
 * bits of one word, so that no "*" is ever tried twice: a path of n numbers
 * takes at most n times as many steps as the pattern has words, whatever a
 * peer sends.
 *
 * A path is here the AS numbers as they are shown, one after the other, those
 * of sets as well; confederation segments are passed over (RFC 5065 5.3).
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

/* A run through a path. */
struct as_pattern_run {
	uint64_t places;     /* bit i: `hops` up to i have matched */
	unsigned long steps; /* hops compared with an AS number */
};

/* True if all of `path` matches. `run` tells how it went. */
bool as_pattern_matches(const struct as_pattern *pattern, struct reader path,
			struct as_pattern_run *run);

#endif
