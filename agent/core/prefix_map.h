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
	size_t size; /* number of chains; 0 or a power of two */
	size_t count;
	struct keyed_hash_secret secret; /* set once there are chains */
};

enum prefix_map_limits {
	PREFIX_MAP_BATCH = 16,
};

/* Free the array, not the nodes. A zeroed map is empty and valid. */
void prefix_map_free(struct prefix_map *map);
struct prefix_node *prefix_map_find(const struct prefix_map *map,
				    const struct prefix *prefix);
/* Return the longest prefix that contains the address, or NULL. */
struct prefix_node *prefix_map_match(const struct prefix_map *map,
				     const struct address *address);
/*
 * Prefetch the nodes of these prefixes, at most PREFIX_MAP_BATCH of them. Then
 * a row of prefix_map_find() waits for memory once; in a large map that wait is
 * most of the cost.
 */
void prefix_map_prefetch(const struct prefix_map *map,
			 const struct prefix *const *prefixes, size_t count);
/* Add a node whose prefix is not in the map. Returns 0 or -errno. */
int prefix_map_insert(struct prefix_map *map, struct prefix_node *node);
/* Remove a node of the map. */
void prefix_map_remove(struct prefix_map *map, struct prefix_node *node);
/*
 * Return the node after `node`, in no particular order: NULL starts, NULL ends.
 * To remove a node on the way, get the next one first.
 */
struct prefix_node *prefix_map_next(const struct prefix_map *map,
				    const struct prefix_node *node);

#endif
