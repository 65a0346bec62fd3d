/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_CHECK_H
#define TESTS_XDP_CHECK_H

/*
 * Runs the program on a frame and compares all that can be seen of it with what
 * the oracle says: the action, the frame that leaves, and the counter of its
 * outcome. To read all counters takes a hundred times as long as to run the
 * program: check_counts() does, after as many frames as one likes.
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
	bool capturing;	      /* every frame for a VIP */
	struct counts counts; /* as they should be */
	struct prediction
		prediction; /* of the last frame and what should leave */
};

/* The caller closes it with check_free(). `icmp_rate` as for world_new(). */
struct check *check_new(uint32_t icmp_rate);
void check_free(struct check *check);

/* False after telling, on standard error, how the two disagree. */
bool check_frame(struct check *check, const struct frame *frame,
		 enum world_port port);
/* The same for what all frames since the last call should have counted. */
bool check_counts(struct check *check);
/* Takes the counters as they are, after frames that no oracle foretells. */
void check_read_counts(struct check *check);
/* Makes both forget all fragments. */
void check_forget_fragments(struct check *check);
/* Says to both how many ICMP errors there were in this second. */
void check_set_icmp_used(struct check *check, uint32_t route, uint64_t used);

#endif
