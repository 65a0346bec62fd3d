// SPDX-License-Identifier: BSD-2-Clause
/* Blackholes: what a neighbor with the key asks for, and until when. */

#include "bgp/codec/protocol.h"
#include "world.h"

#define VIP "192.0.2.1/32"

enum {
	COMMUNITY_SIZE = 4,
};

static struct {
	unsigned int wanted; /* calls that say so */
	unsigned int ended;
	bool now;
} told;

static void blackhole_changed(const struct rib_peer *peer,
			      const struct prefix *prefix, bool wanted,
			      void *context)
{
	char text[PREFIX_TEXT_SIZE];

	(void)peer, (void)context;
	assert_string_equal(prefix_format(prefix, text), VIP);
	told.wanted += wanted;
	told.ended += !wanted;
	told.now = wanted;
}

static int start(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	memset(&told, 0, sizeof(told));
	hooks.blackhole_changed = blackhole_changed;
	world_start_with(&world, &options, &hooks);
	world.backends[0]->blackhole = true;
	*state = &world;
	return 0;
}

/* Announce the VIP, with BLACKHOLE or without. */
static void say(struct world *world, struct rib_peer *peer, uint32_t path_id,
		bool blackhole)
{
	static const uint8_t community[COMMUNITY_SIZE] = { 0xff, 0xff, 0x02,
							   0x9a };
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 },
		.path_id = path_id,
	};
	struct test_update t;

	test_announce(&t, &route);
	if (blackhole) {
		t.update.attributes.present |= BGP_HAS_COMMUNITIES;
		t.update.attributes.communities =
			reader_of(community, sizeof(community));
	}
	assert_int_equal(adj_rib_in_update(world->rib, peer, &t.update), 0);
	rib_process(world->rib);
}

static void take_back(struct world *world, struct rib_peer *peer,
		      uint32_t path_id)
{
	struct test_update t;

	assert_int_equal(adj_rib_in_update(world->rib, peer,
					   test_withdraw(&t, VIP, path_id)),
			 0);
	rib_process(world->rib);
}

static void a_blackhole_is_no_path_of_the_vip(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	say(world, backend, 0, true);
	assert_true(told.now);
	assert_int_equal(backend->refused[IMPORT_BLACKHOLE], 1);
	assert_int_equal(route_of(world, VIP)->selected, 0);
	say(world, backend, 0, false);
	assert_int_equal(told.ended, 1);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	say(world, backend, 0, true);
	assert_int_equal(told.wanted, 2);
	take_back(world, backend, 0);
	assert_int_equal(told.ended, 2);
	assert_int_equal(backend->prefixes_received, 0);
}

static void without_the_key_it_is_a_path(void **state)
{
	struct world *world = *state;

	say(world, world->backends[1], 0, true);
	assert_int_equal(told.wanted, 0);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	/* The key is taken away, and comes back. */
	say(world, world->backends[0], 0, true);
	world->backends[0]->blackhole = false;
	rib_peer_judge(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_int_equal(told.ended, 1);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	world->backends[0]->blackhole = true;
	rib_peer_judge(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_true(told.now);
}

static void one_of_several_paths_is_enough(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	say(world, backend, 1, true);
	say(world, backend, 2, true);
	say(world, backend, 3, false);
	take_back(world, backend, 1);
	assert_true(told.now);
	assert_int_equal(told.ended, 0);
	say(world, backend, 2, false);
	assert_int_equal(told.ended, 1);
	take_back(world, backend, 2);
	take_back(world, backend, 3);
	assert_int_equal(told.ended, 1);
}

static void an_upstream_has_no_other_paths_kept(void **state)
{
	struct world *world = *state;
	struct rib_peer *upstream = world->upstream;

	upstream->blackhole = true;
	say(world, upstream, 0, true);
	assert_true(told.now);
	assert_int_equal(upstream->prefixes_received, 1);
	say(world, upstream, 0, false);
	assert_int_equal(told.ended, 1);
	assert_int_equal(upstream->prefixes_received, 0);
	assert_int_equal(upstream->not_kept[IMPORT_NO_POLICY], 1);
}

static void a_lost_session_says_nothing_of_each(void **state)
{
	struct world *world = *state;

	say(world, world->backends[0], 0, true);
	rib_peer_down(world->rib, world->backends[0]);
	world->backends[0] = NULL;
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
	assert_int_equal(told.ended, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_blackhole_is_no_path_of_the_vip),
		TEST(without_the_key_it_is_a_path),
		TEST(one_of_several_paths_is_enough),
		TEST(an_upstream_has_no_other_paths_kept),
		TEST(a_lost_session_says_nothing_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
