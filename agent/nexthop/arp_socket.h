/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ARP_SOCKET_H
#define NEXTHOP_ARP_SOCKET_H

/*
 * Sends and receives ARP on one interface, beside the kernel's own ARP: a
 * packet socket (packet(7)) that hears ARP replies only. Non-blocking.
 */

#include <stdint.h>

#include "nexthop/arp.h"

/* Returns a descriptor for the caller to close(), or -errno. */
int arp_socket_open(uint32_t ifindex);
/* Returns 0 or -errno. */
int arp_socket_send(int fd, const struct arp_frame *frame);
/*
 * Takes one frame off the socket. Returns 0, -EBADMSG if it is no valid ARP,
 * or -errno of recv(2): -EAGAIN when there is nothing left.
 */
int arp_socket_receive(int fd, struct arp_message *message);

#endif
