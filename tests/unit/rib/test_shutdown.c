// SPDX-License-Identifier: BSD-2-Clause
/* The end of the agent: GRACEFUL_SHUTDOWN (RFC 8326), then withdrawal. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/community.h"
#include "export_world.h"

static void what_is_announced_is_marked_and_then_withdrawn(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	a = next_announcement(world, world->upstream);
	assert_int_equal(a.communities.left, 0);
	world->exports = 0;
	export_set_shutdown(world->rib, RIB_SHUTDOWN_GRACEFUL);
	assert_int_not_equal(world->exports, 0);
	a = next_announcement(world, world->upstream);
	assert_int_equal(a.communities.left, 4);
	assert_true(community_list_contains(a.communities,
					    BGP_COMMUNITY_GRACEFUL_SHUTDOWN));
	assert_export_reason(world, VIP, EXPORT_ANNOUNCED);
	export_set_shutdown(world->rib, RIB_SHUTDOWN_WITHDRAWN);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_export_reason(world, VIP, EXPORT_SHUTDOWN);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(world->upstream->prefixes_announced, 0);
}

static void without_a_program_all_is_withdrawn_for_a_while(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	next_announcement(world, world->upstream);
	world->exports = 0;
	export_set_detached(world->rib, true);
	assert_int_not_equal(world->exports, 0);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_export_reason(world, VIP, EXPORT_DETACHED);
	/* A VIP that comes meanwhile waits, too. */
	announce_vip(world, 1, VIP);
	announce_vip(world, 1, "192.0.2.9/32");
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	export_set_detached(world->rib, false);
	while (export_batch_next(world->rib, world->upstream, &out))
		assert_false(out.withdraw);
	assert_int_equal(world->upstream->prefixes_announced, 2);
	assert_export_reason(world, VIP, EXPORT_ANNOUNCED);
}

static void inside_our_as_the_preference_falls_as_well(void **state)
{
	static const struct neighbor_kind inside = {
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.type = PEER_INTERNAL,
	};
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &inside);
	struct bgp_attributes a;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(next_announcement(world, peer).local_pref, 100);
	export_set_shutdown(world->rib, RIB_SHUTDOWN_GRACEFUL);
	a = next_announcement(world, peer);
	assert_true(a.present & BGP_HAS_LOCAL_PREF);
	assert_int_equal(a.local_pref, 0);
}

static void other_communities_stay_and_the_mark_comes_once(void **state)
{
	static const uint8_t list[] = { 0xfd, 0xe9, 0, 1, 0xff, 0xff, 0, 0 };
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct bgp_attributes a;
	struct test_update t;

	for (size_t size = 4; size <= sizeof(list); size += 4) {
		test_announce(&t, &route);
		t.update.attributes.present |= BGP_HAS_COMMUNITIES;
		t.update.attributes.communities = reader_of(list, size);
		adj_rib_in_update(world->rib, world->backends[0], &t.update);
		rib_process(world->rib);
		export_set_shutdown(world->rib, RIB_SHUTDOWN_GRACEFUL);
		a = next_announcement(world, world->upstream);
		assert_int_equal(a.communities.left, 8);
		assert_true(community_list_contains(a.communities, 0xfde90001));
	}
}

static void a_new_neighbor_gets_the_mark_too(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	export_set_shutdown(world->rib, RIB_SHUTDOWN_GRACEFUL);
	rib_peer_down(world->rib, world->upstream);
	upstream_up(world);
	a = next_announcement(world, world->upstream);
	assert_true(community_list_contains(a.communities,
					    BGP_COMMUNITY_GRACEFUL_SHUTDOWN));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_announced_is_marked_and_then_withdrawn),
		TEST(without_a_program_all_is_withdrawn_for_a_while),
		TEST(inside_our_as_the_preference_falls_as_well),
		TEST(other_communities_stay_and_the_mark_comes_once),
		TEST(a_new_neighbor_gets_the_mark_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
