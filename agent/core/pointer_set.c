// SPDX-License-Identifier: BSD-2-Clause
/* Hash table of blocks, with linear probing. See pointer_set.h. */

#include "core/pointer_set.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Inlined, a rare case would give the usual one a stack frame. */
#define NOINLINE __attribute__((noinline))

enum {
	INITIAL_SIZE = 8,
	BLOCK_PLACES = 64,
	REMAINDER_BITS = 16,
};

/*
 * pointer_set.last_start of a set without a last entry. Every address is much
 * more than 64 objects away from it.
 */
static const uintptr_t NO_START = (uintptr_t)1 << 63;

/* A pointer: its block, and its bit there. */
struct place {
	uint64_t key;
	uint64_t bit;
};

/*
 * Memory counts as a row of places of one object each. Objects of a pool that
 * are side by side have the same remainder, which stands in the key.
 *
 * A product replaces the division by the size. `inverse` exceeds 2^64 / size by
 * less than 1, so the quotient is too large by less than address / 2^64, at most
 * 2^-17 for the addresses of a process. That is less than 1 / size, so it never
 * reaches the next whole number.
 */
static struct place place_of(const struct pointer_set *set, const void *pointer)
{
	uintptr_t address = (uintptr_t)pointer;
	uintptr_t number =
		(uintptr_t)((unsigned __int128)address * set->inverse >> 64);
	uintptr_t remainder = address - number * set->object_size;

	return (struct place){
		.key = (uint64_t)(number / BLOCK_PLACES) << REMAINDER_BITS |
		       remainder,
		.bit = (uint64_t)1 << number % BLOCK_PLACES,
	};
}

/* Undo place_of(). */
static void *pointer_of(const struct pointer_set *set, uint64_t key,
			unsigned int place)
{
	uintptr_t number = (key >> REMAINDER_BITS) * BLOCK_PLACES + place;
	uintptr_t remainder = key & ((1 << REMAINDER_BITS) - 1);

	return (void *)(number * set->object_size + remainder);
}

static size_t home_of(const struct pointer_set *set, uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15;

	return (hash >> 32) & (set->size - 1);
}

/* Return the entry of a block, or the free one where it belongs. */
static size_t find_block(const struct pointer_set *set, uint64_t key)
{
	size_t i = home_of(set, key);

	while (set->blocks[i].key && set->blocks[i].key != key)
		i = (i + 1) & (set->size - 1);
	return i;
}

/*
 * Return the bit of a pointer in the block of the last one, 0 if it is not in
 * there. An address between two objects is of another block.
 */
static uint64_t bit_in_last(const struct pointer_set *set, const void *pointer)
{
	uintptr_t offset = (uintptr_t)pointer - set->last_start;
	uintptr_t number =
		(uintptr_t)((unsigned __int128)offset * set->inverse >> 64);

	if (number >= BLOCK_PLACES || number * set->object_size != offset)
		return 0;
	return (uint64_t)1 << number;
}

/* Double the entries. Returns 0 or -ENOMEM. */
static int grow_set(struct pointer_set *set)
{
	struct pointer_set larger = {
		.size = set->size ? set->size * 2 : INITIAL_SIZE,
		.used = set->used,
		.count = set->count,
		.object_size = set->object_size,
		.inverse = set->inverse,
		.last_start = NO_START,
	};

	larger.blocks = calloc(larger.size, sizeof(*larger.blocks));
	if (!larger.blocks)
		return -ENOMEM;
	for (size_t i = 0; i < set->size; i++)
		if (set->blocks[i].key)
			larger.blocks[find_block(&larger, set->blocks[i].key)] =
				set->blocks[i];
	free(set->blocks);
	*set = larger;
	return 0;
}

struct pointer_set pointer_set_of(size_t size)
{
	assert(size >= sizeof(void *) && size < 1 << REMAINDER_BITS);
	return (struct pointer_set){
		.object_size = size,
		.inverse = UINT64_MAX / size + 1,
		.last_start = NO_START,
	};
}

void pointer_set_free(struct pointer_set *set)
{
	free(set->blocks);
	*set = pointer_set_of(set->object_size);
}

/* True if one more block would fill more than three quarters. */
static bool is_full(const struct pointer_set *set)
{
	return (set->used + 1) * 4 > set->size * 3;
}

/* Make an entry that is used the last one. */
static void remember_block(struct pointer_set *set, size_t entry)
{
	set->last = entry;
	set->last_start = (uintptr_t)pointer_of(set, set->blocks[entry].key, 0);
}

/* Make the entry of a pointer the last one. Returns 0 or -ENOMEM. */
static int add_pointer_block(struct pointer_set *set, const void *pointer)
{
	struct place place = place_of(set, pointer);
	size_t entry;

	if (is_full(set) && grow_set(set))
		return -ENOMEM;
	entry = find_block(set, place.key);
	set->used += !set->blocks[entry].key;
	set->blocks[entry].key = place.key;
	remember_block(set, entry);
	return 0;
}

/* Add a member to the last entry. */
static void add_to_last(struct pointer_set *set, uint64_t bit)
{
	struct pointer_block *block = &set->blocks[set->last];

	set->count += !(block->members & bit);
	block->members |= bit;
}

NOINLINE static int add_elsewhere(struct pointer_set *set, const void *pointer)
{
	if (add_pointer_block(set, pointer))
		return -ENOMEM;
	add_to_last(set, place_of(set, pointer).bit);
	return 0;
}

int pointer_set_add(struct pointer_set *set, const void *pointer)
{
	uint64_t bit = bit_in_last(set, pointer);

	if (!bit)
		return add_elsewhere(set, pointer);
	add_to_last(set, bit);
	return 0;
}

/* Free an entry, and move back those that it kept from their homes. */
static void free_block(struct pointer_set *set, size_t hole)
{
	size_t mask = set->size - 1, i = hole;

	set->used--;
	for (;;) {
		size_t home;

		i = (i + 1) & mask;
		if (!set->blocks[i].key)
			break;
		home = home_of(set, set->blocks[i].key);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue; /* the hole is before its home */
		set->blocks[hole] = set->blocks[i];
		hole = i;
	}
	set->blocks[hole] = (struct pointer_block){ 0 };
	set->last_start = NO_START;
}

/* Remove a bit of the last entry, which has it. */
static void remove_from_last(struct pointer_set *set, uint64_t bit)
{
	struct pointer_block *block = &set->blocks[set->last];

	block->members &= ~bit;
	if (!--set->count)
		pointer_set_free(set);
	else if (!block->members)
		free_block(set, set->last);
}

NOINLINE static void remove_elsewhere(struct pointer_set *set,
				      const void *pointer)
{
	struct place place;
	size_t entry;

	if (!set->size)
		return;
	place = place_of(set, pointer);
	entry = find_block(set, place.key);
	if (!(set->blocks[entry].members & place.bit))
		return;
	remember_block(set, entry);
	remove_from_last(set, place.bit);
}

void pointer_set_remove(struct pointer_set *set, const void *pointer)
{
	uint64_t bit = bit_in_last(set, pointer);

	if (!bit)
		remove_elsewhere(set, pointer);
	else if (set->blocks[set->last].members & bit)
		remove_from_last(set, bit);
}

bool pointer_set_contains(const struct pointer_set *set, const void *pointer)
{
	struct place place = place_of(set, pointer);

	return set->size &&
	       set->blocks[find_block(set, place.key)].members & place.bit;
}

void *pointer_set_next(const struct pointer_set *set,
		       struct pointer_set_walk *walk)
{
	unsigned int place;

	while (!walk->left) {
		if (walk->entry >= set->size)
			return NULL;
		walk->key = set->blocks[walk->entry].key;
		walk->left = set->blocks[walk->entry].members;
		walk->entry++;
	}
	place = (unsigned int)__builtin_ctzll(walk->left);
	walk->left &= walk->left - 1;
	return pointer_of(set, walk->key, place);
}
