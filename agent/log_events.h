/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOG_EVENTS_H
#define LOG_EVENTS_H

/*
 * The log in the event loop: a timer for what waits or is held back, and
 * libevent's own messages as log lines.
 */

struct event_base;
struct log_events;

/* Return NULL if out of memory. The caller frees with log_events_free(). */
struct log_events *log_events_new(struct event_base *base);
/* Limit messages from now on: the agent runs. */
void log_events_begin(struct log_events *log);
void log_events_free(struct log_events *log);

#endif
