/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_UPSTREAM_MACHINES_H
#define RIB_UPSTREAM_MACHINES_H

/*
 * The links and MACs that upstreams had at their last session. A router has more
 * addresses than that of its session, and returns packets for a VIP by each of
 * them, also by one with a MAC that several routers share. An entry outlives its session, so that a graceful restart opens no loop.
 * The memory is fixed: the oldest entry makes room. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum upstream_machines_limits {
	UPSTREAM_MACHINES_MAX = 64, /* sessions to announce to */
};

struct upstream_machine {
	struct address upstream;
	uint32_t ifindex;
	uint8_t mac[MAC_SIZE];
};

/* Empty when zeroed. */
struct upstream_machines {
	struct upstream_machine entries[UPSTREAM_MACHINES_MAX];
	uint64_t noted; /* the next new entry has this number, modulo MAX */
};

/*
 * Note where the frames of an upstream go; a MAC of zeroes is unknown. Return
 * true if this is new.
 */
bool upstream_machines_note(struct upstream_machines *machines,
			    const struct address *upstream, uint32_t ifindex,
			    const uint8_t mac[MAC_SIZE]);
/*
 * True for a MAC of VRRP or HSRP. On the link of an upstream it is taken for one
 * of routers; a virtual address of servers needs a rule (path.c).
 */
bool mac_is_virtual_router(const uint8_t mac[MAC_SIZE]);
/* Return the upstream whose frames go there, or NULL. */
const struct address *
upstream_machines_find(const struct upstream_machines *machines,
		       uint32_t ifindex, const uint8_t mac[MAC_SIZE]);

#endif
