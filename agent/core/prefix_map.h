/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_PREFIX_MAP_H
#define CORE_PREFIX_MAP_H

/*
 * Hash map from prefix to a node that the caller embeds in its own structure as
 * the first member. So an entry is one allocation, and the map owns only its
 * array of chains. An address is looked up as its host prefix.
 *
 * The hash is keyed with a secret that the map draws with its first chains, so
 * peers cannot choose prefixes that share a chain. A walk's order differs from
 * run to run: sort what is shown.
 *
 * The map does not grow all at once, which would hold the event loop for 20 ms at
 * half a million nodes. When its room is full and doubled, each insertion splits a
 * few chains: chain `size` comes out of the one with half the room less (linear
 * hashing, Litwin 1980).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/keyed_hash.h"

struct prefix_node {
	struct prefix_node *next;
	uint32_t hash; /* of `prefix` with the map's secret, set by the map */
	struct prefix prefix;
};

struct prefix_map {
	struct prefix_node **chains;
	size_t size; /* number of chains */
	size_t room; /* for chains; 0 or a power of two, less than twice `size` */
	size_t count;
	struct keyed_hash_secret secret; /* set once there are chains */
};

/* Free the array, not the nodes. A zeroed map is empty and valid. */
void prefix_map_free(struct prefix_map *map);
struct prefix_node *prefix_map_find(const struct prefix_map *map,
				    const struct prefix *prefix);
/* Return the longest prefix that contains the address, or NULL. */
struct prefix_node *prefix_map_match(const struct prefix_map *map,
				     const struct address *address);
/* Add a node whose prefix is not in the map. Returns 0 or -errno. */
int prefix_map_insert(struct prefix_map *map, struct prefix_node *node);

/*
 * For many prefixes in a row: hash each once, prefetch them together, then find
 * or insert them. So they wait for memory once; in a large map that wait is most
 * of the cost. The map must have chains: from prefix_map_prepare(), or from its
 * first node.
 */

/* Allocate the first chains, if there are none. Returns 0 or -errno. */
int prefix_map_prepare(struct prefix_map *map);
uint32_t prefix_map_hash(const struct prefix_map *map,
			 const struct prefix *prefix);
/* Prefetch the nodes with these hashes. */
void prefix_map_prefetch(const struct prefix_map *map, const uint32_t *hashes,
			 size_t count);
/*
 * Return the node that most likely has the hash, or NULL: the first of its chain,
 * or the second one if the first has another hash. It is not read.
 */
struct prefix_node *prefix_map_likely(const struct prefix_map *map,
				      uint32_t hash);
struct prefix_node *prefix_map_find_hashed(const struct prefix_map *map,
					   const struct prefix *prefix,
					   uint32_t hash);
/* Add a node whose `prefix` and `hash` are set. */
void prefix_map_insert_hashed(struct prefix_map *map, struct prefix_node *node);

/* Remove a node of the map. */
void prefix_map_remove(struct prefix_map *map, struct prefix_node *node);
/*
 * Return the first node of a chain, numbered from 0 to map->size - 1. For a walk
 * between whose steps the map changes: a node that stays never moves to a chain
 * with a lower number.
 */
struct prefix_node *prefix_map_chain(const struct prefix_map *map,
				     size_t chain);
/*
 * Return the node after `node`, in no particular order: NULL starts, NULL ends.
 * To remove a node on the way, get the next one first.
 */
struct prefix_node *prefix_map_next(const struct prefix_map *map,
				    const struct prefix_node *node);

#endif
