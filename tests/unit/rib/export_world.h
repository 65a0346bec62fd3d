/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_EXPORT_WORLD_H
#define TEST_EXPORT_WORLD_H

/*
 * Neighbors that remember what they were told, for the tests of the export, and
 * what they hold against what they were to be told.
 */

#include "rib/export_rule.h"
#include "world.h"

enum {
	HELD_MAX = 64, /* routes of one neighbor */
};

/* What a simulated neighbor holds. */
struct held {
	size_t count;
	struct bgp_route_key keys[HELD_MAX];
};

static inline size_t held_find(const struct held *held,
			       const struct bgp_route_key *key)
{
	size_t i = 0;

	while (i < held->count &&
	       (!prefix_equal(&held->keys[i].prefix, &key->prefix) ||
		held->keys[i].path_id != key->path_id))
		i++;
	return i;
}

/* A withdrawal of what was not announced is an error of the sender. */
static inline void held_apply(struct held *held, const struct rib_export *out)
{
	for (size_t i = 0; i < out->count; i++) {
		size_t at = held_find(held, &out->routes[i]);

		if (out->withdraw) {
			assert_true(at < held->count);
			held->keys[at] = held->keys[--held->count];
		} else if (at == held->count) {
			assert_true(held->count < HELD_MAX);
			held->keys[held->count++] = out->routes[i];
		}
	}
}

/* Tells a neighbor everything; `last` is the last announcement, if any. */
static inline void drain(struct world *world, struct rib_peer *peer,
			 struct held *held, struct bgp_attributes *last)
{
	struct rib_export out;

	while (rib_export_next(world->rib, peer, &out)) {
		held_apply(held, &out);
		if (!out.withdraw && last)
			*last = out.attributes;
	}
}

/* Once it has been told everything, `peer` has the prefix, or has not. */
static inline void assert_told(struct world *world, struct rib_peer *peer,
			       const char *text, bool announced)
{
	const struct route *route;
	struct rib_export out;

	while (rib_export_next(world->rib, peer, &out))
		;
	route = route_of(world, text);
	assert_int_equal(route && route_announced(route) & peer->bit,
			 announced);
}

static inline void assert_announced(struct world *world, const char *text,
				    bool announced)
{
	assert_told(world, world->upstream, text, announced);
}

static inline void assert_cause(struct world *world, const char *text,
				enum export_cause cause)
{
	assert_int_equal(export_explain(world->rib, route_of(world, text),
					world->upstream),
			 cause);
}

#endif
