/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SOCKET_H
#define BGP_SOCKET_H

/*
 * TCP sockets as BGP wants them: non-blocking, closed on exec, no delay, and
 * marked as network control traffic. Functions return a descriptor or -errno.
 */

#include <stdint.h>

#include "core/address.h"

/* Begins to connect; writable when done. */
int bgp_socket_connect(const struct address *remote, uint16_t port);
int bgp_socket_listen(const struct address *local, uint16_t port);
/* -EAGAIN: nobody is waiting. */
int bgp_socket_accept(int listener, struct address *remote);
/* 0 or -errno: how a connect ended. */
int bgp_socket_error(int fd);
/* 0 or -errno. */
int bgp_socket_local_address(int fd, struct address *local);

#endif
