/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_VIP_MEMORY_H
#define CONTROL_VIP_MEMORY_H

/*
 * The VIPs and neighbors of which metrics have said that one is announced to the
 * other. Such a sample stays, as 0, when the VIP or the session has gone: an alert on
 * a sample that is missing would be silent.
 *
 * Neighbors have a bit each, VIPs a word of them. Both have limits, as both come
 * from peers: what is beyond has no sample.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/prefix_map.h"
#include "rib/options.h"

enum vip_memory_limits {
	VIP_MEMORY_MAX = 32768,
	VIP_MEMORY_NEIGHBORS = RIB_MAX_UPSTREAMS,
	VIP_MEMORY_NAME_SIZE = 96,
	VIP_MEMORY_KEPT_S = 86400, /* a VIP that is not announced any more */
};

struct remembered_vip {
	struct prefix_node node; /* first: found by prefix */
	uint64_t neighbors;	 /* bits of those that it was announced to */
	uint64_t seen_ms;	 /* when it was announced */
};

struct vip_memory {
	struct prefix_map vips;
	char names[VIP_MEMORY_NEIGHBORS][VIP_MEMORY_NAME_SIZE];
	unsigned int name_count;
};

void vip_memory_free(struct vip_memory *memory);
/* Return the bit of a neighbor, which may be new. 0: there are too many. */
uint64_t vip_memory_bit(struct vip_memory *memory, const char *name);
/*
 * Note that a VIP is announced to these neighbors now, or to none. Returns all those
 * that it was ever announced to, which are forgotten after a day.
 */
uint64_t vip_memory_note(struct vip_memory *memory, const struct prefix *vip,
			 uint64_t neighbors, uint64_t now_ms);

#endif
