/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

/*
 * Announcements of the agent before this one, whose sessions go on. What this one
 * announces replaces them one by one. When it has come to rest, those that it does
 * not announce are withdrawn. So no neighbor loses a route in between.
 */

#include <stdbool.h>
#include <stddef.h>

#include "bgp/codec/nlri.h"

struct agent;
struct bgp_batch;
struct bgp_neighbor;
struct event;
struct leftover;

struct leftovers {
	struct agent *agent;
	struct leftover *list; /* in no order */
	size_t count, room;
	struct event *tick;
	uint64_t busy_ms;  /* when routes or tables last waited for work */
	uint64_t until_ms; /* busy or not, by --takeover-max */
	bool due;	   /* this agent is at rest */
};

/* NULL: out of memory. The caller frees. The others but this one take NULL, too. */
struct leftovers *leftovers_new(struct agent *agent);
void leftovers_free(struct leftovers *leftovers);
/* Add one that a neighbor has. Returns 0 or -ENOMEM. */
int leftovers_add(struct leftovers *leftovers,
		  const struct bgp_neighbor *neighbor,
		  const struct bgp_path_key *key);
/* Begin to wait for the rest. */
void leftovers_begin(struct leftovers *leftovers);
/* Forget those of a session that has ended. */
void leftovers_forget(struct leftovers *leftovers,
		      const struct bgp_neighbor *neighbor);
/* Take the next withdrawals for a neighbor. False: none are due. */
bool leftovers_next_batch(struct leftovers *leftovers,
			  struct bgp_neighbor *neighbor,
			  struct bgp_batch *batch);

#endif
