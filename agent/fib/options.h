/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_OPTIONS_H
#define FIB_OPTIONS_H

/*
 * The options of the kernel's routes: plain values. The list belongs to the
 * owner of the structure. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/*
 * How the kernel knows the next hop of a packet that the program hands to it:
 * by bits of its mark, rules from a priority on, and a table for each slot.
 */
struct handed_up_options {
	uint32_t mark; /* adjacent bits; 0: off */
	uint32_t priority;
	uint32_t table; /* that of slot 0, which is never used */
};

enum handed_up_limits {
	HANDED_UP_MARK_BITS = 12, /* at least, for the number of a slot */
	HANDED_UP_MIN_TABLE = 256,
	/* The last of the rules comes before that of the main table, 32766. */
	HANDED_UP_MAX_PRIORITY = 28540,
	HANDED_UP_TABLES = 4096,
	HANDED_UP_PRIORITIES = 4226, /* of all rules of an instance */
};

struct fib_options {
	uint32_t instance; /* 1 to ROUTE_OWNER_INSTANCES */
	struct handed_up_options handed_up;
	/* Prefixes that always have a route, if only an unreachable one. */
	const struct prefix *ranges;
	size_t range_count;
};

/* Without ranges */
extern const struct fib_options fib_options_default;

/*
 * Return the options of rules for marks: those of further instances have
 * priorities and tables behind the others.
 */
struct handed_up_options
fib_options_handed_up(const struct fib_options *options);

bool fib_options_equal(const struct fib_options *a,
		       const struct fib_options *b);

#endif
