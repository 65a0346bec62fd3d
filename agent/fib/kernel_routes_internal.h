/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_KERNEL_ROUTES_INTERNAL_H
#define FIB_KERNEL_ROUTES_INTERNAL_H

/* Our routes, shared by kernel_routes.c and route_restore.c. */

#include <stdbool.h>
#include <stddef.h>

#include <linux/netlink.h>
#include <sys/queue.h>

#include "core/prefix_map.h"
#include "core/work_queue.h"
#include "fib/kernel_routes.h"
#include "fib/route_message.h"
#include "fib/route_object.h"
#include "fib/route_set.h"

struct event;
struct route_socket;
struct route_watch;

struct kernel_route {
	struct prefix_node node;   /* first: found by prefix */
	struct route_set *set;	   /* NULL: unreachable */
	struct route_object *over; /* the kernel's route uses it, or NULL */
	bool wanted;		   /* false: to be removed */
	bool kept;		   /* never removed: see kernel_routes_keep() */
	bool written;		   /* the kernel has this version */
	bool stale;   /* left by a previous run, and not set since */
	bool failed;  /* the kernel refused the last write */
	bool settled; /* it has waited for the others of its object */
	bool queued;
	TAILQ_ENTRY(kernel_route) queue;
	TAILQ_ENTRY(kernel_route) member; /* of the set's routes */
};

struct kernel_routes {
	struct route_owner owner;
	struct route_socket *socket;
	struct route_watch *watch;
	size_t lost;	    /* routes that others removed, in this round */
	bool doubted;	    /* any may be missing */
	bool slots_doubted; /* likewise of rules, and routes in other tables */
	void (*slots_lost)(void *context);
	void *slots_context;
	struct work_queue *queue;
	struct work batch; /* some of what waits */
	struct event *stale_timer;
	struct prefix_map routes;
	struct route_sets sets;
	struct route_objects objects;
	bool has_objects; /* the kernel knows next-hop objects */
	struct route_list waiting;
	struct route_list settling;
	struct event *settle_timer;
	bool sweeping;	/* stale objects are removed after the last route */
	size_t failing; /* number of failed routes */
	union {
		struct nlmsghdr header;
		char bytes[ROUTE_MESSAGE_SIZE];
	} message;
};

static inline struct kernel_route *
find_kernel_route(const struct kernel_routes *routes,
		  const struct prefix *prefix)
{
	return (struct kernel_route *)prefix_map_find(&routes->routes, prefix);
}

static inline struct kernel_route *
first_route(const struct kernel_routes *routes)
{
	return (struct kernel_route *)prefix_map_next(&routes->routes, NULL);
}

static inline struct kernel_route *
next_route(const struct kernel_routes *routes, const struct kernel_route *route)
{
	return (struct kernel_route *)prefix_map_next(&routes->routes,
						      &route->node);
}

/* Write a route when its turn comes. */
void kernel_routes_queue(struct kernel_routes *routes,
			 struct kernel_route *route);
/* Record that the kernel's route does not use its object any more. */
void kernel_routes_leave_object(struct kernel_routes *routes,
				struct kernel_route *route, bool remove);
/* Part a set from an object that may have lost hops: it gets a new one. */
void kernel_routes_part(struct kernel_routes *routes, struct route_set *set);
/* Begin to restore what others remove. Returns 0 or -errno. */
int kernel_routes_watch(struct event_base *base, struct kernel_routes *routes);

#endif
