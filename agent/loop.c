// SPDX-License-Identifier: BSD-2-Clause
/* The event loop, turn by turn. See loop.h. */

#include "loop.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "syscall_filter.h"

enum {
	/* of each turn */
	WORK_US = 3000,
	CLIENTS_US = 2000,
	SCHEDSTAT_SIZE = 64,
};

static struct event_base *new_base(void)
{
	struct event_config *options = event_config_new();
	struct event_base *base;

	if (!options)
		return NULL;
	/* Hold times are judged in milliseconds. */
	event_config_set_flag(options, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(options);
	event_config_free(options);
	return base;
}

int loop_init(struct loop *loop)
{
	*loop = (struct loop){ .base = new_base() };
	loop->waits_fd =
		open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	if (!loop->base || work_turns_init(&loop->work, loop->base, WORK_US) ||
	    work_turns_init(&loop->clients, loop->base, CLIENTS_US))
		return -ENOMEM;
	return 0;
}

void loop_destroy(struct loop *loop)
{
	work_turns_destroy(&loop->work);
	work_turns_destroy(&loop->clients);
	if (loop->base)
		event_base_free(loop->base);
	if (loop->waits_fd >= 0)
		close(loop->waits_fd);
}

/* Return the second number of schedstat: microseconds of waits for a CPU. */
static uint64_t read_waits(void *context)
{
	const struct loop *loop = context;
	char text[SCHEDSTAT_SIZE], *end;
	ssize_t size = pread(loop->waits_fd, text, sizeof(text) - 1, 0);

	if (size <= 0)
		return 0;
	text[size] = '\0';
	strtoull(text, &end, 10);
	return strtoull(end, NULL, 10) / CLOCK_NS_PER_US;
}

static uint64_t read_us(clockid_t clock)
{
	return clock_read_ns(clock) / CLOCK_NS_PER_US;
}

/* Return the longest piece of work of this turn, and begin again. */
static struct work_longest take_longest(struct loop *loop)
{
	struct work_longest *work = &loop->work.queue.longest,
			    *clients = &loop->clients.queue.longest;
	struct work_longest longest = work->us >= clients->us ? *work :
								*clients;

	*work = *clients = (struct work_longest){ 0 };
	return longest;
}

static void tell_of_stall(struct loop *loop, uint64_t turn_us)
{
	struct work_longest longest = take_longest(loop);
	uint64_t all_us = turn_us > longest.us ? turn_us : longest.us;

	if (!turn_meter_is_stall(&loop->meter, turn_us, longest.us))
		return;
	if (!longest.name || longest.us < all_us / 2)
		longest.name = "sockets and timers";
	log_event(EVENT_AGENT_STALLED, NULL,
		  "%s: a turn of the event loop took %" PRIu64
		  " ms; probes and sessions waited for that long",
		  longest.name, all_us / CLOCK_US_PER_MS);
}

/* Two clocks at the boundary of two turns. */
struct boundary {
	uint64_t time_us;
	uint64_t cpu_us; /* of this thread */
};

static struct boundary read_boundary(void)
{
	return (struct boundary){
		.time_us = read_us(CLOCK_MONOTONIC),
		.cpu_us = read_us(CLOCK_THREAD_CPUTIME_ID),
	};
}

void loop_run(struct loop *loop)
{
	struct boundary begin = read_boundary(), end;
	int result;

	do {
		result = event_base_loop(loop->base, EVLOOP_ONCE);
		end = read_boundary();
		tell_of_stall(loop, turn_meter_note(&loop->meter,
						    end.time_us - begin.time_us,
						    end.cpu_us - begin.cpu_us,
						    read_waits, loop));
		syscall_filter_report();
		begin = end;
	} while (!result && !event_base_got_break(loop->base));
}
