/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ND_SOCKET_H
#define NEXTHOP_ND_SOCKET_H

/*
 * Neighbor Discovery on one interface, beside the kernel's own: a packet socket
 * (packet(7)) that receives neighbor advertisements only. An ICMPv6 socket
 * would not report the source MAC. Non-blocking.
 */

#include <stdint.h>

#include "nexthop/nd.h"

/* Return a descriptor for the caller to close(), or -errno. */
int nd_socket_open(uint32_t ifindex);
/* Send a frame. Returns 0 or -errno. */
int nd_socket_send(int fd, const struct nd_solicitation_frame *frame);
/*
 * Receive one frame. Returns 0, -EBADMSG if it is not a valid advertisement, or
 * -errno of recv(2): -EAGAIN if none is waiting.
 */
int nd_socket_receive(int fd, struct nd_advertisement *advertisement);

#endif
