/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_RANDOM_WORLD_H
#define TEST_RANDOM_WORLD_H

/*
 * Ribs with random options and random paths, whose values are so few that ties
 * are common, and their decisions in a form that can be compared.
 */

#include "../chance.h"
#include "core/log.h"
#include "paths.h"
#include "rib/adj_rib_in.h"
#include "rib/rib.h"

enum {
	PEERS = 6,
	IDS = 3, /* path identifiers of each peer: 1 .. */
	SLOTS = PEERS * IDS,
	HOPS = 5,
};

static const char random_vip[] = "192.0.2.1/32";

/* The state of next hops, shared by all ribs of a test. */
struct outside {
	bool dead[HOPS];
	uint32_t cost[HOPS];
};

struct random_world {
	struct rib *rib;
	struct rib_peer *peers[PEERS];
	const struct outside *outside;
	struct vip_options vips;
};

/* One path of a route and the decision on it. */
struct outcome {
	bool present;
	bool best;
	enum path_reason reason;
	uint32_t weight;
};

/* ------------------------------------------------------------- chance */

static inline void random_start(void)
{
	chance_begin();
	log_set_level(LOG_LEVEL_ERROR); /* maximum paths cut all the time */
}

static inline struct decision_options random_options(void)
{
	return (struct decision_options){
		.maximum_paths = 1 + chance_below(SLOTS),
		.maximum_paths_ibgp = 1 + chance_below(SLOTS),
		.as_path = chance_below(3),
		.confederation = chance_below(2),
		.skip_igp_cost = chance_one_in(3),
		.cluster_length = chance_one_in(3),
		.count_confederation_path = chance_one_in(2),
		.ebgp_ibgp = chance_one_in(3),
		.always_compare_med = chance_below(COMPARE_MED_COUNT),
		.missing_med = chance_below(2),
		.aigp = chance_one_in(2),
		.bandwidth_use = chance_below(3),
		.bandwidth_unit = GIGABIT,
		.default_weight = 1 + chance_below(3),
		.add_path_weight = chance_one_in(3),
	};
}

static inline struct row random_row(void)
{
	static const uint32_t community[] = { (uint32_t)SHUTDOWN,
					      (uint32_t)LLGR_STALE,
					      (uint32_t)JOINING,
					      (uint32_t)LEAVING };
	bool internal = chance_one_in(3);

	return (struct row){
		.hop = chance_below(HOPS),
		.as = { 1 + chance_below(2),
			chance_one_in(2) ? 1 + chance_below(2) : 3,
			chance_one_in(8) ? 4 : 0 },
		.member = { chance_one_in(4) ? 64601 + chance_below(2) : 0 },
		.originator = internal ? 40 + chance_below(2) : 0,
		.clusters = internal ? chance_below(3) : 0,
		.local_pref = chance_one_in(40) ? 101 : 0,
		.med = chance_one_in(2) ? 1 + chance_below(2) : 0,
		.origin = chance_one_in(40) ? 1 : 0,
		.aigp = chance_one_in(2) ? 1 + chance_below(2) : 0,
		.bandwidth =
			chance_one_in(2) ? (1. + chance_below(3)) * GIGABIT : 0,
		.no_bandwidth_left = chance_one_in(12),
		.community = chance_one_in(8) ? community[chance_below(4)] : 0,
	};
}

/* ------------------------------------------------------------- the world */

static inline unsigned int hop_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - 0x0a000000;
}

static inline enum path_reason random_check(const struct address *nexthop,
					    uint32_t *igp_cost, void *context)
{
	const struct random_world *world = context;
	unsigned int hop = hop_index(nexthop);

	*igp_cost = world->outside->cost[hop];
	return world->outside->dead[hop] ? REASON_NEXTHOP_DEAD : REASON_NONE;
}

static inline void random_track(const struct address *nexthop, bool wanted,
				void *context)
{
	(void)nexthop, (void)wanted, (void)context;
}

static inline bool random_decided(const struct route *route,
				  const struct member *members, void *context)
{
	(void)members, (void)context;
	return route->selected;
}

static inline void random_work(void *context)
{
	(void)context;
}

static inline void random_export(void *context)
{
	(void)context;
}

static inline void random_peer_up(struct random_world *world, unsigned int i)
{
	static const enum peer_type types[PEERS] = {
		PEER_EXTERNAL, PEER_INTERNAL, PEER_EXTERNAL,
		PEER_EXTERNAL, PEER_INTERNAL, PEER_CONFEDERATION,
	};
	static const struct bgp_negotiated session = {
		.families = BGP_IPV4_UNICAST_BIT,
	};
	const struct rib_peer_options options = {
		/* some peers share one: RFC 6286 */
		.source = { .address = address_from_ipv4(
				    htonl(0x0a010001 + (i * 5) % 7)),
			    .identifier = 30 + i / 2,
			    .as = 1 + i % 2,
			    .type = types[i],
			    .multipath_off = i == 3 },
		.role = NEIGHBOR_ROLE_BACKEND,
		.session = &session,
		.local_address = address_from_ipv4(htonl(0x0a0000fe)),
		.relation = BGP_ROLE_NONE,
	};

	world->peers[i] = rib_peer_up(world->rib, &options);
	assert_non_null(world->peers[i]);
}

static inline void random_world_init(struct random_world *world,
				     const struct decision_options *options,
				     const struct outside *outside)
{
	struct rib_options rib = {
		.import = { .local_as = 64512,
			    .local_identifier = 77,
			    .vips = &world->vips,
			    .vip_count = 1 },
		.decision = *options,
		.min_nexthops = 1,
	};
	const struct rib_hooks hooks = { random_check,	 random_track,
					 random_decided, random_work,
					 random_export,	 world };

	*world = (struct random_world){ .outside = outside };
	world->vips = vip_options_default;
	prefix_parse("192.0.2.0/24", &world->vips.prefix);
	world->rib = rib_new(&rib, &hooks);
	assert_non_null(world->rib);
	for (unsigned int i = 0; i < PEERS; i++)
		random_peer_up(world, i);
}

/* Return the peer of a slot; a slot is a peer and a path identifier. */
static inline struct rib_peer *peer_of(struct random_world *world,
				       unsigned int slot)
{
	return world->peers[slot / IDS];
}

static inline uint32_t id_of(unsigned int slot)
{
	return slot % IDS + 1;
}

static inline void random_announce(struct random_world *world,
				   unsigned int slot, const struct row *row)
{
	struct row_bytes bytes;
	struct test_update t = { 0 };
	struct bgp_announced *part = &t.update.announced[BGP_PART_FIELD];

	part->nlri = test_nlri(&t, random_vip, id_of(slot));
	t.update.attributes = row_attributes(row, &bytes);
	part->nexthop = t.update.attributes.nexthop;
	assert_int_equal(adj_rib_in_update(world->rib, peer_of(world, slot),
					   &t.update),
			 0);
}

static inline void random_withdraw(struct random_world *world,
				   unsigned int slot)
{
	struct test_update t;

	adj_rib_in_update(world->rib, peer_of(world, slot),
			  test_withdraw(&t, random_vip, id_of(slot)));
}

static inline const struct route *random_route(const struct random_world *world)
{
	struct prefix prefix;

	prefix_parse(random_vip, &prefix);
	return rib_find(world->rib, &prefix);
}

static inline unsigned int slot_of(const struct random_world *world,
				   const struct path *path)
{
	unsigned int peer = 0;

	while (&world->peers[peer]->source != path->source)
		peer++;
	return peer * IDS + path->path_id - 1;
}

/* Decide and return the outcome for each path. */
static inline void random_outcome(struct random_world *world,
				  struct outcome outcome[SLOTS])
{
	const struct route *route;
	const struct path *path;

	memset(outcome, 0, SLOTS * sizeof(*outcome));
	rib_process(world->rib);
	route = random_route(world);
	for (path = route ? route->paths : NULL; path; path = path->next) {
		struct outcome *out = &outcome[slot_of(world, path)];

		out->present = true;
		out->best = path->best;
		out->reason = path->reason;
		out->weight = rib_path_weight(world->rib, route, path);
	}
}

static inline bool same_outcome(const struct outcome a[SLOTS],
				const struct outcome b[SLOTS])
{
	for (unsigned int i = 0; i < SLOTS; i++)
		if (a[i].present != b[i].present || a[i].best != b[i].best ||
		    a[i].reason != b[i].reason || a[i].weight != b[i].weight)
			return false;
	return true;
}

#endif
