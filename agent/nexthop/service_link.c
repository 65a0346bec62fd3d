// SPDX-License-Identifier: BSD-2-Clause
/* Sockets of checks in the event loop. See service_link.h. */

#include "nexthop/service_link.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "nexthop/receive_buffer.h"
#include "nexthop/service_socket.h"
#include "nexthop/socket_event.h"

/* A packet socket, of one family. */
struct end {
	struct service_link *link;
	struct event *event; /* owns the descriptor */
	struct receive_buffer buffer;
};

enum {
	VERSION_SHIFT = 4,
	VERSION_4 = 4,
};

struct service_link {
	struct service_link_callbacks callbacks;
	int holder; /* the socket that owns the port */
	uint16_t port;
	struct end ipv4, ipv6;
};

static int receive(void *context)
{
	const struct end *end = context;
	const struct service_link_callbacks *callbacks = &end->link->callbacks;
	struct service_packet packet;
	int error = service_socket_receive(event_get_fd(end->event), &packet);

	if (!error)
		callbacks->packet(packet.bytes, packet.size, packet.ifindex,
				  packet.mac, callbacks->context);
	return error;
}

static void on_answers(evutil_socket_t fd, short what, void *context)
{
	struct end *end = context;
	const struct service_link_callbacks *callbacks = &end->link->callbacks;

	(void)fd, (void)what;
	receive_buffer_read(&end->buffer, receive, end);
	callbacks->drained(callbacks->context);
}

static int open_end(struct event_base *base, struct service_link *link,
		    struct end *end, bool ipv4)
{
	int fd = service_socket_open(ipv4, link->port);

	if (fd < 0)
		return fd;
	end->link = link;
	receive_buffer_init(&end->buffer, fd);
	end->event = event_new(base, fd, EV_READ | EV_PERSIST, on_answers, end);
	if (!end->event) {
		close(fd);
		return -ENOMEM;
	}
	return event_add(end->event, NULL) ? -ENOMEM : 0;
}

int service_link_new(struct event_base *base,
		     const struct service_link_callbacks *callbacks,
		     struct service_link **out)
{
	struct service_link *link = calloc(1, sizeof(*link));
	int error = 0;

	if (!link)
		return -ENOMEM;
	link->callbacks = *callbacks;
	link->holder = service_socket_reserve(&link->port);
	if (link->holder < 0)
		error = link->holder;
	if (!error)
		error = open_end(base, link, &link->ipv4, true);
	if (!error)
		error = open_end(base, link, &link->ipv6, false);
	if (error) {
		service_link_free(link);
		return error;
	}
	*out = link;
	return 0;
}

void service_link_free(struct service_link *link)
{
	if (!link)
		return;
	if (link->ipv4.event)
		socket_event_free(link->ipv4.event);
	if (link->ipv6.event)
		socket_event_free(link->ipv6.event);
	if (link->holder >= 0)
		close(link->holder);
	free(link);
}

uint16_t service_link_port(const struct service_link *link)
{
	return link->port;
}

int service_link_send(const struct service_link *link, uint32_t ifindex,
		      const uint8_t mac[MAC_SIZE], const uint8_t *packet,
		      size_t size)
{
	bool ipv4 = packet[0] >> VERSION_SHIFT == VERSION_4;
	const struct end *end = ipv4 ? &link->ipv4 : &link->ipv6;

	return service_socket_send(event_get_fd(end->event), ipv4, ifindex, mac,
				   packet, size);
}

bool service_link_read(struct service_link *link)
{
	bool ipv4 =
		receive_buffer_read(&link->ipv4.buffer, receive, &link->ipv4);
	bool ipv6 =
		receive_buffer_read(&link->ipv6.buffer, receive, &link->ipv6);

	return ipv4 && ipv6;
}
