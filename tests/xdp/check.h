/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_CHECK_H
#define TESTS_XDP_CHECK_H

/*
 * Check the program against the oracle, frame by frame: the action, the frame
 * that leaves, and the counter of its outcome. Reading all counters takes a
 * hundred times as long as running the program, so check_counts() does that
 * separately, after any number of frames.
 */

#include "oracle.h"
#include "world.h"

struct counts {
	struct hg_counter outcomes[HG_OUTCOME_COUNT];
	struct hg_counter events[HG_EVENT_COUNT];
	struct hg_counter vips[WORLD_MAX_ROUTES];
	struct hg_counter nexthops[SLOT_COUNT];
};

struct check {
	struct world *world;
	struct oracle oracle;
	bool capturing;		      /* captures every frame for a VIP */
	struct counts counts;	      /* expected */
	struct prediction prediction; /* of the last frame */
};

/*
 * Create the world and the oracle. The caller frees them with check_free().
 * `icmp_rate` as for world_new().
 */
struct check *check_new(uint32_t icmp_rate);
void check_free(struct check *check);

/*
 * Run a frame. Returns false and prints the difference if program and oracle
 * disagree.
 */
bool check_frame(struct check *check, const struct frame *frame,
		 enum world_port port);
/*
 * Compare all counters with those that the frames since the last call should
 * have counted; otherwise like check_frame().
 */
bool check_counts(struct check *check);
/*
 * Take the counters as they are, after frames that the oracle cannot predict.
 */
void check_read_counts(struct check *check);
/* Make both forget all fragments. */
void check_forget_fragments(struct check *check);
/* The same for all flows. */
void check_forget_flows(struct check *check);
/* Set, in both, the time by which flows are recorded. */
void check_set_time(struct check *check, uint64_t time_ms);
/* Use up, in both, the rate of records for that long from now on. */
void check_use_up_records(struct check *check, uint64_t for_ns);
/* Set, in both, how many ICMP errors this second has had. */
void check_set_icmp_used(struct check *check, uint32_t route, uint32_t used,
			 uint32_t too_big_used);

#endif
