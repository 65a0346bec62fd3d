// SPDX-License-Identifier: BSD-2-Clause
/* Orders to drain, and their end. See drains.h. */

#include "drains.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"

/* ------------------------------------------------------------- the target */

/* Read "10.1.0.11" or "fe80::11%eth1". */
static bool parse_drained(const struct drains *drains, const char *text,
			  struct address *address)
{
	char alone[ADDRESS_TEXT_SIZE];
	size_t length = strcspn(text, "%");
	const struct nexthop_link *link;

	if (length >= sizeof(alone))
		return false;
	memcpy(alone, text, length);
	alone[length] = '\0';
	if (!address_parse(alone, address))
		return false;
	if (!text[length])
		return true;
	link = tracker_link_by_name(drains->tracker, text + length + 1);
	if (link)
		*address = address_scoped(address, link->ifindex);
	return link;
}

/* Return a neighbor's address, with its link if it means nothing without. */
static struct address address_of(const struct drains *drains,
				 const struct bgp_neighbor *neighbor)
{
	const struct nexthop_link *link = tracker_link_by_name(
		drains->tracker, neighbor->options.interface);

	return link ? address_scoped(&neighbor->address, link->ifindex) :
		      neighbor->address;
}

/* Find what an order is about. An order that is given counts as known. */
static bool find_target(const struct drains *drains, const char *text,
			struct address *address)
{
	const struct bgp_neighbor *neighbor =
		bgp_speaker_find(drains->speaker, text);

	if (neighbor) {
		*address = address_of(drains, neighbor);
		return !address_is_zero(address);
	}
	return parse_drained(drains, text, address) &&
	       (tracker_find(drains->tracker, address) ||
		drain_list_find(&drains->list, address));
}

/* ------------------------------------------------------------- orders */

/* Have the paths of an address judged again. */
static void apply(struct drains *drains, const struct address *address)
{
	bool draining = drain_list_find(&drains->list, address);
	const struct rib_peer *peer = NULL;

	rib_nexthop_changed(drains->rib, address);
	while ((peer = rib_peer_next(drains->rib, peer)))
		if (address_equal(&peer->source.address, address))
			rib_peer_set_draining(
				drains->rib, (struct rib_peer *)peer, draining);
}

static void on_order_end(evutil_socket_t fd, short what, void *context);

/* Set the timer to the order that ends first. Returns 0 or -ENOMEM. */
static int arm(struct drains *drains)
{
	uint64_t end = drain_list_next_end(&drains->list);
	uint64_t now = clock_now_ms();
	struct timeval wait;

	if (!end)
		return 0;
	if (!drains->end)
		drains->end = evtimer_new(drains->base, on_order_end, drains);
	if (!drains->end)
		return -ENOMEM;
	wait = clock_timeval_of_ms(end > now ? end - now : 0);
	return evtimer_add(drains->end, &wait) ? -ENOMEM : 0;
}

static void on_order_end(evutil_socket_t fd, short what, void *context)
{
	struct drains *drains = context;
	struct address address;

	(void)fd, (void)what;
	while (drain_list_expire(&drains->list, clock_now_ms(), &address)) {
		log_event(EVENT_DRAIN_ENDED,
			  &(struct event_objects){ .nexthop = &address },
			  "the time of its drain is over");
		apply(drains, &address);
	}
	arm(drains);
}

static int add_order(struct drains *drains, const struct drain_order *order)
{
	struct drain drain = { .address = order->address,
			       .since_ms = clock_now_ms() };
	int error;

	if (order->for_s)
		drain.until_ms = drain.since_ms +
				 (uint64_t)order->for_s * CLOCK_MS_PER_S;
	snprintf(drain.reason, sizeof(drain.reason), "%s", order->reason);
	error = drain_list_set(&drains->list, &drain);
	if (error)
		return error;
	error = arm(drains);
	if (error)
		drain_list_remove(&drains->list, &order->address);
	return error;
}

static int carry_out(struct drains *drains, const struct drain_order *order,
		     char error[CONTROL_ERROR_SIZE])
{
	int code = 0;

	if (order->drain)
		code = add_order(drains, order);
	else if (!drain_list_remove(&drains->list, &order->address))
		code = -ENOENT;
	if (code == -ENOENT)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%.64s: not drained by an order; show drains lists "
			 "all",
			 order->target);
	else if (code == -ENOSPC)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%.64s: limit of %d orders reached; undrain others "
			 "first",
			 order->target, DRAIN_MAX_ORDERS);
	else if (code)
		snprintf(error, CONTROL_ERROR_SIZE, "%.64s: %s", order->target,
			 strerror(-code));
	return code;
}

int drains_order(struct drain_order *order, void *context,
		 char error[CONTROL_ERROR_SIZE])
{
	struct drains *drains = context;
	int code;

	if (drains->frozen && *drains->frozen) {
		snprintf(error, CONTROL_ERROR_SIZE,
			 "another agent takes over; try again");
		return -EBUSY;
	}
	if (!find_target(drains, order->target, &order->address)) {
		snprintf(error, CONTROL_ERROR_SIZE,
			 "'%.64s': neither a next hop nor a neighbor; show "
			 "nexthops and show neighbors list them",
			 order->target);
		return -ENOENT;
	}
	code = carry_out(drains, order, error);
	if (code)
		return code;
	log_event(order->drain ? EVENT_DRAIN_BEGUN : EVENT_DRAIN_ENDED,
		  &(struct event_objects){ .nexthop = &order->address }, "%s",
		  order->drain ? "drained by order" : "no longer drained");
	apply(drains, &order->address);
	return 0;
}

int drains_restore(struct drains *drains, const struct drain *drain)
{
	int error = drain_list_set(&drains->list, drain);

	return error ? error : arm(drains);
}

void drains_release(struct drains *drains)
{
	if (drains->end)
		event_free(drains->end);
	drain_list_free(&drains->list);
}
