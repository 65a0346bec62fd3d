/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_AUDIT_H
#define STEERING_AUDIT_H

/*
 * The program's tables beside what was written there: other processes can change
 * them. Next hops, then the buckets of each group, then VIPs, piece by piece;
 * what changes between two pieces is compared as it is then. A difference is
 * written again at once.
 */

#include <stdbool.h>
#include <stdint.h>

struct audit_report;
struct steering;

/* A place in a walk over all tables; zeroes: the beginning. */
struct steering_audit {
	uint32_t phase;
	uint32_t index;	 /* of a next hop, a group or a VIP */
	uint32_t bucket; /* of the group */
};

/* Compare the next piece, which takes some 10 us. False: it was the last one. */
bool steering_audit_step(struct steering *steering,
			 struct steering_audit *audit,
			 struct audit_report *report);

#endif
