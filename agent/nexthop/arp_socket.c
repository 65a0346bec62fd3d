// SPDX-License-Identifier: BSD-2-Clause
/* A packet socket for ARP. See arp_socket.h. */

#include "nexthop/arp_socket.h"

#include <errno.h>
#include <stddef.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "core/array.h"
#include "nexthop/packet_socket.h"

/*
 * Pass replies only. Most ARP on a network is requests: this filter drops them
 * in the kernel, before they wake the agent.
 */
static const struct sock_filter replies[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct arp_frame, opcode)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, sizeof(struct arp_frame)),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int arp_socket_open(uint32_t ifindex)
{
	return packet_socket_open(ifindex, ETH_P_ARP, replies,
				  COUNT_OF(replies));
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
