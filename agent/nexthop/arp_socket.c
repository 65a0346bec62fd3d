// SPDX-License-Identifier: BSD-2-Clause
/* A packet socket for ARP. See arp_socket.h. */

#include "nexthop/arp_socket.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

/*
 * Requests of others are most of the ARP on a network and none of ours: the
 * kernel drops all but replies before they cost a wake-up.
 */
static int attach_reply_filter(int fd)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
			 offsetof(struct arp_frame, opcode)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, sizeof(struct arp_frame)),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(program[0]),
		.filter = program,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			  sizeof(filter));
}

int arp_socket_open(uint32_t ifindex)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htobe16(ETH_P_ARP),
		.sll_ifindex = (int)ifindex,
	};
	int fd, error;

	/* Without a protocol it hears nothing until it is bound. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!attach_reply_filter(fd) &&
	    !bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int arp_socket_send(int fd, const struct arp_frame *frame)
{
	return send(fd, frame, sizeof(*frame), 0) < 0 ? -errno : 0;
}

int arp_socket_receive(int fd, struct arp_message *message)
{
	struct arp_frame frame;
	ssize_t size = recv(fd, &frame, sizeof(frame), 0);

	if (size < 0)
		return -errno;
	if (arp_parse(&frame, (size_t)size, message) != ARP_OK)
		return -EBADMSG;
	return 0;
}
