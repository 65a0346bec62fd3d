/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

/*
 * A small world for the rib: backends that announce a VIP, one upstream, next
 * hops that live and die.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rib/adj_rib_in.h"
#include "rib/export_batch.h"
#include "rib/rib.h"
#include "routes.h"

enum {
	LOCAL_AS = 64512,
	LOCAL_ID = 77,
	BACKENDS = 6,
	VIPS = 3,
	EVENTS = 100000,
	UPSTREAM_AS = 64500,
};

static const struct bgp_negotiated ipv4_session = {
	.families = BGP_IPV4_UNICAST_BIT,
};

/* The state that hooks record and answer by. */
struct world {
	struct rib *rib;
	struct rib_peer *backends[BACKENDS];
	struct rib_peer *upstream;
	struct vip_options vip_range;
	bool dead[BACKENDS];
	int tracked[BACKENDS];
	int least_tracked; /* of any next hop, at any time */
	bool refuse_to_steer;
	unsigned int exports;
	bool together;	  /* batches go to several neighbors of a group */
	uint64_t blocked; /* but not to these, by their bits */
};

static inline struct address backend_address(unsigned int i)
{
	return address_from_ipv4(htonl(0x0a000001 + i));
}

static inline unsigned int backend_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - 0x0a000001;
}

static inline enum path_reason nexthop_check(const struct address *a,
					     uint32_t *igp_cost, void *context)
{
	struct world *world = context;

	(void)igp_cost;
	return world->dead[backend_index(a)] ? REASON_NEXTHOP_DEAD :
					       REASON_NONE;
}

static inline void nexthop_track(const struct address *a, bool wanted,
				 void *context)
{
	struct world *world = context;

	world->tracked[backend_index(a)] += wanted ? 1 : -1;
	if (world->tracked[backend_index(a)] < world->least_tracked)
		world->least_tracked = world->tracked[backend_index(a)];
}

/* The members are the next hops of the paths in the set, in their order. */
static inline bool set_decided(const struct route *route,
			       const struct member *members, void *context)
{
	struct world *world = context;
	unsigned int listed = 0;

	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE)
			assert_true(address_equal(
				&members[listed++].address,
				rib_nexthop_address(path->attributes->nexthop)));
	assert_int_equal(listed, route->selected);
	return route->selected && !world->refuse_to_steer;
}

static inline void work_waiting(void *context)
{
	(void)context;
}

static inline void export_waiting(void *context)
{
	struct world *world = context;

	world->exports++;
}

static inline bool export_ready(const struct rib_peer *peer, void *context)
{
	const struct world *world = context;

	return world->together && !(world->blocked & peer->bit);
}

static inline struct rib_peer_options backend_options(unsigned int i)
{
	return (struct rib_peer_options){
		.source = { .address = backend_address(i),
			    .identifier = 100 - i,
			    .as = 65001 + i,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_BACKEND,
		.session = &ipv4_session,
		.local_address = address_from_ipv4(htonl(0x0a0000fe)),
		.relation = BGP_ROLE_NONE,
	};
}

static inline void backend_up(struct world *world, unsigned int i)
{
	const struct rib_peer_options options = backend_options(i);

	world->backends[i] = rib_peer_up(world->rib, &options);
	assert_non_null(world->backends[i]);
}

static inline struct rib_peer_options upstream_options(enum bgp_role relation)
{
	return (struct rib_peer_options){
		.source = { .address = address_from_ipv4(htonl(0x0a00ff01)),
			    .identifier = 1,
			    .as = UPSTREAM_AS,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = &ipv4_session,
		.local_address = address_from_ipv4(htonl(0x0a00ff02)),
		.relation = relation,
	};
}

static inline void upstream_up_as(struct world *world, enum bgp_role relation)
{
	const struct rib_peer_options options = upstream_options(relation);

	world->upstream = rib_peer_up(world->rib, &options);
	assert_non_null(world->upstream);
}

static inline void upstream_up(struct world *world)
{
	upstream_up_as(world, BGP_ROLE_NONE);
}

static inline void upstream_again_as(struct world *world,
				     enum bgp_role relation)
{
	rib_peer_down(world->rib, world->upstream);
	upstream_up_as(world, relation);
}

static inline struct rib_options world_options(struct world *world,
					       uint32_t min_nexthops)
{
	return (struct rib_options){
		.import = { .local_as = LOCAL_AS,
			    .local_identifier = LOCAL_ID,
			    .cluster_id = LOCAL_ID,
			    .vips = &world->vip_range,
			    .vip_count = 1 },
		.decision = { .maximum_paths = 64,
			      .maximum_paths_ibgp = 64,
			      .as_path = MULTIPATH_AS_PATH_RELAXED,
			      .bandwidth_unit = 1,
			      .default_weight = 1 },
		.min_nexthops = min_nexthops,
		.announce_as = ANNOUNCE_AS_PATH,
	};
}

static inline struct rib_hooks world_hooks(struct world *world)
{
	return (struct rib_hooks){
		nexthop_check,	nexthop_track, set_decided,  work_waiting,
		export_waiting, world,	       export_ready,
	};
}

static inline void world_start_with(struct world *world,
				    const struct rib_options *options,
				    const struct rib_hooks *hooks)
{
	*world = (struct world){ 0 };
	world->vip_range = vip_options_default;
	prefix_parse("192.0.2.0/24", &world->vip_range.prefix);
	world->rib = rib_new(options, hooks);
	for (unsigned int i = 0; i < BACKENDS; i++)
		backend_up(world, i);
	upstream_up(world);
}

static inline void world_start(struct world *world,
			       const struct rib_options *options)
{
	const struct rib_hooks hooks = world_hooks(world);

	world_start_with(world, options, &hooks);
}

static inline void world_init(struct world *world, uint32_t min_nexthops)
{
	const struct rib_options options = world_options(world, min_nexthops);

	world_start(world, &options);
}

/* Options of a world that differ from the usual ones. */
struct world_setup {
	bool as_origin; /* --announce-as */
	uint32_t delay_s;
	uint32_t confederation;
	const struct aggregate_options *aggregates;
	size_t aggregate_count;
	const struct vip_options *vips; /* NULL: the usual range */
	size_t vip_count;
	struct policy policy;
};

static inline void world_init_with(struct world *world,
				   const struct world_setup *setup)
{
	struct rib_options options = world_options(world, 1);

	options.announce_delay_s = setup->delay_s;
	if (setup->as_origin)
		options.announce_as = ANNOUNCE_AS_ORIGIN;
	options.rules = setup->policy.rules;
	options.rule_count = setup->policy.count;
	options.import.confederation = setup->confederation;
	options.import.aggregates = setup->aggregates;
	options.import.aggregate_count = setup->aggregate_count;
	if (setup->vips) {
		options.import.vips = setup->vips;
		options.import.vip_count = setup->vip_count;
	}
	world_start(world, &options);
}

static inline int setup(void **state)
{
	static struct world world;

	world_init(&world, 1);
	*state = &world;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *world = *state;

	rib_free(world->rib);
	for (unsigned int i = 0; i < BACKENDS; i++)
		assert_int_equal(world->tracked[i], 0);
	return 0;
}

static inline void announce(struct world *world, unsigned int from,
			    const struct test_route *route)
{
	struct test_update t;

	assert_int_equal(adj_rib_in_update(world->rib, world->backends[from],
					   test_announce(&t, route)),
			 0);
}

static inline void withdraw(struct world *world, unsigned int from,
			    const char *prefix)
{
	struct test_update t;

	assert_int_equal(adj_rib_in_update(world->rib, world->backends[from],
					   test_withdraw(&t, prefix, 0)),
			 0);
}

/* Let backend `i` announce the VIP with itself as the next hop. */
static inline void announce_vip(struct world *world, unsigned int i,
				const char *vip)
{
	struct address address = backend_address(i);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = vip,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + i },
	};

	announce(world, i, &route);
}

static inline const struct route *route_of(struct world *world,
					   const char *text)
{
	struct prefix prefix;

	prefix_parse(text, &prefix);
	return rib_find(world->rib, &prefix);
}

static inline enum path_reason reason_of(struct world *world,
					 const char *prefix, unsigned int from)
{
	const struct route *route = route_of(world, prefix);
	const struct path *path;

	assert_non_null(route);
	for (path = route->paths; path; path = path->next)
		if (path->source == &world->backends[from]->source)
			return path->reason;
	fail();
	return REASON_COUNT;
}

#define VIP "192.0.2.1/32"

#endif
