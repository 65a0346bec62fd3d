/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SOCKET_H
#define BGP_SOCKET_H

/*
 * TCP sockets for BGP: non-blocking, closed on exec, without delay, marked as
 * network control traffic, and with the TTLs of the allowed distance. Functions
 * return 0 or a descriptor, or -errno.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/protocol.h"
#include "core/address.h"

enum bgp_socket_limits {
	BGP_MAX_GIVEN = 3, /* for BGP over both families, and metrics */
};

/* One end of a connection. */
struct bgp_endpoint {
	struct address address;
	uint16_t port;
	unsigned int ifindex; /* of a link-local address, else 0 */
};

/* The allowed distance of a peer; 0 leaves the kernel's value. */
struct bgp_distance {
	uint8_t ttl;	 /* sent */
	uint8_t min_ttl; /* segments below are dropped: RFC 5082 3 */
};

/* Open a socket that can be given a key before it connects (tcp_auth.h). */
int bgp_socket_new(const struct address *remote);
/*
 * Begin to connect; the socket is writable when that is done. A zero `source`
 * leaves the choice to the kernel. Does not close on failure.
 */
int bgp_socket_connect(int fd, const struct bgp_endpoint *remote,
		       const struct address *source);
/* Listen; an IPv6 socket takes IPv6 connections only. */
int bgp_socket_listen(const struct address *local, uint16_t port);
/* True if the socket listens at exactly this address and port. */
bool bgp_socket_listens(int fd, const struct bgp_endpoint *at);
/*
 * Take such a socket out of those that another agent has given, BGP_MAX_GIVEN of them
 * or -1, and put -1 in its place; or listen. NULL: none were given.
 */
int bgp_socket_take_or_listen(int *given, const struct address *local,
			      uint16_t port);
/* Accept a connection. -EAGAIN: none is waiting. */
int bgp_socket_accept(int listener, struct bgp_endpoint *remote);
/* Make a later close reset the TCP connection. */
void bgp_socket_reset_on_close(int fd);
/* Close and reset the TCP connection. */
void bgp_socket_reset(int fd);
/*
 * True if the peer's SYN came with at least this TTL. Segments that came before
 * bgp_socket_set_distance() are then from a near peer, too (RFC 5082 3). False
 * also if the TTL is unknown: the kernel saves no SYN while it sends SYN
 * cookies.
 */
bool bgp_socket_is_near(int fd, uint8_t min_ttl);

int bgp_socket_set_distance(int fd, const struct address *remote,
			    const struct bgp_distance *distance);
/*
 * Set how long the kernel keeps a connection whose peer does not acknowledge
 * data (TCP_USER_TIMEOUT); it keeps one without data as long.
 */
void bgp_socket_set_timeout(int fd, uint32_t milliseconds);
/* True if all data is acknowledged, or some was in this time. */
bool bgp_socket_is_answered(int fd, uint32_t milliseconds);
/* Return the result of a connect. */
int bgp_socket_error(int fd);
int bgp_socket_local_address(int fd, struct address *local);

/* True if the socket is of IPv4. */
bool bgp_socket_is_ipv4(int fd);

#endif
