// SPDX-License-Identifier: BSD-2-Clause
/*
 * Routes and objects that went: with a link, or because another process removed
 * them. See kernel_routes.h and route_watch.h.
 */

#include "fib/kernel_routes_internal.h"

#include "core/log.h"
#include "fib/route_socket.h"
#include "fib/route_watch.h"

/* True if a set leads over this link, or if it is 0 over any. */
static bool uses_link(const struct route_set *set, uint32_t ifindex)
{
	if (set && !ifindex)
		return true;
	for (size_t i = 0; set && i < set->count; i++)
		if (set->hops[i].ifindex == ifindex)
			return true;
	return false;
}

/* Have sets whose objects the kernel may have changed get new ones. */
static void renew_objects(struct kernel_routes *routes, uint32_t ifindex)
{
	struct route_set *set, *next;

	for (size_t i = 0; i < ROUTE_SET_CHAINS; i++) {
		for (set = LIST_FIRST(&routes->sets.chains[i]); set;
		     set = next) {
			next = LIST_NEXT(set, chain);
			if (!set->route_count || !uses_link(set, ifindex))
				continue;
			set->worth = set->count + 1;
			if (set->object)
				kernel_routes_part(routes, set);
		}
	}
}

/* Write the routes over a link again, or if it is 0 all routes. */
static void write_again(struct kernel_routes *routes, uint32_t ifindex)
{
	struct kernel_route *route;

	renew_objects(routes, ifindex);
	for (route = first_route(routes); route;
	     route = next_route(routes, route))
		if (!ifindex || uses_link(route->set, ifindex))
			kernel_routes_queue(routes, route);
}

void kernel_routes_link_up(struct kernel_routes *routes, uint32_t ifindex)
{
	write_again(routes, ifindex);
}

/* Another process removed a route: write it again. */
static void on_route_lost(const struct prefix *prefix, void *context)
{
	struct kernel_routes *routes = context;
	struct kernel_route *route = find_kernel_route(routes, prefix);

	if (!route || !route->wanted || !route->written)
		return;
	kernel_routes_leave_object(routes, route, true);
	kernel_routes_queue(routes, route);
	routes->lost++;
}

/* Any route or object may be missing. */
static void on_doubt(void *context)
{
	struct kernel_routes *routes = context;

	routes->doubted = true;
}

static void on_slot_lost(void *context)
{
	struct kernel_routes *routes = context;

	routes->slots_doubted = true;
}

static void on_routes_lost(void *context)
{
	struct kernel_routes *routes = context;

	if (routes->slots_doubted && routes->slots_lost)
		routes->slots_lost(routes->slots_context);
	routes->slots_doubted = false;

	if (routes->doubted) {
		routes->lost = routes->routes.count;
		write_again(routes, 0);
	}
	if (routes->lost)
		log_event(EVENT_ROUTES_REMOVED, NULL,
			  "another process removed kernel routes or next-hop "
			  "objects of protocol %d: %zu routes written again",
			  routes->owner.protocol, routes->lost);
	routes->lost = 0;
	routes->doubted = false;
}

int kernel_routes_watch(struct event_base *base, struct kernel_routes *routes)
{
	const struct route_watch_callbacks callbacks = {
		.lost = on_route_lost,
		.doubt = on_doubt,
		.slot_lost = on_slot_lost,
		.done = on_routes_lost,
		.context = routes,
	};

	return route_watch_new(base, routes->queue,
			       route_socket_port(routes->socket),
			       &routes->owner, &callbacks, &routes->watch);
}
