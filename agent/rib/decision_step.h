/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DECISION_STEP_H
#define RIB_DECISION_STEP_H

/*
 * The steps of the decision process as one table: how a step compares two paths
 * and what it is called. decision.c decides by it and explains by it. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rib/decision.h"

struct decision_step {
	enum path_reason reason; /* of a path that loses here */
	/* < 0 if `a` wins, > 0 if `b` wins, 0 if the step finds them equal. */
	int (*compare)(const struct decision_options *options,
		       const struct path *a, const struct path *b);
	const char *label; /* what the step compares */
	/* The number that the step compares; NULL: it compares no number. */
	uint64_t (*value)(const struct decision_options *options,
			  const struct path *path);
	bool (*has_value)(const struct path *path); /* NULL: all paths have */
	const char *(*value_name)(unsigned int value); /* NULL: a number */
};

/* By reason, from REASON_FIRST_STEP to REASON_LAST_STEP; other rows are empty. */
extern const struct decision_step decision_steps[REASON_COUNT];

#endif
