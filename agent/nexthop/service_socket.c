// SPDX-License-Identifier: BSD-2-Clause
/* Sockets of checks. See service_socket.h. */

#include "nexthop/service_socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/array.h"
#include "nexthop/packet_socket.h"

/* An address of both families. */
union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

/* ------------------------------------------------------------- the port */

static int drop_all(int fd)
{
	static const struct sock_filter none[] = {
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	static const struct sock_fprog filter = {
		.len = COUNT_OF(none),
		.filter = (struct sock_filter *)none,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			  sizeof(filter)) ?
		       -errno :
		       0;
}

/* Bind to a port that the kernel chooses, and listen. */
static int listen_somewhere(int fd, int family, uint16_t *port)
{
	union socket_address address = { .any.sa_family = (sa_family_t)family };
	socklen_t size = family == AF_INET ? sizeof(address.ipv4) :
					     sizeof(address.ipv6);

	if (bind(fd, &address.any, size) || listen(fd, 1) ||
	    getsockname(fd, &address.any, &size))
		return -errno;
	*port = ntohs(family == AF_INET ? address.ipv4.sin_port :
					  address.ipv6.sin6_port);
	return 0;
}

/* One of IPv6 owns the port of both families. */
static int reserve(int family, uint16_t *port)
{
	const int both = 0;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof(both)))
		error = -errno;
	if (!error)
		error = drop_all(fd);
	if (!error)
		error = listen_somewhere(fd, family, port);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int service_socket_reserve(uint16_t *port)
{
	int fd = reserve(AF_INET6, port);

	return fd < 0 ? reserve(AF_INET, port) : fd; /* a host without IPv6 */
}

/* ------------------------------------------------------------- packets */

static int open_ipv4(uint16_t port)
{
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 offsetof(struct iphdr, protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
			 offsetof(struct iphdr, frag_off)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_OFFMASK | IP_MF, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND,
			 offsetof(struct tcphdr, dest)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SERVICE_HEAD_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return packet_socket_open_cooked(ETH_P_IP, filter, COUNT_OF(filter));
}

static int open_ipv6(uint16_t port)
{
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 offsetof(struct ip6_hdr, ip6_nxt)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
			 sizeof(struct ip6_hdr) +
				 offsetof(struct tcphdr, dest)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SERVICE_HEAD_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return packet_socket_open_cooked(ETH_P_IPV6, filter, COUNT_OF(filter));
}

int service_socket_open(bool ipv4, uint16_t port)
{
	return ipv4 ? open_ipv4(port) : open_ipv6(port);
}

int service_socket_send(int fd, bool ipv4, uint32_t ifindex,
			const uint8_t mac[MAC_SIZE], const uint8_t *packet,
			size_t size)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ipv4 ? ETH_P_IP : ETH_P_IPV6),
		.sll_ifindex = (int)ifindex,
		.sll_halen = MAC_SIZE,
	};

	memcpy(to.sll_addr, mac, MAC_SIZE);
	return sendto(fd, packet, size, 0, (const struct sockaddr *)&to,
		      sizeof(to)) < 0 ?
		       -errno :
		       0;
}

int service_socket_receive(int fd, struct service_packet *packet)
{
	struct sockaddr_ll from = { 0 };
	socklen_t length = sizeof(from);
	ssize_t size = recvfrom(fd, packet->bytes, sizeof(packet->bytes), 0,
				(struct sockaddr *)&from, &length);

	if (size < 0)
		return -errno;
	packet->size = (size_t)size;
	packet->ifindex = (uint32_t)from.sll_ifindex;
	memcpy(packet->mac, from.sll_addr, MAC_SIZE);
	return 0;
}
