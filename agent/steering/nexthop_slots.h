/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_NEXTHOP_SLOTS_H
#define STEERING_NEXTHOP_SLOTS_H

/*
 * The entries of the map `nexthops`: the slot of each next hop and its value.
 */

#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"

struct steering_sink;
struct tracker;

struct nexthop_slots {
	const struct tracker *tracker;
	const struct steering_sink *sink;
	struct slot_table table;
	struct hg_nexthop *values; /* by slot: written last */
};

int nexthop_slots_init(struct nexthop_slots *slots,
		       const struct tracker *tracker,
		       const struct steering_sink *sink);
void nexthop_slots_free(struct nexthop_slots *slots);

/* Acquire the slot of a next hop and write its state. NULL: none, or an error. */
struct slot *nexthop_slots_acquire(struct nexthop_slots *slots,
				   const struct address *address);
/* Return the slot, referenced or not, or NULL. */
struct slot *nexthop_slots_find(const struct nexthop_slots *slots,
				const struct address *address);
/*
 * Write the next hop's state; if it died, clear the alive bit first. Returns 0
 * or an error of the sink; then the slot counts as not written.
 */
int nexthop_slots_write(struct nexthop_slots *slots, const struct slot *slot,
			const struct nexthop *nexthop);
/* True if the program sends packets to the next hop in this slot. */
bool nexthop_slots_is_alive(const struct nexthop_slots *slots,
			    const struct slot *slot);
/* Clear the alive bit. Returns 0 or an error of the sink. */
int nexthop_slots_kill(struct nexthop_slots *slots, const struct slot *slot);

#endif
