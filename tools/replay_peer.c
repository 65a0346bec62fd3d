// SPDX-License-Identifier: BSD-2-Clause
/* A replayed session. See replay_peer.h. */

#include "replay_peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

enum {
	CONNECT_MS = 15000, /* in all; a session that ends may be in the way */
	ANSWER_MS = 5000,
	AGAIN_MS = 200,
	SEND_S = 60,
	LENGTH_AT = 16, /* in the header: RFC 4271 4.1 */
	TYPE_AT = 18,
	HEADER_SIZE = 19,
	HOLD_TIME_AT = HEADER_SIZE + 1 + 2, /* behind version and AS */
	KEEPALIVES_PER_HOLD = 3,
	TTL = 255, /* for an agent that asks for it: RFC 5082 */
	MARKER_BYTE = 0xff,
};

static unsigned int message_type(const uint8_t *message)
{
	return message[TYPE_AT];
}

static size_t message_size(const uint8_t *message)
{
	struct reader header = reader_of(message + LENGTH_AT, sizeof(uint16_t));

	return reader_u16(&header);
}

static bool fail_peer(struct replay_peer *peer, const char *what)
{
	snprintf(peer->why_down, sizeof(peer->why_down), "%s", what);
	replay_peer_close(peer);
	return false;
}

/* ------------------------------------------------------------- the socket */

static socklen_t socket_address(const struct address *address, uint16_t port,
				uint32_t ifindex, struct sockaddr_storage *out)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (address_is_ipv4(address)) {
		*ipv4 = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(port),
			.sin_addr.s_addr = address_ipv4(address),
		};
		return sizeof(*ipv4);
	}
	*ipv6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_scope_id = address_is_link_local(address) ? ifindex : 0,
	};
	memcpy(&ipv6->sin6_addr, address->bytes, sizeof(ipv6->sin6_addr));
	return sizeof(*ipv6);
}

static void set_options(int fd, bool ipv4)
{
	const struct timeval wait = { .tv_sec = SEND_S };
	const int on = 1, ttl = TTL;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (ipv4)
		setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl,
			   sizeof(ttl));
}

/* Connect from the peer's address. Returns 0 or -errno. */
static int connect_socket(struct replay_peer *peer,
			  const struct replay_target *target)
{
	bool ipv4 = address_is_ipv4(&peer->address);
	struct sockaddr_storage from, to;
	socklen_t from_size =
		socket_address(&peer->address, 0, target->ifindex, &from);
	socklen_t to_size = socket_address(&target->address, target->port,
					   target->ifindex, &to);
	int fd = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int code = 0;

	if (fd < 0)
		return -errno;
	set_options(fd, ipv4);
	if (bind(fd, (struct sockaddr *)&from, from_size) ||
	    connect(fd, (struct sockaddr *)&to, to_size))
		code = -errno;
	if (code)
		close(fd);
	else
		peer->fd = fd;
	return code;
}

void replay_peer_close(struct replay_peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	peer->up = false;
	peer->used = 0;
}

/* ------------------------------------------------------------- messages */

/* Send KEEPALIVEs by the lower hold time of the two OPENs (RFC 4271 4.2). */
static void note_hold_time(struct replay_peer *peer, struct reader open)
{
	uint64_t interval_ms;

	reader_take(&open, HOLD_TIME_AT);
	interval_ms = (uint64_t)reader_u16(&open) * CLOCK_MS_PER_S /
		      KEEPALIVES_PER_HOLD;
	if (interval_ms < peer->keepalive_ms)
		peer->keepalive_ms = interval_ms;
	peer->due_ms = clock_now_ms() + peer->keepalive_ms;
}

/* Process one message of the agent. False: it ends the session. */
static bool receive_message(struct replay_peer *peer, const uint8_t *message,
			    size_t size)
{
	char text[REPLAY_ERROR_SIZE];

	if (message_type(message) == REPLAY_KEEPALIVE)
		peer->up = true;
	if (message_type(message) == REPLAY_OPEN)
		note_hold_time(peer, reader_of(message, size));
	if (message_type(message) != REPLAY_NOTIFICATION)
		return true;
	snprintf(text, sizeof(text), "the agent sent NOTIFICATION %u/%u",
		 size > HEADER_SIZE ? message[HEADER_SIZE] : 0U,
		 size > HEADER_SIZE + 1 ? message[HEADER_SIZE + 1] : 0U);
	return fail_peer(peer, text);
}

/* Process all whole messages. False: one of them ends the session. */
static bool take_messages(struct replay_peer *peer)
{
	size_t at = 0;

	while (peer->used - at >= HEADER_SIZE) {
		const uint8_t *message = peer->input + at;
		size_t size = message_size(message);

		if (size < HEADER_SIZE)
			return fail_peer(peer, "the agent's bytes are no BGP");
		if (size > peer->used - at)
			break;
		if (!receive_message(peer, message, size))
			return false;
		at += size;
	}
	peer->used -= at;
	memmove(peer->input, peer->input + at, peer->used);
	return true;
}

/* Read for this time at most. False: the session has ended. */
static bool read_input(struct replay_peer *peer, int wait_ms)
{
	struct pollfd poller = { .fd = peer->fd, .events = POLLIN };
	ssize_t count;

	if (poll(&poller, 1, wait_ms) <= 0)
		return true;
	count = recv(peer->fd, peer->input + peer->used,
		     sizeof(peer->input) - peer->used, MSG_DONTWAIT);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (count <= 0)
		return fail_peer(peer, count ? strerror(errno) :
					       "the agent has closed it");
	peer->used += (size_t)count;
	return take_messages(peer);
}

bool replay_peer_send(struct replay_peer *peer, struct reader message)
{
	while (message.left) {
		ssize_t count = send(peer->fd, message.data, message.left,
				     MSG_NOSIGNAL);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			/* Its NOTIFICATION says more than the errno. */
			int error = errno;

			return read_input(peer, 0) &&
			       fail_peer(peer, strerror(error));
		}
		reader_take(&message, (size_t)count);
	}
	return true;
}

static bool send_keepalive(struct replay_peer *peer)
{
	uint8_t message[HEADER_SIZE];
	struct writer w = writer_of(message, sizeof(message));

	memset(writer_take(&w, LENGTH_AT), MARKER_BYTE, LENGTH_AT);
	writer_u16(&w, sizeof(message));
	writer_u8(&w, REPLAY_KEEPALIVE);
	return replay_peer_send(peer, reader_of(message, sizeof(message)));
}

bool replay_peer_tend(struct replay_peer *peer, uint64_t now_ms)
{
	if (peer->fd < 0)
		return true;
	if (!read_input(peer, 0))
		return false;
	if (!peer->keepalive_ms || now_ms < peer->due_ms)
		return true;
	peer->due_ms = now_ms + peer->keepalive_ms;
	return send_keepalive(peer);
}

/* ------------------------------------------------------------- the session */

/* Send OPEN and KEEPALIVE, and wait for those of the agent. */
static bool shake_hands(struct replay_peer *peer, struct reader open)
{
	uint64_t end_ms = clock_now_ms() + ANSWER_MS;

	if (!replay_peer_send(peer, open) || !send_keepalive(peer))
		return false;
	while (!peer->up && clock_now_ms() < end_ms)
		if (!read_input(peer, AGAIN_MS))
			return false;
	return peer->up ||
	       fail_peer(peer, "the agent does not answer its OPEN");
}

bool replay_peer_connect(struct replay_peer *peer,
			 const struct replay_target *target, struct reader open)
{
	const struct timespec pause = {
		.tv_nsec = (long)AGAIN_MS * CLOCK_US_PER_MS * CLOCK_NS_PER_US,
	};
	uint64_t end_ms = clock_now_ms() + CONNECT_MS;

	do {
		int code = connect_socket(peer, target);

		if (code == -EADDRNOTAVAIL)
			return fail_peer(peer, "not an address of this host; "
					       "add it to an interface of a "
					       "namespace, and run there");
		if (code) {
			fail_peer(peer, strerror(-code));
		} else {
			peer->keepalive_ms = UINT64_MAX;
			note_hold_time(peer, open);
			if (shake_hands(peer, open))
				return true;
		}
		nanosleep(&pause, NULL);
	} while (clock_now_ms() < end_ms);
	return false;
}
