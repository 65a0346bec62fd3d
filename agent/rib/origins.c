// SPDX-License-Identifier: BSD-2-Clause
/* The origin ASes of VIPs. See origins.h. */

#include "rib/origins.h"

#include <stdlib.h>

bool origins_is_full(const struct prefix_map *map)
{
	return map->count >= ORIGINS_MAX_VIPS;
}

static struct origins *add_origins(struct prefix_map *map,
				   const struct prefix *vip)
{
	struct origins *origins;

	if (origins_is_full(map))
		return NULL;
	origins = calloc(1, sizeof(*origins));
	if (!origins)
		return NULL;
	origins->node.prefix = *vip;
	if (prefix_map_insert(map, &origins->node)) {
		free(origins);
		return NULL;
	}
	return origins;
}

uint32_t origins_add(struct prefix_map *map, const struct prefix *vip,
		     uint32_t as)
{
	struct origins *origins = (struct origins *)prefix_map_find(map, vip);

	if (!origins)
		origins = add_origins(map, vip);
	if (!origins)
		return 0;
	for (uint32_t i = 0; i < origins->count; i++)
		if (origins->as[i] == as)
			return 0;
	if (origins->count == ORIGINS_MAX_AS)
		return 0;
	origins->as[origins->count++] = as;
	return origins->count > 1 ? origins->as[origins->count - 2] : 0;
}

const struct origins *origins_find(const struct prefix_map *map,
				   const struct prefix *vip)
{
	return (const struct origins *)prefix_map_find(map, vip);
}

void origins_free(struct prefix_map *map)
{
	struct prefix_node *node, *next;

	for (node = prefix_map_next(map, NULL); node; node = next) {
		next = prefix_map_next(map, node);
		free(node);
	}
	prefix_map_free(map);
}
