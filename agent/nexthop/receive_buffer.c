// SPDX-License-Identifier: BSD-2-Clause
/* Packets that wait in a socket. See receive_buffer.h. */

#include "nexthop/receive_buffer.h"

#include <errno.h>

#include <sys/socket.h>

#include "core/clock.h"

enum receive_buffer_sizes {
	/* The kernel counts more than this for the smallest packet. */
	LEAST_PACKET = 512,
};

void receive_buffer_enlarge(int fd)
{
	const int size = RECEIVE_BUFFER_SIZE;

	/* SO_RCVBUF stops at net.core.rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

void receive_buffer_init(struct receive_buffer *buffer, int fd)
{
	int size = 2 * RECEIVE_BUFFER_SIZE;
	socklen_t length = sizeof(size);

	/* Failure leaves the largest size. */
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length);
	*buffer = (struct receive_buffer){
		.capacity = (size_t)size / LEAST_PACKET,
	};
}

bool receive_buffer_read(struct receive_buffer *buffer,
			 int (*receive)(void *context), void *context)
{
	uint64_t end_us = clock_now_us() + RECEIVE_BUFFER_TURN_US;
	bool passed;
	int error;

	do {
		error = receive(context);
		if (error && error != -EBADMSG) {
			buffer->reads = 0;
			return true;
		}
		buffer->reads++;
	} while (clock_now_us() < end_us);
	passed = buffer->reads >= buffer->capacity;
	if (passed)
		buffer->reads = 0;
	return passed;
}
