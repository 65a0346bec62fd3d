/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_RATES_H
#define TOOLS_RATES_H

/* Rates of counters, from two replies. */

struct json_object;

/*
 * Add "packet_rate" and "byte_rate", per second since `before`, to every row
 * with "packets" and "bytes" in the lists of `now`. Rows are matched by name,
 * prefix or address. A new row, or one whose counter was reset, gets no rates.
 */
void rates_add(struct json_object *now, struct json_object *before,
	       double seconds);

#endif
