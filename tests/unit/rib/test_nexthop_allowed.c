// SPDX-License-Identifier: BSD-2-Clause
/* Which next hops a neighbor may give to its paths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "world.h"

enum {
	SERVER,
	OTHER,	/* another machine */
	SECOND, /* another address of the server */
	FAR,	/* behind a gateway */
};

enum {
	LINK = 3,
	OTHER_LINK = 4,
};

/* The machine behind each next hop; 0: not known yet. */
static uint8_t machines[BACKENDS];

static struct rib_nexthop_place place_of(const struct address *nexthop,
					 void *context)
{
	unsigned int i = backend_index(nexthop);
	struct rib_nexthop_place place = { .ifindex = machines[i] ? LINK : 0,
					   .on_link = i != FAR };

	(void)context;
	place.mac[0] = machines[i];
	return place;
}

/* Replace the first backend by one whose paths may have these next hops. */
static void allow_nexthops(struct world *world, enum neighbor_nexthop allowed)
{
	const struct rib_peer_options options = {
		.source = { .address = backend_address(SERVER),
			    .identifier = 100,
			    .as = 65001,
			    .ifindex = LINK,
			    .nexthop = allowed },
		.mac = { machines[SERVER] },
		.role = NEIGHBOR_ROLE_BACKEND,
		.session = &ipv4_session,
		.relation = BGP_ROLE_NONE,
	};

	rib_peer_down(world->rib, world->backends[SERVER]);
	world->backends[SERVER] = rib_peer_up(world->rib, &options);
	assert_non_null(world->backends[SERVER]);
}

static int setup_places(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);
	const uint8_t usual[] = {
		[SERVER] = 1, [OTHER] = 2, [SECOND] = 1, [FAR] = 4
	};

	memcpy(machines, usual, sizeof(usual));
	hooks.nexthop_place = place_of;
	world_start_with(&world, &options, &hooks);
	allow_nexthops(&world, NEIGHBOR_NEXTHOP_PEER);
	*state = &world;
	return 0;
}

/* Announce the VIP with this next hop, and return the path's reason. */
static enum path_reason announce_by(struct world *world, unsigned int hop)
{
	struct address address = backend_address(hop);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 },
	};

	announce(world, SERVER, &route);
	rib_process(world->rib);
	return reason_of(world, VIP, SERVER);
}

static void a_server_is_its_own_next_hop(void **state)
{
	struct world *world = *state;

	assert_int_equal(announce_by(world, SERVER), REASON_NONE);
	assert_int_equal(world->tracked[SERVER], 1);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 0);
}

static void another_machine_is_not_and_is_counted(void **state)
{
	struct world *world = *state;

	assert_int_equal(announce_by(world, OTHER), REASON_NEXTHOP_NOT_PEER);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 1);
	assert_int_equal(announce_by(world, SERVER), REASON_NONE);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 0);
	assert_int_equal(announce_by(world, OTHER), REASON_NEXTHOP_NOT_PEER);
	withdraw(world, SERVER, VIP);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 0);
}

static void a_second_address_behind_its_mac_is(void **state)
{
	struct world *world = *state;

	assert_int_equal(announce_by(world, SECOND), REASON_NONE);
	assert_int_equal(world->tracked[SERVER], 1);
	assert_int_equal(world->tracked[SECOND], 1);
}

/* The kernel may know either address first. */
static void it_is_believed_when_both_are_known(void **state)
{
	const unsigned int late[] = { SERVER, SECOND };
	struct world *world = *state;

	for (size_t i = 0; i < 2; i++) {
		const struct address address = backend_address(late[i]);

		machines[late[i]] = 0;
		rib_nexthop_changed(world->rib, &address);
		assert_int_equal(announce_by(world, SECOND),
				 REASON_NEXTHOP_NOT_PEER);
		machines[late[i]] = 1;
		rib_nexthop_changed(world->rib, &address);
		rib_process(world->rib);
		assert_int_equal(reason_of(world, VIP, SERVER), REASON_NONE);
		withdraw(world, SERVER, VIP);
	}
}

static void it_is_not_any_more_when_it_moves_to_another_machine(void **state)
{
	const struct address second = backend_address(SECOND);
	struct world *world = *state;

	announce_by(world, SECOND);
	machines[SECOND] = 2;
	rib_nexthop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, SERVER),
			 REASON_NEXTHOP_NOT_PEER);
}

/* The MAC would be that of a router, which has all servers behind it. */
static void behind_a_gateway_the_mac_proves_nothing(void **state)
{
	struct world *world = *state;

	machines[FAR] = 1;
	allow_nexthops(world, NEIGHBOR_NEXTHOP_PEER);
	assert_int_equal(announce_by(world, FAR), REASON_NONE);
	world->backends[SERVER]->source.self->place.on_link = false;
	assert_int_equal(path_usability(route_of(world, VIP)->paths),
			 REASON_NEXTHOP_NOT_PEER);
	world->backends[SERVER]->source.self->place.on_link = true;
}

static void on_link_allows_others_but_none_behind_a_gateway(void **state)
{
	struct world *world = *state;

	allow_nexthops(world, NEIGHBOR_NEXTHOP_ON_LINK);
	assert_int_equal(announce_by(world, OTHER), REASON_NONE);
	assert_int_equal(announce_by(world, FAR), REASON_NEXTHOP_NOT_ON_LINK);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 1);
}

static void any_allows_all(void **state)
{
	struct world *world = *state;

	allow_nexthops(world, NEIGHBOR_NEXTHOP_ANY);
	assert_int_equal(announce_by(world, OTHER), REASON_NONE);
	assert_int_equal(announce_by(world, FAR), REASON_NONE);
}

/* Let the session of an upstream come up, whose frames go to this machine. */
static void add_upstream(struct world *world, uint32_t ifindex, uint8_t machine)
{
	const struct rib_peer_options options = {
		.source = { .address = address_from_ipv4(htonl(0x0a000164)),
			    .identifier = 1,
			    .as = 64500,
			    .ifindex = ifindex },
		.mac = { machine },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = &ipv4_session,
		.relation = BGP_ROLE_NONE,
	};

	assert_non_null(rib_peer_up(world->rib, &options));
	rib_process(world->rib);
}

static void the_machine_of_an_upstream_is_not(void **state)
{
	struct world *world = *state;

	allow_nexthops(world, NEIGHBOR_NEXTHOP_ANY);
	assert_int_equal(announce_by(world, OTHER), REASON_NONE);
	add_upstream(world, LINK, machines[OTHER]);
	assert_int_equal(reason_of(world, VIP, SERVER), REASON_NEXTHOP_LOOP);
	assert_int_equal(announce_by(world, SERVER), REASON_NONE);
	assert_int_equal(announce_by(world, OTHER), REASON_NEXTHOP_LOOP);
	assert_int_equal(world->backends[SERVER]->nexthops_refused, 1);
}

/* Routers use one MAC on all their links. */
static void on_another_link_the_mac_is_that_of_another_machine(void **state)
{
	struct world *world = *state;

	allow_nexthops(world, NEIGHBOR_NEXTHOP_ANY);
	add_upstream(world, OTHER_LINK, machines[OTHER]);
	assert_int_equal(announce_by(world, OTHER), REASON_NONE);
}

static void a_machine_that_is_also_an_upstream_may_give_itself(void **state)
{
	struct world *world = *state;

	add_upstream(world, LINK, machines[SERVER]);
	assert_int_equal(announce_by(world, SERVER), REASON_NONE);
	assert_int_equal(announce_by(world, SECOND), REASON_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_server_is_its_own_next_hop,
						setup_places, teardown),
		cmocka_unit_test_setup_teardown(
			another_machine_is_not_and_is_counted, setup_places,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_second_address_behind_its_mac_is, setup_places,
			teardown),
		cmocka_unit_test_setup_teardown(
			it_is_believed_when_both_are_known, setup_places,
			teardown),
		cmocka_unit_test_setup_teardown(
			it_is_not_any_more_when_it_moves_to_another_machine,
			setup_places, teardown),
		cmocka_unit_test_setup_teardown(
			behind_a_gateway_the_mac_proves_nothing, setup_places,
			teardown),
		cmocka_unit_test_setup_teardown(
			on_link_allows_others_but_none_behind_a_gateway,
			setup_places, teardown),
		cmocka_unit_test_setup_teardown(any_allows_all, setup_places,
						teardown),
		cmocka_unit_test_setup_teardown(
			the_machine_of_an_upstream_is_not, setup_places,
			teardown),
		cmocka_unit_test_setup_teardown(
			on_another_link_the_mac_is_that_of_another_machine,
			setup_places, teardown),
		cmocka_unit_test_setup_teardown(
			a_machine_that_is_also_an_upstream_may_give_itself,
			setup_places, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
