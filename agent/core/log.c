// SPDX-License-Identifier: BSD-2-Clause
/* Log lines on stderr. See log.h. */

#include "core/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log_limit.h"
#include "core/log_sink.h"

enum {
	RETRY_MS = 100, /* while stderr does not take what waits */
};

const char *const log_level_names[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static enum log_level current_level = LOG_LEVEL_INFO;
static struct log_sink sink = { .fd = STDERR_FILENO, .may_block = true };
static struct log_limit limit;
static bool is_limited;
static void (*wake_hook)(void *context);
static void *wake_context;

/* ------------------------------------------------------------- life */

/* Without this, a socket would get number 2, and log lines as its input. */
static void open_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void log_open(void)
{
	open_standard_descriptors();
	log_sink_open(&sink);
}

int log_begin_limit(void (*wake)(void *context), void *context)
{
	struct keyed_hash_secret secret;
	int error = keyed_hash_draw(&secret);

	if (error)
		return error;
	log_limit_init(&limit, &secret);
	wake_hook = wake;
	wake_context = context;
	is_limited = true;
	return 0;
}

void log_set_level(enum log_level level)
{
	current_level = level;
}

bool log_is_enabled(enum log_level level)
{
	return level <= current_level;
}

uint64_t log_lines_lost(void)
{
	return sink.lost;
}

/* ------------------------------------------------------------- lines */

static void write_text(enum log_level level, const char *subsystem,
		       const char *text)
{
	char line[LOG_SINK_LINE_SIZE];
	size_t used;

	snprintf(line, sizeof(line) - 1, "%s %s: %s", log_level_names[level],
		 subsystem, text);
	used = strlen(line);
	line[used++] = '\n';
	log_sink_write(&sink, line, used);
}

static void write_summaries(uint64_t now_ms)
{
	struct log_limit_summary summary;

	while (log_limit_next_summary(&limit, now_ms, &summary))
		write_text((enum log_level)summary.level, summary.subsystem,
			   summary.text);
}

static bool is_admitted(enum log_level level, const char *subsystem,
			const char *format, const char *text)
{
	const struct log_limit_message message = {
		.kind = format,
		.subsystem = subsystem,
		.level = level,
		.text = text,
		.is_step = level == LOG_LEVEL_DEBUG,
	};
	uint64_t now_ms;

	if (!is_limited)
		return true;
	now_ms = clock_now_ms();
	write_summaries(now_ms);
	return log_limit_admit(&limit, &message, now_ms);
}

/* True if no turn of the loop is needed. */
static bool is_idle(void)
{
	return !is_limited ||
	       (!sink.used && log_limit_due_ms(&limit) == LOG_LIMIT_NEVER);
}

static void log_line(enum log_level level, const char *subsystem,
		     const char *format, va_list arguments)
{
	bool was_idle = is_idle(), was_waiting = sink.used > 0;
	char text[LOG_SINK_LINE_SIZE];

	if (!log_is_enabled(level))
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	if (is_admitted(level, subsystem, format, text))
		write_text(level, subsystem, text);
	if (wake_hook &&
	    (was_idle != is_idle() || was_waiting != (sink.used > 0)))
		wake_hook(wake_context);
}

/* ------------------------------------------------------------- turns */

uint64_t log_wait_ms(void)
{
	uint64_t due_ms, now_ms;

	if (!is_limited)
		return LOG_NEVER;
	if (sink.used)
		return RETRY_MS;
	due_ms = log_limit_due_ms(&limit);
	if (due_ms == LOG_LIMIT_NEVER)
		return LOG_NEVER;
	now_ms = clock_now_ms();
	return due_ms > now_ms ? due_ms - now_ms : 0;
}

void log_run(void)
{
	log_sink_flush(&sink);
	write_summaries(clock_now_ms());
}

void log_end_limit(void)
{
	struct log_limit_summary summary;

	if (!is_limited)
		return;
	while (log_limit_last_summary(&limit, clock_now_ms(), &summary))
		write_text((enum log_level)summary.level, summary.subsystem,
			   summary.text);
	log_sink_flush(&sink);
	is_limited = false;
	wake_hook = NULL;
}

/* ------------------------------------------------------------- levels */

void log_error(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_ERROR, subsystem, format, arguments);
	va_end(arguments);
}

void log_warning(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_WARNING, subsystem, format, arguments);
	va_end(arguments);
}

void log_info(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_INFO, subsystem, format, arguments);
	va_end(arguments);
}

void log_debug_line(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_DEBUG, subsystem, format, arguments);
	va_end(arguments);
}
