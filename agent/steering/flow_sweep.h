/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_FLOW_SWEEP_H
#define STEERING_FLOW_SWEEP_H

/*
 * Removal of flow records that say nothing, and of the mark of buckets that have
 * none left.
 *
 * A sweep reads all records every ten seconds, a few hundred at a time, while
 * some bucket is tracked. It deletes those whose next hop is gone, those of flows
 * that ended, and those that lead where their bucket leads. What is left counts:
 * a bucket that did not change during the sweep and has no record is not tracked
 * any more, so its packets look for none.
 */

#include <stdbool.h>
#include <stdint.h>

#include "headgate/abi.h"

struct steering;
struct turn;

enum flow_sweep_limits {
	FLOW_SWEEP_PIECE = 512, /* records read at once */
	FLOW_SWEEP_MS = 10000,	/* from one sweep to the next */
	FLOW_ENDED_MS = 10000,	/* a flow that ended, without a packet */
};

struct flow_sweep {
	bool active;
	uint64_t due_ms;
	enum hg_flow_map map; /* being read */
	uint64_t cursor;
	uint32_t *counts; /* records by slot, of this sweep */
	uint32_t *found;  /* and of the last one that ended */
};

/* Allocate. Returns 0 or -ENOMEM; the caller frees in either case. */
int flow_sweep_init(struct flow_sweep *sweep);
void flow_sweep_free(struct flow_sweep *sweep);

/* Read the next records, if it is time. False: nothing to do for now. */
bool flow_sweep_step(struct turn *turn);
/* True if some bucket is tracked: there will be another sweep. */
bool flow_sweep_is_needed(const struct steering *steering);

#endif
