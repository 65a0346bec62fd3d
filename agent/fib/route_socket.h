/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_SOCKET_H
#define FIB_ROUTE_SOCKET_H

/*
 * The rtnetlink(7) socket of our routes and next-hop objects: one message at a
 * time, each with its answer.
 */

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

struct route_socket;

/* Returns 0 or -errno. The caller frees with route_socket_close(). */
int route_socket_open(struct route_socket **socket);
/* NULL is legal. */
void route_socket_close(struct route_socket *socket);
/*
 * Send a request for a list and pass each message of it to `read`. Blocks.
 * Returns 0 or -errno; then the socket has the rest of the list and is to be
 * closed.
 */
int route_socket_list(struct route_socket *socket, struct nlmsghdr *request,
		      mnl_cb_t read, void *context);
/*
 * Stop blocking: rtnetlink executes a message before send() returns, so that
 * each answer is there before it is read. Returns 0 or -errno.
 */
int route_socket_stop_blocking(const struct route_socket *socket);
/* Send a message and read its answer. Returns 0 or the kernel's -errno. */
int route_socket_send(struct route_socket *socket, struct nlmsghdr *message);
/* Return the port of the socket, which changes by it carry. */
uint32_t route_socket_port(const struct route_socket *socket);
/* Return the number of messages sent by route_socket_send(). */
uint64_t route_socket_sent(const struct route_socket *socket);

#endif
