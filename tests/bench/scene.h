/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_SCENE_H
#define TESTS_BENCH_SCENE_H

/* What is measured: a contender and the frames it gets. */

#include "arena.h"
#include "headgate/abi.h"

/* Whether a scene needs the many VIPs, and over how many groups. */
enum scene_vips {
	SCENE_FEW_VIPS = 0,
	SCENE_MANY_VIPS = 1, /* one group for all */
	SCENE_MANY_GROUPS = ARENA_MANY_GROUPS,
};

struct scene {
	const char *name;
	enum arena_contender contender;
	enum hg_outcome outcome; /* of Headgate, for every frame */
	enum scene_vips vips;
	struct frames frames;
};

/* In the order in which they take turns. */
extern const struct scene scenes[];
extern const unsigned int scene_count;

#endif
