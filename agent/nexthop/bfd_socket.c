// SPDX-License-Identifier: BSD-2-Clause
/* The sockets of BFD. See bfd_socket.h. */

#include "nexthop/bfd_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/array.h"
#include "nexthop/packet_socket.h"

enum bfd_socket_ports {
	/* RFC 5881 4. */
	FIRST_PORT = 49152,
	PORT_COUNT = 16384,
	PORT_TRIES = 64,
	/* Not read from: the kernel raises it to its minimum. */
	UNREAD_BUFFER = 1,
};

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

/* Room for the control messages of either family, aligned. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		   CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};

static socklen_t fill_socket_address(const struct address *address,
				     uint16_t port, union socket_address *out)
{
	struct address bare = address_unscoped(address);

	memset(out, 0, sizeof(*out));
	if (address_is_ipv4(address)) {
		out->ipv4.sin_family = AF_INET;
		out->ipv4.sin_port = htons(port);
		out->ipv4.sin_addr.s_addr = address_ipv4(address);
		return sizeof(out->ipv4);
	}
	out->ipv6.sin6_family = AF_INET6;
	out->ipv6.sin6_port = htons(port);
	out->ipv6.sin6_scope_id = address_scope(address);
	memcpy(&out->ipv6.sin6_addr, bare.bytes, sizeof(bare.bytes));
	return sizeof(out->ipv6);
}

struct option {
	int level;
	int name;
	int value;
};

static int set_options(int fd, const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, options[i].level, options[i].name,
			       &options[i].value, sizeof(options[i].value)))
			return -errno;
	return 0;
}

static int bind_port(int fd, bool ipv4, uint16_t port)
{
	union socket_address any = { .any.sa_family = AF_INET6 };
	socklen_t size = sizeof(any.ipv6);

	any.ipv6.sin6_port = htons(port);
	if (ipv4) {
		any.any.sa_family = AF_INET;
		any.ipv4.sin_port = htons(port);
		size = sizeof(any.ipv4);
	}
	return bind(fd, &any.any, size) ? -errno : 0;
}

static int open_udp_socket(bool ipv4)
{
	int fd = socket(ipv4 ? AF_INET : AF_INET6,
			SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Return the descriptor, or close it and return the error. */
static int close_on_error(int fd, int error)
{
	if (!error)
		return fd;
	close(fd);
	return error;
}

int bfd_socket_reserve(bool ipv4)
{
	static const struct sock_filter none[] = {
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	static const struct sock_fprog filter = {
		.len = COUNT_OF(none),
		.filter = (struct sock_filter *)none,
	};
	static const struct option ipv6_only[] = {
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1 },
	};
	int fd = open_udp_socket(ipv4), error = 0;

	if (fd < 0)
		return fd;
	if (!ipv4)
		error = set_options(fd, ipv6_only, COUNT_OF(ipv6_only));
	if (!error && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
				 sizeof(filter)))
		error = -errno;
	if (!error)
		error = bind_port(fd, ipv4, BFD_SOCKET_PORT);
	return close_on_error(fd, error);
}

/*
 * Pass datagrams to our port that are for this host: the sockets get all IP
 * packets that the kernel does. Those with IPv6 extension headers are not BFD.
 */
static const struct sock_filter to_ipv4_port[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 8),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct iphdr, protocol)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct iphdr, frag_off)),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_OFFMASK | IP_MF, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(struct udphdr, dest)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BFD_SOCKET_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, BFD_MAX_DATAGRAM),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_filter to_ipv6_port[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct ip6_hdr, ip6_nxt)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
		 sizeof(struct ip6_hdr) + offsetof(struct udphdr, dest)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BFD_SOCKET_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, BFD_MAX_DATAGRAM),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int bfd_socket_listen(bool ipv4)
{
	static const struct option options[] = {
		{ SOL_PACKET, PACKET_AUXDATA, 1 },
	};
	int fd = ipv4 ? packet_socket_open_cooked(ETH_P_IP, to_ipv4_port,
						  COUNT_OF(to_ipv4_port)) :
			packet_socket_open_cooked(ETH_P_IPV6, to_ipv6_port,
						  COUNT_OF(to_ipv6_port));

	if (fd < 0)
		return fd;
	return close_on_error(fd, set_options(fd, options, COUNT_OF(options)));
}

/* Bind to a random free port: unique among all sessions, hard to guess. */
static int bind_random_port(int fd, bool ipv4)
{
	int error = -EADDRINUSE;

	for (int i = 0; i < PORT_TRIES && error == -EADDRINUSE; i++)
		error = bind_port(fd, ipv4,
				  (uint16_t)(FIRST_PORT +
					     arc4random_uniform(PORT_COUNT)));
	return error;
}

int bfd_socket_open(bool ipv4)
{
	/* The class of network control: RFC 4594 3.2. */
	static const struct option ipv4_options[] = {
		{ IPPROTO_IP, IP_TTL, BFD_SOCKET_HOP_LIMIT },
		{ IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6 },
		{ SOL_SOCKET, SO_RCVBUF, UNREAD_BUFFER },
	};
	static const struct option ipv6_options[] = {
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1 },
		{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, BFD_SOCKET_HOP_LIMIT },
		{ IPPROTO_IPV6, IPV6_TCLASS, IPTOS_CLASS_CS6 },
		{ SOL_SOCKET, SO_RCVBUF, UNREAD_BUFFER },
	};
	int fd = open_udp_socket(ipv4), error;

	if (fd < 0)
		return fd;
	error = ipv4 ? set_options(fd, ipv4_options, COUNT_OF(ipv4_options)) :
		       set_options(fd, ipv6_options, COUNT_OF(ipv6_options));
	if (!error)
		error = bind_random_port(fd, ipv4);
	return close_on_error(fd, error);
}

static void put_control(struct msghdr *message, int level, int type,
			const void *data, size_t size)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), data, size);
	message->msg_controllen = CMSG_SPACE(size);
}

/* Set link and source address of a packet, whatever a route says. */
static void put_endpoints(struct msghdr *message,
			  const struct bfd_endpoints *endpoints)
{
	struct address local = address_unscoped(&endpoints->local);
	struct in_pktinfo ipv4 = { .ipi_ifindex = (int)endpoints->ifindex };
	struct in6_pktinfo ipv6 = { .ipi6_ifindex = endpoints->ifindex };

	if (address_is_ipv4(&endpoints->remote)) {
		if (address_is_ipv4(&endpoints->local))
			ipv4.ipi_spec_dst.s_addr =
				address_ipv4(&endpoints->local);
		put_control(message, IPPROTO_IP, IP_PKTINFO, &ipv4,
			    sizeof(ipv4));
	} else {
		memcpy(&ipv6.ipi6_addr, local.bytes, sizeof(local.bytes));
		put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &ipv6,
			    sizeof(ipv6));
	}
}

int bfd_socket_send(int fd, const struct bfd_endpoints *endpoints,
		    const void *packet, size_t size)
{
	struct iovec data = { .iov_base = (void *)(uintptr_t)packet,
			      .iov_len = size };
	union socket_address to;
	union control control = { .bytes = { 0 } };
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = fill_socket_address(&endpoints->remote,
						   BFD_SOCKET_PORT, &to),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	put_endpoints(&message, endpoints);
	return sendmsg(fd, &message, 0) < 0 ? -errno : 0;
}

/* True if the kernel or the card has checked it, or it never left the host. */
static bool is_checked(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct tpacket_auxdata about;

	if (!header || header->cmsg_level != SOL_PACKET ||
	    header->cmsg_type != PACKET_AUXDATA ||
	    header->cmsg_len < CMSG_LEN(sizeof(about)))
		return false;
	memcpy(&about, CMSG_DATA(header), sizeof(about));
	return about.tp_status &
	       (TP_STATUS_CSUM_VALID | TP_STATUS_CSUMNOTREADY);
}

int bfd_socket_receive(int fd, struct bfd_datagram *datagram)
{
	uint8_t bytes[BFD_MAX_DATAGRAM];
	struct iovec data = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct sockaddr_ll from;
	union control control;
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(fd, &message, 0);

	if (size < 0)
		return -errno;
	if (!bfd_datagram_parse(bytes, (size_t)size, is_checked(&message),
				datagram))
		return -EBADMSG;
	datagram->ifindex = (uint32_t)from.sll_ifindex;
	datagram->sender = address_scoped(&datagram->sender, datagram->ifindex);
	memset(datagram->mac, 0, MAC_SIZE);
	if (from.sll_halen == MAC_SIZE)
		memcpy(datagram->mac, from.sll_addr, MAC_SIZE);
	return 0;
}
