/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PACKET_SOCKET_H
#define NEXTHOP_PACKET_SOCKET_H

/* What the sockets of ARP and of Neighbor Discovery share: packet(7). */

#include <stddef.h>
#include <stdint.h>

struct sock_filter;

/*
 * A non-blocking packet socket for frames of one EtherType on one interface,
 * of which it hears those that the classic BPF program lets through. Returns a
 * descriptor for the caller to close(), or -errno.
 */
int packet_socket_open(uint32_t ifindex, uint16_t ethertype,
		       const struct sock_filter *program, size_t size);

#endif
