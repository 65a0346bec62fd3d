// SPDX-License-Identifier: BSD-2-Clause
/* Multipath sets, interned. See set.h. */

#include "steering/set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int by_address(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return address_compare(&x->address, &y->address);
}

_Static_assert(sizeof(struct member) ==
		       sizeof(struct address) + 2 * sizeof(uint32_t),
	       "the hash covers no padding");

/* Keyed: backends choose their addresses and, by bandwidth, their weights. */
static uint64_t hash_members(const struct set_table *table,
			     const struct member *members, size_t count)
{
	return keyed_hash(&table->secret, members, count * sizeof(*members));
}

int set_table_init(struct set_table *table)
{
	return keyed_hash_draw(&table->secret);
}

static bool has_members(const struct steering_set *set, uint64_t hash,
			const struct member *members, size_t count,
			uint32_t window_s)
{
	if (set->hash != hash || set->count != count ||
	    set->window_s != window_s || set->adopted)
		return false;
	for (size_t i = 0; i < count; i++)
		if (set->members[i].weight != members[i].weight ||
		    set->members[i].next_weight != members[i].next_weight ||
		    !address_equal(&set->members[i].address,
				   &members[i].address))
			return false;
	return true;
}

static uint64_t hash_servers(const struct set_table *table,
			     const struct member *members, size_t count)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++)
		hash ^= keyed_hash(&table->secret, &members[i].address,
				   sizeof(members[i].address));
	return hash;
}

/* Make a set of sorted members, without a reference. */
static struct steering_set *make_set(const struct set_table *table,
				     const struct member *sorted, size_t count,
				     uint64_t hash, uint32_t window_s)
{
	struct steering_set *set =
		calloc(1, sizeof(*set) + count * sizeof(*sorted));

	if (!set)
		return NULL;
	set->hash = hash;
	set->servers = hash_servers(table, sorted, count);
	set->count = count;
	set->window_s = window_s;
	for (size_t i = 0; i < count; i++)
		set->foresees |= sorted[i].weight != sorted[i].next_weight;
	memcpy(set->members, sorted, count * sizeof(*sorted));
	LIST_INIT(&set->variants);
	TAILQ_INIT(&set->done);
	TAILQ_INIT(&set->waiting);
	return set;
}

static struct steering_set *insert_set(struct set_table *table,
				       const struct member *sorted,
				       size_t count, uint64_t hash,
				       uint32_t window_s)
{
	struct steering_set *set =
		make_set(table, sorted, count, hash, window_s);

	if (set)
		LIST_INSERT_HEAD(&table->chains[hash % SET_TABLE_CHAINS], set,
				 chain);
	return set;
}

static struct steering_set *find_or_make(struct set_table *table,
					 const struct member *sorted,
					 size_t count, uint32_t window_s)
{
	uint64_t hash = hash_members(table, sorted, count);
	struct steering_set *set;

	LIST_FOREACH(set, &table->chains[hash % SET_TABLE_CHAINS], chain)
		if (has_members(set, hash, sorted, count, window_s))
			return set;
	return insert_set(table, sorted, count, hash, window_s);
}

static bool is_sorted(const struct member *members, size_t count)
{
	size_t i = 1;

	while (i < count && by_address(&members[i - 1], &members[i]) <= 0)
		i++;
	return i >= count;
}

static struct member *sorted_copy(const struct member *members, size_t count)
{
	struct member *sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted)
		return NULL;
	memcpy(sorted, members, count * sizeof(*sorted));
	if (!is_sorted(sorted, count)) /* paths are, of one session each */
		qsort(sorted, count, sizeof(*sorted), by_address);
	return sorted;
}

/*
 * A member that is alone has all buckets, whatever its weight: so the VIPs of one
 * backend need one group and not one for each bandwidth that it announces.
 */
static void forget_weight(struct member *alone)
{
	alone->weight = alone->weight != 0;
	alone->next_weight = alone->next_weight != 0;
}

struct steering_set *set_intern(struct set_table *table,
				const struct member *members, size_t count,
				uint32_t window_s)
{
	struct member *sorted = sorted_copy(members, count);
	struct steering_set *set = NULL;

	if (sorted && count == 1)
		forget_weight(&sorted[0]);
	if (sorted)
		set = find_or_make(table, sorted, count, window_s);
	free(sorted);
	if (set)
		set->references++;
	return set;
}

struct steering_set *set_adopt(struct set_table *table,
			       const struct member *members, size_t count,
			       uint32_t window_s)
{
	struct member *sorted = sorted_copy(members, count);
	struct steering_set *set = NULL;

	if (sorted)
		set = insert_set(table, sorted, count,
				 hash_members(table, sorted, count), window_s);
	free(sorted);
	if (!set)
		return NULL;
	set->adopted = true;
	set->references++;
	return set;
}

void set_release(struct steering_set *set)
{
	assert(set->references);
	if (--set->references)
		return;
	assert(!set->queued && !set->group);
	LIST_REMOVE(set, chain);
	free(set);
}

const struct member *set_find(const struct steering_set *set,
			      const struct address *address)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
			address_compare(&set->members[middle].address, address);

		if (!order)
			return &set->members[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool set_walk(const struct steering_set *set, size_t *place,
	      const struct address *address)
{
	int order = -1;

	while (*place < set->count &&
	       (order = address_compare(&set->members[*place].address,
					address)) < 0)
		++*place;
	return !order;
}

bool set_has(const struct steering_set *set, const struct address *address)
{
	return set_find(set, address);
}

bool set_has_servers_of(const struct steering_set *set,
			const struct steering_set *other)
{
	return set->servers == other->servers &&
	       set->window_s == other->window_s && set->count == other->count &&
	       set_contains(set, other);
}

bool set_contains(const struct steering_set *set,
		  const struct steering_set *part)
{
	size_t place = 0;

	if (part->count > set->count)
		return false;
	for (size_t i = 0; i < part->count; i++)
		if (!set_walk(set, &place, &part->members[i].address))
			return false;
	return true;
}

size_t set_intersect(const struct member *a, size_t count,
		     const struct steering_set *b, struct member *out)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (set_has(b, &a[i].address))
			out[used++] = a[i];
	return used;
}
