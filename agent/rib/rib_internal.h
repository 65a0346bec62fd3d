/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_INTERNAL_H
#define RIB_RIB_INTERNAL_H

/*
 * The inside of struct rib, shared by adj_rib_in.c (what comes in), loc_rib.c
 * (what is decided) and export.c (what goes out). Nobody outside includes this.
 */

#include "core/pool.h"
#include "rib/export_batch.h"
#include "rib/rib.h"
#include "rib/rib_nexthop.h"
#include "rib/update_group.h"

STAILQ_HEAD(route_list, route);
TAILQ_HEAD(route_export_list, route_export);
TAILQ_HEAD(rib_peer_list, rib_peer);

enum export_scratch_sizes {
	/* What one set holds, its path twice, and what we put in front. */
	EXPORT_SCRATCH_SIZE = BGP_CANONICAL_MAX + UINT16_MAX + 64,
};

struct aggregate {
	const struct aggregate_options *config;
	LIST_HEAD(, route_export) contributors;
	bool changed; /* what they add up to */
};

struct rib {
	struct rib_options options;
	struct policy policy; /* of its rules */
	struct rib_hooks hooks;
	struct prefix_map routes;
	struct attribute_table attributes;
	struct member *members; /* of the set that is being decided */
	size_t member_room;
	struct pool route_pool;
	struct pool path_pool;
	struct pool export_pool;
	struct route_list marked;
	struct route_export_list pending; /* export_batch.h */
	struct route_export_list waiting; /* in the order of `due_ms` */
	struct rib_peer_list peers;
	struct rib_totals totals;
	struct update_group_list groups;
	struct rib_peer *peers_by_bit[RIB_MAX_UPSTREAMS];
	struct aggregate *aggregates; /* options.import.aggregate_count */
	enum rib_shutdown shutdown;
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
/*
 * A peer has come that is announced to: it gets a bit, a group and all routes
 * that it must have. Returns 0, -ENOMEM, or -ENOSPC without a free bit.
 */
int export_add_peer(struct rib *rib, struct rib_peer *peer,
		    const struct rib_peer_options *options);
/* Undoes it, and forgets what was announced to the peer. */
void export_remove_peer(struct rib *rib, struct rib_peer *peer);
/* The peer is to be told everything, once more if it has been. */
void export_mark_peer(struct rib *rib, const struct rib_peer *peer);
/* The path is about to go; what was announced of it has to follow. */
void export_forget_path(struct route *route, const struct path *path);

/* All that is announced of a route must be looked at again. */
void export_mark_pending(struct rib *rib, struct route *route);
/* The route is an aggregate with these attributes; NULL: it was one. */
void export_aggregate(struct rib *rib, struct route *route,
		      struct attribute_set *attributes);

/*
 * What all of this profile are to have, but for those that it came from; NULL:
 * nothing. `trace`: outbound_check_rules().
 */
struct attribute_set *export_wanted(struct rib *rib,
				    const struct update_profile *to,
				    const struct route_export *export,
				    struct policy_trace *trace);

/* Frees all that is left of what was announced of a route. */
void export_free(struct rib *rib, struct route_export *export);
/* These peers, as bits, have it from now on, and nobody else. */
void export_set_announced(struct rib *rib, struct route_export *export,
			  uint64_t peers);
/* If it says nothing any more; and then the route, if it was all of it. */
void export_free_if_unused(struct rib *rib, struct route_export *export);

/* The peers whose bits are in `peers` must be told of a change. */
void export_batch_add(struct rib *rib, struct route_export *export,
		      uint64_t peers);
/* They need not any more. */
void export_batch_remove(struct rib *rib, struct route_export *export,
			 uint64_t peers);

/* A peer that is told something comes, and goes. 0 or -ENOMEM. */
int export_batch_begin(struct rib *rib, struct rib_peer *peer);
void export_batch_end(struct rib *rib, struct rib_peer *peer);

/* Remove all paths of a peer. */
void adj_rib_in_remove_peer(struct rib *rib, struct rib_peer *peer);

/* Decide every marked route. */
void loc_rib_decide(struct rib *rib);

/* Return the route of a prefix, new or present; NULL: out of memory. */
struct route *route_get(struct rib *rib, const struct prefix *prefix);
/* Have rib_process() decide a route. */
void route_mark(struct rib *rib, struct route *route);
/* Frees a route without paths that no neighbor has from us any more. */
void route_free_if_unused(struct rib *rib, struct route *route);
/* A peer as rules see it. */
struct policy_peer rib_policy_peer(const struct rib *rib,
				   const struct rib_peer *peer);

/* REASON_NONE, or why such a path is none that a decision could choose. */
static inline enum path_reason
path_usability(enum import_reason import,
	       const struct attribute_set *attributes)
{
	return import == IMPORT_ACCEPTED ? attributes->nexthop->reason :
					   path_reason_of_import(import);
}

/* What comes from the one goes out as what comes from the other. */
static inline bool export_same_origin(const struct export_origin *a,
				      const struct export_origin *b)
{
	return a->type == b->type && a->bit == b->bit &&
	       a->client == b->client && a->identifier == b->identifier;
}

/* Of one peer: its place in rib.told. */
static inline unsigned int rib_bit_number(uint64_t bit)
{
	return (unsigned int)__builtin_ctzll(bit);
}

#endif
