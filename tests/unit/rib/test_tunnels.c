// SPDX-License-Identifier: BSD-2-Clause
/* Paths whose neighbor says where their tunnel ends. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "export_world.h"

enum {
	SERVER,
	END, /* of the tunnel */
};

/*
 * A Tunnel Encapsulation attribute: GRE to 10.0.0.2, which is backend END. Behind
 * it is one of another type.
 */
static const uint8_t attributes[] = { 0xc0, 23, 16, 0,	  2,  0, 12, 6,
				      10,   0,	0,  0,	  0,  0, 1,  10,
				      0,    0,	2,  0xc0, 99, 1, 7 };
static const uint8_t other[] = { 0xc0, 99, 1, 7 };
static const uint8_t gre_community[] = { 3, 0x0c, 0, 0, 0, 0, 0, 2 };

static struct rib_nexthop_place behind_routers(const struct address *nexthop,
					       void *context)
{
	(void)context;
	return (struct rib_nexthop_place){
		.ifindex = 3,
		.mac = { 2, 0, 0, 0, 0, (uint8_t)backend_index(nexthop) }
	};
}

static int setup_tunnels(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	hooks.nexthop_place = behind_routers;
	world_start_with(&world, &options, &hooks);
	*state = &world;
	return 0;
}

/* Let the server's session come up again; encapsulation COUNT: as it says. */
static void restart_server(struct world *world,
			   enum hg_encapsulation encapsulation,
			   enum neighbor_nexthop allowed)
{
	struct rib_peer_options options = backend_options(SERVER);

	options.source.encapsulation = encapsulation;
	options.source.nexthop = allowed;
	rib_peer_down(world->rib, world->backends[SERVER]);
	world->backends[SERVER] = rib_peer_up(world->rib, &options);
	assert_non_null(world->backends[SERVER]);
}

/* Announce the VIP with the attribute and the server as next hop. */
static const struct path *announce_tunnel(struct world *world)
{
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 },
	};
	struct test_update t;

	test_announce(&t, &route);
	t.update.attributes.unknown = reader_of(attributes, sizeof(attributes));
	t.update.attributes.present |= BGP_HAS_EXTENDED_COMMUNITIES;
	t.update.attributes.extended_communities =
		reader_of(gre_community, sizeof(gre_community));
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[SERVER],
					   &t.update),
			 0);
	rib_process(world->rib);
	return route_of(world, VIP)->paths;
}

static void assert_leads_to(const struct attribute_set *set, unsigned int to)
{
	const struct address wanted = backend_address(to);

	assert_true(address_equal(rib_nexthop_address(set->nexthop), &wanted));
}

static void a_path_leads_to_the_end_of_its_tunnel(void **state)
{
	struct world *world = *state;
	const struct path *path;

	restart_server(world, HG_ENCAPSULATION_COUNT, NEIGHBOR_NEXTHOP_ANY);
	path = announce_tunnel(world);
	assert_int_equal(path->reason, REASON_NONE);
	assert_leads_to(path->attributes, END);
	assert_int_equal(path_encapsulation(path), HG_ENCAPSULATION_GRE);
	assert_int_equal(world->tracked[END], 1);
	/* Adj-RIB-In has what was received. */
	assert_leads_to(attribute_set_received(path->attributes), SERVER);
}

static void without_the_key_the_attribute_has_no_effect(void **state)
{
	struct world *world = *state;
	const struct path *path;

	restart_server(world, HG_ENCAPSULATION_NONE, NEIGHBOR_NEXTHOP_ANY);
	path = announce_tunnel(world);
	assert_leads_to(path->attributes, SERVER);
	assert_int_equal(path_encapsulation(path), HG_ENCAPSULATION_NONE);
	restart_server(world, HG_ENCAPSULATION_GUE, NEIGHBOR_NEXTHOP_ANY);
	path = announce_tunnel(world);
	assert_leads_to(path->attributes, SERVER);
	assert_int_equal(path_encapsulation(path), HG_ENCAPSULATION_GUE);
}

/* The same rules hold for it as for a next hop. */
static void the_end_has_to_be_one_that_the_neighbor_may_give(void **state)
{
	struct world *world = *state;

	restart_server(world, HG_ENCAPSULATION_COUNT, NEIGHBOR_NEXTHOP_PEER);
	assert_int_equal(announce_tunnel(world)->reason,
			 REASON_NEXTHOP_NOT_PEER);
	restart_server(world, HG_ENCAPSULATION_COUNT, NEIGHBOR_NEXTHOP_ON_LINK);
	assert_int_equal(announce_tunnel(world)->reason,
			 REASON_NEXTHOP_NOT_ON_LINK);
}

/* Packets that are sent to us must not go around us, nor come inside others. */
static void the_tunnel_is_not_said_of_our_own_address(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	restart_server(world, HG_ENCAPSULATION_COUNT, NEIGHBOR_NEXTHOP_ANY);
	announce_tunnel(world);
	a = next_announcement(world, world->upstream);
	assert_true(a.present & BGP_HAS_NEXTHOP);
	assert_int_equal(a.unknown.left, sizeof(other));
	assert_memory_equal(a.unknown.data, other, sizeof(other));
	assert_false(a.present & BGP_HAS_EXTENDED_COMMUNITIES);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_tunnels, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_leads_to_the_end_of_its_tunnel),
		TEST(without_the_key_the_attribute_has_no_effect),
		TEST(the_tunnel_is_not_said_of_our_own_address),
		TEST(the_end_has_to_be_one_that_the_neighbor_may_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
