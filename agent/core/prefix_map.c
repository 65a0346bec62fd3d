// SPDX-License-Identifier: BSD-2-Clause
/* Hash map with chains, which are split when there are too few. See prefix_map.h. */

#include "core/prefix_map.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
	INITIAL_CHAINS = 64,
	SPLITS =
		16, /* at each insertion while the map grows; divides the above */
};

/* Marks the last word of an IPv6 prefix. IPv4's is far below. */
#define IPV6_WORD ((uint64_t)1 << 63)

/*
 * Hash the words that differ: address and length of an IPv4 prefix are one,
 * which takes half the rounds of the structure's 17 bytes.
 */
uint32_t prefix_map_hash(const struct prefix_map *map,
			 const struct prefix *prefix)
{
	const struct address_halves halves = address_halves(&prefix->address);
	struct keyed_hash_state state = keyed_hash_begin(&map->secret);
	uint64_t last = prefix->length;

	if (address_is_ipv4(&prefix->address)) {
		last = last << ADDRESS_BITS_IPV4 |
		       (uint32_t)be64toh(halves.low);
	} else {
		keyed_hash_add(&state, halves.high, KEYED_HASH_WORD_ROUNDS);
		keyed_hash_add(&state, halves.low, KEYED_HASH_WORD_ROUNDS);
		last |= IPV6_WORD;
	}
	keyed_hash_add(&state, last, KEYED_HASH_WORD_ROUNDS);
	return (uint32_t)keyed_hash_end(&state, KEYED_HASH_FINAL_ROUNDS);
}

/* A chain that is not split off yet is part of the one in the lower half. */
static struct prefix_node **map_chain(const struct prefix_map *map,
				      uint32_t hash)
{
	size_t chain = hash & (map->room - 1);

	if (chain >= map->size)
		chain -= map->room / 2;
	return &map->chains[chain];
}

static void push_node(struct prefix_map *map, struct prefix_node *node)
{
	struct prefix_node **chain = map_chain(map, node->hash);

	node->next = *chain;
	*chain = node;
}

static int draw_first_chains(struct prefix_map *map)
{
	int error = keyed_hash_draw(&map->secret);

	if (error)
		return error;
	map->chains = calloc(INITIAL_CHAINS, sizeof(*map->chains));
	if (!map->chains)
		return -ENOMEM;
	map->size = map->room = INITIAL_CHAINS;
	return 0;
}

/* Double the room. The new places are not read before they are used. */
static void grow_room(struct prefix_map *map)
{
	struct prefix_node **chains =
		reallocarray(map->chains, map->room * 2, sizeof(*chains));

	if (!chains)
		return;
	map->chains = chains;
	map->room *= 2;
}

/* Move the nodes of the next chain out of the one that they are part of. */
static void split_chain(struct prefix_map *map)
{
	struct prefix_node **from = &map->chains[map->size - map->room / 2];
	struct prefix_node **to = &map->chains[map->size];

	*to = NULL;
	while (*from) {
		struct prefix_node *node = *from;

		if ((node->hash & (map->room - 1)) != map->size) {
			from = &node->next;
			continue;
		}
		*from = node->next;
		node->next = *to;
		*to = node;
	}
	map->size++;
}

/*
 * Go on to grow. A few chains at a time are split, side by side, so that they
 * wait for memory together. A map without memory works on, with longer chains.
 */
static void grow_map(struct prefix_map *map)
{
	if (map->size == map->room && map->count >= map->size)
		grow_room(map);
	if (map->size == map->room)
		return;
	for (size_t i = 0; i < SPLITS; i++)
		__builtin_prefetch(map->chains[map->size - map->room / 2 + i]);
	for (size_t i = 0; i < SPLITS; i++)
		split_chain(map);
}

void prefix_map_free(struct prefix_map *map)
{
	free(map->chains);
	*map = (struct prefix_map){ 0 };
}

int prefix_map_prepare(struct prefix_map *map)
{
	return map->size ? 0 : draw_first_chains(map);
}

struct prefix_node *prefix_map_find(const struct prefix_map *map,
				    const struct prefix *prefix)
{
	if (!map->size)
		return NULL;
	return prefix_map_find_hashed(map, prefix,
				      prefix_map_hash(map, prefix));
}

struct prefix_node *prefix_map_find_hashed(const struct prefix_map *map,
					   const struct prefix *prefix,
					   uint32_t hash)
{
	for (struct prefix_node *node = *map_chain(map, hash); node;
	     node = node->next)
		if (node->hash == hash && prefix_equal(&node->prefix, prefix))
			return node;
	return NULL;
}

struct prefix_node *prefix_map_match(const struct prefix_map *map,
				     const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);
	struct prefix_node *node;

	while (!(node = prefix_map_find(map, &prefix)) && prefix.length) {
		prefix.length--;
		prefix_clear_host_bits(&prefix);
	}
	return node;
}

struct prefix_node *prefix_map_likely(const struct prefix_map *map,
				      uint32_t hash)
{
	struct prefix_node *first = *map_chain(map, hash);

	return first && first->hash != hash ? first->next : first;
}

void prefix_map_prefetch(const struct prefix_map *map, const uint32_t *hashes,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(map_chain(map, hashes[i]));
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(*map_chain(map, hashes[i]));
}

int prefix_map_insert(struct prefix_map *map, struct prefix_node *node)
{
	int error = prefix_map_prepare(map);

	if (error)
		return error;
	node->hash = prefix_map_hash(map, &node->prefix);
	prefix_map_insert_hashed(map, node);
	return 0;
}

void prefix_map_insert_hashed(struct prefix_map *map, struct prefix_node *node)
{
	grow_map(map);
	push_node(map, node);
	map->count++;
}

void prefix_map_remove(struct prefix_map *map, struct prefix_node *node)
{
	struct prefix_node **link = map_chain(map, node->hash);

	while (*link != node) {
		assert(*link);
		link = &(*link)->next;
	}
	*link = node->next;
	map->count--;
}

struct prefix_node *prefix_map_chain(const struct prefix_map *map, size_t chain)
{
	return map->chains[chain];
}

struct prefix_node *prefix_map_next(const struct prefix_map *map,
				    const struct prefix_node *node)
{
	size_t chain = 0;

	if (node) {
		if (node->next)
			return node->next;
		chain = map_chain(map, node->hash) - map->chains + 1;
	}
	for (; chain < map->size; chain++)
		if (map->chains[chain])
			return map->chains[chain];
	return NULL;
}
