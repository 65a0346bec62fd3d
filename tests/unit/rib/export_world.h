/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_EXPORT_WORLD_H
#define TEST_EXPORT_WORLD_H

/* Neighbors of every kind and what is announced to them, for export tests. */

#include "rib/export.h"
#include "world.h"

enum {
	HELD_MAX = 64, /* routes that one neighbor has */
};

/* The kind of a further neighbor; they are numbered from 0. */
struct neighbor_kind {
	enum neighbor_role role;
	enum peer_type type;
	bool client;
	enum neighbor_nexthop nexthop;
};

enum {
	FURTHER_AS = 64600,
	FURTHER_ID = 500,
};

static inline struct rib_peer *
further_up_with(struct world *world, unsigned int number,
		const struct neighbor_kind *kind,
		const struct bgp_negotiated *session)
{
	const struct rib_peer_options options = {
		.source = { .address = address_from_ipv4(
				    htonl(0x0a00fe80 + number)),
			    .identifier = FURTHER_ID + number,
			    .as = kind->type == PEER_INTERNAL ?
					  LOCAL_AS :
					  FURTHER_AS + number,
			    .type = kind->type },
		.role = kind->role,
		.session = session,
		.local_address = address_from_ipv4(htonl(0x0a00fe01)),
		.nexthop = kind->nexthop,
		.client = kind->client,
		.relation = BGP_ROLE_NONE,
	};
	struct rib_peer *peer = rib_peer_up(world->rib, &options);

	assert_non_null(peer);
	return peer;
}

static inline struct rib_peer *further_up(struct world *world,
					  unsigned int number,
					  const struct neighbor_kind *kind)
{
	return further_up_with(world, number, kind, &ipv4_session);
}

/* Let `peer` announce a route, and decide. */
static inline void announce_from(struct world *world, struct rib_peer *peer,
				 const struct test_route *route)
{
	struct test_update t;

	assert_int_equal(adj_rib_in_update(world->rib, peer,
					   test_announce(&t, route)),
			 0);
	rib_process(world->rib);
}

/* Return the attributes of the next batch for `peer`, an announcement. */
static inline struct bgp_attributes next_announcement(struct world *world,
						      struct rib_peer *peer)
{
	struct export_batch out;

	assert_true(export_batch_next(world->rib, peer, &out));
	assert_false(out.withdraw);
	return out.attributes;
}

/* Send everything to `peer`, then assert that it has the prefix or has not. */
static inline void assert_has_route(struct world *world, struct rib_peer *peer,
				    const char *text, bool announced)
{
	const struct route *route;
	struct export_batch out;

	while (export_batch_next(world->rib, peer, &out))
		;
	route = route_of(world, text);
	assert_int_equal(route && route_announced(route) & peer->bit,
			 announced);
}

static inline void assert_announced(struct world *world, const char *text,
				    bool announced)
{
	assert_has_route(world, world->upstream, text, announced);
}

static inline void assert_export_reason(struct world *world, const char *text,
					enum export_reason cause)
{
	assert_int_equal(export_explain(world->rib, route_of(world, text),
					world->upstream),
			 cause);
}

#endif
