// SPDX-License-Identifier: BSD-2-Clause
/* A packet socket for Neighbor Discovery. See nd_socket.h. */

#include "nexthop/nd_socket.h"

#include <errno.h>
#include <stddef.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "nexthop/packet_socket.h"

/*
 * Pass advertisements only. The socket would get all IPv6 of the interface:
 * this filter drops the rest in the kernel, before it wakes the agent.
 */
static const struct sock_filter advertisements[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		 offsetof(struct nd_frame, next_header)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct nd_frame, type)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_ADVERTISEMENT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, ND_MAX_FRAME),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int nd_socket_open(uint32_t ifindex)
{
	return packet_socket_open(ifindex, ETH_P_IPV6, advertisements,
				  sizeof(advertisements) /
					  sizeof(advertisements[0]));
}

int nd_socket_send(int fd, const struct nd_solicitation_frame *frame)
{
	return send(fd, frame, sizeof(*frame), 0) < 0 ? -errno : 0;
}

int nd_socket_receive(int fd, struct nd_advertisement *advertisement)
{
	uint8_t frame[ND_MAX_FRAME];
	ssize_t size = recv(fd, frame, sizeof(frame), 0);

	if (size < 0)
		return -errno;
	if (nd_parse(frame, (size_t)size, advertisement) != ND_OK)
		return -EBADMSG;
	return 0;
}
