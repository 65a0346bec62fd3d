/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_CONTROL_LOCAL_SOCKET_H
#define TESTS_CONTROL_LOCAL_SOCKET_H

/* Unix sockets between a server and clients of one process. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/un.h>

struct local_socket {
	int listener;
	struct sockaddr_un path;
	socklen_t size;
};

/* Listen at an abstract address that the kernel chooses. */
static inline struct local_socket local_socket_listen(int backlog)
{
	struct local_socket local = {
		.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
		.path = { .sun_family = AF_UNIX },
		.size = sizeof(local.path.sun_family),
	};
	struct sockaddr *address = (struct sockaddr *)&local.path;

	assert_int_equal(bind(local.listener, address, local.size), 0);
	local.size = sizeof(local.path);
	getsockname(local.listener, address, &local.size);
	assert_int_equal(listen(local.listener, backlog), 0);
	return local;
}

/* Return the socket of a new client. */
static inline int local_socket_connect(const struct local_socket *local)
{
	const struct sockaddr *address = (const struct sockaddr *)&local->path;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, address, local->size), 0);
	return fd;
}

#endif
