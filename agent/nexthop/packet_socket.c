// SPDX-License-Identifier: BSD-2-Clause
/* Packet sockets of one EtherType. See packet_socket.h. */

#include "nexthop/packet_socket.h"

#include <endian.h>
#include <errno.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "nexthop/receive_buffer.h"

static int open_packet_socket(int type, uint32_t ifindex, uint16_t ethertype,
			      const struct sock_filter *program, size_t size)
{
	const struct sock_fprog filter = {
		.len = (unsigned short)size,
		.filter = (struct sock_filter *)program,
	};
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htobe16(ethertype),
		.sll_ifindex = (int)ifindex,
	};
	int fd, error;

	/* With protocol 0 it receives nothing until bind(). */
	fd = socket(AF_PACKET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	receive_buffer_enlarge(fd);
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			sizeof(filter)) &&
	    !bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int packet_socket_open(uint32_t ifindex, uint16_t ethertype,
		       const struct sock_filter *program, size_t size)
{
	return open_packet_socket(SOCK_RAW, ifindex, ethertype, program, size);
}

int packet_socket_open_cooked(uint16_t ethertype,
			      const struct sock_filter *program, size_t size)
{
	return open_packet_socket(SOCK_DGRAM, 0, ethertype, program, size);
}
