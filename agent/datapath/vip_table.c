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

const struct vip_table_shape vip_table4 = {
	.entry_words = 1,
	.line_entries = HG_VIP4_LINE_ENTRIES,
	.key_masks = { FIRST_HALF },
};

const struct vip_table_shape vip_table6 = {
	.entry_words = 3,
	.line_entries = HG_VIP6_LINE_ENTRIES,
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
static uint64_t *line_at(uint64_t *words, const struct vip_table_shape *shape,
			 const struct vip_table_entry *entry, uint32_t probe)
{
	size_t line = (entry->line + probe) & (HG_VIP_LINES - 1);

	return words + line * (shape->line_entries * shape->entry_words + 1);
}

static uint64_t *overflowed_of(uint64_t *line,
			       const struct vip_table_shape *shape)
{
	return line + shape->line_entries * shape->entry_words;
}

/* The word that makes an entry visible: no VIP is 0. */
static uint64_t *last_word(uint64_t *at, const struct vip_table_shape *shape)
{
	return at + shape->entry_words - 1;
}

static bool is_free(uint64_t *at, const struct vip_table_shape *shape)
{
	uint64_t key_mask = shape->key_masks[shape->entry_words - 1];

	return !(*last_word(at, shape) & ~key_mask);
}

static bool is_same(const uint64_t *at, const struct vip_table_shape *shape,
		    const struct vip_table_entry *entry)
{
	for (uint32_t i = 0; i < shape->entry_words; i++)
		if ((at[i] ^ entry->words[i]) & shape->key_masks[i])
			return false;
	return true;
}

static void store(uint64_t *at, const struct vip_table_shape *shape,
		  const struct vip_table_entry *entry)
{
	for (uint32_t i = 0; i < shape->entry_words; i++)
		__atomic_store_n(at + i, entry->words[i], __ATOMIC_RELEASE);
}

static uint64_t *find(uint64_t *words, const struct vip_table_shape *shape,
		      const struct vip_table_entry *entry)
{
	for (uint32_t probe = 0; probe < HG_VIP_PROBES; probe++) {
		uint64_t *line = line_at(words, shape, entry, probe);
		uint64_t *at = line;

		for (; at < overflowed_of(line, shape);
		     at += shape->entry_words)
			if (!is_free(at, shape) && is_same(at, shape, entry))
				return at;
		if (!*overflowed_of(line, shape))
			return NULL;
	}
	return NULL;
}

static uint64_t *find_free(uint64_t *line, const struct vip_table_shape *shape)
{
	uint64_t *at = line;

	for (; at < overflowed_of(line, shape); at += shape->entry_words)
		if (is_free(at, shape))
			return at;
	return NULL;
}

/* How far from its line the entry can stand; HG_VIP_PROBES: nowhere. */
static uint32_t first_probe(uint64_t *words,
			    const struct vip_table_shape *shape,
			    const struct vip_table_entry *entry)
{
	uint32_t probe = 0;

	while (probe < HG_VIP_PROBES &&
	       !find_free(line_at(words, shape, entry, probe), shape))
		probe++;
	return probe;
}

int vip_table_set(uint64_t *words, const struct vip_table_shape *shape,
		  const struct vip_table_entry *entry)
{
	uint64_t *at = find(words, shape, entry);
	uint32_t probe;

	if (at) {
		store(at, shape, entry);
		return 0;
	}
	probe = first_probe(words, shape, entry);
	if (probe == HG_VIP_PROBES)
		return -ENOSPC;
	store(find_free(line_at(words, shape, entry, probe), shape), shape,
	      entry);
	/* From now on readers of these lines go on to the next one. */
	while (probe--)
		__atomic_store_n(
			overflowed_of(line_at(words, shape, entry, probe),
				      shape),
			1, __ATOMIC_RELEASE);
	return 0;
}

int vip_table_delete(uint64_t *words, const struct vip_table_shape *shape,
		     const struct vip_table_entry *entry)
{
	uint64_t *at = find(words, shape, entry);

	if (!at)
		return -ENOENT;
	/* The VIP first: what is left of the address means nothing then. */
	for (uint32_t i = shape->entry_words; i-- > 0;)
		__atomic_store_n(at + i, 0, __ATOMIC_RELEASE);
	return 0;
}
