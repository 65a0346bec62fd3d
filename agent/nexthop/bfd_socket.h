/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_SOCKET_H
#define NEXTHOP_BFD_SOCKET_H

/*
 * The UDP sockets of single-hop BFD (RFC 5881): one packet socket for each family
 * receives from all neighbors, with the MACs of the senders, and one UDP socket
 * for each session sends from a port of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/bfd_datagram.h"

enum bfd_socket_constants {
	BFD_SOCKET_PORT = BFD_PORT,
	BFD_SOCKET_HOP_LIMIT = 255, /* RFC 5881 5 */
};

/* The addresses and the link of a session. */
struct bfd_endpoints {
	struct address remote;
	struct address local; /* zero: the kernel's choice */
	uint32_t ifindex;     /* 0: no link, nothing is sent */
};

/*
 * Open a socket; return a descriptor or -errno. The reserving one owns the port,
 * so that no other daemon takes it and the kernel does not answer that it is
 * closed; it receives nothing.
 */
int bfd_socket_reserve(bool ipv4);
int bfd_socket_listen(bool ipv4);
int bfd_socket_open(bool ipv4);
/* Send a packet. Returns 0 or -errno. */
int bfd_socket_send(int fd, const struct bfd_endpoints *endpoints,
		    const void *packet, size_t size);
/* Receive a packet. Returns 0, -EBADMSG for another packet, or -errno. */
int bfd_socket_receive(int fd, struct bfd_datagram *datagram);

#endif
