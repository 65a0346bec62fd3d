/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_KERNEL_ROUTES_H
#define FIB_KERNEL_ROUTES_H

/*
 * The kernel's own routes to the VIPs, beside the tables of the program: what
 * the program hands up (TTL expired, too big, odd headers) the kernel answers
 * or forwards, and traffic goes on where the program is detached. Where nobody
 * serves a VIP the route is an unreachable one: the host's default route would
 * send the packet back to the router that has sent it here, and so on until its
 * TTL ends.
 *
 * A change is put down and written from the event loop, a batch at a time; a
 * route that changes while it waits is written once. Routes that a former run
 * left are replaced when they are set again, and removed when that has not
 * happened for some time. They are told by their protocol, which is therefore
 * nobody else's, and their metric keeps them behind routes that somebody set by
 * hand.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fib/route_message.h"

struct event_base;
struct kernel_routes;

/*
 * Opens the socket and looks for routes of a former run, which have `stale_timeout_s`
 * seconds to be set again. The caller frees with kernel_routes_free(). Returns 0
 * or -errno.
 */
int kernel_routes_new(struct event_base *base, unsigned int stale_timeout_s,
		      struct kernel_routes **routes);
/* With `remove`, no route stays in the kernel. NULL is legal. */
void kernel_routes_free(struct kernel_routes *routes, bool remove);

/*
 * The route to `prefix` is to lead over these hops from now on, at most
 * ROUTE_MAX_HOPS of them; without any, it is unreachable. What it cannot lead
 * over is left out: an IPv6 prefix has no IPv4 gateway. Returns 0 or -ENOMEM.
 */
int kernel_routes_set(struct kernel_routes *routes, const struct prefix *prefix,
		      const struct route_hop *hops, size_t count);
/* It was set, or is kept, by this run. */
bool kernel_routes_has(const struct kernel_routes *routes,
		       const struct prefix *prefix);
/* There is to be none any more: the unreachable one if it is kept. */
void kernel_routes_remove(struct kernel_routes *routes,
			  const struct prefix *prefix);
/*
 * To `prefix` there is a route for as long as we are there, unreachable unless
 * kernel_routes_set() says more. Returns 0 or -ENOMEM.
 */
int kernel_routes_keep(struct kernel_routes *routes,
		       const struct prefix *prefix);
/*
 * A link came up: the kernel may have dropped routes over it when it went down,
 * which it does not tell. They are written again.
 */
void kernel_routes_link_up(struct kernel_routes *routes, uint32_t ifindex);

/* Whether the kernel forwards packets of a family at all. */
bool kernel_routes_forwards(bool ipv6);

#endif
