/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ND_SOCKET_H
#define NEXTHOP_ND_SOCKET_H

/*
 * Sends and receives Neighbor Discovery on one interface, beside the kernel's
 * own: a packet socket (packet(7)) that hears neighbor advertisements only. An
 * ICMPv6 socket would not say which MAC they came from. Non-blocking.
 */

#include <stdint.h>

#include "nexthop/nd.h"

/* Returns a descriptor for the caller to close(), or -errno. */
int nd_socket_open(uint32_t ifindex);
/* Returns 0 or -errno. */
int nd_socket_send(int fd, const struct nd_solicitation_frame *frame);
/*
 * Takes one frame off the socket. Returns 0, -EBADMSG if it is no valid
 * advertisement, or -errno of recv(2): -EAGAIN when there is nothing left.
 */
int nd_socket_receive(int fd, struct nd_advertisement *advertisement);

#endif
