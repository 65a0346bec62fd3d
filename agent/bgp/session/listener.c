// SPDX-License-Identifier: BSD-2-Clause
/* Listening sockets. See listener.h. */

#include "bgp/session/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bgp/session/socket.h"
#include "bgp/session/tcp_auth.h"
#include "core/acceptor.h"
#include "core/log.h"

static int take_bgp_connection(int listener, void *speaker)
{
	struct bgp_endpoint remote;
	int fd = bgp_socket_accept(listener, &remote);

	if (fd < 0)
		return fd;
	bgp_speaker_accept(speaker, &remote, fd);
	return 0;
}

static int set_key(int fd, const struct bgp_neighbor_options *neighbor,
		   char error[BGP_SPEAKER_ERROR_SIZE])
{
	int code = bgp_tcp_auth_set(fd, neighbor, &neighbor->prefix);
	char target[NEIGHBOR_TARGET_SIZE];

	if (code)
		snprintf(error, BGP_SPEAKER_ERROR_SIZE, "--neighbor %s: %s: %s",
			 neighbor_target_format(neighbor, target),
			 bgp_tcp_auth_advice(neighbor, code), strerror(-code));
	return code;
}

/* A key must be set before the first segment of its peer arrives. */
static int set_keys(const struct bgp_options *options, int fd, bool ipv4,
		    char error[BGP_SPEAKER_ERROR_SIZE])
{
	int code = 0;

	for (size_t i = 0; i < options->neighbor_count && !code; i++)
		if (address_is_ipv4(&options->neighbors[i].prefix.address) ==
		    ipv4)
			code = set_key(fd, &options->neighbors[i], error);
	return code;
}

/* True if the listener takes connections of these peers. */
static bool hears(int fd, const struct bgp_neighbor_options *neighbor)
{
	return bgp_socket_is_ipv4(fd) ==
	       address_is_ipv4(&neighbor->prefix.address);
}

void bgp_listener_remove_key(struct bgp_speaker *speaker,
			     const struct bgp_neighbor_options *neighbor)
{
	for (size_t i = 0; i < BGP_MAX_LISTENERS && speaker->listeners[i];
	     i++) {
		int fd = acceptor_fd(speaker->listeners[i]);

		if (hears(fd, neighbor))
			bgp_tcp_auth_remove(fd, neighbor, &neighbor->prefix);
	}
}

int bgp_listener_set_key(struct bgp_speaker *speaker,
			 const struct bgp_neighbor_options *before,
			 const struct bgp_neighbor_options *neighbor,
			 char error[BGP_SPEAKER_ERROR_SIZE])
{
	int code = 0;

	if (before && bgp_tcp_auth_equal(before, neighbor))
		return 0;
	if (before)
		bgp_listener_remove_key(speaker, before);
	for (size_t i = 0;
	     i < BGP_MAX_LISTENERS && speaker->listeners[i] && !code; i++) {
		int fd = acceptor_fd(speaker->listeners[i]);

		if (hears(fd, neighbor))
			code = set_key(fd, neighbor, error);
	}
	return code;
}

void bgp_listener_take_over(struct bgp_speaker *speaker)
{
	char error[BGP_SPEAKER_ERROR_SIZE];

	for (size_t i = 0; i < BGP_MAX_LISTENERS && speaker->listeners[i];
	     i++) {
		int fd = acceptor_fd(speaker->listeners[i]);

		if (set_keys(&speaker->options, fd, bgp_socket_is_ipv4(fd),
			     error))
			log_event(EVENT_KEY_NOT_SET, NULL, "%s", error);
	}
}

void bgp_listener_leave(struct bgp_speaker *speaker)
{
	const struct bgp_options *options = &speaker->options;

	for (size_t i = 0; i < options->neighbor_count; i++)
		bgp_listener_remove_key(speaker, &options->neighbors[i]);
}

static int watch_listener(struct bgp_speaker *speaker, int fd,
			  char error[BGP_SPEAKER_ERROR_SIZE])
{
	size_t i = speaker->listeners[0] ? 1 : 0;

	speaker->listeners[i] = acceptor_new(speaker->base, speaker->work, fd,
					     "BGP", take_bgp_connection,
					     speaker);
	if (!speaker->listeners[i]) {
		snprintf(error, BGP_SPEAKER_ERROR_SIZE, "out of memory");
		close(fd);
		return -ENOMEM;
	}
	return 0;
}

static int open_listener(struct bgp_speaker *speaker,
			 const struct bgp_options *options,
			 const struct address *local,
			 char error[BGP_SPEAKER_ERROR_SIZE])
{
	/* Our SYN-ACK must pass the peer's TTL security: RFC 5082 3. */
	const struct bgp_distance distance = { .ttl = BGP_TTL_MAX };
	int fd = bgp_socket_take_or_listen(speaker->given, local,
					   options->listen.port);
	int code;
	char text[ADDRESS_TEXT_SIZE];

	if (fd < 0) {
		snprintf(error, BGP_SPEAKER_ERROR_SIZE,
			 "--listen %s port %u: %s; if another BGP daemon has "
			 "the port, choose another one, or 0 not to listen",
			 address_format(local, text), options->listen.port,
			 strerror(-fd));
		return fd;
	}
	bgp_socket_set_distance(fd, local, &distance);
	/* A socket that another agent has, too, keeps the keys of that one. */
	code = speaker->given ?
		       0 :
		       set_keys(options, fd, address_is_ipv4(local), error);
	if (code) {
		close(fd);
		return code;
	}
	return watch_listener(speaker, fd, error);
}

int bgp_listener_open(struct bgp_speaker *speaker,
		      const struct bgp_options *options,
		      char error[BGP_SPEAKER_ERROR_SIZE])
{
	const struct address *local = &options->listen.address;
	const struct address any_ipv4 = address_from_ipv4(INADDR_ANY);
	bool both = !address_is_ipv4(local) && address_is_zero(local);
	int code = 0;

	if (!options->listen.port)
		return 0;
	if (both)
		code = open_listener(speaker, options, &any_ipv4, error);
	if (!code)
		code = open_listener(speaker, options, local, error);
	/* A host without IPv6 has no IPv6 peers. */
	return both && code == -EAFNOSUPPORT ? 0 : code;
}

void bgp_listener_hold(struct bgp_speaker *speaker, bool hold)
{
	for (size_t i = 0; i < BGP_MAX_LISTENERS && speaker->listeners[i]; i++)
		acceptor_hold(speaker->listeners[i], hold);
}

void bgp_listener_close(struct bgp_speaker *speaker)
{
	for (size_t i = 0; i < BGP_MAX_LISTENERS; i++) {
		acceptor_free(speaker->listeners[i]);
		speaker->listeners[i] = NULL;
	}
}
