/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SLOT_TABLE_H
#define CORE_SLOT_TABLE_H

/*
 * Indices of an array map, given to prefixes (or to addresses, as their host
 * prefixes). A prefix that is released and acquired again gets its old slot
 * back, and its counters with it. Only when all slots were used is the one
 * released longest ago given to another prefix.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/prefix_map.h"

struct slot {
	struct prefix_node node; /* first: found by prefix */
	uint32_t index;
	uint32_t references;
	uint64_t released; /* number of its release, for re-use */
	bool bound;	   /* it has a prefix, and is found by it */
};

struct slot_table {
	struct prefix_map map;
	struct slot *slots; /* [first..size-1] */
	uint32_t first;
	uint32_t size;
	uint32_t used;	   /* slots from here on were never given away */
	uint64_t releases; /* number of releases */
};

/* Make slots first..size-1. Returns 0 or -ENOMEM. */
int slot_table_init(struct slot_table *table, uint32_t first, uint32_t size);
void slot_table_free(struct slot_table *table);

/*
 * Take a reference on the slot of `prefix`. *fresh is set if the slot is new to
 * this prefix: then counters of its previous owner must be cleared. Returns
 * NULL if every slot is referenced.
 */
struct slot *slot_acquire(struct slot_table *table, const struct prefix *prefix,
			  bool *fresh);
void slot_release(struct slot_table *table, struct slot *slot);
/*
 * Give `prefix` the slot with this index, as a previous run had it, without a
 * reference. NULL: the prefix has a slot, the index is given away or out of
 * range, or out of memory.
 */
struct slot *slot_adopt(struct slot_table *table, const struct prefix *prefix,
			uint32_t index);
/* Return the slot of `prefix`, referenced or not, or NULL. */
struct slot *slot_find(const struct slot_table *table,
		       const struct prefix *prefix);

#endif
