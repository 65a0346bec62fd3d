/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_SOCKET_H
#define NEXTHOP_SERVICE_SOCKET_H

/*
 * The sockets of checks. A packet socket (packet(7)) for each family sends to
 * the MAC of a next hop, whatever the routes of this host say about the VIP, and
 * receives the answers before its filters and rp_filter do. A TCP socket owns
 * the port that all checks come from. It listens and drops what it gets, as the
 * kernel would answer for a port without a socket.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/service_segment.h"

/* A packet that came, up to its first data. */
struct service_packet {
	uint8_t bytes[SERVICE_HEAD_SIZE];
	size_t size;
	uint32_t ifindex;
	uint8_t mac[MAC_SIZE]; /* of its sender */
};

/*
 * Own a port of this host, which *port tells. Returns a descriptor for the
 * caller to close(), or -errno.
 */
int service_socket_reserve(uint16_t *port);
/*
 * Open a packet socket for segments to our port. Returns a descriptor for the
 * caller to close(), or -errno.
 */
int service_socket_open(bool ipv4, uint16_t port);
/* Send a packet to a MAC on a link. Returns 0 or -errno. */
int service_socket_send(int fd, bool ipv4, uint32_t ifindex,
			const uint8_t mac[MAC_SIZE], const uint8_t *packet,
			size_t size);
/* Returns 0, or -errno: -EAGAIN when no packet waits. */
int service_socket_receive(int fd, struct service_packet *packet);

#endif
