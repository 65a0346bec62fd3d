// SPDX-License-Identifier: BSD-2-Clause
/* Sockets on the interfaces of next hops. See ports.h. */

#include "nexthop/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/array.h"
#include "core/clock.h"
#include "nexthop/arp_socket.h"
#include "nexthop/nd_socket.h"
#include "nexthop/receive_buffer.h"
#include "nexthop/socket_event.h"

struct port;

/* A socket of a port, for one of the protocols. */
struct port_socket {
	const struct port *port;
	struct event *event; /* owns the descriptor */
	struct receive_buffer buffer;
	bool is_read; /* since ports_read() last returned true */
	int (*receive)(int fd, struct ports_answer *answer);
};

struct port {
	const struct ports *ports;
	uint32_t ifindex;
	struct port_socket arp;
	struct port_socket nd;
	LIST_ENTRY(port) link;
};

struct ports {
	struct event_base *base;
	struct ports_callbacks callbacks;
	LIST_HEAD(, port) list;
	size_t count;
	char names[][INTERFACE_SIZE];
};

struct ports *ports_new(struct event_base *base,
			const char (*names)[INTERFACE_SIZE], size_t count,
			const struct ports_callbacks *callbacks)
{
	struct ports *ports;

	ports = calloc(1, sizeof(*ports) + count * sizeof(ports->names[0]));
	if (!ports)
		return NULL;
	ports->base = base;
	ports->callbacks = *callbacks;
	ports->count = count;
	memcpy(ports->names, names, count * sizeof(names[0]));
	return ports;
}

static void close_port(struct port *port)
{
	socket_event_free(port->arp.event);
	socket_event_free(port->nd.event);
	LIST_REMOVE(port, link);
	free(port);
}

void ports_free(struct ports *ports)
{
	if (!ports)
		return;
	while (!LIST_EMPTY(&ports->list))
		close_port(LIST_FIRST(&ports->list));
	free(ports);
}

static int receive_arp(int fd, struct ports_answer *answer)
{
	struct arp_message message;
	int error = arp_socket_receive(fd, &message);

	if (error)
		return error;
	if (message.opcode != ARP_REPLY)
		return -EBADMSG;
	answer->sender = address_from_ipv4(message.sender_ip);
	answer->asker = address_from_ipv4(message.target_ip);
	memcpy(answer->mac, message.sender_mac, MAC_SIZE);
	memcpy(answer->asker_mac, message.target_mac, MAC_SIZE);
	return 0;
}

static int receive_nd(int fd, struct ports_answer *answer)
{
	struct nd_advertisement message;
	int error = nd_socket_receive(fd, &message);

	if (error)
		return error;
	/* Unsolicited ones prove no reachability: RFC 4861 7.2.5. */
	if (!message.solicited)
		return -EBADMSG;
	answer->sender = message.target;
	answer->asker = message.destination;
	memcpy(answer->mac, message.mac, MAC_SIZE);
	memcpy(answer->asker_mac, message.destination_mac, MAC_SIZE);
	return 0;
}

/* Read one answer and pass it on. */
static int read_answer(void *context)
{
	const struct port_socket *from = context;
	const struct ports_callbacks *callbacks = &from->port->ports->callbacks;
	uint32_t ifindex = from->port->ifindex;
	struct ports_answer answer;
	int error = from->receive(event_get_fd(from->event), &answer);

	if (error)
		return error;
	answer.sender = address_scoped(&answer.sender, ifindex);
	answer.asker = address_scoped(&answer.asker, ifindex);
	callbacks->answer(ifindex, &answer, callbacks->context);
	return 0;
}

static bool read_port_answers(struct port_socket *from)
{
	return receive_buffer_read(&from->buffer, read_answer, from);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	const struct port_socket *from = context;
	const struct ports_callbacks *callbacks = &from->port->ports->callbacks;

	(void)fd;
	(void)what;
	read_port_answers(context);
	callbacks->drained(callbacks->context);
}

/* Read the sockets that are not read yet, until the turn is over. */
static bool read_sockets(struct ports *ports)
{
	uint64_t end_us = clock_now_us() + RECEIVE_BUFFER_TURN_US;
	struct port *port;

	LIST_FOREACH(port, &ports->list, link) {
		struct port_socket *sockets[] = { &port->arp, &port->nd };

		for (size_t i = 0; i < COUNT_OF(sockets); i++) {
			if (sockets[i]->is_read)
				continue;
			if (clock_now_us() >= end_us)
				return false;
			sockets[i]->is_read = read_port_answers(sockets[i]);
			if (!sockets[i]->is_read)
				return false;
		}
	}
	return true;
}

bool ports_read(struct ports *ports)
{
	struct port *port;

	if (!read_sockets(ports))
		return false;
	LIST_FOREACH(port, &ports->list, link) {
		port->arp.is_read = false;
		port->nd.is_read = false;
	}
	return true;
}

/* Listen on `fd`, a descriptor or -errno; closes it on failure. */
static int listen_on_port(struct port *port, int fd, struct port_socket *on)
{
	if (fd < 0)
		return fd;
	on->port = port;
	receive_buffer_init(&on->buffer, fd);
	on->event = event_new(port->ports->base, fd, EV_READ | EV_PERSIST,
			      on_readable, on);
	if (!on->event) {
		close(fd);
		return -ENOMEM;
	}
	return event_add(on->event, NULL) ? -ENOMEM : 0;
}

static int open_port(struct ports *ports, uint32_t ifindex)
{
	struct port *port = calloc(1, sizeof(*port));
	int error;

	if (!port)
		return -ENOMEM;
	port->ports = ports;
	port->ifindex = ifindex;
	LIST_INSERT_HEAD(&ports->list, port, link);
	port->arp.receive = receive_arp;
	port->nd.receive = receive_nd;
	error = listen_on_port(port, arp_socket_open(ifindex), &port->arp);
	if (!error)
		error = listen_on_port(port, nd_socket_open(ifindex),
				       &port->nd);
	if (error)
		close_port(port);
	return error;
}

static const struct port *port_of_link(const struct ports *ports,
				       uint32_t ifindex)
{
	const struct port *port;

	LIST_FOREACH(port, &ports->list, link)
		if (port->ifindex == ifindex)
			return port;
	return NULL;
}

static bool is_listed(const struct ports *ports, const struct host *host,
		      const struct nexthop_link *link)
{
	for (size_t i = 0; i < ports->count; i++)
		if (host_link_by_name(host, ports->names[i]) == link)
			return true;
	return false;
}

/* True if the link has a MAC: only Ethernet can be probed. */
static bool is_ethernet(const struct nexthop_link *link)
{
	static const uint8_t zero[MAC_SIZE];

	return memcmp(link->mac, zero, sizeof(zero));
}

/* Find the listed interface that the link is or, for a VLAN device, is on. */
static bool find_attached(const struct ports *ports, const struct host *host,
			  uint32_t ifindex, struct host_port *port)
{
	const struct nexthop_link *link = host_link_by_index(host, ifindex);
	const struct nexthop_link *bottom;

	if (!link || !is_ethernet(link))
		return false;
	if (is_listed(ports, host, link)) {
		*port = (struct host_port){ .ifindex = ifindex };
		return true;
	}
	if (!host_find_port(host, link, port))
		return false;
	bottom = host_link_by_index(host, port->ifindex);
	return bottom && is_listed(ports, host, bottom);
}

static void close_vanished(struct ports *ports, const struct host *host)
{
	struct port *port, *next;
	struct host_port out;

	for (port = LIST_FIRST(&ports->list); port; port = next) {
		next = LIST_NEXT(port, link);
		if (!find_attached(ports, host, port->ifindex, &out))
			close_port(port);
	}
}

int ports_sync(struct ports *ports, const struct host *host, const char **name)
{
	int first_error = 0;

	close_vanished(ports, host);
	for (size_t i = 0; i < ports->count; i++) {
		const struct nexthop_link *link =
			host_link_by_name(host, ports->names[i]);
		int error;

		if (!link || !is_ethernet(link) ||
		    port_of_link(ports, link->ifindex))
			continue;
		error = open_port(ports, link->ifindex);
		if (error && !first_error) {
			first_error = error;
			*name = ports->names[i];
		}
	}
	return first_error;
}

bool ports_reach(struct ports *ports, const struct host *host, uint32_t ifindex,
		 struct host_port *port)
{
	return find_attached(ports, host, ifindex, port) &&
	       (port_of_link(ports, ifindex) || !open_port(ports, ifindex));
}

static int send_arp(const struct port *port,
		    const struct ports_question *question)
{
	struct arp_request request = {
		.destination = question->destination,
		.sender_ip = address_ipv4(&question->source),
		.target_ip = address_ipv4(&question->target),
	};
	struct arp_frame frame;

	memcpy(request.sender_mac, question->source_mac, MAC_SIZE);
	arp_build_request(&request, &frame);
	return arp_socket_send(event_get_fd(port->arp.event), &frame);
}

static int send_nd(const struct port *port,
		   const struct ports_question *question)
{
	struct nd_solicitation solicitation = {
		.destination = question->destination,
		.source = question->source,
		.target = question->target,
	};
	struct nd_solicitation_frame frame;

	/* RFC 4861 7.2.2. From :: it would be a duplicate address check. */
	if (address_is_zero(&question->source))
		return -EADDRNOTAVAIL;
	memcpy(solicitation.source_mac, question->source_mac, MAC_SIZE);
	nd_build_solicitation(&solicitation, &frame);
	return nd_socket_send(event_get_fd(port->nd.event), &frame);
}

int ports_send(const struct ports *ports, uint32_t ifindex,
	       const struct ports_question *question)
{
	const struct port *port = port_of_link(ports, ifindex);

	if (!port)
		return -ENODEV;
	return address_is_ipv4(&question->target) ? send_arp(port, question) :
						    send_nd(port, question);
}
