/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SOCKET_EVENT_H
#define NEXTHOP_SOCKET_EVENT_H

/* Events that own the socket they watch. */

#include <unistd.h>

#include <event2/event.h>

/* Free the event and close its descriptor. NULL is legal. */
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
