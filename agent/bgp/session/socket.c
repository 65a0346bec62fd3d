// SPDX-License-Identifier: BSD-2-Clause
/* Sockets of BGP connections. See socket.h. */

#include "bgp/session/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LISTEN_BACKLOG = 128,
	SYN_MAX = 256, /* both headers with all options */
	IP_VERSION_SHIFT = 4,
	IP_VERSION_4 = 4,
	/*
	 * A peer whose power was cut is noticed within a minute, also in a
	 * session without hold time.
	 */
	KEEPALIVE_IDLE_S = 20,
	KEEPALIVE_INTERVAL_S = 5,
	USER_TIMEOUT_MS = 40000,
};

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

static socklen_t endpoint_to_sockaddr(const struct bgp_endpoint *from,
				      union socket_address *out)
{
	const struct address *address = &from->address;

	memset(out, 0, sizeof(*out));
	if (address_is_ipv4(address)) {
		out->ipv4.sin_family = AF_INET;
		out->ipv4.sin_port = htons(from->port);
		out->ipv4.sin_addr.s_addr = address_ipv4(address);
		return sizeof(out->ipv4);
	}
	out->ipv6.sin6_family = AF_INET6;
	out->ipv6.sin6_port = htons(from->port);
	out->ipv6.sin6_scope_id = from->ifindex;
	memcpy(&out->ipv6.sin6_addr, address->bytes, sizeof(address->bytes));
	return sizeof(out->ipv6);
}

static struct bgp_endpoint
endpoint_from_sockaddr(const union socket_address *from)
{
	struct bgp_endpoint end = { .port = 0 };

	if (from->any.sa_family == AF_INET) {
		end.address = address_from_ipv4(from->ipv4.sin_addr.s_addr);
		end.port = ntohs(from->ipv4.sin_port);
	} else {
		memcpy(end.address.bytes, &from->ipv6.sin6_addr,
		       sizeof(end.address.bytes));
		end.port = ntohs(from->ipv6.sin6_port);
		end.ifindex = from->ipv6.sin6_scope_id;
	}
	return end;
}

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno :
								      0;
}

/*
 * Set options that are worth having but not required, so errors are ignored.
 * RFC 4594 3.2: network control has its own class.
 */
static void set_soft_options(int fd, bool ipv4)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
	bgp_socket_set_timeout(fd, USER_TIMEOUT_MS);
	if (ipv4)
		set_option(fd, IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6);
	else
		set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, IPTOS_CLASS_CS6);
}

void bgp_socket_set_timeout(int fd, uint32_t milliseconds)
{
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)milliseconds);
}

bool bgp_socket_is_answered(int fd, uint32_t milliseconds)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return false;
	return !info.tcpi_unacked || info.tcpi_last_ack_recv <= milliseconds;
}

int bgp_socket_new(const struct address *remote)
{
	bool ipv4 = address_is_ipv4(remote);
	int fd = socket(ipv4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_soft_options(fd, ipv4);
	return fd;
}

static int bind_to(int fd, const struct bgp_endpoint *local)
{
	union socket_address at;
	socklen_t size = endpoint_to_sockaddr(local, &at);

	return bind(fd, &at.any, size) ? -errno : 0;
}

int bgp_socket_connect(int fd, const struct bgp_endpoint *remote,
		       const struct address *source)
{
	const struct bgp_endpoint local = { .address = *source,
					    .ifindex = remote->ifindex };
	union socket_address to;
	socklen_t size = endpoint_to_sockaddr(remote, &to);
	int code = address_is_zero(source) ? 0 : bind_to(fd, &local);

	if (!code && connect(fd, &to.any, size) && errno != EINPROGRESS)
		code = -errno;
	return code;
}

int bgp_socket_listen(const struct address *local, uint16_t port)
{
	const struct bgp_endpoint at = { .address = *local, .port = port };
	int fd = bgp_socket_new(local), code;

	if (fd < 0)
		return fd;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(fd, IPPROTO_TCP, TCP_SAVE_SYN,
		   1); /* see bgp_socket_is_near() */
	if (!address_is_ipv4(local))
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	code = bind_to(fd, &at);
	if (!code && listen(fd, LISTEN_BACKLOG))
		code = -errno;
	if (code) {
		close(fd);
		return code;
	}
	return fd;
}

bool bgp_socket_listens(int fd, const struct bgp_endpoint *at)
{
	union socket_address bound;
	socklen_t size = sizeof(bound), length = sizeof(int);
	int listening = 0;
	struct bgp_endpoint local;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) ||
	    !listening || getsockname(fd, &bound.any, &size))
		return false;
	local = endpoint_from_sockaddr(&bound);
	return local.port == at->port &&
	       address_equal(&local.address, &at->address) &&
	       bgp_socket_is_ipv4(fd) == address_is_ipv4(&at->address);
}

int bgp_socket_take_or_listen(int *given, const struct address *local,
			      uint16_t port)
{
	const struct bgp_endpoint at = { .address = *local, .port = port };

	for (size_t i = 0; given && i < BGP_MAX_GIVEN; i++) {
		int fd = given[i];

		if (fd < 0 || !bgp_socket_listens(fd, &at))
			continue;
		given[i] = -1;
		return fd;
	}
	return bgp_socket_listen(local, port);
}

int bgp_socket_accept(int listener, struct bgp_endpoint *remote)
{
	union socket_address from;
	socklen_t size = sizeof(from);
	int fd = accept4(listener, &from.any, &size,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	set_soft_options(fd, from.any.sa_family == AF_INET);
	*remote = endpoint_from_sockaddr(&from);
	return fd;
}

void bgp_socket_reset_on_close(int fd)
{
	/* A close with TIME_WAIT would let strangers fill the table. */
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void bgp_socket_reset(int fd)
{
	bgp_socket_reset_on_close(fd);
	close(fd);
}

bool bgp_socket_is_near(int fd, uint8_t min_ttl)
{
	uint8_t syn[SYN_MAX];
	socklen_t size = sizeof(syn);
	size_t at;

	if (!min_ttl)
		return true;
	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn, &size) ||
	    size < sizeof(struct iphdr))
		return false;
	at = syn[0] >> IP_VERSION_SHIFT == IP_VERSION_4 ?
		     offsetof(struct iphdr, ttl) :
		     offsetof(struct ip6_hdr, ip6_hlim);
	return syn[at] >= min_ttl;
}

int bgp_socket_set_distance(int fd, const struct address *remote,
			    const struct bgp_distance *distance)
{
	bool ipv4 = address_is_ipv4(remote);
	int level = ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
	int code = 0;

	if (distance->ttl)
		code = set_option(fd, level, ipv4 ? IP_TTL : IPV6_UNICAST_HOPS,
				  distance->ttl);
	if (!code && distance->min_ttl)
		code = set_option(fd, level,
				  ipv4 ? IP_MINTTL : IPV6_MINHOPCOUNT,
				  distance->min_ttl);
	return code;
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
	*local = endpoint_from_sockaddr(&at).address;
	return 0;
}

bool bgp_socket_is_ipv4(int fd)
{
	int domain = AF_UNSPEC;
	socklen_t size = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	return domain == AF_INET;
}
