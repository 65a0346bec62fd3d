/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ACCEPTOR_H
#define CORE_ACCEPTOR_H

/*
 * A listening socket in the event loop. When descriptors or memory are short,
 * accept(2) fails and the connection stays: the loop would spin. The acceptor
 * pauses then, and logs once until it accepts again.
 */

#include <stdbool.h>

struct acceptor;
struct event_base;
struct work_queue;

enum acceptor_limits {
	ACCEPTOR_PER_TURN = 64, /* connections, then other events */
	ACCEPTOR_PAUSE_MS = 500,
};

/* Accept one connection. Return 0, or -errno of accept(2). */
typedef int acceptor_take_fn(int listener, void *context);

/*
 * Watch `listener`, which belongs to the acceptor from then on; `name`, for the
 * log, must outlive it. With a queue, accepting waits in it behind input: a peer
 * that closes its connection and opens another one is heard in this order. NULL:
 * at once. Returns NULL: out of memory. The caller frees with acceptor_free(),
 * which closes the socket.
 */
struct acceptor *acceptor_new(struct event_base *base, struct work_queue *queue,
			      int listener, const char *name,
			      acceptor_take_fn *take, void *context);
/* Return the listening socket, to change its options. */
int acceptor_fd(const struct acceptor *acceptor);
/* Leave new connections in the kernel, or accept them again. */
void acceptor_hold(struct acceptor *acceptor, bool hold);
void acceptor_free(struct acceptor *acceptor);

#endif
