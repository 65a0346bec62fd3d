/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_RECEIVE_BUFFER_H
#define NEXTHOP_RECEIVE_BUFFER_H

/*
 * The packets that wait in a socket: room for a burst of them, and whether those
 * from before a deadline have been read. A sender that is faster than we read
 * keeps the socket from ever being empty, and must not put off a death: after as
 * many packets as the buffer can hold, all that waited at first are read.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum receive_buffer_limits {
	RECEIVE_BUFFER_SIZE = 4 * 1024 * 1024,
	/* Longest time to read in one turn of the event loop. */
	RECEIVE_BUFFER_TURN_US = 3000,
};

struct receive_buffer {
	size_t capacity; /* in packets, at most */
	size_t reads;	 /* since the first receive_buffer_read() that failed */
};

/* Enlarge the buffer of a socket, as far as the kernel permits. */
void receive_buffer_enlarge(int fd);
void receive_buffer_init(struct receive_buffer *buffer, int fd);
/*
 * Pass packets to `receive` until it returns an error other than -EBADMSG, or
 * the turn is over. True if all packets from before the call, or from before the
 * first of a row of calls that returned false, have been read.
 */
bool receive_buffer_read(struct receive_buffer *buffer,
			 int (*receive)(void *context), void *context);

#endif
