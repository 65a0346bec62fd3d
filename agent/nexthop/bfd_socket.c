// SPDX-License-Identifier: BSD-2-Clause
/* The UDP sockets of BFD. See bfd_socket.h. */

#include "nexthop/bfd_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/array.h"
#include "nexthop/receive_buffer.h"

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
		   CMSG_SPACE(sizeof(int))];
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

static struct address read_socket_address(const union socket_address *from,
					  uint32_t ifindex)
{
	struct address address;

	if (from->any.sa_family == AF_INET)
		return address_from_ipv4(from->ipv4.sin_addr.s_addr);
	memcpy(address.bytes, &from->ipv6.sin6_addr, sizeof(address.bytes));
	return address_scoped(&address, ifindex);
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

int bfd_socket_listen(bool ipv4)
{
	static const struct option ipv4_options[] = {
		{ IPPROTO_IP, IP_RECVTTL, 1 },
		{ IPPROTO_IP, IP_PKTINFO, 1 },
	};
	static const struct option ipv6_options[] = {
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1 },
		{ IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1 },
		{ IPPROTO_IPV6, IPV6_RECVPKTINFO, 1 },
	};
	int fd = open_udp_socket(ipv4), error;

	if (fd < 0)
		return fd;
	error = ipv4 ? set_options(fd, ipv4_options, COUNT_OF(ipv4_options)) :
		       set_options(fd, ipv6_options, COUNT_OF(ipv6_options));
	receive_buffer_enlarge(fd);
	if (!error)
		error = bind_port(fd, ipv4, BFD_SOCKET_PORT);
	return close_on_error(fd, error);
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
		    const struct bfd_frame *frame)
{
	struct iovec data = { .iov_base = (void *)frame,
			      .iov_len = sizeof(*frame) };
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

static bool is_control(const struct cmsghdr *header, int level, int type,
		       size_t size)
{
	return header->cmsg_level == level && header->cmsg_type == type &&
	       header->cmsg_len >= CMSG_LEN(size);
}

/* Read link and hop limit of the datagram. */
static void read_control(struct msghdr *message, struct bfd_datagram *datagram)
{
	struct cmsghdr *header;
	struct in6_pktinfo ipv6;
	struct in_pktinfo ipv4;
	int hops;

	for (header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		const void *data = CMSG_DATA(header);

		if (is_control(header, IPPROTO_IP, IP_TTL, sizeof(hops)) ||
		    is_control(header, IPPROTO_IPV6, IPV6_HOPLIMIT,
			       sizeof(hops))) {
			memcpy(&hops, data, sizeof(hops));
			datagram->hop_limit = (unsigned int)hops;
		} else if (is_control(header, IPPROTO_IP, IP_PKTINFO,
				      sizeof(ipv4))) {
			memcpy(&ipv4, data, sizeof(ipv4));
			datagram->ifindex = (uint32_t)ipv4.ipi_ifindex;
		} else if (is_control(header, IPPROTO_IPV6, IPV6_PKTINFO,
				      sizeof(ipv6))) {
			memcpy(&ipv6, data, sizeof(ipv6));
			datagram->ifindex = ipv6.ipi6_ifindex;
		}
	}
}

int bfd_socket_receive(int fd, struct bfd_datagram *datagram)
{
	struct iovec data = { .iov_base = datagram->payload,
			      .iov_len = sizeof(datagram->payload) };
	union socket_address from;
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
	datagram->size = (size_t)size;
	datagram->ifindex = 0;
	datagram->hop_limit = 0;
	read_control(&message, datagram);
	if (!datagram->ifindex)
		return -EBADMSG;
	datagram->sender = read_socket_address(&from, datagram->ifindex);
	return 0;
}
