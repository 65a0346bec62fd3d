/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ORIGINS_H
#define RIB_ORIGINS_H

/*
 * The origin ASes that a VIP has had in its set since the agent started. A VIP
 * that gains one may have been taken over. The memory of it outlives the routes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/prefix_map.h"

enum origins_limits {
	ORIGINS_MAX_VIPS = 65536, /* others are not followed, which is logged */
	ORIGINS_MAX_AS = 16,	  /* of one VIP; so are later ones */
};

/* The origins of one VIP, in the order in which they came. */
struct origins {
	struct prefix_node node; /* first: found by prefix */
	uint32_t count;
	uint32_t as[ORIGINS_MAX_AS];
};

/*
 * Add an origin. Return the AS that the VIP had last if this one is new and not
 * the first, else 0.
 */
uint32_t origins_add(struct prefix_map *map, const struct prefix *vip,
		     uint32_t as);
/* Return the origins of a VIP, or NULL. */
const struct origins *origins_find(const struct prefix_map *map,
				   const struct prefix *vip);
/* True if another VIP would not be followed. */
bool origins_is_full(const struct prefix_map *map);
void origins_free(struct prefix_map *map);

#endif
