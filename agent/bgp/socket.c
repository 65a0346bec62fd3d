// SPDX-License-Identifier: BSD-2-Clause
/* Sockets of BGP connections. See socket.h. */

#include "bgp/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LISTEN_BACKLOG = 128
};

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

static socklen_t to_socket(const struct address *address, uint16_t port,
			   union socket_address *out)
{
	memset(out, 0, sizeof(*out));
	if (address_is_ipv4(address)) {
		out->ipv4.sin_family = AF_INET;
		out->ipv4.sin_port = htons(port);
		out->ipv4.sin_addr.s_addr = address_ipv4(address);
		return sizeof(out->ipv4);
	}
	out->ipv6.sin6_family = AF_INET6;
	out->ipv6.sin6_port = htons(port);
	memcpy(&out->ipv6.sin6_addr, address->bytes, sizeof(address->bytes));
	return sizeof(out->ipv6);
}

static struct address from_socket(const union socket_address *from)
{
	struct address address;

	if (from->any.sa_family == AF_INET)
		return address_from_ipv4(from->ipv4.sin_addr.s_addr);
	memcpy(address.bytes, &from->ipv6.sin6_addr, sizeof(address.bytes));
	return address;
}

/* Options that only make a connection better: failing is no reason to stop. */
static void tune(int fd)
{
	const int on = 1;
	const int class = IPTOS_CLASS_CS6; /* network control: RFC 4594 3.2 */

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof(class));
}

static int open_stream(const struct address *address)
{
	int family = address_is_ipv4(address) ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	tune(fd);
	return fd;
}

static int close_with(int fd, int error)
{
	close(fd);
	return -error;
}

int bgp_socket_connect(const struct address *remote, uint16_t port)
{
	union socket_address to;
	socklen_t size = to_socket(remote, port, &to);
	int fd = open_stream(remote);

	if (fd < 0)
		return fd;
	if (connect(fd, &to.any, size) && errno != EINPROGRESS)
		return close_with(fd, errno);
	return fd;
}

int bgp_socket_listen(const struct address *local, uint16_t port)
{
	union socket_address at;
	socklen_t size = to_socket(local, port, &at);
	int fd = open_stream(local);
	const int on = 1;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &at.any, size) || listen(fd, LISTEN_BACKLOG))
		return close_with(fd, errno);
	return fd;
}

int bgp_socket_accept(int listener, struct address *remote)
{
	union socket_address from;
	socklen_t size = sizeof(from);
	int fd = accept4(listener, &from.any, &size,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	tune(fd);
	*remote = from_socket(&from);
	return fd;
}

int bgp_socket_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -errno;
	return -error;
}

int bgp_socket_local_address(int fd, struct address *local)
{
	union socket_address at;
	socklen_t size = sizeof(at);

	if (getsockname(fd, &at.any, &size))
		return -errno;
	*local = from_socket(&at);
	return 0;
}
