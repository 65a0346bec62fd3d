/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_SCENE_H
#define TESTS_BENCH_SCENE_H

/* The scenes: a contender and the frames it gets. */

#include "arena.h"
#include "headgate/abi.h"

struct scene {
	const char *name;
	enum arena_contender contender;
	enum hg_outcome outcome; /* of every frame in Headgate */
	/* Bit 1 << enum hg_event of the event that every frame has, if any */
	uint32_t events;
	enum arena_extra extra;
	struct frames frames;
	/* Each flow sends this many frames before the first burst. */
	uint32_t warm_up;
	bool fresh; /* each burst has flows that no burst has had */
};

/* All scenes, in the order in which they take turns */
extern const struct scene scenes[];
extern const unsigned int scene_count;

#endif
