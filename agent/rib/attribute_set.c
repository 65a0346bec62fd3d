// SPDX-License-Identifier: BSD-2-Clause
/* Interning of path attributes by their canonical bytes. See attribute_set.h. */

#include "rib/attribute_set.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "bgp/codec/extended_community.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/tunnel.h"
#include "rib/options.h"

enum {
	INITIAL_SIZE = 64,
};

/* Hash the canonical bytes. 0 marks a free place. */
static uint32_t hash_canonical(const struct attribute_table *table,
			       const uint8_t *canonical, size_t size)
{
	uint32_t hash = (uint32_t)keyed_hash(&table->secret, canonical, size);

	return hash ? hash : 1;
}

static size_t next_place(const struct attribute_table *table, size_t place)
{
	return (place + 1) & (table->size - 1);
}

static size_t home_place(const struct attribute_table *table, uint32_t hash)
{
	return hash & (table->size - 1);
}

/* Put a set at the first free place from its home on. */
static void place_set(struct attribute_table *table, uint32_t hash,
		      struct attribute_set *set)
{
	size_t i = home_place(table, hash);

	while (table->hashes[i])
		i = next_place(table, i);
	table->hashes[i] = hash;
	table->sets[i] = set;
}

static bool allocate_places(struct attribute_table *table)
{
	table->hashes = calloc(table->size, sizeof(*table->hashes));
	table->sets = calloc(table->size, sizeof(struct attribute_set *));
	if (table->hashes && table->sets)
		return true;
	free(table->hashes);
	free(table->sets);
	return false;
}

/* Double the places; the first ones come with a secret. */
static void grow_table(struct attribute_table *table)
{
	struct attribute_table larger = *table;

	if (!table->size && keyed_hash_draw(&larger.secret))
		return;
	larger.size = table->size ? table->size * 2 : INITIAL_SIZE;
	if (!allocate_places(&larger))
		return;
	for (size_t i = 0; i < table->size; i++)
		if (table->hashes[i])
			place_set(&larger, table->hashes[i], table->sets[i]);
	free(table->hashes);
	free(table->sets);
	*table = larger;
}

void attribute_table_free(struct attribute_table *table)
{
	assert(!table->count);
	free(table->hashes);
	free(table->sets);
	prefix_map_free(&table->nexthops);
	free(table->canonical);
	*table = (struct attribute_table){ 0 };
}

static bool has_own(const struct own_communities *own)
{
	return own->standard || own->extended || own->large;
}

struct own_communities attribute_set_own(const struct attribute_set *set)
{
	struct own_communities own = { 0 };

	if (set->has_own)
		memcpy(&own, set->canonical + set->size, sizeof(own));
	return own;
}

static size_t own_size(const struct attribute_set *set)
{
	return set->has_own ? sizeof(struct own_communities) : 0;
}

struct attribute_set *attribute_set_received(struct attribute_set *set)
{
	struct attribute_set *received;

	if (!set->has_received)
		return set;
	memcpy(&received, set->canonical + set->size + own_size(set),
	       sizeof(received));
	return received;
}

static bool has_marks(struct attribute_set *set,
		      const struct attribute_marks *marks)
{
	const struct own_communities own = attribute_set_own(set);

	return set->weight == marks->weight &&
	       set->encapsulation == marks->encapsulation &&
	       own.standard == marks->own.standard &&
	       own.extended == marks->own.extended &&
	       own.large == marks->own.large &&
	       set->has_received == !!marks->received &&
	       (!marks->received ||
		attribute_set_received(set) == marks->received);
}

static struct attribute_set *find_set(const struct attribute_table *table,
				      uint32_t hash, const uint8_t *canonical,
				      size_t size,
				      const struct attribute_marks *marks)
{
	for (size_t i = home_place(table, hash); table->hashes[i];
	     i = next_place(table, i)) {
		struct attribute_set *set = table->sets[i];

		if (table->hashes[i] == hash && set->size == size &&
		    has_marks(set, marks) &&
		    !memcmp(set->canonical, canonical, size))
			return set;
	}
	return NULL;
}

/* Note the well-known communities in one walk. */
static void set_well_known(struct attribute_set *set, struct reader communities)
{
	while (communities.left)
		switch (reader_u32(&communities)) {
		case BGP_COMMUNITY_GRACEFUL_SHUTDOWN:
			set->is_shutdown = true;
			break;
		case BGP_COMMUNITY_LLGR_STALE:
			set->is_llgr_stale = true;
			break;
		case BGP_COMMUNITY_NO_ADVERTISE:
			set->scope = ANNOUNCE_NOWHERE;
			break;
		case BGP_COMMUNITY_NO_EXPORT:
		case BGP_COMMUNITY_NO_EXPORT_SUBCONFED:
			if (set->scope == ANNOUNCE_ANYWHERE)
				set->scope = ANNOUNCE_INSIDE;
			break;
		}
}

static bool contains_any(struct reader communities,
			 const struct rule_community *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t community;

		memcpy(&community, wanted[i].bytes, sizeof(community));
		if (community_list_contains(communities, ntohl(community)))
			return true;
	}
	return false;
}

/* Decode the values that the decision process compares, once. */
static void set_compared_values(struct attribute_set *set,
				const struct bgp_attributes *from)
{
	double bandwidth = 0;

	set->local_pref = from->present & BGP_HAS_LOCAL_PREF ?
				  from->local_pref :
				  DEFAULT_LOCAL_PREF;
	set->has_med = from->present & BGP_HAS_MED;
	set->med = from->med;
	set->has_aigp = from->present & BGP_HAS_AIGP;
	set->aigp = from->aigp;
	set->origin = from->origin;
	set->neighbor_as = as_path_first(from->as_path);
	set->origin_as = as_path_last(from->as_path);
	set->as_path_length = (uint16_t)as_path_length(from->as_path);
	set->confederation_length =
		(uint16_t)as_path_confederation_length(from->as_path);
	set->is_reflected = from->present &
			    (BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST);
	set->originator_id = from->originator_id;
	set->cluster_length =
		(uint16_t)(from->cluster_list.left / BGP_IDENTIFIER_SIZE);
	set_well_known(set, from->communities);
	set->has_bandwidth = extended_community_bandwidth(from, &bandwidth);
	set->bandwidth = (float)bandwidth;
	set->said_encapsulation = bgp_tunnel_of(from).encapsulation;
}

static void set_signals(struct attribute_set *set,
			const struct bgp_attributes *from,
			const struct signal_options *signals)
{
	if (!signals)
		return;
	set->is_signal_draining = contains_any(
		from->communities, signals->draining, signals->draining_count);
	set->is_signal_joining = contains_any(
		from->communities, signals->joining, signals->joining_count);
}

static struct attribute_set *create_set(struct attribute_table *table,
					const struct bgp_attributes *from,
					uint32_t hash, size_t size,
					const struct attribute_marks *marks)
{
	const size_t own = has_own(&marks->own) ? sizeof(marks->own) : 0;
	const size_t received = marks->received ? sizeof(marks->received) : 0;
	struct rib_nexthop *hop =
		rib_nexthop_intern(&table->nexthops, &from->nexthop);
	struct attribute_set *set =
		malloc(sizeof(*set) + size + own + received);

	if (!hop || !set) {
		if (hop)
			rib_nexthop_release(&table->nexthops, hop);
		free(set);
		return NULL;
	}
	*set = (struct attribute_set){
		.hash = hash,
		.size = (uint32_t)size,
		.weight = marks->weight,
		.encapsulation = marks->encapsulation,
		.has_own = own,
		.has_received = received,
		.nexthop = hop,
	};
	set_compared_values(set, from);
	set_signals(set, from, table->signals);
	memcpy(set->canonical, table->canonical, size);
	memcpy(set->canonical + size, &marks->own, own);
	memcpy(set->canonical + size + own, &marks->received, received);
	if (received)
		marks->received->references++;
	return set;
}

void attribute_set_read_signals(const struct attribute_table *table,
				struct attribute_set *set)
{
	const struct bgp_attributes view = attribute_set_view(set);

	set_signals(set, &view, table->signals);
}

/* True if rules left the received attributes as they were. */
static bool is_unchanged(const struct attribute_marks *marks,
			 const uint8_t *canonical, size_t size)
{
	return marks->received && !marks->weight && !marks->encapsulation &&
	       !has_own(&marks->own) && marks->received->size == size &&
	       !memcmp(marks->received->canonical, canonical, size);
}

/* True if one more set fits. More than three quarters only without memory. */
static bool has_place(struct attribute_table *table)
{
	if ((table->count + 1) * 4 > table->size * 3)
		grow_table(table);
	return table->count + 1 < table->size;
}

/* Add a new set to the table. */
static struct attribute_set *add_set(struct attribute_table *table,
				     const struct bgp_attributes *from,
				     uint32_t hash, size_t size,
				     const struct attribute_marks *marks)
{
	struct attribute_set *set;

	if (!has_place(table))
		return NULL;
	set = create_set(table, from, hash, size, marks);
	if (!set)
		return NULL;
	place_set(table, hash, set);
	table->count++;
	return set;
}

/* Allocate what an empty table lacks. False: out of memory. */
static bool prepare_table(struct attribute_table *table)
{
	if (!table->canonical)
		table->canonical = malloc(BGP_CANONICAL_MAX);
	if (!table->size)
		grow_table(table);
	return table->canonical && table->size;
}

struct attribute_set *attribute_set_intern(struct attribute_table *table,
					   const struct bgp_attributes *from,
					   uint32_t weight)
{
	const struct attribute_marks marks = { .weight = weight };

	return attribute_set_intern_marked(table, from, &marks);
}

struct attribute_set *
attribute_set_intern_marked(struct attribute_table *table,
			    const struct bgp_attributes *from,
			    const struct attribute_marks *marks)
{
	struct attribute_set *set;
	struct writer w;
	uint32_t hash;

	if (!prepare_table(table))
		return NULL;
	w = writer_of(table->canonical, BGP_CANONICAL_MAX);
	bgp_attributes_encode(&w, from, BGP_AS4_SIZE);
	if (w.failed)
		return NULL;
	if (is_unchanged(marks, w.data, w.used)) {
		marks->received->references++;
		return marks->received;
	}
	hash = hash_canonical(table, w.data, w.used);
	set = find_set(table, hash, w.data, w.used, marks);
	if (!set)
		set = add_set(table, from, hash, w.used, marks);
	if (set)
		set->references++;
	return set;
}

/* Free a place, and move back the sets that it kept from their homes. */
static void free_place(struct attribute_table *table, size_t hole)
{
	size_t mask = table->size - 1, i = hole;

	while (table->hashes[i = next_place(table, i)]) {
		size_t home = home_place(table, table->hashes[i]);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue; /* the hole is before its home */
		table->hashes[hole] = table->hashes[i];
		table->sets[hole] = table->sets[i];
		hole = i;
	}
	table->hashes[hole] = 0;
}

void attribute_set_prefetch_place(const struct attribute_table *table,
				  const struct attribute_set *set,
				  size_t releases)
{
	size_t place = home_place(table, set->hash);

	if (set->references > releases)
		return;
	__builtin_prefetch(&table->hashes[place]);
	__builtin_prefetch(&table->sets[place]);
}

void attribute_set_release(struct attribute_table *table,
			   struct attribute_set *set)
{
	struct attribute_set *received = attribute_set_received(set);
	size_t i;

	assert(set->references);
	if (--set->references)
		return;
	i = home_place(table, set->hash);
	while (table->hashes[i] != set->hash || table->sets[i] != set)
		i = next_place(table, i);
	free_place(table, i);
	table->count--;
	rib_nexthop_release(&table->nexthops, set->nexthop);
	if (received != set)
		attribute_set_release(table, received);
	free(set);
}

struct bgp_attributes attribute_set_view(const struct attribute_set *set)
{
	struct bgp_attributes view;

	bgp_attributes_view(set->canonical, set->size, &view);
	return view;
}
