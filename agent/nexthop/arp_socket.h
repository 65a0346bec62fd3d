/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ARP_SOCKET_H
#define NEXTHOP_ARP_SOCKET_H

/*
 * ARP on one interface, beside the kernel's own: a packet socket (packet(7))
 * that receives ARP replies only. Non-blocking.
 */

#include <stdint.h>

#include "nexthop/arp.h"

/* Return a descriptor for the caller to close(), or -errno. */
int arp_socket_open(uint32_t ifindex);
/* Send a frame. Returns 0 or -errno. */
int arp_socket_send(int fd, const struct arp_frame *frame);
/*
 * Receive one frame. Returns 0, -EBADMSG if it is not valid ARP, or -errno of
 * recv(2): -EAGAIN if none is waiting.
 */
int arp_socket_receive(int fd, struct arp_message *message);

#endif
