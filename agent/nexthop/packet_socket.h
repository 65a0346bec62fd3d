/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PACKET_SOCKET_H
#define NEXTHOP_PACKET_SOCKET_H

/* Packet sockets (packet(7)) for ARP, Neighbor Discovery and BFD. */

#include <stddef.h>
#include <stdint.h>

struct sock_filter;

/*
 * Open a non-blocking packet socket for frames of one EtherType on one
 * interface that pass the classic BPF program. Returns a descriptor for the
 * caller to close(), or -errno.
 */
int packet_socket_open(uint32_t ifindex, uint16_t ethertype,
		       const struct sock_filter *program, size_t size);

/*
 * Likewise on all interfaces, without the frame's header: recvmsg() tells the
 * interface and the MAC of the sender.
 */
int packet_socket_open_cooked(uint16_t ethertype,
			      const struct sock_filter *program, size_t size);

#endif
