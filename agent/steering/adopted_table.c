// SPDX-License-Identifier: BSD-2-Clause
/* The table of a group as a previous run left it. See adopted_table.h. */

#include "steering/adopted_table.h"

#include <string.h>

#include "steering/assign.h"

static struct address address_of_slot(const struct adopted_table *table,
				      uint32_t slot)
{
	struct address address;

	memcpy(address.bytes, table->nexthops[slot].address.bytes,
	       sizeof(address.bytes));
	return address;
}

/* True if the slot has a next hop: the words are from outside. */
static bool is_used(const struct adopted_table *table, uint32_t slot)
{
	const struct address address =
		address_of_slot(table, slot % HG_MAX_NEXTHOPS);

	return slot != HG_NEXTHOP_NONE && slot < HG_MAX_NEXTHOPS &&
	       !address_is_zero(&address);
}

static uint16_t used_or_none(const struct adopted_table *table, uint32_t slot)
{
	return is_used(table, slot) ? (uint16_t)slot : HG_NEXTHOP_NONE;
}

size_t adopted_members(const struct adopted_table *table,
		       struct member *members)
{
	bool named[HG_MAX_NEXTHOPS] = { 0 };
	uint32_t owned[HG_MAX_NEXTHOPS] = { 0 };
	size_t count = 0;

	for (uint32_t b = 0; b < table->size; b++) {
		struct hg_bucket word = table->buckets[b].word;

		named[word.current % HG_MAX_NEXTHOPS] = true;
		named[word.backup % HG_MAX_NEXTHOPS] = true;
		owned[word.current % HG_MAX_NEXTHOPS]++;
	}
	for (uint32_t slot = 0; slot < HG_MAX_NEXTHOPS; slot++)
		if (named[slot] && is_used(table, slot))
			members[count++] = (struct member){
				.address = address_of_slot(table, slot),
				.weight = owned[slot],
				.next_weight = owned[slot],
			};
	return count;
}

void adopted_owners(const struct adopted_table *table,
		    const struct member *members, size_t count,
		    uint16_t *owners, uint16_t *backups)
{
	uint16_t index_of[HG_MAX_NEXTHOPS];

	for (uint32_t slot = 0; slot < HG_MAX_NEXTHOPS; slot++) {
		struct address address = address_of_slot(table, slot);

		index_of[slot] = ASSIGN_NONE;
		for (size_t i = 0; i < count && is_used(table, slot); i++)
			if (address_equal(&members[i].address, &address))
				index_of[slot] = (uint16_t)i;
	}
	for (uint32_t b = 0; b < table->size; b++) {
		struct hg_bucket word = table->buckets[b].word;

		owners[b] = index_of[word.current % HG_MAX_NEXTHOPS];
		backups[b] = index_of[word.backup % HG_MAX_NEXTHOPS];
	}
}

uint32_t adopted_until(uint32_t held_until_s, uint32_t now_s, uint32_t window_s,
		       uint32_t drain_max_s)
{
	uint32_t longest_s = window_s > drain_max_s ? window_s : drain_max_s;
	uint32_t latest_s = now_s + longest_s + 1;

	if (!held_until_s)
		return now_s + window_s + 1;
	return held_until_s < latest_s ? held_until_s : latest_s;
}

/* Return the slot that flows of the bucket stay on, or HG_NEXTHOP_NONE. */
static uint16_t previous_of(const struct adopted_table *table, uint32_t bucket)
{
	uint16_t previous = table->buckets[bucket].previous;

	return is_used(table, previous) && table->nexthops[previous].alive ?
		       previous :
		       HG_NEXTHOP_NONE;
}

struct affinity *adopted_windows(const struct adopted_table *table,
				 uint32_t now_s, uint32_t window_s,
				 uint32_t drain_max_s)
{
	struct affinity *affinity = affinity_new(table->size);

	for (uint32_t b = 0; affinity && b < table->size; b++) {
		struct hg_bucket word = table->buckets[b].word;
		uint16_t previous = previous_of(table, b);
		uint32_t held = table->nexthops[previous].held_until_s;

		affinity_place(affinity, b, used_or_none(table, word.current));
		affinity_adopt(affinity, b, word, previous,
			       adopted_until(held, now_s, window_s,
					     drain_max_s));
	}
	if (!affinity || affinity->tracked)
		return affinity;
	affinity_free(affinity);
	return NULL;
}
