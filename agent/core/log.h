/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_H
#define CORE_LOG_H

/*
 * One line on stderr for each event worth reporting, as
 * "LEVEL subsystem: message". A message names the neighbor or next hop first,
 * then says what happened and, where something can be done, what to do.
 * Pure modules do not log.
 *
 * Logging never fails and never blocks the event loop: what stderr does not
 * take waits in memory, and beyond that it is lost and counted (log_sink.h).
 * While the agent runs, one event of one object cannot flood the log
 * (log_limit.h). Errors of the start are all written.
 */

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT,
};

/* Names as in --log-level, indexed by enum log_level. */
extern const char *const log_level_names[LOG_LEVEL_COUNT];

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

/* Drop messages above `level` from now on. Default: LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
/* True if messages of this level are written. */
bool log_is_enabled(enum log_level level);
/* Return the number of lines lost because stderr could not take them. */
uint64_t log_lines_lost(void);

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
