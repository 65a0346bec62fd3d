/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_KERNEL_ROUTES_H
#define FIB_KERNEL_ROUTES_H

/*
 * Our routes in the kernel: one for each VIP, beside the tables of the program.
 *
 * With it the kernel answers or forwards what the program passes to it (TTL
 * expired, packet too big, odd headers), and traffic goes on where the program
 * is detached. The route of a VIP without a live next hop is unreachable: the
 * default route would send packets back to the router they came from, and round
 * again until their TTL expires.
 *
 * The way in: kernel_routes_set() and kernel_routes_remove() for each change of
 * a set. The way out: rtnetlink(7) messages (route_message.h), written by the
 * event loop in batches, in turns of at most 3 ms; a route that changes again
 * while it waits is written once. Many routes with equal hops lead over one
 * next-hop object (route_object.h), which changes when they all do.
 *
 * Routes left by a previous run are stale: kernel_routes_set() takes them over,
 * and those not set again for some time are removed, and then the objects of
 * that run. Our routes are known by their protocol, which no other daemon may
 * use. By their metric, routes set by hand win.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fib/route_message.h"

struct event_base;
struct kernel_routes;
struct work_queue;

/*
 * Open the socket and list the stale routes and objects; they are removed if not
 * set again in `stale_timeout_s` seconds. Routes are written in `queue`, which must
 * outlive it. The caller frees with kernel_routes_free().
 * Returns 0 or -errno.
 */
int kernel_routes_new(struct event_base *base, struct work_queue *queue,
		      const struct route_owner *owner,
		      unsigned int stale_timeout_s,
		      struct kernel_routes **routes);
/*
 * Keep the stale routes and objects for as long as it takes, until
 * kernel_routes_end_wait() removes those not set again by then.
 */
void kernel_routes_wait(struct kernel_routes *routes);
void kernel_routes_end_wait(struct kernel_routes *routes);
/* Free; with `remove`, remove all our routes first. NULL is legal. */
void kernel_routes_free(struct kernel_routes *routes, bool remove);

/*
 * Set the route to `prefix`: over these hops, at most ROUTE_MAX_HOPS of them,
 * or unreachable if there are none. Hops it cannot use are left out: an IPv6
 * route has no IPv4 gateway. Returns 0 or -ENOMEM.
 */
int kernel_routes_set(struct kernel_routes *routes, const struct prefix *prefix,
		      const struct route_hop *hops, size_t count);
/* True if this run has set or keeps the route. */
bool kernel_routes_has(const struct kernel_routes *routes,
		       const struct prefix *prefix);
/* True if the route is to lead over hops, and the kernel did not refuse it. */
bool kernel_routes_leads(const struct kernel_routes *routes,
			 const struct prefix *prefix);
/* Remove the route; one that is kept becomes unreachable instead. */
void kernel_routes_remove(struct kernel_routes *routes,
			  const struct prefix *prefix);
/*
 * Keep a route to `prefix` until the end, unreachable unless set otherwise by
 * kernel_routes_set(). Returns 0 or -ENOMEM.
 */
int kernel_routes_keep(struct kernel_routes *routes,
		       const struct prefix *prefix);
/* Keep it no longer: it goes, unless kernel_routes_set() gave it hops. */
void kernel_routes_release(struct kernel_routes *routes,
			   const struct prefix *prefix);
/*
 * Write the routes over a link again that came up. When it went down the kernel
 * may have dropped them, without a notification.
 */
void kernel_routes_link_up(struct kernel_routes *routes, uint32_t ifindex);
struct route_socket;

/* Return the socket, for other routes of ours. */
struct route_socket *kernel_routes_socket(const struct kernel_routes *routes);
/* Call `lost` when others remove rules of ours, or routes in other tables. */
void kernel_routes_watch_slots(struct kernel_routes *routes,
			       void (*lost)(void *context), void *context);
/* Return the number of messages sent that change something in the kernel. */
uint64_t kernel_routes_messages(const struct kernel_routes *routes);

/* True if the kernel forwards packets of this family. */
bool kernel_routes_forwards(bool ipv6);

#endif
