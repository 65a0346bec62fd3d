// SPDX-License-Identifier: BSD-2-Clause
/* Log lines on stderr. See log.h. */

#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE_SIZE = 1024
};

const char *const log_level_names[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static enum log_level current_level = LOG_LEVEL_INFO;
static uint64_t lines_lost;

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
	return lines_lost;
}

static void write_line(enum log_level level, const char *subsystem,
		       const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t used;

	if (!log_is_enabled(level))
		return;
	snprintf(line, sizeof(line), "%s %s: ", log_level_names[level],
		 subsystem);
	used = strnlen(line, sizeof(line));
	vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
	used = strnlen(line, sizeof(line) - 2);
	line[used++] = '\n';
	/* One write for each line, so that lines of two processes never mix. */
	if (write(STDERR_FILENO, line, used) != (ssize_t)used)
		lines_lost++;
}

void log_error(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LOG_LEVEL_ERROR, subsystem, format, arguments);
	va_end(arguments);
}

void log_warning(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LOG_LEVEL_WARNING, subsystem, format, arguments);
	va_end(arguments);
}

void log_info(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LOG_LEVEL_INFO, subsystem, format, arguments);
	va_end(arguments);
}

void log_debug_line(const char *subsystem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LOG_LEVEL_DEBUG, subsystem, format, arguments);
	va_end(arguments);
}
