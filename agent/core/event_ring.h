/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVENT_RING_H
#define CORE_EVENT_RING_H

/*
 * The last events, numbered from 1 on. The memory is fixed: a new one takes the
 * place of the oldest. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

enum event_ring_sizes {
	EVENT_RING_SIZE = 4096,
	EVENT_TEXT_SIZE = 320, /* longer ones are cut */
};

struct event {
	uint64_t id;
	uint64_t time_ms; /* core/clock.h */
	uint64_t unix_ms; /* the wall clock, which may jump */
	enum event_kind kind;
	enum log_level level;
	const char *subsystem;
	struct event_about about;
	char text[EVENT_TEXT_SIZE]; /* without its object */
};

/* All zero: empty. */
struct event_ring {
	uint64_t count; /* of all events, also those that have gone */
	uint64_t kinds[EVENT_KIND_COUNT]; /* the same by kind */
	struct event events[EVENT_RING_SIZE];
};

/* Copy `event`, with the next number. */
void event_ring_add(struct event_ring *ring, const struct event *event);
/* Return the event of a number; NULL: it has gone or is not there yet. */
const struct event *event_ring_find(const struct event_ring *ring, uint64_t id);
/* Return the number of the oldest event; that of the next one if it is empty. */
uint64_t event_ring_oldest(const struct event_ring *ring);
/* Return the number that the next event will have. */
uint64_t event_ring_next(const struct event_ring *ring);

#endif
