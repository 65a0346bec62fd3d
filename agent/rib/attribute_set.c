// SPDX-License-Identifier: BSD-2-Clause
/* Interning of path attributes by their canonical bytes. See attribute_set.h. */

#include "rib/attribute_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/as_path.h"
#include "bgp/protocol.h"

enum {
	INITIAL_CHAINS = 64,
	CANONICAL_MAX = sizeof(struct bgp_scratch)
};

/* FNV-1a: the key is short and attackers gain nothing by a long chain here. */
static uint32_t hash_bytes(const uint8_t *bytes, size_t size)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x01000193;
	return hash;
}

static struct attribute_set **chain_of(const struct attribute_table *table,
				       uint32_t hash)
{
	return &table->chains[hash & (table->size - 1)];
}

static void push(struct attribute_table *table, struct attribute_set *set)
{
	struct attribute_set **chain = chain_of(table, set->hash);

	set->next = *chain;
	*chain = set;
}

/* Doubles the chains; a table that cannot grow works with longer ones. */
static void grow(struct attribute_table *table)
{
	struct attribute_table larger = {
		.size = table->size ? table->size * 2 : INITIAL_CHAINS,
		.count = table->count,
		.canonical = table->canonical,
	};

	larger.chains = calloc(larger.size, sizeof(*larger.chains));
	if (!larger.chains)
		return;
	for (size_t i = 0; i < table->size; i++) {
		struct attribute_set *set = table->chains[i];

		while (set) {
			struct attribute_set *next = set->next;

			push(&larger, set);
			set = next;
		}
	}
	free(table->chains);
	*table = larger;
}

void attribute_table_free(struct attribute_table *table)
{
	assert(!table->count);
	free(table->chains);
	free(table->canonical);
	*table = (struct attribute_table){ 0 };
}

static struct attribute_set *find(const struct attribute_table *table,
				  uint32_t hash, uint32_t weight,
				  const uint8_t *canonical, size_t size)
{
	struct attribute_set *set;

	if (!table->size)
		return NULL;
	for (set = *chain_of(table, hash); set; set = set->next)
		if (set->hash == hash && set->size == size &&
		    set->weight == weight &&
		    !memcmp(set->canonical, canonical, size))
			return set;
	return NULL;
}

static struct attribute_set *create(const struct bgp_attributes *from,
				    uint32_t hash, uint32_t weight,
				    const uint8_t *canonical, size_t size)
{
	struct attribute_set *set = malloc(sizeof(*set) + size);

	if (!set)
		return NULL;
	*set = (struct attribute_set){
		.hash = hash,
		.size = (uint32_t)size,
		.local_pref = from->present & BGP_HAS_LOCAL_PREF ?
				      from->local_pref :
				      DEFAULT_LOCAL_PREF,
		.med = from->med,
		.weight = weight,
		.neighbor_as = as_path_first(from->as_path),
		.as_path_length = (uint16_t)as_path_length(from->as_path),
		.origin = from->origin,
		.next_hop = from->next_hop,
	};
	memcpy(set->canonical, canonical, size);
	return set;
}

/* Puts a new set into the table, which has room for its first entry. */
static struct attribute_set *add(struct attribute_table *table,
				 const struct bgp_attributes *from,
				 uint32_t hash, uint32_t weight, size_t size)
{
	struct attribute_set *set;

	if (table->count >= table->size)
		grow(table);
	if (!table->size)
		return NULL;
	set = create(from, hash, weight, table->canonical, size);
	if (!set)
		return NULL;
	push(table, set);
	table->count++;
	return set;
}

struct attribute_set *attribute_set_intern(struct attribute_table *table,
					   const struct bgp_attributes *from,
					   uint32_t weight)
{
	struct attribute_set *set;
	struct writer w;
	uint32_t hash;

	if (!table->canonical)
		table->canonical = malloc(BGP_CANONICAL_MAX);
	if (!table->canonical)
		return NULL;
	w = writer_of(table->canonical, BGP_CANONICAL_MAX);
	bgp_attributes_encode(&w, from, BGP_AS4_SIZE);
	if (w.failed)
		return NULL;
	hash = hash_bytes(w.data, w.used) ^ weight;
	set = find(table, hash, weight, w.data, w.used);
	if (!set)
		set = add(table, from, hash, weight, w.used);
	if (set)
		set->references++;
	return set;
}

void attribute_set_release(struct attribute_table *table,
			   struct attribute_set *set)
{
	struct attribute_set **link = chain_of(table, set->hash);

	assert(set->references);
	if (--set->references)
		return;
	while (*link != set)
		link = &(*link)->next;
	*link = set->next;
	table->count--;
	free(set);
}

struct bgp_attributes attribute_set_view(const struct attribute_set *set)
{
	struct bgp_attributes view;

	bgp_attributes_view(set->canonical, set->size, &view);
	return view;
}
