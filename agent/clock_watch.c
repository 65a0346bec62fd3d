// SPDX-License-Identifier: BSD-2-Clause
/* Jumps of the wall clock. See clock_watch.h. */

#include "clock_watch.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"

enum {
	MOST_READING_MS = 100,
};

static int64_t read_ms(clockid_t clock)
{
	return (int64_t)(clock_read_ns(clock) /
			 ((uint64_t)CLOCK_NS_PER_US * CLOCK_US_PER_MS));
}

/* False if the agent lost the CPU between the clocks, so they do not compare. */
static bool read_leads(struct clock_leads *leads)
{
	int64_t before = read_ms(CLOCK_MONOTONIC);

	leads->wall_ms = read_ms(CLOCK_REALTIME) - before;
	leads->sleep_ms = read_ms(CLOCK_BOOTTIME) - before;
	return read_ms(CLOCK_MONOTONIC) - before < MOST_READING_MS;
}

static void on_clock_look(evutil_socket_t fd, short what, void *context)
{
	struct clock_watch *watch = context;
	struct clock_leads now;
	int64_t slept, set;

	(void)fd, (void)what;
	if (!read_leads(&now))
		return;
	slept = now.sleep_ms - watch->last.sleep_ms;
	set = now.wall_ms - watch->last.wall_ms - slept;
	watch->last = now;
	if (slept >= CLOCK_WATCH_LEAST_MS)
		log_event(EVENT_HOST_SUSPENDED, NULL,
			  "this host was suspended for %" PRId64 " s",
			  slept / CLOCK_MS_PER_S);
	if (llabs(set) >= CLOCK_WATCH_LEAST_MS)
		log_event(EVENT_CLOCK_SET, NULL,
			  "the wall clock was set %" PRId64 " s %s",
			  (int64_t)llabs(set) / CLOCK_MS_PER_S,
			  set > 0 ? "forwards" : "back");
}

int clock_watch_begin(struct clock_watch *watch)
{
	const struct timeval interval = { .tv_sec = CLOCK_WATCH_LOOK_S };

	read_leads(&watch->last);
	watch->look =
		event_new(watch->base, -1, EV_PERSIST, on_clock_look, watch);
	return watch->look && !event_add(watch->look, &interval) ? 0 : -ENOMEM;
}

void clock_watch_release(struct clock_watch *watch)
{
	if (watch->look)
		event_free(watch->look);
	watch->look = NULL;
}
