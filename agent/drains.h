/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRAINS_H
#define DRAINS_H

/*
 * Orders to drain, from the control socket to the rib. An order names a next hop
 * or a neighbor, and is about all paths with that next hop and all paths of that
 * neighbor, until the opposite order or its end. It is kept while the server is
 * away, and lost when the agent ends.
 */

#include "control/drain_order.h"
#include "nexthop/drain_list.h"

struct bgp_speaker;
struct event;
struct event_base;
struct handover_give;
struct rib;
struct tracker;

/* Set by the owner before the first order; zeroed otherwise. */
struct drains {
	struct event_base *base;
	struct bgp_speaker *speaker;
	struct tracker *tracker;
	struct rib *rib;
	struct handover_give *const *frozen; /* while that is set: no orders */
	struct drain_list list;
	struct event *end; /* of the order that ends first; NULL: none had */
};

/* Carry out an order: the hook of control.h, with `drains` as context. */
int drains_order(struct drain_order *order, void *context,
		 char error[CONTROL_ERROR_SIZE]);
/* Put an order of the agent before this one in force. 0 or -errno. */
int drains_restore(struct drains *drains, const struct drain *drain);
void drains_release(struct drains *drains);

#endif
