// SPDX-License-Identifier: BSD-2-Clause
/* A hash table with linear probing, never more than half full. */

#include "oracle_memory.h"

#include <assert.h>
#include <string.h>

/* Hash the name by FNV-1a; the struct has no padding. */
static uint32_t hash_name(const struct oracle_packet_name *name)
{
	const uint8_t *bytes = (const uint8_t *)name;
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < sizeof(*name); i++)
		hash = (hash ^ bytes[i]) * 0x01000193;
	return hash;
}

/* Return the index of the name, or of the free entry for it. */
static uint32_t find_name(const struct oracle_memory *memory,
			  const struct oracle_packet_name *name)
{
	uint32_t at = hash_name(name) % ORACLE_MEMORY_SLOTS;

	while (memory->entries[at].used &&
	       memcmp(&memory->entries[at].name, name, sizeof(*name)))
		at = (at + 1) % ORACLE_MEMORY_SLOTS;
	return at;
}

void oracle_memory_put(struct oracle_memory *memory,
		       const struct oracle_packet_name *name,
		       struct hg_fragment first)
{
	struct oracle_memory_entry *entry =
		&memory->entries[find_name(memory, name)];

	if (!entry->used)
		memory->count++;
	assert(memory->count <= ORACLE_MEMORY_MAX);
	*entry = (struct oracle_memory_entry){ true, *name, first };
}

const struct hg_fragment *
oracle_memory_get(const struct oracle_memory *memory,
		  const struct oracle_packet_name *name)
{
	const struct oracle_memory_entry *entry =
		&memory->entries[find_name(memory, name)];

	return entry->used ? &entry->first : NULL;
}

void oracle_memory_clear(struct oracle_memory *memory)
{
	memset(memory, 0, sizeof(*memory));
}
