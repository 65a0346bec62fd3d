/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_NEXTHOP_SLOTS_H
#define STEERING_NEXTHOP_SLOTS_H

/*
 * The entries of the `nexthops` map: which next hop has which slot, and what
 * stands in it.
 */

#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"

struct steering_options;

struct nexthop_slots {
	const struct steering_options *options;
	struct slot_table table;
	struct hg_nexthop *values; /* by slot: as last written */
};

int nexthop_slots_init(struct nexthop_slots *slots,
		       const struct steering_options *options);
void nexthop_slots_free(struct nexthop_slots *slots);

/* The slot of a next hop, with its present state written. NULL: none left. */
struct slot *nexthop_slots_acquire(struct nexthop_slots *slots,
				   const struct address *address);
/* The slot, referenced or not, or NULL. */
struct slot *nexthop_slots_find(const struct nexthop_slots *slots,
				const struct address *address);
/* Writes the next hop's state; the alive bit first if it has died. */
void nexthop_slots_write(struct nexthop_slots *slots, const struct slot *slot,
			 const struct nexthop *nexthop);
/* Clears the alive bit. */
void nexthop_slots_kill(struct nexthop_slots *slots, const struct slot *slot);

#endif
