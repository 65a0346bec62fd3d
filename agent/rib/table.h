/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_TABLE_H
#define RIB_TABLE_H

/*
 * The inside of struct rib, shared by rib.c (what comes in and is decided) and
 * export.c (what goes out). Nobody else includes this.
 */

#include "rib/rib.h"

TAILQ_HEAD(route_list, route);
TAILQ_HEAD(rib_peer_list, rib_peer);

enum export_scratch_sizes {
	/* One message's AS path, and room for our own AS in front. */
	EXPORT_SCRATCH_SIZE = 4 * BGP_MAX_MESSAGE + 8,
};

struct rib {
	struct rib_options options;
	struct prefix_map routes;
	struct attribute_table attributes;
	struct route_list marked;
	struct route_list pending; /* routes with a bit in `pending` */
	struct rib_peer_list peers;
	uint64_t bits_used; /* of struct rib_peer.bit */
	uint8_t export_as_path[EXPORT_SCRATCH_SIZE];
};

/*
 * Marks what must be sent because of the route's new state. To be called after
 * each decision.
 */
void export_route(struct rib *rib, struct route *route);
/* All routes that this new peer must have. */
void export_to_new_peer(struct rib *rib, const struct rib_peer *peer);
/* Forgets what was announced to a peer that has gone. */
void export_forget_peer(struct rib *rib, const struct rib_peer *peer);

/* Frees a route without paths that no neighbor has from us any more. */
void route_free_if_unused(struct rib *rib, struct route *route);

#endif
