// SPDX-License-Identifier: BSD-2-Clause
/*
 * Our routes in the kernel. See kernel_routes.h.
 *
 * The socket answers each message at once (route_socket.h). So each route of a
 * batch is written and answered in one piece of work. The size of a batch bounds
 * the time of the piece; where the kernel takes longer for a route than usual,
 * the clock does.
 *
 * A route has the set that it is to lead over, and the object that the kernel's
 * route uses. A set gets an object when enough routes want it. When all routes
 * of an object want another set, the object is changed and becomes that set's:
 * no route is written. An object goes with the last route over it, a set with
 * the last route that wants it.
 */

#include "fib/kernel_routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "core/log.h"
#include "fib/kernel_routes_internal.h"
#include "fib/nexthop_message.h"
#include "fib/route_socket.h"
#include "fib/route_watch.h"
#include "host/sysctl.h"

enum kernel_routes_limits {
	BATCH_COST = 64,   /* routes and hops written in one piece of work */
	SETTLE_US = 50000, /* a route waits for the others of its object */
};

/* While it is on, the kernel announces each route of a replaced group. */
#define COMPAT_MODE "/proc/sys/net/ipv4/nexthop_compat_mode"

static struct kernel_route *add_kernel_route(struct kernel_routes *routes,
					     const struct prefix *prefix)
{
	struct kernel_route *route = calloc(1, sizeof(*route));

	if (!route)
		return NULL;
	route->node.prefix = *prefix;
	if (prefix_map_insert(&routes->routes, &route->node)) {
		free(route);
		return NULL;
	}
	return route;
}

static struct kernel_route *get_route(struct kernel_routes *routes,
				      const struct prefix *prefix)
{
	struct kernel_route *route = find_kernel_route(routes, prefix);

	return route ? route : add_kernel_route(routes, prefix);
}

/* Free an object that no route leads over, unless its set is wanted. */
static void tidy_object(struct kernel_routes *routes,
			struct route_object *object, bool remove)
{
	if (object->routes || (object->set && object->set->route_count))
		return;
	if (object->set)
		route_set_free(object->set);
	route_object_free(&routes->objects, object, remove);
}

void kernel_routes_leave_object(struct kernel_routes *routes,
				struct kernel_route *route, bool remove)
{
	struct route_object *over = route->over;

	if (!over)
		return;
	route->over = NULL;
	over->routes--;
	tidy_object(routes, over, remove);
}

/* Write the routes that wait for others of their group. */
static void end_settling(struct kernel_routes *routes)
{
	if (TAILQ_EMPTY(&routes->settling))
		return;
	TAILQ_CONCAT(&routes->waiting, &routes->settling, queue);
	work_queue_add(routes->queue, &routes->batch);
}

static void leave_set(struct kernel_routes *routes, struct kernel_route *route,
		      bool remove)
{
	struct route_set *set = route->set;

	if (!set)
		return;
	route->set = NULL;
	TAILQ_REMOVE(&set->routes, route, member);
	if (--set->route_count)
		return;
	end_settling(routes);
	if (set->object)
		tidy_object(routes, set->object, remove);
	else
		route_set_free(set);
}

static void join_set(struct kernel_routes *routes, struct kernel_route *route,
		     struct route_set *set)
{
	if (route->set == set)
		return;
	leave_set(routes, route, true);
	route->set = set;
	TAILQ_INSERT_TAIL(&set->routes, route, member);
	set->route_count++;
}

/* Free a route; with `remove`, an object that no other uses goes, too. */
static void drop_route(struct kernel_routes *routes, struct kernel_route *route,
		       bool remove)
{
	if (route->queued)
		TAILQ_REMOVE(&routes->waiting, route, queue);
	routes->failing -= route->failed;
	leave_set(routes, route, remove);
	kernel_routes_leave_object(routes, route, remove);
	prefix_map_remove(&routes->routes, &route->node);
	free(route);
}

void kernel_routes_queue(struct kernel_routes *routes,
			 struct kernel_route *route)
{
	route->written = false;
	if (route->queued)
		return;
	work_queue_add(routes->queue, &routes->batch);
	route->queued = true;
	TAILQ_INSERT_TAIL(&routes->waiting, route, queue);
}

static int send_object_message(void *context, struct nlmsghdr *message)
{
	const struct kernel_routes *routes = context;

	return route_socket_send(routes->socket, message);
}

/* True if all routes over an object want `set`, and not its own any more. */
static bool do_all_move(const struct route_object *object,
			const struct route_set *set)
{
	const struct kernel_route *route;
	size_t moving = 0;

	if (object->broken || !object->set || object->set->route_count)
		return false;
	TAILQ_FOREACH(route, &set->routes, member)
		moving += route->over == object;
	return moving == object->routes;
}

/* Have the routes of a set that name their hops follow its object. */
static void queue_rest(struct kernel_routes *routes,
		       const struct route_set *set)
{
	struct kernel_route *route;

	TAILQ_FOREACH(route, &set->routes, member)
		if (route->over != set->object && route->written)
			kernel_routes_queue(routes, route);
}

/* Make an object that of `set`; the previous one is not wanted any more. */
static void give_object(struct route_object *object, struct route_set *set)
{
	if (object->set)
		route_set_free(object->set);
	object->set = set;
	set->object = object;
}

void kernel_routes_part(struct kernel_routes *routes, struct route_set *set)
{
	struct route_object *object = set->object;

	set->object = NULL;
	object->set = NULL;
	object->broken = true;
	tidy_object(routes, object, true);
}

/*
 * Return true if a set has an object in the kernel, or now gets one: that of
 * the set which all its routes leave, changed in place, or a new one if there
 * are enough routes to be worth the messages.
 */
static bool prepare_object(struct kernel_routes *routes,
			   const struct kernel_route *route)
{
	struct route_object *from = route->over, *object;
	struct route_set *set = route->set;

	if (set->object && set->object->broken)
		kernel_routes_part(routes, set);
	if (set->object)
		return true;
	if (!routes->has_objects ||
	    (set->worth > set->count + 1 && set->route_count < set->worth))
		return false;
	if (from && do_all_move(from, set) &&
	    !route_object_change(&routes->objects, from, set->hops,
				 set->count)) {
		give_object(from, set);
		queue_rest(routes, set);
		return true;
	}
	if (set->route_count < set->worth)
		return false;
	/* If the kernel refuses, do not ask again for each route. */
	set->worth = set->route_count * 2;
	if (route_object_new(&routes->objects, set->hops, set->count, &object))
		return false;
	give_object(object, set);
	queue_rest(routes, set);
	return true;
}

static struct nlmsghdr *compose_message(struct kernel_routes *routes,
					const struct kernel_route *route,
					bool by_object)
{
	const struct prefix *prefix = &route->node.prefix;

	if (!route->wanted)
		return route_message_remove(&routes->message, &routes->owner,
					    prefix);
	if (!route->set)
		return route_message_unreachable(&routes->message,
						 &routes->owner, prefix);
	if (by_object)
		return route_message_object(&routes->message, &routes->owner,
					    prefix, route->set->object->id);
	return route_message_replace(&routes->message, &routes->owner, prefix,
				     route->set->hops, route->set->count);
}

/* Record over which object the kernel's route leads, if any. */
static void enter_object(struct kernel_routes *routes,
			 struct kernel_route *route,
			 struct route_object *object)
{
	if (route->over == object)
		return;
	kernel_routes_leave_object(routes, route, true);
	route->over = object;
	if (object)
		object->routes++;
}

static int write_route(struct kernel_routes *routes, struct kernel_route *route)
{
	bool by_object = route->wanted && route->set &&
			 prepare_object(routes, route);
	int error;

	if (by_object && route->over == route->set->object)
		return 0;
	error = route_socket_send(routes->socket,
				  compose_message(routes, route, by_object));
	if (error && by_object) {
		/* Something has removed the object. */
		by_object = false;
		kernel_routes_part(routes, route->set);
		error = route_socket_send(
			routes->socket, compose_message(routes, route, false));
	}
	/* No such route: it was removed already. */
	if (!route->wanted && error == -ESRCH)
		error = 0;
	if (!error)
		enter_object(routes, route,
			     by_object ? route->set->object : NULL);
	return error;
}

static void log_written(const struct kernel_route *route)
{
	const struct prefix *prefix = &route->node.prefix;
	char text[PREFIX_TEXT_SIZE];

	if (!route->wanted)
		log_debug("fib", "%s: kernel route removed",
			  prefix_format(prefix, text));
	else if (!route->set)
		log_debug("fib", "%s: kernel route written, unreachable",
			  prefix_format(prefix, text));
	else
		log_debug("fib", "%s: kernel route written, hops: %zu",
			  prefix_format(prefix, text), route->set->count);
}

/*
 * True if a route is to wait: it leaves an object whose set other routes still
 * want. If they follow, the object is changed in place. A route whose new set
 * has an object does not wait.
 */
static bool must_settle(const struct kernel_route *route)
{
	const struct route_object *over = route->over;

	return over && !route->settled && route->wanted && route->set &&
	       !route->set->object && !over->broken && over->set &&
	       over->set->route_count;
}

/*
 * Record the answer to a write. Errors often come by the thousand: log the
 * first, and no other while any route is failed.
 */
static void record_answer(struct kernel_routes *routes,
			  struct kernel_route *route, int error)
{
	if (error && !routes->failing)
		log_event(EVENT_ROUTES_NOT_WRITTEN,
			  &(struct event_objects){ .vip = &route->node.prefix },
			  "kernel route not written: %s; the kernel does "
			  "not answer packets that the program passes to it. "
			  "Further failures are not logged",
			  strerror(-error));
	if (!error)
		log_written(route);
	routes->failing += !!error;
	routes->failing -= route->failed;
	route->failed = error;
	route->written = !error;
}

static void process_route(struct kernel_routes *routes,
			  struct kernel_route *route)
{
	const struct timeval settle = { .tv_usec = SETTLE_US };
	int error;

	TAILQ_REMOVE(&routes->waiting, route, queue);
	if (must_settle(route)) {
		if (TAILQ_EMPTY(&routes->settling))
			evtimer_add(routes->settle_timer, &settle);
		route->settled = true;
		TAILQ_INSERT_TAIL(&routes->settling, route, queue);
		return;
	}
	route->queued = false;
	route->settled = false;
	error = write_route(routes, route);
	record_answer(routes, route, error);
	if (!route->wanted)
		drop_route(routes, route, true);
}

/* Return the cost of writing a route: 1, and 1 for each hop that it names. */
static size_t cost_of(const struct kernel_route *route)
{
	const struct route_set *set = route->set;

	return 1 + (set && !set->object ? set->count : 0);
}

/* Write one route; if none waits, sweep. Returns the cost, 0 if idle. */
static size_t do_step(struct kernel_routes *routes)
{
	struct kernel_route *route = TAILQ_FIRST(&routes->waiting);
	size_t cost;

	if (!route)
		return routes->sweeping && TAILQ_EMPTY(&routes->settling) &&
		       route_objects_sweep(&routes->objects);
	cost = cost_of(route);
	process_route(routes, route);
	return cost;
}

static void write_batch(void *context)
{
	struct kernel_routes *routes = context;
	const uint64_t end = clock_now_us() + WORK_PIECE_US;
	size_t cost = 0, step;

	do {
		step = do_step(routes);
		cost += step;
	} while (step && cost < BATCH_COST && clock_now_us() < end);
	if (step)
		work_queue_add(routes->queue, &routes->batch);
}

static void on_settled(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	end_settling(context);
}

static void remove_stale(struct kernel_routes *routes)
{
	struct kernel_route *route;

	for (route = first_route(routes); route;
	     route = next_route(routes, route)) {
		if (!route->stale)
			continue;
		route->wanted = route->kept;
		kernel_routes_queue(routes, route);
	}
	routes->sweeping = true;
	work_queue_add(routes->queue, &routes->batch);
}

static void on_stale_timeout(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	remove_stale(context);
}

void kernel_routes_wait(struct kernel_routes *routes)
{
	event_del(routes->stale_timer);
}

void kernel_routes_end_wait(struct kernel_routes *routes)
{
	event_del(routes->stale_timer);
	remove_stale(routes);
}

static int add_stale(const struct nlmsghdr *message, void *context)
{
	struct kernel_routes *routes = context;
	struct kernel_route *route;
	struct prefix prefix;

	if (!route_message_is_ours(message, &routes->owner, &prefix) ||
	    find_kernel_route(routes, &prefix))
		return MNL_CB_OK;
	route = add_kernel_route(routes, &prefix);
	if (!route)
		return MNL_CB_ERROR;
	route->stale = true;
	return MNL_CB_OK;
}

static int add_stale_object(const struct nlmsghdr *message, void *context)
{
	struct kernel_routes *routes = context;
	bool is_group;
	uint32_t id;

	if (nexthop_message_is_ours(message, &routes->owner, &id, &is_group) &&
	    route_objects_add_stale(&routes->objects, id, is_group))
		return MNL_CB_ERROR;
	return MNL_CB_OK;
}

static int list_stale(struct kernel_routes *routes, uint8_t family)
{
	return route_socket_list(routes->socket,
				 route_message_list(&routes->message,
						    &routes->owner, family),
				 add_stale, routes);
}

/* Linux before 5.3 has no next-hop objects: routes then name their hops. */
static void list_stale_objects(struct kernel_routes *routes)
{
	struct route_socket *socket;

	if (route_socket_open(&socket))
		return;
	routes->has_objects = !route_socket_list(
		socket, nexthop_message_list(&routes->message),
		add_stale_object, routes);
	route_socket_close(socket);
	routes->objects.expands = sysctl_is_on(COMPAT_MODE, true);
	log_debug("fib", "next-hop objects: %s",
		  routes->has_objects ? "used" : "not supported");
}

static int open_socket(struct kernel_routes *routes)
{
	int error = route_socket_open(&routes->socket);

	if (!error)
		error = list_stale(routes, AF_INET);
	if (!error)
		error = list_stale(routes, AF_INET6);
	/* A kernel without IPv6 has no routes of it to list. */
	if (error == -EOPNOTSUPP || error == -EAFNOSUPPORT)
		error = 0;
	if (error)
		return error;
	list_stale_objects(routes);
	return route_socket_stop_blocking(routes->socket);
}

int kernel_routes_new(struct event_base *base, struct work_queue *queue,
		      const struct route_owner *owner,
		      unsigned int stale_timeout_s, struct kernel_routes **out)
{
	const struct timeval timeout = { .tv_sec = stale_timeout_s };
	struct kernel_routes *routes = calloc(1, sizeof(*routes));
	int error = -ENOMEM;

	if (!routes)
		return error;
	TAILQ_INIT(&routes->waiting);
	TAILQ_INIT(&routes->settling);
	routes->owner = *owner;
	route_objects_init(&routes->objects, owner, send_object_message, routes,
			   &routes->message);
	routes->queue = queue;
	routes->batch = (struct work){ .run = write_batch,
				       .context = routes,
				       .name = "kernel routes" };
	routes->stale_timer = evtimer_new(base, on_stale_timeout, routes);
	routes->settle_timer = evtimer_new(base, on_settled, routes);
	if (routes->stale_timer && routes->settle_timer)
		error = open_socket(routes);
	if (!error)
		error = kernel_routes_watch(base, routes);
	if (error) {
		kernel_routes_free(routes, false);
		return error;
	}
	if (first_route(routes) || !TAILQ_EMPTY(&routes->objects.stale))
		evtimer_add(routes->stale_timer, &timeout);
	*out = routes;
	return 0;
}

/* Remove all routes now, without the event loop. */
static void remove_all_routes(struct kernel_routes *routes)
{
	struct kernel_route *route;

	TAILQ_CONCAT(&routes->waiting, &routes->settling, queue);
	for (route = first_route(routes); route;
	     route = next_route(routes, route)) {
		route->wanted = false;
		kernel_routes_queue(routes, route);
	}
	while (!TAILQ_EMPTY(&routes->waiting))
		process_route(routes, TAILQ_FIRST(&routes->waiting));
	while (route_objects_sweep(&routes->objects))
		;
}

void kernel_routes_free(struct kernel_routes *routes, bool remove)
{
	struct kernel_route *route;

	if (!routes)
		return;
	if (remove)
		remove_all_routes(routes);
	TAILQ_CONCAT(&routes->waiting, &routes->settling, queue);
	while ((route = first_route(routes)))
		drop_route(routes, route, false);
	route_objects_free_stale(&routes->objects);
	prefix_map_free(&routes->routes);
	route_watch_free(routes->watch);
	route_socket_close(routes->socket);
	work_queue_remove(routes->queue, &routes->batch);
	if (routes->settle_timer)
		event_free(routes->settle_timer);
	if (routes->stale_timer)
		event_free(routes->stale_timer);
	free(routes);
}

/* Copy the hops that a route to `prefix` can use; returns their number. */
static size_t copy_usable_hops(const struct prefix *prefix,
			       const struct route_hop *hops, size_t count,
			       struct route_hop *taken)
{
	bool ipv6 = !address_is_ipv4(&prefix->address);
	size_t used = 0;

	for (size_t i = 0; i < count && used < ROUTE_MAX_HOPS; i++)
		if (!ipv6 || !address_is_ipv4(&hops[i].via))
			taken[used++] = hops[i];
	return used;
}

/* Set the hops of a route; NULL: unreachable. */
static void change_route(struct kernel_routes *routes,
			 struct kernel_route *route, struct route_set *set)
{
	if (route->wanted && (route->written || route->queued) &&
	    route->set == set)
		return;
	if (set)
		join_set(routes, route, set);
	else
		leave_set(routes, route, true);
	route->wanted = true;
	route->stale = false;
	kernel_routes_queue(routes, route);
}

int kernel_routes_set(struct kernel_routes *routes, const struct prefix *prefix,
		      const struct route_hop *hops, size_t count)
{
	struct route_hop usable[ROUTE_MAX_HOPS];
	size_t used = copy_usable_hops(prefix, hops, count, usable);
	struct kernel_route *route = get_route(routes, prefix);
	struct route_set *set = NULL;

	if (!route)
		return -ENOMEM;
	if (used) {
		set = route_set_get(&routes->sets, usable, used);
		if (!set)
			return -ENOMEM;
	}
	change_route(routes, route, set);
	return 0;
}

bool kernel_routes_has(const struct kernel_routes *routes,
		       const struct prefix *prefix)
{
	const struct kernel_route *route = find_kernel_route(routes, prefix);

	return route && route->wanted && !route->stale;
}

bool kernel_routes_leads(const struct kernel_routes *routes,
			 const struct prefix *prefix)
{
	const struct kernel_route *route = find_kernel_route(routes, prefix);

	return route && route->wanted && route->set && !route->failed;
}

int kernel_routes_keep(struct kernel_routes *routes,
		       const struct prefix *prefix)
{
	struct kernel_route *route = get_route(routes, prefix);

	if (!route)
		return -ENOMEM;
	route->kept = true;
	/* A stale route stays in use until its timeout. */
	if (!route->wanted && !route->stale)
		change_route(routes, route, NULL);
	return 0;
}

void kernel_routes_release(struct kernel_routes *routes,
			   const struct prefix *prefix)
{
	struct kernel_route *route = find_kernel_route(routes, prefix);

	if (!route || !route->kept)
		return;
	route->kept = false;
	if (!route->set && !route->stale) {
		route->wanted = false;
		kernel_routes_queue(routes, route);
	}
}

void kernel_routes_remove(struct kernel_routes *routes,
			  const struct prefix *prefix)
{
	struct kernel_route *route = find_kernel_route(routes, prefix);

	if (!route)
		return;
	if (route->kept) {
		change_route(routes, route, NULL);
		return;
	}
	route->wanted = false;
	kernel_routes_queue(routes, route);
}

struct route_socket *kernel_routes_socket(const struct kernel_routes *routes)
{
	return routes->socket;
}

void kernel_routes_watch_slots(struct kernel_routes *routes,
			       void (*lost)(void *context), void *context)
{
	routes->slots_lost = lost;
	routes->slots_context = context;
}

uint64_t kernel_routes_messages(const struct kernel_routes *routes)
{
	return route_socket_sent(routes->socket);
}

bool kernel_routes_forwards(bool ipv6)
{
	return sysctl_is_on(ipv6 ? "/proc/sys/net/ipv6/conf/all/forwarding" :
				   "/proc/sys/net/ipv4/ip_forward",
			    false);
}
