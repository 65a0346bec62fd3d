/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_STORY_H
#define HANDOVER_STORY_H

/*
 * All that an agent tells its successor, piece by piece: locks and listeners,
 * neighbors with their sessions, their paths as UPDATEs, what was announced to
 * them, next hops that answer, orders to drain. Then it pauses until the successor
 * has made its rooms: the bytes that wait in sessions come last, which are sealed
 * with that, and KEEPALIVEs must not wait for long.
 *
 * The agent is frozen meanwhile, so routes stay where they are. A piece is some
 * records, or one with a descriptor.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/wire.h"
#include "handover_record.h"

struct agent;
struct bgp_neighbor;
struct nexthop;
struct path;
struct route;
struct route_export;
struct story_neighbor;

struct handover_story {
	struct agent *agent;
	struct writer piece;
	int fd;	     /* that goes with the piece, not owned; -1: none */
	bool paused; /* until the successor asks for the rest */
	bool ended;

	/* The place in the story. */
	unsigned int chapter;
	size_t at;
	const struct route *route;
	const struct path *path;
	const struct route_export *export;
	const struct nexthop *nexthop;
	struct story_neighbor *neighbors;
	size_t neighbor_count;
	const char *failure;
};

/* Returns 0 or -ENOMEM. */
int handover_story_begin(struct handover_story *story, struct agent *agent);
void handover_story_release(struct handover_story *story);
/* Make the next piece. Returns NULL, or why there cannot be one. */
const char *handover_story_next(struct handover_story *story);

#endif
