// SPDX-License-Identifier: BSD-2-Clause
/* Kernel routes that follow multipath sets. See fib.h. */

#include "fib/fib.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "fib/handed_up.h"
#include "fib/kernel_routes.h"
#include "nexthop/tracker.h"

enum {
	/*
	 * Time for sessions to come back before a previous run's routes go, if
	 * there are no tables of it that are taken over.
	 */
	PREVIOUS_ROUTES_S = 30,
};

struct fib {
	struct kernel_routes *routes;
	struct handed_up *handed_up; /* NULL: off */
	const struct tracker *tracker;
	int tunnel; /* puts marked packets inside others; negative: none */
};

/*
 * Keep an unreachable route to each range, as routers do with what they
 * aggregate (RFC 4632 5.1). The configuration allows no neighbor and no server
 * inside a range.
 */
static int keep_ranges(struct fib *fib, const struct fib_options *options)
{
	int error = 0;

	for (size_t i = 0; i < options->range_count && !error; i++)
		error = kernel_routes_keep(fib->routes, &options->ranges[i]);
	return error;
}

/* Another process removed rules or routes of slots. */
static void on_slots_lost(void *context)
{
	struct fib *fib = context;

	log_event(EVENT_ROUTES_REMOVED, NULL,
		  "another process removed rules or routes for handed-up "
		  "packets: all are written again");
	handed_up_write_again(fib->handed_up, 0);
}

/* Without marks, too, a previous run with marks may have left something. */
static int lead_slots(struct fib *fib, struct event_base *base,
		      struct work_queue *queue,
		      const struct fib_options *options)
{
	int code = handed_up_new(base, queue, options,
				 kernel_routes_socket(fib->routes),
				 PREVIOUS_ROUTES_S, &fib->handed_up);

	kernel_routes_watch_slots(fib->routes, on_slots_lost, fib);
	return code;
}

static void describe_failure(int code, char *error, size_t size)
{
	snprintf(error, size, "kernel routes: netlink failed: %s",
		 strerror(-code));
}

int fib_new(struct event_base *base, struct work_queue *queue,
	    const struct fib_options *options, const struct tracker *tracker,
	    int tunnel, struct fib **out, char *error, size_t size)
{
	const struct route_owner owner = route_owner_of(options->instance);
	struct fib *fib = calloc(1, sizeof(*fib));
	int code = -ENOMEM;

	if (fib) {
		fib->tracker = tracker;
		fib->tunnel = tunnel;
		code = kernel_routes_new(base, queue, &owner, PREVIOUS_ROUTES_S,
					 &fib->routes);
	}
	if (!code)
		code = keep_ranges(fib, options);
	if (!code)
		code = lead_slots(fib, base, queue, options);
	if (code) {
		describe_failure(code, error, size);
		fib_free(fib, false);
		return code;
	}
	*out = fib;
	return 0;
}

void fib_free(struct fib *fib, bool remove)
{
	if (!fib)
		return;
	handed_up_free(fib->handed_up, remove);
	kernel_routes_free(fib->routes, remove);
	free(fib);
}

static bool has_range(const struct fib_options *options,
		      const struct prefix *range)
{
	for (size_t i = 0; i < options->range_count; i++)
		if (prefix_equal(&options->ranges[i], range))
			return true;
	return false;
}

int fib_reconfigure(struct fib *fib, const struct fib_options *before,
		    const struct fib_options *options)
{
	int error = keep_ranges(fib, options);

	if (error)
		return error;
	handed_up_set_ranges(fib->handed_up, options);
	for (size_t i = 0; i < before->range_count; i++)
		if (!has_range(options, &before->ranges[i]))
			kernel_routes_release(fib->routes, &before->ranges[i]);
	return 0;
}

static void set_route(struct fib *fib, const struct prefix *vip,
		      const struct member *members, size_t count)
{
	struct route_hop *hops = calloc(count + 1, sizeof(*hops));
	size_t used = 0;

	for (size_t i = 0; hops && i < count; i++) {
		const struct nexthop *nexthop =
			tracker_find(fib->tracker, &members[i].address);

		if (nexthop && nexthop->ifindex && !nexthop->encapsulation)
			hops[used++] = (struct route_hop){
				.via = nexthop->via,
				.ifindex = nexthop->ifindex,
				.weight = members[i].weight,
			};
	}
	if (!hops || kernel_routes_set(fib->routes, vip, hops, used))
		log_event(EVENT_MEMORY_SHORT,
			  &(struct event_objects){ .vip = vip },
			  "kernel route not written");
	free(hops);
}

static bool leads_to_ipv6(const struct prefix *vip,
			  const struct member *members, size_t count)
{
	for (size_t i = 0; address_is_ipv4(&vip->address) && i < count; i++)
		if (!address_is_ipv4(&members[i].address))
			return true;
	return false;
}

void fib_set_vip(struct fib *fib, const struct prefix *vip, bool served,
		 const struct member *members, size_t count)
{
	if (leads_to_ipv6(vip, members, count))
		handed_up_mix_families(fib->handed_up);
	if (!served)
		kernel_routes_remove(fib->routes, vip);
	else if (count || kernel_routes_has(fib->routes, vip))
		set_route(fib, vip, members, count);
}

void fib_set_slot(struct fib *fib, uint32_t slot, const struct address *address)
{
	const struct nexthop *nexthop =
		address ? tracker_find(fib->tracker, address) : NULL;
	struct route_tunnel tunnel = { .program = fib->tunnel };
	struct route_hop hop;

	if (!nexthop || !nexthop->ifindex ||
	    (nexthop->encapsulation && fib->tunnel < 0)) {
		handed_up_set(fib->handed_up, slot, NULL, NULL);
		return;
	}
	hop = (struct route_hop){
		.via = nexthop->via,
		.ifindex = nexthop->ifindex,
	};
	tunnel.room = encapsulation_size(nexthop->encapsulation,
					 address_is_ipv4(&nexthop->address));
	handed_up_set(fib->handed_up, slot, &hop, &tunnel);
}

bool fib_serves(const struct fib *fib, const struct prefix *vip)
{
	return kernel_routes_leads(fib->routes, vip) &&
	       kernel_routes_forwards(!address_is_ipv4(&vip->address));
}

int fib_begin(struct fib *fib, char *error, size_t size)
{
	int code = handed_up_sweep(fib->handed_up);

	if (code)
		describe_failure(code, error, size);
	return code;
}

void fib_await_takeover(struct fib *fib)
{
	kernel_routes_wait(fib->routes);
	handed_up_wait(fib->handed_up);
}

void fib_taken_over(struct fib *fib)
{
	kernel_routes_end_wait(fib->routes);
	handed_up_end_wait(fib->handed_up);
}

void fib_link_up(struct fib *fib, uint32_t ifindex)
{
	kernel_routes_link_up(fib->routes, ifindex);
	handed_up_write_again(fib->handed_up, ifindex);
}
