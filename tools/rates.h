/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_RATES_H
#define TOOLS_RATES_H

/* How fast counters grow, from two replies. */

struct json_object;

/*
 * Gives every row with "packets" and "bytes" in the lists of `now` its
 * "packet_rate" and "byte_rate": what came since `before`, a second. Rows are
 * found again by their name, prefix or address. A row that is new, or whose
 * counter began anew, gets none.
 */
void rates_add(struct json_object *now, struct json_object *before,
	       double seconds);

#endif
