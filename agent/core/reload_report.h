/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RELOAD_REPORT_H
#define CORE_RELOAD_REPORT_H

/* How the orders to read the configuration again have ended. Plain data. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum reload_outcome {
	RELOAD_APPLIED,
	RELOAD_REFUSED,
	RELOAD_OUTCOME_COUNT,
};

struct reload_report {
	uint64_t count[RELOAD_OUTCOME_COUNT];
	enum reload_outcome last; /* of none yet: applied */
	time_t applied_at;	  /* the last one, or the start */
};

static inline void reload_report_note(struct reload_report *report,
				      enum reload_outcome outcome)
{
	report->count[outcome]++;
	report->last = outcome;
	if (outcome == RELOAD_APPLIED)
		report->applied_at = time(NULL);
}

#endif
