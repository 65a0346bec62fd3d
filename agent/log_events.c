// SPDX-License-Identifier: BSD-2-Clause
/* The log's timer. See log_events.h. */

#include "log_events.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

struct log_events {
	struct event *timer;
};

static void arm_log_timer(void *context)
{
	struct log_events *log = context;
	uint64_t wait_ms = log_wait_ms();
	struct timeval wait;

	if (wait_ms == LOG_NEVER)
		return;
	wait = clock_timeval_of_ms(wait_ms);
	event_add(log->timer, &wait);
}

static void on_log_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	log_run();
	arm_log_timer(context);
}

static void on_libevent_message(int severity, const char *text)
{
	if (severity == EVENT_LOG_ERR)
		log_error("event", "%s", text);
	else if (severity == EVENT_LOG_WARN)
		log_warning("event", "%s", text);
	else
		log_debug("event", "%s", text);
}

struct log_events *log_events_new(struct event_base *base)
{
	struct log_events *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->timer = evtimer_new(base, on_log_timer, log);
	if (!log->timer) {
		free(log);
		return NULL;
	}
	event_set_log_callback(on_libevent_message);
	return log;
}

void log_events_begin(struct log_events *log)
{
	int error = log_begin_limit(arm_log_timer, log);

	if (error)
		log_event(EVENT_MEMORY_SHORT, NULL,
			  "messages are not limited: %s", strerror(-error));
	arm_log_timer(log); /* lines of the start may wait */
}

void log_events_free(struct log_events *log)
{
	if (!log)
		return;
	log_end_limit();
	event_free(log->timer);
	free(log);
}
