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
 *
 * The log warns of a map that is nearly full, or will be soon, and of records that
 * were pushed out. If even its oldest record is younger
 * than a window, records are lost before the flows are known: then windows stay
 * open, for an hour at most, so that flows without a record find their server.
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
	FLOW_FULL_PERCENT = 90, /* from there on a map may lose records */
	FLOW_GROWTHS = 2, /* or if it grows so often as since the last sweep */
	FLOW_GUARD_MAX_S = 3600,
};

/* The records of a map, as a sweep finds them. */
struct flow_map_use {
	uint32_t count;
	uint32_t kept;	    /* of them */
	uint32_t oldest_ms; /* the age of its oldest record */
};

/*
 * The records that a map lost to others: those that were added and are neither
 * removed nor there. The program goes on while the map is read, so this is what is
 * certain.
 */
struct flow_map_losses {
	struct hg_flow_count begin; /* when the map's turn came */
	uint64_t deleted;	    /* by us, before it did */
	int64_t unexplained;	    /* at the first look */
	bool looked;
	uint64_t evicted;
};

struct flow_sweep {
	bool active;
	uint64_t due_ms;
	enum hg_flow_map map; /* being read */
	uint64_t cursor;
	struct flow_map_use uses[HG_FLOW_MAP_COUNT]; /* of this sweep */
	struct flow_map_use last[HG_FLOW_MAP_COUNT]; /* of the last one */
	struct flow_map_losses losses[HG_FLOW_MAP_COUNT];
	uint64_t deleted;      /* of the map being read */
	uint64_t evicted;      /* as logged, of all maps */
	uint32_t full_since_s; /* a map loses records too early; 0: none */
	bool logged_full;
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
