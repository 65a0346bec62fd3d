// SPDX-License-Identifier: BSD-2-Clause
/* Paths of lost sessions, and stale ones, are removed in turns. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rib/adj_rib_in.h"
#include "same_end.h"

enum {
	ROUTES = 200, /* of each kind */
	PATHS_IN_TURN = 64,
	TEXT_SIZE = 32,
};

static const struct neighbor_kind upstream_kind = {
	.role = NEIGHBOR_ROLE_UPSTREAM,
	.type = PEER_EXTERNAL,
};

static const char vip_format[] = "192.0.2.%u/32";
static const char refused_format[] = "198.51.100.%u/32";

static void announce_some(struct world *world, unsigned int from,
			  const char *format, unsigned int count)
{
	char text[TEXT_SIZE];

	for (unsigned int i = 1; i <= count; i++) {
		snprintf(text, sizeof(text), format, i);
		announce_vip(world, from, text);
	}
}

static void process_all(struct world *world)
{
	while (rib_process(world->rib))
		;
}

/* Let a backend announce VIPs and others, then give turns little time. */
static struct rib_peer *begin_turns(struct world *world, unsigned int from)
{
	announce_some(world, from, refused_format, ROUTES);
	announce_some(world, from, vip_format, ROUTES);
	process_all(world);
	world->rib->turn_budget = PATHS_IN_TURN * RIB_SWEEP_COST;
	return world->backends[from];
}

static void lose(struct world *world, unsigned int from)
{
	rib_peer_down(world->rib, world->backends[from]);
	world->backends[from] = NULL;
}

static void a_turn_removes_as_much_as_its_budget(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);
	uint32_t before;

	lose(world, 0);
	assert_in_range(peer->prefixes_received, 1, 2 * ROUTES - 1);
	rib_process(world->rib); /* the rest of the same turn */
	while (world->rib->leaving) {
		before = peer->prefixes_received;
		rib_process(world->rib);
		if (world->rib->leaving)
			assert_in_range(before - peer->prefixes_received, 1,
					PATHS_IN_TURN);
	}
	process_all(world);
	assert_int_equal(rib_totals(world->rib).learned, 0);
	backend_up(world, 0);
}

static void accepted_paths_go_before_refused_ones(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	lose(world, 0);
	while (peer->prefixes_accepted) {
		assert_int_equal(peer->prefixes_received -
					 peer->prefixes_accepted,
				 ROUTES);
		rib_process(world->rib);
	}
	assert_true(world->rib->leaving);
	process_all(world);
	assert_int_equal(world->rib->leaving, 0);
	backend_up(world, 0);
}

static void no_decision_uses_a_path_of_a_lost_session(void **state)
{
	struct world *world = *state;
	char text[TEXT_SIZE];
	unsigned int left = 0;

	begin_turns(world, 0);
	lose(world, 0);
	for (unsigned int i = 1; i <= ROUTES; i++) {
		snprintf(text, sizeof(text), vip_format, i);
		left += route_of(world, text)->paths != NULL;
		announce_vip(world, 1, text);
	}
	assert_in_range(left, 1, ROUTES);
	world->rib->turn_budget = RIB_TURN_BUDGET;
	loc_rib_decide(world->rib); /* before the sweep comes to them */
	for (unsigned int i = 1; i <= ROUTES; i++) {
		snprintf(text, sizeof(text), vip_format, i);
		assert_int_equal(route_of(world, text)->selected, 1);
		assert_null(route_of(world, text)->paths->next);
	}
	process_all(world);
	backend_up(world, 0);
}

static void a_session_may_return_while_its_paths_are_removed(void **state)
{
	struct world *world = *state;

	begin_turns(world, 0);
	lose(world, 0);
	backend_up(world, 0);
	announce_some(world, 0, vip_format, ROUTES);
	announce_some(world, 0, refused_format, 3);
	assert_true(world->rib->leaving);
	process_all(world);
	assert_int_equal(world->rib->leaving, 0);
	assert_int_equal(world->backends[0]->prefixes_received, ROUTES + 3);
	assert_int_equal(world->backends[0]->prefixes_accepted, ROUTES);
	assert_int_equal(rib_totals(world->rib).learned, ROUTES);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	assert_null(route_of(world, VIP)->paths->next);
}

static void sessions_may_come_and_go_while_paths_are_removed(void **state)
{
	struct world *world = *state;

	begin_turns(world, 0);
	for (unsigned int i = 0; i < 5; i++) {
		lose(world, 0);
		backend_up(world, 0);
		announce_some(world, 0, vip_format, ROUTES / (i + 1));
		rib_process(world->rib);
	}
	assert_in_range(world->rib->leaving, 2, 5);
	process_all(world);
	assert_int_equal(rib_totals(world->rib).learned, ROUTES / 5);
	assert_int_equal(world->backends[0]->prefixes_accepted, ROUTES / 5);
}

/* The end of each test frees the rib: here with work left. */
static void the_rib_may_be_freed_while_paths_are_removed(void **state)
{
	struct world *world = *state;

	begin_turns(world, 0);
	lose(world, 0);
	assert_true(world->rib->leaving);
}

static void a_set_without_memory_loses_no_path(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	turn_set_free(&peer->accepted_routes);
	turn_set_free(&peer->refused_routes);
	peer->accepted_routes.incomplete = true;
	lose(world, 0);
	process_all(world);
	assert_int_equal(world->rib->leaving, 0);
	assert_int_equal(rib_totals(world->rib).learned, 0);
	backend_up(world, 0);
}

/* ------------------------------------------------------------- peer_gone() */

static unsigned int gone;

static void count_gone(const struct rib_peer *peer, void *context)
{
	(void)context;
	assert_int_equal(peer->prefixes_received, 0);
	gone++;
}

static void the_owner_learns_when_the_last_path_has_gone(void **state)
{
	struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	(void)state;
	hooks.peer_gone = count_gone;
	world_start_with(&world, &options, &hooks);
	begin_turns(&world, 0);
	gone = 0;
	lose(&world, 1); /* without paths */
	assert_int_equal(gone, 1);
	lose(&world, 0);
	assert_int_equal(gone, 1);
	{
		const struct address lost = backend_address(0);
		const struct address other = backend_address(1);

		assert_true(rib_is_leaving(world.rib, &lost));
		assert_false(rib_is_leaving(world.rib, &other));
		process_all(&world);
		assert_int_equal(gone, 2);
		assert_false(rib_is_leaving(world.rib, &lost));
	}
	rib_free(world.rib);
}

/* ------------------------------------------------------------- refreshes */

static void begin_refresh(struct world *world, struct rib_peer *peer)
{
	assert_int_equal(adj_rib_in_begin_refresh(world->rib, peer,
						  BGP_IPV4_UNICAST),
			 0);
}

static void end_refresh(struct world *world, struct rib_peer *peer)
{
	adj_rib_in_end_refresh(world->rib, peer, BGP_IPV4_UNICAST);
}

static void stale_paths_are_removed_in_turns(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	begin_refresh(world, peer);
	announce_some(world, 0, vip_format, 3);
	announce_some(world, 0, refused_format, 2);
	end_refresh(world, peer);
	assert_in_range(peer->prefixes_received, 6, 2 * ROUTES - 1);
	process_all(world);
	assert_int_equal(peer->prefixes_received, 5);
	assert_int_equal(peer->prefixes_accepted, 3);
	assert_int_equal(rib_totals(world->rib).learned, 3);
}

static void a_refresh_may_begin_while_stale_paths_are_removed(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	begin_refresh(world, peer);
	announce_some(world, 0, vip_format, 50);
	end_refresh(world, peer);
	begin_refresh(world, peer);
	process_all(world);
	assert_int_equal(peer->prefixes_received, 50); /* stale again */
	announce_some(world, 0, vip_format, 7);
	end_refresh(world, peer);
	process_all(world);
	assert_int_equal(peer->prefixes_received, 7);
}

static void a_session_may_end_while_stale_paths_are_removed(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	begin_refresh(world, peer);
	announce_some(world, 0, vip_format, 50);
	end_refresh(world, peer);
	lose(world, 0);
	process_all(world);
	assert_int_equal(world->rib->leaving, 0);
	assert_int_equal(rib_totals(world->rib).learned, 0);
	backend_up(world, 0);
}

static void refreshes_are_refused_when_their_numbers_run_out(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = begin_turns(world, 0);

	for (unsigned int i = 0; i < UINT8_MAX; i++) {
		begin_refresh(world, peer);
		announce_some(world, 0, vip_format, 1);
	}
	assert_int_equal(adj_rib_in_begin_refresh(world->rib, peer,
						  BGP_IPV4_UNICAST),
			 -EOVERFLOW);
	end_refresh(world, peer);
	process_all(world);
	assert_int_equal(peer->prefixes_received, 1);
	for (unsigned int i = 0; i < 3 * UINT8_MAX; i++) {
		begin_refresh(world, peer);
		end_refresh(world, peer);
		process_all(world);
		assert_int_equal(peer->prefixes_received, 0);
	}
}

/* ------------------------------------------------------------- exports */

static void a_table_is_complete_when_all_was_looked_at(void **state)
{
	struct world *world = *state;
	struct export_batch out;
	struct rib_peer *peer;
	size_t count = 0;

	announce_some(world, 0, vip_format, ROUTES);
	process_all(world);
	world->rib->turn_budget = 10 * RIB_EXPORT_COST;
	peer = further_up(world, 0, &upstream_kind);
	assert_false(export_is_complete(peer));
	world->exports = 0;
	while (!export_is_complete(peer)) {
		while (export_batch_next(world->rib, peer, &out))
			count += out.count;
		assert_in_range(count, 1, ROUTES);
		rib_process(world->rib);
	}
	assert_true(world->exports); /* to be asked for the rest */
	while (export_batch_next(world->rib, peer, &out))
		count += out.count;
	assert_int_equal(count, ROUTES);
	rib_peer_down(world->rib, peer);
}

static void a_neighbor_may_go_before_its_table_is_complete(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer;

	announce_some(world, 0, vip_format, ROUTES);
	process_all(world);
	world->rib->turn_budget = 10 * RIB_EXPORT_COST;
	peer = further_up(world, 0, &upstream_kind);
	rib_peer_down(world->rib, peer);
	process_all(world);
	assert_int_equal(__builtin_popcountll(world->rib->bits_used), 1);
}

/* A neighbor that returns must not be refused for the bit of its last session. */
static void a_bit_comes_back_when_the_next_neighbor_needs_it(void **state)
{
	struct world *world = *state;
	struct rib_peer *peers[RIB_MAX_UPSTREAMS];
	struct export_batch out;
	unsigned int i;

	announce_some(world, 0, vip_format, ROUTES);
	process_all(world);
	for (i = 1; i < RIB_MAX_UPSTREAMS; i++)
		peers[i] = further_up(world, i, &upstream_kind);
	process_all(world);
	assert_true(rib_is_full(world->rib));
	while (export_batch_next(world->rib, peers[1], &out))
		;
	world->rib->turn_budget = 1;
	rib_peer_down(world->rib, peers[1]);
	assert_true(rib_is_full(world->rib));
	peers[1] = further_up(world, 1, &upstream_kind);
	process_all(world);
	assert_has_route(world, peers[1], VIP, true);
	assert_int_equal(peers[1]->prefixes_announced, ROUTES);
	for (i = 1; i < RIB_MAX_UPSTREAMS; i++)
		rib_peer_down(world->rib, peers[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_removes_as_much_as_its_budget),
		TEST(accepted_paths_go_before_refused_ones),
		TEST(no_decision_uses_a_path_of_a_lost_session),
		TEST(a_session_may_return_while_its_paths_are_removed),
		TEST(sessions_may_come_and_go_while_paths_are_removed),
		TEST(the_rib_may_be_freed_while_paths_are_removed),
		TEST(a_set_without_memory_loses_no_path),
		cmocka_unit_test(the_owner_learns_when_the_last_path_has_gone),
		TEST(stale_paths_are_removed_in_turns),
		TEST(a_refresh_may_begin_while_stale_paths_are_removed),
		TEST(a_session_may_end_while_stale_paths_are_removed),
		TEST(refreshes_are_refused_when_their_numbers_run_out),
		TEST(a_table_is_complete_when_all_was_looked_at),
		TEST(a_neighbor_may_go_before_its_table_is_complete),
		TEST(a_bit_comes_back_when_the_next_neighbor_needs_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
