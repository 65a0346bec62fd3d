/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_QUANTITY_H
#define CORE_QUANTITY_H

/*
 * Numbers that may have a unit behind them, such as 300ms, 5s or 10G, for the
 * configuration and the command line. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A unit: the number is multiplied by `times`, then divided by `parts`. */
struct quantity_unit {
	const char *name;
	uint64_t times;
	uint64_t parts;
};

struct quantity {
	const struct quantity_unit *units;
	size_t unit_count;
	const char *unit_names; /* in words, for errors; NULL: there are none */
};

extern const struct quantity quantity_plain;	    /* no units */
extern const struct quantity quantity_seconds;	    /* ms, s, m, h, d */
extern const struct quantity quantity_milliseconds; /* the same */
extern const struct quantity quantity_count;	    /* k, M, G: decimal */
extern const struct quantity quantity_binary;	    /* k, M, G: of 1024 */
extern const struct quantity quantity_megabits;	    /* M, G, T */

/*
 * Read a number of at most `maximum`, which is all of `text`, in the base unit:
 * 2m are 120 seconds. False, with *number untouched: it is no number, too high,
 * or not whole, as 300ms are of seconds.
 */
bool quantity_read(const struct quantity *quantity, const char *text,
		   uint64_t maximum, uint64_t *number);

#endif
