// SPDX-License-Identifier: BSD-2-Clause
/* Hash map with chains, doubled when full. See prefix_map.h. */

#include "core/prefix_map.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
	INITIAL_CHAINS = 64
};

_Static_assert(sizeof(struct prefix) ==
		       sizeof(struct address) + sizeof(uint8_t),
	       "the hash covers no padding");

static uint32_t hash_prefix(const struct prefix_map *map,
			    const struct prefix *prefix)
{
	return (uint32_t)keyed_hash(&map->secret, prefix, sizeof(*prefix));
}

static struct prefix_node **map_chain(const struct prefix_map *map,
				      uint32_t hash)
{
	return &map->chains[hash & (map->size - 1)];
}

static void push_node(struct prefix_map *map, struct prefix_node *node)
{
	struct prefix_node **chain = map_chain(map, node->hash);

	node->next = *chain;
	*chain = node;
}

static int grow_map(struct prefix_map *map)
{
	struct prefix_map larger = {
		.size = map->size ? map->size * 2 : INITIAL_CHAINS,
		.count = map->count,
		.secret = map->secret,
	};
	int error = map->size ? 0 : keyed_hash_draw(&larger.secret);

	if (error)
		return error;
	larger.chains = calloc(larger.size, sizeof(*larger.chains));
	if (!larger.chains)
		return -ENOMEM;
	for (size_t i = 0; i < map->size; i++) {
		struct prefix_node *node = map->chains[i];

		while (node) {
			struct prefix_node *next = node->next;

			push_node(&larger, node);
			node = next;
		}
	}
	free(map->chains);
	*map = larger;
	return 0;
}

void prefix_map_free(struct prefix_map *map)
{
	free(map->chains);
	*map = (struct prefix_map){ 0 };
}

struct prefix_node *prefix_map_find(const struct prefix_map *map,
				    const struct prefix *prefix)
{
	uint32_t hash;

	if (!map->size)
		return NULL;
	hash = hash_prefix(map, prefix);
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

void prefix_map_prefetch(const struct prefix_map *map,
			 const struct prefix *const *prefixes, size_t count)
{
	struct prefix_node **chains[PREFIX_MAP_BATCH];

	assert(count <= PREFIX_MAP_BATCH);
	if (!map->size)
		return;
	for (size_t i = 0; i < count; i++) {
		chains[i] = map_chain(map, hash_prefix(map, prefixes[i]));
		__builtin_prefetch(chains[i]);
	}
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(*chains[i]);
}

int prefix_map_insert(struct prefix_map *map, struct prefix_node *node)
{
	int error = map->count == map->size ? grow_map(map) : 0;

	/* A map that cannot grow still works, with longer chains. */
	if (!map->size)
		return error;
	node->hash = hash_prefix(map, &node->prefix);
	push_node(map, node);
	map->count++;
	return 0;
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
