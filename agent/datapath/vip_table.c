// SPDX-License-Identifier: BSD-2-Clause
/* The tables of single addresses. See vip_table.h. */

#include "datapath/vip_table.h"

#include "vip_hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* An entry in memory, and as the words that store it */
union words4 {
	struct hg_vip4_entry entry;
	uint64_t words[1];
};

union words6 {
	struct hg_vip6_entry entry;
	uint64_t words[4];
};

/* The last word of an entry; its other half is part of the key or unused */
union last_word {
	uint64_t word;
	struct {
		uint32_t other;
		struct hg_vip vip;
	};
};

_Static_assert(sizeof(union words4) == sizeof(struct hg_vip4_entry),
	       "one word");
_Static_assert(sizeof(union words6) == sizeof(struct hg_vip6_entry), "four");
_Static_assert(sizeof(union last_word) == sizeof(uint64_t), "one word");

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST_HALF 0x00000000ffffffffULL
#else
#define FIRST_HALF 0xffffffff00000000ULL
#endif

const struct vip_table_shape vip_table_shape4 = {
	.entry_words = 1,
	.key_masks = { FIRST_HALF },
};

const struct vip_table_shape vip_table_shape6 = {
	.entry_words = 4,
	.key_masks = { UINT64_MAX, UINT64_MAX, 0, 0 },
};

struct vip_table_entry vip_table_entry4(const struct hg_vip_secret *secret,
					uint32_t address, struct hg_vip vip)
{
	union words4 from = { .entry = { .address = address, .vip = vip } };
	struct vip_table_entry entry = { .home = vip4_home(secret, address) };

	memcpy(entry.words, from.words, sizeof(from.words));
	return entry;
}

struct vip_table_entry vip_table_entry6(const struct hg_vip_secret *secret,
					const struct hg_address *address,
					struct hg_vip vip)
{
	union words6 from = { .entry = { .address = *address, .vip = vip } };
	struct vip_table_entry entry = {
		.home = vip6_home(secret, from.words[0], from.words[1]),
	};

	memcpy(entry.words, from.words, sizeof(from.words));
	return entry;
}

static uint64_t *place_at(const struct vip_table *table, uint32_t index)
{
	return table->words + (size_t)index * table->shape->entry_words;
}

/*
 * Return the last word of a place or an entry. It has the VIP and makes the
 * entry visible.
 */
static union last_word last_of(const struct vip_table *table,
			       const uint64_t *words)
{
	return (union last_word){ words[table->shape->entry_words - 1] };
}

static void set_last(const struct vip_table *table, uint64_t *place,
		     union last_word last)
{
	__atomic_store_n(place + table->shape->entry_words - 1, last.word,
			 __ATOMIC_RELEASE);
}

static bool holds_entry(const struct vip_table *table, const uint64_t *place,
			const struct vip_table_entry *entry)
{
	const struct vip_table_shape *shape = table->shape;

	for (uint32_t i = 0; i < shape->entry_words; i++)
		if ((place[i] ^ entry->words[i]) & shape->key_masks[i])
			return false;
	return last_of(table, place).vip.used;
}

/* Return the place that holds the entry's address, or NULL. */
static uint64_t *find_place(const struct vip_table *table,
			    const struct vip_table_entry *entry)
{
	uint32_t index = entry->home;

	for (uint32_t probe = 1; probe <= HG_VIP_PROBES; probe++) {
		uint64_t *place = place_at(table, index);

		if (holds_entry(table, place, entry))
			return place;
		if (!last_of(table, place).vip.further)
			break;
		index = vip_next(index, probe);
	}
	return NULL;
}

/* Return the number of taken places from its home on; HG_VIP_PROBES: all. */
static uint32_t count_taken(const struct vip_table *table,
			    const struct vip_table_entry *entry)
{
	uint32_t index = entry->home, taken = 0;

	while (taken < HG_VIP_PROBES &&
	       last_of(table, place_at(table, index)).vip.used)
		index = vip_next(index, ++taken);
	return taken;
}

/*
 * Set `further` in the entry's first `count` places, so that readers go on to
 * the next place. Returns that place.
 */
static uint64_t *lead_further(const struct vip_table *table,
			      const struct vip_table_entry *entry,
			      uint32_t count)
{
	uint32_t index = entry->home;

	for (uint32_t probe = 1; probe <= count; probe++) {
		uint64_t *place = place_at(table, index);
		union last_word last = last_of(table, place);

		last.vip.further = 1;
		set_last(table, place, last);
		index = vip_next(index, probe);
	}
	return place_at(table, index);
}

/*
 * Write an entry into a place; `further` stays, for searches that pass this
 * place.
 */
static void store_entry(const struct vip_table *table, uint64_t *place,
			const struct vip_table_entry *entry)
{
	union last_word last = last_of(table, entry->words);

	for (uint32_t i = 0; i + 1 < table->shape->entry_words; i++)
		__atomic_store_n(place + i, entry->words[i], __ATOMIC_RELEASE);
	last.vip.further = last_of(table, place).vip.further;
	set_last(table, place, last);
}

static int add_entry(struct vip_table *table,
		     const struct vip_table_entry *entry)
{
	uint32_t taken = count_taken(table, entry);

	if (table->count == HG_MAX_VIPS)
		return -E2BIG;
	if (taken == HG_VIP_PROBES)
		return -ENOSPC;
	store_entry(table, lead_further(table, entry, taken), entry);
	table->count++;
	return 0;
}

int vip_table_set(struct vip_table *table, const struct vip_table_entry *entry)
{
	uint64_t *place = find_place(table, entry);

	if (!place)
		return add_entry(table, entry);
	store_entry(table, place, entry);
	return 0;
}

/* Clear the VIP first: the rest of the entry means nothing then. */
static void clear_place(const struct vip_table *table, uint64_t *place)
{
	union last_word last = {};

	last.vip.further = last_of(table, place).vip.further;
	set_last(table, place, last);
	for (uint32_t i = 0; i + 1 < table->shape->entry_words; i++)
		__atomic_store_n(place + i, 0, __ATOMIC_RELEASE);
}

int vip_table_delete(struct vip_table *table,
		     const struct vip_table_entry *entry)
{
	uint64_t *place = find_place(table, entry);

	if (!place)
		return -ENOENT;
	clear_place(table, place);
	table->count--;
	return 0;
}

int vip_table_get(const struct vip_table *table,
		  const struct vip_table_entry *entry, struct hg_vip *vip)
{
	const uint64_t *place = find_place(table, entry);

	if (!place)
		return -ENOENT;
	*vip = last_of(table, place).vip;
	return 0;
}

bool vip_table_is_at(const struct vip_table *table,
		     const struct vip_table_entry *entry, uint32_t index)
{
	return find_place(table, entry) == place_at(table, index);
}

void vip_table_clear(const struct vip_table *table, uint32_t index)
{
	clear_place(table, place_at(table, index));
}
