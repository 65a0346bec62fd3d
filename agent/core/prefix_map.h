/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_PREFIX_MAP_H
#define CORE_PREFIX_MAP_H

/*
 * Hash map from prefix to a node that the caller embeds in its own structure
 * (as its first member), so that an entry is one allocation and the map owns
 * nothing but its array of chains. An address is looked up as its host prefix.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct prefix_node {
	struct prefix_node *next;
	uint32_t hash; /* of `prefix`, kept by the map */
	struct prefix prefix;
};

struct prefix_map {
	struct prefix_node **chains;
	size_t size; /* chains; 0 or a power of two */
	size_t count;
};

enum prefix_map_limits {
	PREFIX_MAP_BATCH = 16,
};

/* A zeroed map is empty and valid. Frees the array, not the nodes. */
void prefix_map_free(struct prefix_map *map);
struct prefix_node *prefix_map_find(const struct prefix_map *map,
				    const struct prefix *prefix);
/* The longest prefix that contains the address, or NULL. */
struct prefix_node *prefix_map_match(const struct prefix_map *map,
				     const struct address *address);
/*
 * Asks for the memory in which these prefixes are, at most PREFIX_MAP_BATCH of
 * them, so that finding one after the other waits for it once. In a large map
 * that wait is most of what finding costs.
 */
void prefix_map_prefetch(const struct prefix_map *map,
			 const struct prefix *const *prefixes, size_t count);
/* `node->prefix` is set and not in the map yet. Returns 0 or -ENOMEM. */
int prefix_map_insert(struct prefix_map *map, struct prefix_node *node);
/* `node` must be in the map. */
void prefix_map_remove(struct prefix_map *map, struct prefix_node *node);
/*
 * Walks in no particular order: NULL starts, NULL ends. The node last returned
 * may be removed only after the next one was asked for.
 */
struct prefix_node *prefix_map_next(const struct prefix_map *map,
				    const struct prefix_node *node);

#endif
