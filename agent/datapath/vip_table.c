// SPDX-License-Identifier: BSD-2-Clause
/* The tables of single addresses. See vip_table.h. */

#include "datapath/vip_table.h"

#include "vip_hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* One entry as it lies in memory, and as the words it is stored by. */
union words4 {
	struct hg_vip4_entry entry;
	uint64_t words[1];
};

union words6 {
	struct hg_vip6_entry entry;
	uint64_t words[3];
};

_Static_assert(sizeof(union words4) == sizeof(struct hg_vip4_entry),
	       "one word");
_Static_assert(sizeof(union words6) == sizeof(struct hg_vip6_entry), "three");

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST_HALF 0x00000000ffffffffULL
#else
#define FIRST_HALF 0xffffffff00000000ULL
#endif

const struct vip_table_shape vip_table_shape4 = {
	.entry_words = 1,
	.line_entries = HG_VIP4_LINE_ENTRIES,
	.line_count = HG_VIP4_LINES,
	.key_masks = { FIRST_HALF },
};

const struct vip_table_shape vip_table_shape6 = {
	.entry_words = 3,
	.line_entries = HG_VIP6_LINE_ENTRIES,
	.line_count = HG_VIP6_LINES,
	.key_masks = { UINT64_MAX, UINT64_MAX, 0 },
};

struct vip_table_entry vip_table_entry4(uint32_t address, struct hg_vip vip)
{
	union words4 from = { .entry = { .address = address, .vip = vip } };
	struct vip_table_entry entry = { .line = vip4_line(address) };

	memcpy(entry.words, from.words, sizeof(from.words));
	return entry;
}

struct vip_table_entry vip_table_entry6(const struct hg_address *address,
					struct hg_vip vip)
{
	union words6 from = { .entry = { .address = *address, .vip = vip } };
	struct vip_table_entry entry = {
		.line = vip6_line(from.words[0], from.words[1]),
	};

	memcpy(entry.words, from.words, sizeof(from.words));
	return entry;
}

/* The line `probe` steps behind the one where the entry belongs. */
static uint64_t *line_at(const struct vip_table *table,
			 const struct vip_table_entry *entry, uint32_t probe)
{
	const struct vip_table_shape *shape = table->shape;
	size_t line = (entry->line + probe) & (shape->line_count - 1);

	return table->words +
	       line * (shape->line_entries * shape->entry_words + 1);
}

static uint64_t *overflowed_of(const struct vip_table *table, uint64_t *line)
{
	return line + table->shape->line_entries * table->shape->entry_words;
}

/* The word with the VIP, which makes an entry visible. */
static uint64_t *last_word(const struct vip_table *table, uint64_t *at)
{
	return at + table->shape->entry_words - 1;
}

static bool is_free(const struct vip_table *table, uint64_t *at)
{
	uint32_t last = table->shape->entry_words - 1;

	return !(at[last] & ~table->shape->key_masks[last]);
}

static bool is_same(const struct vip_table *table, const uint64_t *at,
		    const struct vip_table_entry *entry)
{
	const struct vip_table_shape *shape = table->shape;

	for (uint32_t i = 0; i < shape->entry_words; i++)
		if ((at[i] ^ entry->words[i]) & shape->key_masks[i])
			return false;
	return true;
}

/* The entry in this line; without one, NULL. */
static uint64_t *find_in(const struct vip_table *table, uint64_t *line,
			 const struct vip_table_entry *entry)
{
	uint64_t *end = overflowed_of(table, line);

	for (uint64_t *at = line; at < end; at += table->shape->entry_words)
		if (!is_free(table, at) && is_same(table, at, entry))
			return at;
	return NULL;
}

static uint64_t *find(const struct vip_table *table,
		      const struct vip_table_entry *entry)
{
	for (uint32_t probe = 0; probe < HG_VIP_PROBES; probe++) {
		uint64_t *line = line_at(table, entry, probe);
		uint64_t *at = find_in(table, line, entry);

		if (at || !*overflowed_of(table, line))
			return at;
	}
	return NULL;
}

static uint64_t *find_free_in(const struct vip_table *table, uint64_t *line)
{
	uint64_t *end = overflowed_of(table, line);

	for (uint64_t *at = line; at < end; at += table->shape->entry_words)
		if (is_free(table, at))
			return at;
	return NULL;
}

static void store(const struct vip_table *table, uint64_t *at,
		  const struct vip_table_entry *entry)
{
	for (uint32_t i = 0; i < table->shape->entry_words; i++)
		__atomic_store_n(at + i, entry->words[i], __ATOMIC_RELEASE);
}

/* Has readers of this line go on to the next one. */
static void set_overflowed(const struct vip_table *table, uint64_t *line)
{
	__atomic_store_n(overflowed_of(table, line), 1, __ATOMIC_RELEASE);
}

static int add(struct vip_table *table, const struct vip_table_entry *entry)
{
	uint64_t *at = NULL;
	uint32_t probe;

	if (table->count == HG_MAX_VIPS)
		return -E2BIG;
	for (probe = 0; !at && probe < HG_VIP_PROBES; probe++)
		at = find_free_in(table, line_at(table, entry, probe));
	if (!at)
		return -ENOSPC;
	store(table, at, entry);
	for (uint32_t passed = 0; passed + 1 < probe; passed++)
		set_overflowed(table, line_at(table, entry, passed));
	table->count++;
	return 0;
}

int vip_table_set(struct vip_table *table, const struct vip_table_entry *entry)
{
	uint64_t *at = find(table, entry);

	if (!at)
		return add(table, entry);
	store(table, at, entry);
	return 0;
}

int vip_table_delete(struct vip_table *table,
		     const struct vip_table_entry *entry)
{
	uint64_t *at = find(table, entry);

	if (!at)
		return -ENOENT;
	/* The VIP first: what is left of the address means nothing then. */
	for (uint64_t *word = last_word(table, at); word >= at; word--)
		__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	table->count--;
	return 0;
}
