// SPDX-License-Identifier: BSD-2-Clause
/* ARP sockets on the interfaces that next hops are behind. See ports.h. */

#include "nexthop/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "nexthop/arp_socket.h"

enum ports_limits {
	READS_AT_ONCE = 64, /* then the event loop has its turn */
};

struct port {
	const struct ports *ports;
	char name[16];
	uint32_t ifindex; /* 0: no such interface now */
	struct event *readable;
};

struct ports {
	struct event_base *base;
	struct ports_callbacks callbacks;
	size_t count;
	struct port list[];
};

struct ports *ports_new(struct event_base *base, const char (*names)[16],
			size_t count, const struct ports_callbacks *callbacks)
{
	struct ports *ports;

	ports = calloc(1, sizeof(*ports) + count * sizeof(ports->list[0]));
	if (!ports)
		return NULL;
	ports->base = base;
	ports->callbacks = *callbacks;
	ports->count = count;
	for (size_t i = 0; i < count; i++) {
		ports->list[i].ports = ports;
		memcpy(ports->list[i].name, names[i], sizeof(names[i]));
	}
	return ports;
}

static void close_port(struct port *port)
{
	int fd;

	if (!port->ifindex)
		return;
	fd = event_get_fd(port->readable);
	event_free(port->readable);
	close(fd);
	port->readable = NULL;
	port->ifindex = 0;
}

void ports_free(struct ports *ports)
{
	if (!ports)
		return;
	for (size_t i = 0; i < ports->count; i++)
		close_port(&ports->list[i]);
	free(ports);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	const struct port *port = context;
	const struct ports_callbacks *callbacks = &port->ports->callbacks;

	(void)what;
	for (int i = 0; i < READS_AT_ONCE; i++) {
		struct arp_message message;
		int error = arp_socket_receive(fd, &message);

		if (!error)
			callbacks->reply(port->ifindex, &message,
					 callbacks->context);
		else if (error != -EBADMSG)
			break;
	}
	callbacks->drained(callbacks->context);
}

static int open_port(struct port *port, uint32_t ifindex)
{
	int fd = arp_socket_open(ifindex);

	if (fd < 0)
		return fd;
	port->readable = event_new(port->ports->base, fd, EV_READ | EV_PERSIST,
				   on_readable, port);
	if (!port->readable || event_add(port->readable, NULL)) {
		if (port->readable)
			event_free(port->readable);
		port->readable = NULL;
		close(fd);
		return -ENOMEM;
	}
	port->ifindex = ifindex;
	return 0;
}

/* Only Ethernet speaks this ARP; other links have no MAC here. */
static uint32_t usable_ifindex(const struct host *host, const char *name)
{
	static const uint8_t zero[MAC_SIZE];
	const struct nexthop_link *link = host_link_by_name(host, name);

	if (!link || !memcmp(link->mac, zero, sizeof(zero)))
		return 0;
	return link->ifindex;
}

int ports_sync(struct ports *ports, const struct host *host, const char **name)
{
	int first_error = 0;

	for (size_t i = 0; i < ports->count; i++) {
		struct port *port = &ports->list[i];
		uint32_t ifindex = usable_ifindex(host, port->name);
		int error;

		if (port->ifindex == ifindex)
			continue;
		close_port(port);
		error = ifindex ? open_port(port, ifindex) : 0;
		if (error && !first_error) {
			first_error = error;
			*name = port->name;
		}
	}
	return first_error;
}

static const struct port *find_port(const struct ports *ports, uint32_t ifindex)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ifindex && ports->list[i].ifindex == ifindex)
			return &ports->list[i];
	return NULL;
}

bool ports_has(const struct ports *ports, uint32_t ifindex)
{
	return find_port(ports, ifindex);
}

int ports_send(const struct ports *ports, uint32_t ifindex,
	       const struct arp_frame *frame)
{
	const struct port *port = find_port(ports, ifindex);

	if (!port)
		return -ENODEV;
	return arp_socket_send(event_get_fd(port->readable), frame);
}
