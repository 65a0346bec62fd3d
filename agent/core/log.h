/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_H
#define CORE_LOG_H

/*
 * One line on stderr for each event worth reporting, as
 * "LEVEL subsystem: message", or as an entry of systemd's journal
 * (log_journal.h). A message names the neighbor or next hop first,
 * then says what happened and, where something can be done, what to do.
 * Pure modules do not log.
 *
 * Logging never fails and never blocks the event loop: what stderr does not
 * take waits in memory, and beyond that it is lost and counted (log_sink.h).
 * While the agent runs, one event of one object cannot flood the log
 * (log_limit.h). Errors of the start are all written.
 *
 * Each line from LOG_LEVEL_INFO on is kept as an event, too, whatever level is
 * written (event_ring.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/log_level.h"

struct event_ring;

/* How a line begins, for --log-format. */
enum log_format {
	LOG_FORMAT_AUTO, /* as the journal reads it, if stderr is the journal */
	LOG_FORMAT_TEXT,
	LOG_FORMAT_PRIORITY, /* <N> in front, as sd-daemon(3) has it */
	LOG_FORMAT_COUNT,
};

/* Names as in --log-format, indexed by enum log_format. */
extern const char *const log_format_names[LOG_FORMAT_COUNT];

static const uint64_t LOG_NEVER = UINT64_MAX;

/*
 * Prepare stderr. Descriptors 0 to 2 that are closed are opened, so that no
 * socket gets the number of stderr. Without this call, lines go to stderr as it
 * is.
 */
void log_open(void);
/*
 * Limit messages from now on. `wake` is called when log_wait_ms() changes
 * by more than time. Return 0 or -errno.
 */
int log_begin_limit(void (*wake)(void *context), void *context);
/* Return the time until log_run() has something to do, or LOG_NEVER. */
uint64_t log_wait_ms(void);
/* Write what waits, as far as stderr takes it. */
void log_run(void);
/* Write the messages that are held back, and limit no longer. */
void log_end_limit(void);

/* Write lines in another form from now on. Default: LOG_FORMAT_TEXT. */
void log_set_format(enum log_format format);
/* Drop messages above `level` from now on. Default: LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
/* True if messages of this level are written. */
bool log_is_enabled(enum log_level level);
/* Return the number of lines lost because stderr could not take them. */
uint64_t log_lines_lost(void);

/*
 * Tell of an event, by the level and subsystem of its kind: the line has the
 * first of the objects in front of the message, with the name of its server.
 */
void log_event(enum event_kind kind, const struct event_objects *objects,
	       const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Learn the names of servers; a namer of NULL knows none. */
void log_set_namer(event_namer *namer, void *context);
/* Return the last events, and the object of one as in its line. */
const struct event_ring *log_events_kept(void);
const char *log_event_object(const struct event_about *about,
			     char text[EVENT_OBJECT_SIZE]);
/* Return the name of the server at an address, or NULL. */
const char *log_name_of(const struct address *address);
/* Call `added` for each event; NULL: no more. It must not log. */
void log_follow_events(void (*added)(void *context), void *context);

void log_error(const char *subsystem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_warning(const char *subsystem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_info(const char *subsystem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_debug_line(const char *subsystem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A macro, so that a line that is not written costs one call of
 * log_is_enabled(): its arguments, often texts to format, are not evaluated.
 */
#define log_debug(...)                               \
	do {                                         \
		if (log_is_enabled(LOG_LEVEL_DEBUG)) \
			log_debug_line(__VA_ARGS__); \
	} while (0)

#endif
