/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VIP_EVENTS_H
#define VIP_EVENTS_H

/*
 * Events of VIPs: how many of its servers a VIP is steered to and why that
 * changed, and to which neighbors it is announced.
 *
 * A server that dies may take part in all VIPs. So VIP_EVENTS_ALONE changes in a
 * second have an event each, and the rest of that second has one event together.
 * A further change costs a look at the clock and a counter, no text.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

struct event;
struct event_base;
struct rib;
struct rib_options;
struct route;

enum vip_events_limits {
	VIP_EVENTS_ALONE = 16,
	VIP_EVENTS_WINDOW_MS = 1000,
};

/* Set by the owner, up to `rib`; zeroed otherwise. */
struct vip_events {
	struct event_base *base;
	struct rib *rib;

	uint64_t window_ms; /* when it began; 0: none so far */
	unsigned int alone; /* events of this window */
	uint64_t servers, announced, withdrawn; /* changes without an event */
	struct prefix last;			/* the VIP of the last one */
	struct event *end; /* of the window; NULL: unused */
};

void vip_events_release(struct vip_events *events);
/* Tell that the set of a VIP has another size than `before`. */
void vip_events_servers(struct vip_events *events, const struct route *route,
			unsigned int before);
/* Tell that a VIP was announced to the neighbors with these bits, or withdrawn. */
void vip_events_announced(struct vip_events *events,
			  const struct rib_options *options,
			  const struct route *route, uint64_t peers,
			  bool announced);

#endif
