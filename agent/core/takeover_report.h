/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_TAKEOVER_REPORT_H
#define CORE_TAKEOVER_REPORT_H

/* How far the takeover of a previous run's tables is, for those who ask. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/clock.h"

enum takeover_report_sizes {
	TAKEOVER_REPORT_NEXTHOPS = 64, /* of those waited for, by name */
};

/* Zeroed: there was nothing to take over. */
struct takeover_report {
	uint64_t begin_ms; /* core/clock.h; 0: see above */
	uint64_t end_ms;   /* 0: it is under way */
	uint32_t max_s;	   /* it ends then at the latest */
	bool adopted;	   /* in place; else new tables are filled */
	size_t vips;
	size_t vips_waiting; /* with the previous run's table */
	/* Found by the last look at all VIPs that wait: */
	size_t nexthops_waited_for;
	struct address nexthops[TAKEOVER_REPORT_NEXTHOPS];
};

static inline bool
takeover_report_is_running(const struct takeover_report *report)
{
	return report->begin_ms && !report->end_ms;
}

/* Return the seconds until it ends at the latest; 0: it is over. */
static inline uint32_t
takeover_report_left_s(const struct takeover_report *report, uint64_t now_ms)
{
	uint64_t passed_s = (now_ms - report->begin_ms) / CLOCK_MS_PER_S;

	return takeover_report_is_running(report) && passed_s < report->max_s ?
		       report->max_s - (uint32_t)passed_s :
		       0;
}

#endif
