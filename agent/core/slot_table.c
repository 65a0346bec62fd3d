// SPDX-License-Identifier: BSD-2-Clause
/* Allocation of array indices. See slot_table.h. */

#include "core/slot_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int slot_table_init(struct slot_table *table, uint32_t first, uint32_t size)
{
	struct slot *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	*table = (struct slot_table){
		.slots = slots, .first = first, .size = size, .used = first
	};
	return 0;
}

void slot_table_free(struct slot_table *table)
{
	prefix_map_free(&table->map);
	free(table->slots);
	*table = (struct slot_table){ 0 };
}

/* Take the unreferenced slot released longest ago from its prefix. */
static struct slot *take_oldest(struct slot_table *table)
{
	struct slot *oldest = NULL;

	for (uint32_t i = table->first; i < table->size; i++) {
		struct slot *slot = &table->slots[i];

		if (!slot->references &&
		    (!oldest || slot->released < oldest->released))
			oldest = slot;
	}
	if (oldest && oldest->bound)
		prefix_map_remove(&table->map, &oldest->node);
	return oldest;
}

static bool bind_prefix(struct slot_table *table, struct slot *slot,
			const struct prefix *prefix)
{
	slot->node.prefix = *prefix;
	slot->bound = !prefix_map_insert(&table->map, &slot->node);
	return slot->bound;
}

/* Give `prefix` an unreferenced slot. */
static struct slot *bind_slot(struct slot_table *table,
			      const struct prefix *prefix)
{
	bool unused = table->used < table->size;
	struct slot *slot = unused ? &table->slots[table->used] :
				     take_oldest(table);

	if (!slot)
		return NULL;
	/* Cannot fail once the map has an entry, so an old slot is not lost. */
	if (!bind_prefix(table, slot, prefix))
		return NULL;
	if (unused)
		slot->index = table->used++;
	return slot;
}

struct slot *slot_acquire(struct slot_table *table, const struct prefix *prefix,
			  bool *fresh)
{
	struct slot *slot = slot_find(table, prefix);

	*fresh = !slot;
	if (!slot)
		slot = bind_slot(table, prefix);
	if (slot)
		slot->references++;
	return slot;
}

void slot_release(struct slot_table *table, struct slot *slot)
{
	assert(slot->references);
	if (!--slot->references)
		slot->released = ++table->releases;
}

struct slot *slot_adopt(struct slot_table *table, const struct prefix *prefix,
			uint32_t index)
{
	if (index < table->first || index >= table->size ||
	    table->slots[index].bound || slot_find(table, prefix) ||
	    !bind_prefix(table, &table->slots[index], prefix))
		return NULL;
	while (table->used <= index) {
		table->slots[table->used].index = table->used;
		table->used++;
	}
	return &table->slots[index];
}

struct slot *slot_find(const struct slot_table *table,
		       const struct prefix *prefix)
{
	return (struct slot *)prefix_map_find(&table->map, prefix);
}
