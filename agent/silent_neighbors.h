/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SILENT_NEIGHBORS_H
#define SILENT_NEIGHBORS_H

/*
 * Neighbors configured by name that have no session: each is logged with the
 * likely cause when it has not come up for SILENT_FIRST_S, then every
 * SILENT_AGAIN_S while that goes on.
 */

#include <stdint.h>

struct bgp_speaker;
struct event;
struct event_base;

enum silent_neighbors_times {
	SILENT_LOOK_S = 5,
	SILENT_FIRST_S = 15,
	SILENT_AGAIN_S = 3600,
};

/* Set by the owner, up to `speaker`; zeroed otherwise. */
struct silent_neighbors {
	struct event_base *base;
	struct bgp_speaker *speaker;

	struct event *look;
};

/* Returns 0 or -ENOMEM. */
int silent_neighbors_begin(struct silent_neighbors *silent);
void silent_neighbors_release(struct silent_neighbors *silent);

#endif
