// SPDX-License-Identifier: BSD-2-Clause
/* Log lines on stderr. See log.h. */

#include "core/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/event_ring.h"
#include "core/log_journal.h"
#include "core/log_limit.h"
#include "core/log_sink.h"

enum {
	RETRY_MS = 100, /* while stderr does not take what waits */
};

const char *const log_format_names[LOG_FORMAT_COUNT] = {
	[LOG_FORMAT_AUTO] = "auto",
	[LOG_FORMAT_TEXT] = "text",
	[LOG_FORMAT_PRIORITY] = "priority",
};

static bool to_journal;
static struct log_journal journal = { .fd = -1 };
static enum log_level current_level = LOG_LEVEL_INFO;
static struct log_sink sink = { .fd = STDERR_FILENO, .may_block = true };
static struct log_limit limit;
static bool is_limited;
static void (*wake_hook)(void *context);
static void *wake_context;
static struct event_ring ring;
static event_namer *object_namer;
static void *namer_context;
static void (*added_hook)(void *context);
static void *added_context;

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

/* The socket stays open: a reload may not open another one. */
void log_set_format(enum log_format format)
{
	bool is_journal = format == LOG_FORMAT_AUTO && log_journal_is_stderr();

	sink.has_priorities = is_journal || format == LOG_FORMAT_PRIORITY;
	to_journal = is_journal;
	if (is_journal && journal.fd < 0)
		log_journal_open(&journal);
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

/* A message on its way to stderr and into the ring. */
struct message {
	enum log_level level;
	const char *subsystem;
	const char *format;
	enum event_kind event;
	const struct event_about *about;
	const char *text; /* without its object */
};

static const struct event_about about_nothing;

static void keep_event(const struct message *message)
{
	struct event event = {
		.time_ms = clock_now_ms(),
		.unix_ms = clock_read_ns(CLOCK_REALTIME) /
			   ((uint64_t)CLOCK_NS_PER_US * CLOCK_US_PER_MS),
		.kind = message->event,
		.level = message->level,
		.subsystem = message->subsystem,
		.about = *message->about,
	};

	if (message->level > LOG_LEVEL_INFO)
		return;
	snprintf(event.text, sizeof(event.text), "%s", message->text);
	event_ring_add(&ring, &event);
	if (added_hook)
		added_hook(added_context);
}

/* True if the journal has it. Without its fields it goes by stderr. */
static bool send_entry(const struct message *message, const char *line)
{
	const struct event_about *about = message->about;
	const struct address *server = about->has_neighbor ? &about->neighbor :
				       about->has_nexthop  ? &about->nexthop :
							     NULL;
	const struct log_journal_entry entry = {
		.level = message->level,
		.subsystem = message->subsystem,
		.message = line,
		.event = message->event == EVENT_OTHER ?
				 NULL :
				 event_types[message->event].name,
		.about = about,
		.name = server ? log_name_of(server) : NULL,
	};

	return to_journal &&
	       log_journal_send(&journal, LOG_JOURNAL_SOCKET, &entry);
}

static void write_line(const struct message *message)
{
	char line[LOG_SINK_LINE_SIZE], object[EVENT_OBJECT_SIZE];
	char priority[sizeof("<7>")] = "";
	size_t used;

	if (!log_is_enabled(message->level))
		return;
	if (sink.has_priorities)
		snprintf(priority, sizeof(priority), "<%d>",
			 log_priority(message->level));
	log_event_object(message->about, object);
	snprintf(line, sizeof(line) - 1, "%s%s %s: %s%s%s", priority,
		 log_level_names[message->level], message->subsystem, object,
		 *object ? ": " : "", message->text);
	if (send_entry(message, line + strlen(priority)))
		return;
	used = strlen(line);
	line[used++] = '\n';
	log_sink_write(&sink, line, used);
}

static void write_message(const struct message *message)
{
	keep_event(message);
	write_line(message);
}

static void write_summary(const struct log_limit_summary *summary)
{
	const struct message message = {
		.level = (enum log_level)summary->level,
		.subsystem = summary->subsystem,
		.event = summary->event,
		.about = &summary->about,
		.text = summary->text,
	};

	write_message(&message);
}

static void write_summaries(uint64_t now_ms)
{
	struct log_limit_summary summary;

	while (log_limit_next_summary(&limit, now_ms, &summary))
		write_summary(&summary);
}

static bool has_objects(const struct message *message)
{
	return memcmp(message->about, &about_nothing, sizeof(about_nothing));
}

static bool is_admitted(const struct message *message)
{
	const struct log_limit_message limited = {
		.kind = message->format,
		.subsystem = message->subsystem,
		.level = message->level,
		.text = message->text,
		.event = message->event,
		.about = has_objects(message) ? message->about : NULL,
		.is_step = message->level == LOG_LEVEL_DEBUG,
	};
	uint64_t now_ms;

	if (!is_limited)
		return true;
	now_ms = clock_now_ms();
	write_summaries(now_ms);
	return log_limit_admit(&limit, &limited, now_ms);
}

/* True if no turn of the loop is needed. */
static bool is_idle(void)
{
	return !is_limited ||
	       (!sink.used && log_limit_due_ms(&limit) == LOG_LIMIT_NEVER);
}

/* True for a message that is written, or kept as an event. */
static bool is_kept_or_written(enum log_level level)
{
	return log_is_enabled(level) || level <= LOG_LEVEL_INFO;
}

static void log_message(struct message *message, va_list arguments)
{
	bool was_idle = is_idle(), was_waiting = sink.used > 0;
	char text[LOG_SINK_LINE_SIZE];

	if (!is_kept_or_written(message->level))
		return;
	vsnprintf(text, sizeof(text), message->format, arguments);
	message->text = text;
	if (is_admitted(message))
		write_message(message);
	if (wake_hook &&
	    (was_idle != is_idle() || was_waiting != (sink.used > 0)))
		wake_hook(wake_context);
}

static void log_line(enum log_level level, const char *subsystem,
		     const char *format, va_list arguments)
{
	struct message message = {
		.level = level,
		.subsystem = subsystem,
		.format = format,
		.event = EVENT_OTHER,
		.about = &about_nothing,
	};

	log_message(&message, arguments);
}

/* ------------------------------------------------------------- events */

void log_event(enum event_kind kind, const struct event_objects *objects,
	       const char *format, ...)
{
	struct event_about about;
	struct message message = {
		.level = event_types[kind].level,
		.subsystem = event_types[kind].subsystem,
		.format = format,
		.event = kind,
		.about = &about,
	};
	va_list arguments;

	event_about_set(&about, objects);
	va_start(arguments, format);
	log_message(&message, arguments);
	va_end(arguments);
}

void log_set_namer(event_namer *namer, void *context)
{
	object_namer = namer;
	namer_context = context;
}

const char *log_name_of(const struct address *address)
{
	return object_namer ? object_namer(address, namer_context) : NULL;
}

const char *log_event_object(const struct event_about *about,
			     char text[EVENT_OBJECT_SIZE])
{
	return event_object_format(about, object_namer, namer_context, text);
}

const struct event_ring *log_events_kept(void)
{
	return &ring;
}

void log_follow_events(void (*added)(void *context), void *context)
{
	added_hook = added;
	added_context = context;
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
		write_summary(&summary);
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
