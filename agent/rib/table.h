/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_TABLE_H
#define RIB_TABLE_H

/*
 * The inside of struct rib, shared by rib.c (what comes in and is decided) and
 * export.c (what goes out). Nobody else includes this.
 */

#include "core/pool.h"
#include "rib/rib.h"

STAILQ_HEAD(route_list, route);
TAILQ_HEAD(route_export_list, route_export);
TAILQ_HEAD(rib_peer_list, rib_peer);

enum export_scratch_sizes {
	/* What one set holds, its path twice, and what we put in front. */
	EXPORT_SCRATCH_SIZE = BGP_CANONICAL_MAX + UINT16_MAX + 64,
};

struct aggregate {
	const struct aggregate_config *config;
	LIST_HEAD(, route_export) contributors;
	bool changed; /* what they add up to */
};

struct rib {
	struct rib_options options;
	struct prefix_map routes;
	struct attribute_table attributes;
	struct pool route_pool;
	struct pool path_pool;
	struct pool export_pool;
	struct route_list marked;
	struct route_export_list pending; /* those with a bit in `pending` */
	struct route_export_list waiting; /* in the order of `due_ms` */
	struct rib_peer_list peers;
	struct rib_totals totals;
	struct aggregate *aggregates; /* options.import.aggregate_count */
	enum rib_presence presence;
	uint32_t several_peers; /* that get all paths of a set */
	uint32_t last_path_id;	/* of those given out by create() */
	uint64_t bits_used;	/* of struct rib_peer.bit */
	uint8_t export_scratch[EXPORT_SCRATCH_SIZE];
	struct policy_scratch policy_scratch;
};

/*
 * Marks what must be sent because of the route's new state. To be called after
 * each decision.
 */
void export_route(struct rib *rib, struct route *route);
/* All routes that this new peer must have. */
void export_to_new_peer(struct rib *rib, const struct rib_peer *peer);
/* The path is about to go; what was announced of it has to follow. */
void export_forget_path(struct route *route, const struct path *path);
/* Forgets what was announced to a peer that has gone. */
void export_forget_peer(struct rib *rib, const struct rib_peer *peer);

/* All that is announced of a route must be looked at again. */
void export_tell_all(struct rib *rib, struct route *route);
/* The route is an aggregate with these attributes; NULL: it was one. */
void export_aggregate(struct rib *rib, struct route *route,
		      struct attribute_set *attributes);

/* Frees all that is left of what was announced of a route. */
void export_free(struct rib *rib, struct route_export *export);

/* The route of a prefix, new or present, or NULL. */
struct route *route_get(struct rib *rib, const struct prefix *prefix);
/* A peer as rules see it. */
struct policy_peer rib_policy_peer(const struct rib *rib,
				   const struct rib_peer *peer);

/* Frees a route without paths that no neighbor has from us any more. */
void route_free_if_unused(struct rib *rib, struct route *route);

#endif
