/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_OPTIONS_H
#define FIB_OPTIONS_H

/*
 * The options of the kernel's routes: plain values. The list belongs to the
 * owner of the structure. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"

struct fib_options {
	/* Prefixes that always have a route, if only an unreachable one. */
	const struct prefix *ranges;
	size_t range_count;
};

bool fib_options_equal(const struct fib_options *a,
		       const struct fib_options *b);

#endif
