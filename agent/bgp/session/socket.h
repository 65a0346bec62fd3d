/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SOCKET_H
#define BGP_SOCKET_H

/*
 * TCP sockets as BGP wants them: non-blocking, closed on exec, no delay, and
 * marked as network control traffic; with the TTLs that say how far away the
 * peer may be. Functions return 0 or a descriptor, or -errno.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/protocol.h"
#include "core/address.h"

/* One end of a connection. */
struct bgp_endpoint {
	struct address address;
	uint16_t port;
	unsigned int ifindex; /* of a link-local address, else 0 */
};

/* How far a peer may be; 0 for what is not to be changed. */
struct bgp_distance {
	uint8_t ttl;	 /* to send with */
	uint8_t min_ttl; /* what comes with less is dropped: RFC 5082 3 */
};

/* A socket that can be given a key before it is used: tcp_auth.h. */
int bgp_socket_new(const struct address *remote);
/*
 * Begins to connect, writable when done. `source`: zero for the kernel's
 * choice. Does not close on failure.
 */
int bgp_socket_connect(int fd, const struct bgp_endpoint *remote,
		       const struct address *source);
/* IPv6 sockets take IPv6 connections only. */
int bgp_socket_listen(const struct address *local, uint16_t port);
/* -EAGAIN: nobody is waiting. */
int bgp_socket_accept(int listener, struct bgp_endpoint *remote);
/* When it is closed, nothing of it is left behind. */
void bgp_socket_forget(int fd);
/* The same, and closes it. */
void bgp_socket_refuse(int fd);
/*
 * True if the peer's first segment came with this TTL at least. What else came
 * before bgp_socket_set_distance() is then the near peer's, too; RFC 5082 3.
 * False if that is not known: the kernel keeps no SYN while it is flooded with
 * them.
 */
bool bgp_socket_is_near(int fd, uint8_t min_ttl);

int bgp_socket_set_distance(int fd, const struct address *remote,
			    const struct bgp_distance *distance);
/* How a connect ended. */
int bgp_socket_error(int fd);
int bgp_socket_local_address(int fd, struct address *local);

#endif
