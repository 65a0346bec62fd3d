/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_WATCH_H
#define FIB_ROUTE_WATCH_H

/*
 * Notice when another process removes our routes, rules or next-hop objects, such
 * as `ip route flush` or a network manager that cleans up. Once a second at most,
 * so that two processes that disagree do not fight.
 *
 * What the kernel removes by itself, with a link, is not reported here:
 * kernel_routes_link_up() restores it.
 */

#include <stdint.h>

#include "core/address.h"
#include "nexthop/route_owner.h"

struct event_base;
struct route_watch;
struct work_queue;

struct route_watch_callbacks {
	/* A route of ours was removed. */
	void (*lost)(const struct prefix *prefix, void *context);
	/* A rule of ours was removed, or a route of ours in another table. */
	void (*slot_lost)(void *context);
	/* Objects were removed, or notifications lost: any may be missing. */
	void (*doubt)(void *context);
	/* All removals of a round were reported. */
	void (*done)(void *context);
	void *context;
};

/*
 * Watch the routes of this network namespace but for the changes by the socket
 * with this port. Changes are read in `queue`, which must outlive it. The caller frees with route_watch_free(). Returns 0 or -errno.
 */
int route_watch_new(struct event_base *base, struct work_queue *queue,
		    uint32_t own_port, const struct route_owner *owner,
		    const struct route_watch_callbacks *callbacks,
		    struct route_watch **watch);
/* NULL is legal. */
void route_watch_free(struct route_watch *watch);

#endif
