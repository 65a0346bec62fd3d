/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SLOT_TABLE_H
#define CORE_SLOT_TABLE_H

/*
 * Gives out indices of an array map to prefixes (or addresses, as their host
 * prefixes) and keeps them as long as it can: a prefix that is released and
 * asked for again finds its old slot, and with it its counters. Only when no
 * slot was left unused is the one released longest ago given to another.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/prefix_map.h"

struct slot {
	struct prefix_node node; /* first: found by prefix */
	uint32_t index;
	uint32_t references;
	uint64_t released; /* order of release, for re-use */
};

struct slot_table {
	struct prefix_map map;
	struct slot *slots; /* [first..size-1] are given out */
	uint32_t first;
	uint32_t size;
	uint32_t used;	   /* slots ever given out: [first..used-1] */
	uint64_t releases; /* counts calls of slot_release() */
};

/* Slots first..size-1. Returns 0 or -ENOMEM. */
int slot_table_init(struct slot_table *table, uint32_t first, uint32_t size);
void slot_table_free(struct slot_table *table);

/*
 * Takes a reference on the slot of `prefix`. *fresh says whether the slot is
 * new to this prefix, so that counters of a former owner must be cleared.
 * Returns NULL if every slot is referenced.
 */
struct slot *slot_acquire(struct slot_table *table, const struct prefix *prefix,
			  bool *fresh);
void slot_release(struct slot_table *table, struct slot *slot);
/* The slot of `prefix`, referenced or not, or NULL. */
struct slot *slot_find(const struct slot_table *table,
		       const struct prefix *prefix);

#endif
