/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TRAFFIC_FALL_H
#define TRAFFIC_FALL_H

/*
 * Whether the traffic has gone: after VIPs are withdrawn, routers need a while to
 * send it elsewhere. Pure: shutdown.c reads the counters at equal intervals.
 *
 * It has fallen when three intervals in a row had at most a hundredth of the
 * packets of the busiest one.
 */

#include <stdbool.h>
#include <stdint.h>

enum traffic_fall_limits {
	TRAFFIC_FALL_PART = 100,
	TRAFFIC_FALL_INTERVALS = 3,
};

/* All zero at first. */
struct traffic_fall {
	bool begun;
	uint64_t packets;   /* at the end of the last interval */
	uint64_t busiest;   /* packets of the busiest interval */
	unsigned int quiet; /* intervals */
};

/* Note all packets so far, at the end of an interval. True: traffic has fallen. */
bool traffic_fall_note(struct traffic_fall *fall, uint64_t packets);

#endif
