/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_HOLD_DOWN_H
#define NEXTHOP_HOLD_DOWN_H

/*
 * Hold-down: a next hop that died is held until it has answered for a time. Each
 * death starts this time again, so a server that flaps stays held. Pure: the
 * caller brings the time and sets the timer.
 *
 * Records outlive the next hops: a server that dies loses its session, too, and
 * its next hop is not tracked again until it is back.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

enum hold_down_limits {
	/* Beyond these, the oldest death is forgotten, or the newest one. */
	HOLD_DOWN_MAX_RECORDS = 4096,
	/* A next hop that comes back later is not held. */
	HOLD_DOWN_MEMORY_MS = 3600000,
};

/* The end of no hold. */
#define HOLD_DOWN_NEVER UINT64_MAX

struct hold_down;

/* The caller frees with hold_down_free(). NULL: out of memory. */
struct hold_down *hold_down_new(uint32_t hold_ms);
void hold_down_free(struct hold_down *hold_down);

/* Hold those that answer from now on for this time. */
void hold_down_set(struct hold_down *hold_down, uint32_t hold_ms);
/* Record a death. */
void hold_down_died(struct hold_down *hold_down, const struct address *address,
		    uint64_t now_ms);
/* The next hop answers: return the end of its hold, or 0 if it is not held. */
uint64_t hold_down_answers(struct hold_down *hold_down,
			   const struct address *address, uint64_t now_ms);
/* It is not tracked any more: its time starts again when it is back. */
void hold_down_left(struct hold_down *hold_down, const struct address *address);

/* Return the end of the hold that ends first, or HOLD_DOWN_NEVER. */
uint64_t hold_down_next_end(const struct hold_down *hold_down);
/* Take one that is over; false if there is none. */
bool hold_down_take_over(struct hold_down *hold_down, uint64_t now_ms,
			 struct address *address);

#endif
