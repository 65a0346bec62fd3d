/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_SINK_H
#define CORE_LOG_SINK_H

/*
 * Lines on their way to stderr. What stderr does not take at once waits in a
 * ring; what does not fit into it is lost and counted. A write never waits for
 * the reader: stderr may be a pipe that is not read, a stopped terminal or a
 * file on a full disk.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_sink_sizes {
	LOG_SINK_LINE_SIZE = 1024, /* below PIPE_BUF: a pipe takes it whole */
	LOG_SINK_RING_SIZE = 1 << 20,
};

struct log_sink {
	int fd;
	bool is_socket;
	bool may_block;	     /* the descriptor is shared: ask before a write */
	bool has_priorities; /* <N> in front of what it says itself */
	bool overflowed;     /* lines are lost until half of the ring is free */
	size_t first;	     /* byte of the ring */
	size_t used;	     /* bytes */
	uint64_t lost;	     /* lines */
	uint64_t lost_reported;
	char ring[LOG_SINK_RING_SIZE];
};

/*
 * Write to a description of stderr that is not shared, where there is one:
 * O_NONBLOCK on a shared one would change other processes, too.
 */
void log_sink_open(struct log_sink *sink);
/* Write one line, with its line end, now or later. */
void log_sink_write(struct log_sink *sink, const char *line, size_t size);
/* Write what waits, a part of it at a time. True if something still waits. */
bool log_sink_flush(struct log_sink *sink);

#endif
