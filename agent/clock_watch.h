/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLOCK_WATCH_H
#define CLOCK_WATCH_H

/*
 * Tell of a wall clock that was set, and of a host that was suspended. Timers and
 * ages follow CLOCK_BOOTTIME, so only the times in the log and in replies jump.
 */

#include <stdint.h>

struct event;
struct event_base;

enum clock_watch_times {
	CLOCK_WATCH_LOOK_S = 2,
	CLOCK_WATCH_LEAST_MS = 1000, /* the smallest jump that is logged */
};

/* Clocks before CLOCK_MONOTONIC, which neither a setting nor a sleep moves. */
struct clock_leads {
	int64_t wall_ms;  /* CLOCK_REALTIME */
	int64_t sleep_ms; /* CLOCK_BOOTTIME: all suspensions */
};

/* `base` is set by the owner; zeroed otherwise. */
struct clock_watch {
	struct event_base *base;

	struct event *look;
	struct clock_leads last;
};

/* Returns 0 or -ENOMEM. */
int clock_watch_begin(struct clock_watch *watch);
void clock_watch_release(struct clock_watch *watch);

#endif
