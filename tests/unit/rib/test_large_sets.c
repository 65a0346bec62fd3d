// SPDX-License-Identifier: BSD-2-Clause
/*
 * Routes with hundreds of paths: no piece of work grows beyond its budget, or with
 * the square of their number. All by counted costs.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../chance.h"
#include "export_world.h"
#include "rib/rib_internal.h"

enum {
	PATHS = 600, /* the index of path_index.h is in use, too */
	ROUTES = 8,
	FIRST_HOP = 0x0a010001,
	TEXT_SIZE = 32,
	DELAY_S = 5,
	DELAY_MS = 5000,
	DECISION_COST = RIB_ROUTE_COST + PATHS * RIB_PATH_COST,
};

static const struct bgp_negotiated several_session = {
	.families = BGP_IPV4_UNICAST_BIT,
	.add_path_send = { [BGP_IPV4_UNICAST] = true },
};

static const struct neighbor_kind upstream_kind = {
	.role = NEIGHBOR_ROLE_UPSTREAM,
	.type = PEER_EXTERNAL,
};

static unsigned int looks; /* at the clock */

static enum path_reason any_nexthop_lives(const struct address *nexthop,
					  uint32_t *igp_cost, void *context)
{
	(void)nexthop, (void)igp_cost, (void)context;
	return REASON_NONE;
}

static void track_any_nexthop(const struct address *nexthop, bool wanted,
			      void *context)
{
	(void)nexthop, (void)wanted, (void)context;
}

static bool count_look(void *context)
{
	(void)context;
	looks++;
	return false;
}

static int begin(void **state)
{
	static struct world world;
	struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	options.decision.maximum_paths = PATHS;
	hooks.nexthop_check = any_nexthop_lives;
	hooks.nexthop_track = track_any_nexthop;
	hooks.is_late = count_look;
	world_start_with(&world, &options, &hooks);
	looks = 0;
	*state = &world;
	return 0;
}

static const char *numbered(const char *format, unsigned int number,
			    char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, format, number);
	return text;
}

/* Let the first backend announce a path of a route, each with a next hop. */
static void announce_number(struct world *world, const char *prefix,
			    unsigned int number)
{
	const struct address hop = address_from_ipv4(htonl(FIRST_HOP + number));
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = prefix,
		.nexthop = address_format(&hop, nexthop),
		.as = { 65001 },
		.path_id = number + 1,
	};

	announce(world, 0, &route);
}

static void withdraw_number(struct world *world, const char *prefix,
			    unsigned int number)
{
	struct test_update t;

	assert_int_equal(
		adj_rib_in_update(world->rib, world->backends[0],
				  test_withdraw(&t, prefix, number + 1)),
		0);
}

static void announce_all(struct world *world, const char *prefix)
{
	for (unsigned int number = 0; number < PATHS; number++)
		announce_number(world, prefix, number);
}

static void process_all(struct world *world)
{
	while (rib_process(world->rib))
		;
}

static void send_all(struct world *world, struct rib_peer *peer)
{
	struct export_batch out;

	while (export_batch_next(world->rib, peer, &out))
		;
}

static void a_turn_decides_by_the_number_of_paths(void **state)
{
	struct world *world = *state;
	char text[TEXT_SIZE];

	for (unsigned int i = 0; i < ROUTES; i++)
		announce_all(world, numbered("192.0.2.%u/32", i, text));
	world->rib->turn_budget = 2 * DECISION_COST;
	for (unsigned int decided = 2; decided <= ROUTES; decided += 2) {
		assert_int_equal(rib_process(world->rib), decided < ROUTES);
		assert_int_equal(rib_totals(world->rib).learned, decided);
	}
}

/* The hooks of a decision may take long: each of these is as long as many. */
static void the_clock_is_looked_at_after_each_of_them(void **state)
{
	struct world *world = *state;
	char text[TEXT_SIZE];

	for (unsigned int i = 0; i < ROUTES; i++)
		announce_all(world, numbered("192.0.2.%u/32", i, text));
	process_all(world);
	assert_int_equal(looks, ROUTES);
}

/* Check the order of a route's exports, and return their number. */
static unsigned int check_exports(const struct route *route)
{
	const struct route_export *export = route->exports;
	const struct path *last = NULL;
	unsigned int count = 0;
	bool gone = false;

	for (; export; export = export->next, count++) {
		if (export->next)
			assert_ptr_equal(export->next->previous, export);
		else
			assert_ptr_equal(route->exports->previous, export);
		assert_int_equal(export->path_id == RIB_BEST_PATH, !count);
		gone |= count && !export->path;
		if (!export->path)
			continue;
		assert_false(gone);
		assert_true(!last || path_order(last, export->path) < 0);
		last = export->path;
	}
	return count;
}

static void announcing_many_paths_passes_each_once(void **state)
{
	struct world *world = *state;
	struct rib_peer *several =
		further_up_with(world, 0, &upstream_kind, &several_session);
	uint64_t passed;

	announce_all(world, VIP);
	process_all(world);
	assert_int_equal(check_exports(route_of(world, VIP)), PATHS + 1);
	assert_in_range(world->rib->exports_passed, 0, 2 * PATHS);
	send_all(world, several);
	/* One more decision. */
	passed = world->rib->exports_passed;
	announce_vip(world, 1, VIP);
	process_all(world);
	assert_in_range(world->rib->exports_passed - passed, 0, 2 * PATHS);
	send_all(world, several);
	/* The session that all paths came from is lost. */
	passed = world->rib->exports_passed;
	rib_peer_down(world->rib, world->backends[0]);
	process_all(world);
	send_all(world, several);
	send_all(world, world->upstream);
	assert_in_range(world->rib->exports_passed - passed, 0, 4 * PATHS);
	assert_int_equal(check_exports(route_of(world, VIP)), 2);
	backend_up(world, 0);
}

static void exports_stay_in_order_while_paths_come_and_go(void **state)
{
	struct world *world = *state;
	struct rib_peer *several =
		further_up_with(world, 0, &upstream_kind, &several_session);

	announce_vip(world, 1, VIP); /* the route stays */
	for (unsigned int i = 0; i < 3000; i++) {
		unsigned int number = chance_below(PATHS / 10);

		if (chance_one_in(2))
			announce_number(world, VIP, number);
		else
			withdraw_number(world, VIP, number);
		if (chance_one_in(3))
			process_all(world);
		if (chance_one_in(10))
			send_all(world, several);
		if (route_of(world, VIP)->exports)
			check_exports(route_of(world, VIP));
	}
	process_all(world);
	send_all(world, several);
	send_all(world, world->upstream);
	assert_int_equal(check_exports(route_of(world, VIP)),
			 1 + route_of(world, VIP)->selected);
	assert_int_equal(several->prefixes_announced,
			 route_of(world, VIP)->selected);
}

/* Paths that were refused: no decision looks at them. */
static void many_paths_of_one_route_are_removed_in_turns(void **state)
{
	enum {
		IN_TURN = 50
	};
	struct world *world = *state;
	struct rib_peer *peer = world->backends[0];
	unsigned int turns = 0;

	announce_all(world, "198.51.100.1/32");
	process_all(world);
	assert_int_equal(peer->prefixes_received, PATHS);
	world->rib->turn_budget = IN_TURN * RIB_REFUSED_SWEEP_COST;
	rib_peer_down(world->rib, peer);
	for (uint32_t left = PATHS - IN_TURN; world->rib->leaving; turns++) {
		assert_in_range(peer->prefixes_received, left, PATHS);
		left = peer->prefixes_received < 2 * IN_TURN ?
			       0 :
			       peer->prefixes_received - IN_TURN;
		rib_process(world->rib);
	}
	assert_in_range(turns, PATHS / IN_TURN - 1, PATHS / IN_TURN + 1);
	assert_null(route_of(world, "198.51.100.1/32"));
	world->rib->turn_budget = RIB_TURN_BUDGET;
	backend_up(world, 0);
}

/* A route that is to be decided comes before the sweep of the lost session. */
static void a_decision_removes_lost_paths_in_turns(void **state)
{
	enum {
		IN_TURN = 50
	};
	struct world *world = *state;
	struct rib_peer *peer = world->backends[0];
	const struct test_route other = { .prefix = "192.0.2.1/32",
					  .nexthop = "10.0.0.2",
					  .as = { 65002 } };
	uint32_t before = 2 * PATHS;

	announce_all(world, "192.0.2.0/32");
	announce_all(world, "192.0.2.1/32");
	process_all(world);
	world->rib->turn_budget = IN_TURN * RIB_SWEEP_COST;
	rib_peer_down(world->rib, peer);
	announce(world, 1, &other);
	for (; world->rib->leaving; rib_process(world->rib)) {
		assert_true(before - peer->prefixes_received <= 2 * IN_TURN);
		before = peer->prefixes_received;
	}
	world->rib->turn_budget = RIB_TURN_BUDGET;
	process_all(world);
	assert_int_equal(route_of(world, "192.0.2.1/32")->selected, 1);
	assert_int_equal(route_of(world, "192.0.2.0/32")->selected, 0);
	backend_up(world, 0);
}

static int end(void **state)
{
	struct world *world = *state;

	rib_free(world->rib);
	return 0;
}

/* The delay of many VIPs ends at once. */
static void the_end_of_a_delay_is_announced_in_pieces(void **state)
{
	static struct world world;
	char text[TEXT_SIZE];
	size_t announced = 0;

	(void)state;
	world_init_with(&world, &(struct world_setup){ .delay_s = DELAY_S });
	for (unsigned int i = 0; i < ROUTES; i++)
		announce_vip(&world, 0, numbered("192.0.2.%u/32", i, text));
	process_all(&world);
	assert_int_equal(export_advance(world.rib, 1000), 1000 + DELAY_MS);
	world.rib->turn_budget = 2 * RIB_ROUTE_COST;
	while (announced < ROUTES) {
		uint64_t due = export_advance(world.rib, 1000 + DELAY_MS);

		announced += 2;
		send_all(&world, world.upstream);
		assert_int_equal(rib_totals(world.rib).announced, announced);
		assert_int_equal(due, announced < ROUTES ? 1000 + DELAY_MS : 0);
	}
	rib_free(world.rib);
}

#define SET_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SET_TEST(a_turn_decides_by_the_number_of_paths),
		SET_TEST(the_clock_is_looked_at_after_each_of_them),
		SET_TEST(announcing_many_paths_passes_each_once),
		SET_TEST(exports_stay_in_order_while_paths_come_and_go),
		SET_TEST(many_paths_of_one_route_are_removed_in_turns),
		SET_TEST(a_decision_removes_lost_paths_in_turns),
		cmocka_unit_test(the_end_of_a_delay_is_announced_in_pieces),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
