/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_SOCKET_H
#define NEXTHOP_BFD_SOCKET_H

/*
 * The UDP sockets of single-hop BFD (RFC 5881): one for each family receives
 * from all neighbors, and one for each session sends from a port of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/bfd_packet.h"

enum bfd_socket_constants {
	BFD_SOCKET_PORT = 3784,	    /* RFC 5881 4 */
	BFD_SOCKET_HOP_LIMIT = 255, /* RFC 5881 5 */
	/* With the longest authentication section: RFC 5880 4.4. */
	BFD_SOCKET_MAX_PAYLOAD = 52,
};

struct bfd_datagram {
	struct address sender; /* with its scope, if link-local */
	uint32_t ifindex;
	unsigned int hop_limit;
	size_t size;
	uint8_t payload[BFD_SOCKET_MAX_PAYLOAD];
};

/* The addresses and the link of a session. */
struct bfd_endpoints {
	struct address remote;
	struct address local; /* zero: the kernel's choice */
	uint32_t ifindex;     /* 0: no link, nothing is sent */
};

/* Open a non-blocking socket; return a descriptor or -errno. */
int bfd_socket_listen(bool ipv4);
int bfd_socket_open(bool ipv4);
/* Send a packet. Returns 0 or -errno. */
int bfd_socket_send(int fd, const struct bfd_endpoints *endpoints,
		    const struct bfd_frame *frame);
/*
 * Receive a packet. Returns 0, -EBADMSG if the kernel did not report its link,
 * or -errno.
 */
int bfd_socket_receive(int fd, struct bfd_datagram *datagram);

#endif
