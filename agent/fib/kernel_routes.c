// SPDX-License-Identifier: BSD-2-Clause
/*
 * Our routes in the kernel. See kernel_routes.h.
 *
 * rtnetlink executes a message before send() returns, and its answer can be
 * read at once. So each route of a batch is written and answered in one turn of
 * the event loop. The size of a batch bounds the time of the turn; where the
 * kernel takes longer for a route than usual, the clock does.
 */

#include "fib/kernel_routes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/prefix_map.h"

enum kernel_routes_limits {
	BATCH_COST = 64, /* routes and hops written in one turn */
	TURN_US = 5000,	 /* and the time after which no more are begun */
	REPLY_SIZE = 32768,
};

struct kernel_route {
	struct prefix_node node; /* first: found by prefix */
	struct route_hop *hops;
	size_t count; /* 0: unreachable */
	bool wanted;  /* false: to be removed */
	bool kept;    /* never removed: see kernel_routes_keep() */
	bool written; /* the kernel has this version */
	bool stale;   /* left by a previous run, and not set since */
	bool failed;  /* the kernel refused the last write */
	bool queued;
	TAILQ_ENTRY(kernel_route) queue;
};

struct kernel_routes {
	struct mnl_socket *socket;
	struct event *batch;
	struct event *stale_timer;
	struct prefix_map routes;
	TAILQ_HEAD(, kernel_route) waiting;
	size_t failing;	       /* number of failed routes */
	uint64_t messages;     /* sent so far */
	unsigned int sequence; /* of the last message */
	union {
		struct nlmsghdr header;
		char bytes[ROUTE_MESSAGE_SIZE];
	} message;
	char reply[REPLY_SIZE];
};

static struct kernel_route *
find_kernel_route(const struct kernel_routes *routes,
		  const struct prefix *prefix)
{
	return (struct kernel_route *)prefix_map_find(&routes->routes, prefix);
}

static struct kernel_route *first_route(const struct kernel_routes *routes)
{
	return (struct kernel_route *)prefix_map_next(&routes->routes, NULL);
}

static struct kernel_route *next_route(const struct kernel_routes *routes,
				       const struct kernel_route *route)
{
	return (struct kernel_route *)prefix_map_next(&routes->routes,
						      &route->node);
}

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

static void drop_route(struct kernel_routes *routes, struct kernel_route *route)
{
	if (route->queued)
		TAILQ_REMOVE(&routes->waiting, route, queue);
	routes->failing -= route->failed;
	prefix_map_remove(&routes->routes, &route->node);
	free(route->hops);
	free(route);
}

static void queue_route(struct kernel_routes *routes,
			struct kernel_route *route)
{
	const struct timeval at_once = { 0 };

	route->written = false;
	if (route->queued)
		return;
	if (TAILQ_EMPTY(&routes->waiting))
		evtimer_add(routes->batch, &at_once);
	route->queued = true;
	TAILQ_INSERT_TAIL(&routes->waiting, route, queue);
}

/* Read the answer to one message. Returns 0 or -errno. */
static int read_ack(struct kernel_routes *routes)
{
	unsigned int port = mnl_socket_get_portid(routes->socket);
	ssize_t size = mnl_socket_recvfrom(routes->socket, routes->reply,
					   sizeof(routes->reply));

	if (size < 0)
		return -errno;
	if (mnl_cb_run(routes->reply, (size_t)size, routes->sequence, port,
		       NULL, NULL) < 0)
		return -errno;
	return 0;
}

/* Send a message and read its answer. Returns 0 or -errno. */
static int send_message(struct kernel_routes *routes, struct nlmsghdr *message)
{
	message->nlmsg_seq = ++routes->sequence;
	routes->messages++;
	if (mnl_socket_sendto(routes->socket, message, message->nlmsg_len) < 0)
		return -errno;
	return read_ack(routes);
}

static struct nlmsghdr *compose_message(struct kernel_routes *routes,
					const struct kernel_route *route)
{
	const struct prefix *prefix = &route->node.prefix;

	if (!route->wanted)
		return route_message_remove(&routes->message, prefix);
	if (!route->count)
		return route_message_unreachable(&routes->message, prefix);
	return route_message_replace(&routes->message, prefix, route->hops,
				     route->count);
}

static int write_route(struct kernel_routes *routes,
		       const struct kernel_route *route)
{
	int error = send_message(routes, compose_message(routes, route));

	/* No such route: it was removed already. */
	return !route->wanted && error == -ESRCH ? 0 : error;
}

static void log_written(const struct kernel_route *route)
{
	const struct prefix *prefix = &route->node.prefix;
	char text[PREFIX_TEXT_SIZE];

	if (!route->wanted)
		log_debug("fib", "%s: kernel route removed",
			  prefix_format(prefix, text));
	else if (!route->count)
		log_debug("fib", "%s: kernel route written, unreachable",
			  prefix_format(prefix, text));
	else
		log_debug("fib", "%s: kernel route written, hops: %zu",
			  prefix_format(prefix, text), route->count);
}

/*
 * Record the answer to a write. Errors often come by the thousand: log the
 * first, and no other while any route is failed.
 */
static void record_answer(struct kernel_routes *routes,
			  struct kernel_route *route, int error)
{
	char text[PREFIX_TEXT_SIZE];

	if (error && !routes->failing)
		log_warning("fib",
			    "%s: kernel route not written: %s; the kernel does "
			    "not answer packets that the program passes to it. "
			    "Further failures are not logged",
			    prefix_format(&route->node.prefix, text),
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
	int error;

	TAILQ_REMOVE(&routes->waiting, route, queue);
	route->queued = false;
	error = write_route(routes, route);
	record_answer(routes, route, error);
	if (!route->wanted)
		drop_route(routes, route);
}

static void on_batch(evutil_socket_t fd, short what, void *context)
{
	const struct timeval at_once = { 0 };
	struct kernel_routes *routes = context;
	const uint64_t end = clock_now_us() + TURN_US;
	struct kernel_route *route;
	size_t cost = 0;

	(void)fd;
	(void)what;
	while (cost < BATCH_COST && (route = TAILQ_FIRST(&routes->waiting))) {
		cost += 1 + route->count;
		process_route(routes, route);
		if (clock_now_us() >= end)
			break;
	}
	if (!TAILQ_EMPTY(&routes->waiting))
		evtimer_add(routes->batch, &at_once);
}

static void on_stale_timeout(evutil_socket_t fd, short what, void *context)
{
	struct kernel_routes *routes = context;
	struct kernel_route *route;

	(void)fd;
	(void)what;
	for (route = first_route(routes); route;
	     route = next_route(routes, route)) {
		if (!route->stale)
			continue;
		route->wanted = route->kept;
		queue_route(routes, route);
	}
}

static int add_stale(const struct nlmsghdr *message, void *context)
{
	struct kernel_routes *routes = context;
	struct kernel_route *route;
	struct prefix prefix;

	if (!route_message_is_ours(message, &prefix) ||
	    find_kernel_route(routes, &prefix))
		return MNL_CB_OK;
	route = add_kernel_route(routes, &prefix);
	if (!route)
		return MNL_CB_ERROR;
	route->stale = true;
	return MNL_CB_OK;
}

static int list_stale(struct kernel_routes *routes, uint8_t family)
{
	unsigned int port = mnl_socket_get_portid(routes->socket);
	struct nlmsghdr *request = route_message_list(&routes->message, family);
	int more = MNL_CB_OK;

	request->nlmsg_seq = ++routes->sequence;
	if (mnl_socket_sendto(routes->socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t size = TEMP_FAILURE_RETRY(mnl_socket_recvfrom(
			routes->socket, routes->reply, sizeof(routes->reply)));

		if (size < 0)
			return -errno;
		more = mnl_cb_run(routes->reply, (size_t)size, routes->sequence,
				  port, add_stale, routes);
	}
	return more < 0 ? -errno : 0;
}

/* Set O_NONBLOCK: from now on each answer is there before it is read. */
static int make_nonblocking(const struct kernel_routes *routes)
{
	int fd = mnl_socket_get_fd(routes->socket);
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ? -errno : 0;
}

static int open_socket(struct kernel_routes *routes)
{
	int yes = 1, error;

	routes->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!routes->socket ||
	    mnl_socket_bind(routes->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Best effort: without it the kernel lists the whole table. */
	mnl_socket_setsockopt(routes->socket, NETLINK_GET_STRICT_CHK, &yes,
			      sizeof(yes));
	/* Best effort: errors need not quote the message. */
	mnl_socket_setsockopt(routes->socket, NETLINK_CAP_ACK, &yes,
			      sizeof(yes));
	error = list_stale(routes, AF_INET);
	if (!error)
		error = list_stale(routes, AF_INET6);
	/* A kernel without IPv6 has no routes of it to list. */
	if (error == -EOPNOTSUPP || error == -EAFNOSUPPORT)
		error = 0;
	return error ? error : make_nonblocking(routes);
}

int kernel_routes_new(struct event_base *base, unsigned int stale_timeout_s,
		      struct kernel_routes **out)
{
	const struct timeval timeout = { .tv_sec = stale_timeout_s };
	struct kernel_routes *routes = calloc(1, sizeof(*routes));
	int error = -ENOMEM;

	if (!routes)
		return error;
	TAILQ_INIT(&routes->waiting);
	routes->batch = evtimer_new(base, on_batch, routes);
	routes->stale_timer = evtimer_new(base, on_stale_timeout, routes);
	if (routes->batch && routes->stale_timer)
		error = open_socket(routes);
	if (error) {
		kernel_routes_free(routes, false);
		return error;
	}
	if (first_route(routes))
		evtimer_add(routes->stale_timer, &timeout);
	*out = routes;
	return 0;
}

/* Remove all routes now, without the event loop. */
static void remove_all_routes(struct kernel_routes *routes)
{
	struct kernel_route *route;

	for (route = first_route(routes); route;
	     route = next_route(routes, route)) {
		route->wanted = false;
		queue_route(routes, route);
	}
	while (!TAILQ_EMPTY(&routes->waiting))
		process_route(routes, TAILQ_FIRST(&routes->waiting));
}

void kernel_routes_free(struct kernel_routes *routes, bool remove)
{
	struct kernel_route *route;

	if (!routes)
		return;
	if (remove)
		remove_all_routes(routes);
	while ((route = first_route(routes)))
		drop_route(routes, route);
	prefix_map_free(&routes->routes);
	if (routes->socket)
		mnl_socket_close(routes->socket);
	if (routes->batch)
		event_free(routes->batch);
	if (routes->stale_timer)
		event_free(routes->stale_timer);
	free(routes);
}

static bool has_hops(const struct kernel_route *route,
		     const struct route_hop *hops, size_t count)
{
	if (route->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (route->hops[i].ifindex != hops[i].ifindex ||
		    route->hops[i].weight != hops[i].weight ||
		    !address_equal(&route->hops[i].via, &hops[i].via))
			return false;
	return true;
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

/* Set the hops of a route; `hops` is freed with it. */
static void change_route(struct kernel_routes *routes,
			 struct kernel_route *route, struct route_hop *hops,
			 size_t count)
{
	if (route->wanted && (route->written || route->queued) &&
	    has_hops(route, hops, count)) {
		free(hops);
		return;
	}
	free(route->hops);
	route->hops = hops;
	route->count = count;
	route->wanted = true;
	route->stale = false;
	queue_route(routes, route);
}

int kernel_routes_set(struct kernel_routes *routes, const struct prefix *prefix,
		      const struct route_hop *hops, size_t count)
{
	struct route_hop *taken = calloc(count + 1, sizeof(*taken));
	struct kernel_route *route = taken ? get_route(routes, prefix) : NULL;

	if (!route) {
		free(taken);
		return -ENOMEM;
	}
	change_route(routes, route, taken,
		     copy_usable_hops(prefix, hops, count, taken));
	return 0;
}

bool kernel_routes_has(const struct kernel_routes *routes,
		       const struct prefix *prefix)
{
	const struct kernel_route *route = find_kernel_route(routes, prefix);

	return route && route->wanted && !route->stale;
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
		change_route(routes, route, NULL, 0);
	return 0;
}

void kernel_routes_remove(struct kernel_routes *routes,
			  const struct prefix *prefix)
{
	struct kernel_route *route = find_kernel_route(routes, prefix);

	if (!route)
		return;
	if (route->kept) {
		change_route(routes, route, NULL, 0);
		return;
	}
	route->wanted = false;
	queue_route(routes, route);
}

static bool uses_link(const struct kernel_route *route, uint32_t ifindex)
{
	for (size_t i = 0; i < route->count; i++)
		if (route->hops[i].ifindex == ifindex)
			return true;
	return false;
}

void kernel_routes_link_up(struct kernel_routes *routes, uint32_t ifindex)
{
	struct kernel_route *route;

	for (route = first_route(routes); route;
	     route = next_route(routes, route))
		if (uses_link(route, ifindex))
			queue_route(routes, route);
}

uint64_t kernel_routes_messages(const struct kernel_routes *routes)
{
	return routes->messages;
}

bool kernel_routes_forwards(bool ipv6)
{
	const char *path = ipv6 ? "/proc/sys/net/ipv6/conf/all/forwarding" :
				  "/proc/sys/net/ipv4/ip_forward";
	FILE *file = fopen(path, "re");
	int value = '0';

	if (file) {
		value = fgetc(file);
		fclose(file);
	}
	return value != '0' && value != EOF;
}
