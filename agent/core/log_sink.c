// SPDX-License-Identifier: BSD-2-Clause
/* Writes that do not wait. See log_sink.h. */

#include "core/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FLUSH_SIZE = 64 * 1024, /* bytes in one turn of the loop */
	NOTICE_SIZE = 128,
};

void log_sink_open(struct log_sink *sink)
{
	struct stat about;
	int fd;

	if (fstat(STDERR_FILENO, &about))
		return;
	sink->is_socket = S_ISSOCK(about.st_mode);
	if (!S_ISFIFO(about.st_mode) && !isatty(STDERR_FILENO))
		return;
	fd = open("/proc/self/fd/2",
		  O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	sink->fd = fd;
	sink->may_block = false;
}

/* Return the bytes written, or -errno. */
static ssize_t write_now(const struct log_sink *sink, const char *bytes,
			 size_t size)
{
	struct pollfd ready = { .fd = sink->fd, .events = POLLOUT };
	ssize_t written;

	if (sink->is_socket)
		written = send(sink->fd, bytes, size,
			       MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (sink->may_block && poll(&ready, 1, 0) == 0)
		return -EAGAIN;
	else
		written = write(sink->fd, bytes, size);
	return written < 0 ? -errno : written;
}

/* True if a later write may succeed: the disk may have room again. */
static bool is_worth_waiting(ssize_t error)
{
	return error == -EAGAIN || error == -EINTR || error == -ENOSPC ||
	       error == -EDQUOT || error == -ENOBUFS;
}

/* Copy the first line of the ring, or what a partial write left of it. */
static size_t first_line(const struct log_sink *sink,
			 char line[LOG_SINK_LINE_SIZE])
{
	size_t size = 0;

	while (size < sink->used && size < LOG_SINK_LINE_SIZE) {
		line[size] =
			sink->ring[(sink->first + size) % LOG_SINK_RING_SIZE];
		if (line[size++] == '\n')
			break;
	}
	return size;
}

static void drop_bytes(struct log_sink *sink, size_t size)
{
	sink->first = (sink->first + size) % LOG_SINK_RING_SIZE;
	sink->used -= size;
}

static void put_bytes(struct log_sink *sink, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sink->ring[(sink->first + sink->used + i) % LOG_SINK_RING_SIZE] =
			bytes[i];
	sink->used += size;
}

/* Write one line of the ring. False if stderr does not take it now. */
static bool flush_line(struct log_sink *sink, size_t *flushed)
{
	char line[LOG_SINK_LINE_SIZE];
	size_t size = first_line(sink, line);
	ssize_t written = write_now(sink, line, size);

	if (written < 0 && is_worth_waiting(written))
		return false;
	if (written < 0) {
		sink->lost++;
		written = (ssize_t)size;
	}
	drop_bytes(sink, (size_t)written);
	*flushed += (size_t)written;
	return true;
}

/* Tell how many lines are missing here, as soon as half of the ring is free. */
static void report_losses(struct log_sink *sink)
{
	char notice[NOTICE_SIZE];

	if (!sink->overflowed || sink->used > LOG_SINK_RING_SIZE / 2)
		return;
	sink->overflowed = false;
	snprintf(notice, sizeof(notice),
		 "%swarning log: %" PRIu64
		 " lines lost: stderr did not take them; read it faster\n",
		 sink->has_priorities ? "<4>" : "",
		 sink->lost - sink->lost_reported);
	sink->lost_reported = sink->lost;
	put_bytes(sink, notice, strlen(notice));
}

bool log_sink_flush(struct log_sink *sink)
{
	size_t flushed = 0;

	while (sink->used && flushed < FLUSH_SIZE && flush_line(sink, &flushed))
		report_losses(sink);
	return sink->used > 0;
}

static void keep_line(struct log_sink *sink, const char *line, size_t size)
{
	if (sink->overflowed || size > LOG_SINK_RING_SIZE - sink->used) {
		sink->overflowed = true;
		sink->lost++;
		return;
	}
	put_bytes(sink, line, size);
}

void log_sink_write(struct log_sink *sink, const char *line, size_t size)
{
	ssize_t written;

	if (log_sink_flush(sink)) {
		keep_line(sink, line, size);
		return;
	}
	written = write_now(sink, line, size);
	if (written == (ssize_t)size)
		return;
	if (written >= 0)
		keep_line(sink, line + written, size - (size_t)written);
	else if (is_worth_waiting(written))
		keep_line(sink, line, size);
	else
		sink->lost++;
}
