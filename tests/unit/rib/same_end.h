/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_SAME_END_H
#define TEST_SAME_END_H

/* Finish the work of two worlds and assert that they have come to the same. */

#include "export_world.h"
#include "rib/rib_internal.h"

static inline void assert_same_paths(const struct route *a,
				     const struct route *b)
{
	const struct path *x = a->paths, *y = b->paths;

	for (; x && y; x = x->next, y = y->next) {
		assert_true(address_equal(&x->source->address,
					  &y->source->address));
		assert_int_equal(x->path_id, y->path_id);
		assert_int_equal(x->import, y->import);
		assert_int_equal(x->reason, y->reason);
		assert_int_equal(x->best, y->best);
		assert_true(address_equal(
			rib_nexthop_address(x->attributes->nexthop),
			rib_nexthop_address(y->attributes->nexthop)));
	}
	assert_true(!x && !y);
}

static inline void assert_same_attributes(const struct attribute_set *a,
					  const struct attribute_set *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (!a)
		return;
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->canonical, b->canonical, a->size);
}

static inline size_t count_exports(const struct route *route)
{
	const struct route_export *export = route->exports;
	size_t count = 0;

	for (; export; export = export->next)
		count++;
	return count;
}

/* Return the export of the same path, or of the best one, or NULL. */
static inline const struct route_export *
same_export(const struct route_export *export, const struct route *route)
{
	const struct route_export *other = route->exports;

	for (; other; other = other->next)
		if ((other->path_id == RIB_BEST_PATH) ==
			    (export->path_id == RIB_BEST_PATH) &&
		    (export->path_id == RIB_BEST_PATH ||
		     (export->path && other->path &&
		      export->path->path_id == other->path->path_id &&
		      address_equal(&export->path->source->address,
				    &other->path->source->address))))
			return other;
	return NULL;
}

/* A world's bits depend on how long those of lost sessions were in use. */
static inline uint64_t who_has(const struct world *world,
			       const struct route_export *export)
{
	const struct rib_peer *peer = NULL;
	uint64_t who = 0, number = 1, known = 0;

	while ((peer = rib_peer_next(world->rib, peer))) {
		known |= peer->bit;
		if (export->announced & peer->bit)
			who |= number;
		if (peer->bit)
			number <<= 1;
	}
	assert_int_equal(export->announced & ~known, 0);
	assert_int_equal(export->pending & ~known, 0);
	assert_int_equal(export->origin.bit & ~known, 0);
	return who;
}

static inline void assert_same_exports(const struct world *a,
				       const struct world *b,
				       const struct route *x,
				       const struct route *y)
{
	const struct route_export *export = x->exports;

	assert_int_equal(count_exports(x), count_exports(y));
	for (; export; export = export->next) {
		const struct route_export *other = same_export(export, y);

		if (!other) /* its path has gone: only to be withdrawn */
			continue;
		assert_int_equal(who_has(a, export), who_has(b, other));
		assert_same_attributes(export->attributes, other->attributes);
	}
}

/* Work and send until nothing is left. */
static inline void finish_all(struct world *world)
{
	const struct rib_peer *peer = NULL;
	struct export_batch out;

	while (rib_process(world->rib))
		;
	assert_true(TAILQ_EMPTY(&world->rib->sweeps));
	assert_true(TAILQ_EMPTY(&world->rib->walkers));
	assert_int_equal(world->rib->leaving, 0);
	while ((peer = rib_peer_next(world->rib, peer)))
		while (export_batch_next(world->rib, (struct rib_peer *)peer,
					 &out))
			;
}

static inline void assert_same_peers(const struct world *a,
				     const struct world *b)
{
	const struct rib_peer *x = NULL, *y = NULL;

	do {
		x = rib_peer_next(a->rib, x);
		y = rib_peer_next(b->rib, y);
		assert_int_equal(x != NULL, y != NULL);
		if (!x)
			break;
		assert_true(
			address_equal(&x->source.address, &y->source.address));
		assert_int_equal(x->prefixes_received, y->prefixes_received);
		assert_int_equal(x->prefixes_accepted, y->prefixes_accepted);
		assert_int_equal(x->prefixes_announced, y->prefixes_announced);
		assert_memory_equal(x->refused, y->refused, sizeof(x->refused));
		assert_int_equal(turn_set_count(&x->accepted_routes),
				 turn_set_count(&y->accepted_routes));
		assert_int_equal(turn_set_count(&x->refused_routes),
				 turn_set_count(&y->refused_routes));
	} while (x);
	assert_int_equal(__builtin_popcountll(a->rib->bits_used),
			 __builtin_popcountll(b->rib->bits_used));
}

static inline void assert_same_nexthops(const struct world *a,
					const struct world *b)
{
	const struct prefix_map *map = &a->rib->attributes.nexthops;
	const struct prefix_node *node = NULL;

	assert_int_equal(map->count, b->rib->attributes.nexthops.count);
	while ((node = prefix_map_next(map, node))) {
		const struct rib_nexthop *x = (const struct rib_nexthop *)node;
		const struct rib_nexthop *y = rib_nexthop_find(
			&b->rib->attributes.nexthops, rib_nexthop_address(x));

		assert_non_null(y);
		assert_int_equal(x->references, y->references);
		assert_int_equal(x->wanted, y->wanted);
		assert_int_equal(turn_set_count(&x->routes),
				 turn_set_count(&y->routes));
	}
	for (unsigned int i = 0; i < BACKENDS; i++)
		assert_int_equal(a->tracked[i], b->tracked[i]);
}

static inline void assert_same_end(struct world *a, struct world *b)
{
	const struct route *route = NULL;
	struct rib_totals x, y;

	finish_all(a);
	finish_all(b);
	x = rib_totals(a->rib);
	y = rib_totals(b->rib);
	assert_int_equal(x.learned, y.learned);
	assert_int_equal(x.forwarding, y.forwarding);
	assert_int_equal(x.announced, y.announced);
	assert_int_equal(a->rib->routes.count, b->rib->routes.count);
	assert_int_equal(a->rib->attributes.count, b->rib->attributes.count);
	assert_same_peers(a, b);
	assert_same_nexthops(a, b);
	while ((route = rib_next(a->rib, route))) {
		const struct route *other =
			rib_find(b->rib, &route->node.prefix);

		assert_non_null(other);
		assert_int_equal(route->selected, other->selected);
		assert_int_equal(route->forwarding, other->forwarding);
		assert_same_paths(route, other);
		assert_same_exports(a, b, route, other);
	}
}

#endif
