/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SOCKET_EVENT_H
#define NEXTHOP_SOCKET_EVENT_H

/* An event that owns the socket it watches. */

#include <unistd.h>

#include <event2/event.h>

/* The descriptor goes with the event. NULL is legal. */
static inline void socket_event_free(struct event *event)
{
	int fd;

	if (!event)
		return;
	fd = event_get_fd(event);
	event_free(event);
	close(fd);
}

#endif
