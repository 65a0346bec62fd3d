// SPDX-License-Identifier: BSD-2-Clause
/* The announcement of a VIP that backends serve (--announce-as). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "core/array.h"
#include "export_world.h"
#include "rib/statement.h"

enum {
	OTHER_COMMUNITY = 65000 << 16 | 1,
	FLAPS = 5,
};

static const struct neighbor_kind reader = { .role = NEIGHBOR_ROLE_PEER,
					     .type = PEER_EXTERNAL };
static const struct neighbor_kind inside = { .role = NEIGHBOR_ROLE_UPSTREAM,
					     .type = PEER_INTERNAL };

static int setup_origin(void **state)
{
	static struct world world;

	world_init_with(&world, &(struct world_setup){ .as_origin = true });
	*state = &world;
	return 0;
}

/* Let a backend announce the VIP with a community (0: none) and a MED. */
static void announce_with(struct world *world, unsigned int i,
			  uint32_t community)
{
	struct address address = backend_address(i);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + i },
		.med = 7,
		.origin = BGP_ORIGIN_EGP,
	};
	uint8_t bytes[BGP_COMMUNITY_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct test_update t;

	test_announce(&t, &route);
	if (community) {
		writer_u32(&w, community);
		t.update.attributes.present |= BGP_HAS_COMMUNITIES;
		t.update.attributes.communities = reader_of(bytes, w.used);
	}
	t.update.attributes.present |= BGP_HAS_OTC;
	t.update.attributes.otc = 65001;
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[i],
					   &t.update),
			 0);
	rib_process(world->rib);
}

static void assert_path(const struct bgp_attributes *a, const char *expected)
{
	char text[64];

	assert_string_equal(as_path_format(a->as_path, text, sizeof(text)),
			    expected);
}

/* Return how many messages wait for a neighbor, and take them. */
static unsigned int messages(struct world *world, struct rib_peer *peer)
{
	struct export_batch out;
	unsigned int count = 0;

	while (export_batch_next(world->rib, peer, &out))
		count++;
	return count;
}

static void it_is_ours_and_says_nothing_of_the_server(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	announce_with(world, 0, OTHER_COMMUNITY);
	a = next_announcement(world, world->upstream);
	assert_path(&a, "64512");
	assert_int_equal(a.origin, BGP_ORIGIN_IGP);
	assert_int_equal(a.present,
			 BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP);
}

static void inside_our_as_its_path_is_empty(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &inside);
	struct bgp_attributes a;

	announce_with(world, 0, OTHER_COMMUNITY);
	a = next_announcement(world, peer);
	assert_path(&a, "");
	assert_false(a.present & (BGP_HAS_MED | BGP_HAS_COMMUNITIES));
	assert_int_equal(a.local_pref, 100);
}

/* They choose servers as we do, and would prefer an empty path to their own. */
static void peers_get_the_path(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &reader);
	struct bgp_attributes a;

	announce_with(world, 0, OTHER_COMMUNITY);
	a = next_announcement(world, peer);
	assert_path(&a, "64512 65001");
	assert_true(community_list_contains(a.communities, OTHER_COMMUNITY));
}

static void a_flapping_server_is_no_news_upstream(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &reader);

	/* The last one has the lowest identifier, and is the best. */
	for (unsigned int i = 0; i < BACKENDS; i++)
		announce_with(world, i, i);
	assert_int_equal(messages(world, world->upstream), 1);
	assert_int_equal(messages(world, peer), 1);
	for (int flap = 0; flap < FLAPS; flap++) {
		withdraw(world, BACKENDS - 1, VIP);
		rib_process(world->rib);
		assert_int_equal(messages(world, world->upstream), 0);
		assert_int_equal(messages(world, peer), 1);
		announce_with(world, BACKENDS - 1, OTHER_COMMUNITY);
		assert_int_equal(messages(world, world->upstream), 0);
		assert_int_equal(messages(world, peer), 1);
	}
}

static void its_end_is_news(void **state)
{
	struct world *world = *state;

	announce_with(world, 0, 0);
	assert_announced(world, VIP, true);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_announced(world, VIP, false);
}

/* RFC 1997 holds for the path, not for the VIP. */
static void a_restricted_path_is_left_out(void **state)
{
	static const struct {
		uint32_t community;
		enum export_reason reason;
	} rows[] = {
		{ BGP_COMMUNITY_NO_EXPORT, EXPORT_NO_EXPORT },
		{ BGP_COMMUNITY_NO_EXPORT_SUBCONFED, EXPORT_NO_EXPORT },
		{ BGP_COMMUNITY_NO_ADVERTISE, EXPORT_NO_ADVERTISE },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct path *path;

		announce_with(world, 0, 0);
		announce_with(world, 1, rows[i].community);
		assert_announced(world, VIP, true);
		path = route_of(world, VIP)->paths; /* of the second one */
		assert_true(path->best);
		assert_int_equal(statement_explain(route_of(world, VIP), path),
				 rows[i].reason);
		assert_int_equal(statement_explain(route_of(world, VIP),
						   path->next),
				 EXPORT_ANNOUNCED);
		announce_with(world, 0, rows[i].community);
		assert_announced(world, VIP, false);
		assert_export_reason(world, VIP, rows[i].reason);
	}
}

static void so_it_is_where_paths_are_announced(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	announce_with(world, 0, OTHER_COMMUNITY);
	announce_with(world, 1, BGP_COMMUNITY_NO_EXPORT);
	a = next_announcement(world, world->upstream);
	assert_path(&a, "64512 65001");
	announce_with(world, 0, BGP_COMMUNITY_NO_ADVERTISE);
	assert_announced(world, VIP, false);
	assert_export_reason(world, VIP, EXPORT_NO_EXPORT);
}

static void it_drains_when_all_servers_do(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	announce_with(world, 0, 0);
	announce_with(world, 1, BGP_COMMUNITY_GRACEFUL_SHUTDOWN);
	a = next_announcement(world, world->upstream);
	assert_false(a.present & BGP_HAS_COMMUNITIES);
	announce_with(world, 0, BGP_COMMUNITY_GRACEFUL_SHUTDOWN);
	a = next_announcement(world, world->upstream);
	assert_true(community_list_contains(a.communities,
					    BGP_COMMUNITY_GRACEFUL_SHUTDOWN));
	announce_with(world, 1, 0);
	a = next_announcement(world, world->upstream);
	assert_false(a.present & BGP_HAS_COMMUNITIES);
}

static void pass_attributes_passes_them(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	world->backends[0]->source.pass_attributes = true;
	announce_with(world, 0, OTHER_COMMUNITY);
	a = next_announcement(world, world->upstream);
	assert_path(&a, "64512");
	assert_int_equal(a.origin, BGP_ORIGIN_IGP);
	assert_true(community_list_contains(a.communities, OTHER_COMMUNITY));
	assert_int_equal(a.otc, 65001);
	assert_false(a.present & BGP_HAS_MED);
}

static void pass_attributes_passes_no_well_known_community(void **state)
{
	static const uint32_t well_known[] = {
		BGP_COMMUNITY_BLACKHOLE,
		BGP_COMMUNITY_FIRST_WELL_KNOWN + 3,
		UINT32_MAX,
	};
	struct world *world = *state;
	struct bgp_attributes a;

	world->backends[0]->source.pass_attributes = true;
	for (size_t i = 0; i < COUNT_OF(well_known); i++) {
		announce_with(world, 0, OTHER_COMMUNITY);
		a = next_announcement(world, world->upstream);
		assert_int_equal(a.communities.left, BGP_COMMUNITY_SIZE);
		announce_with(world, 0, well_known[i]);
		a = next_announcement(world, world->upstream);
		assert_false(a.present & BGP_HAS_COMMUNITIES);
	}
}

/* RFC 4271 5.1.6. It does not depend on which server is the best. */
static void an_aggregate_says_that_servers_were_left_out(void **state)
{
	struct aggregate_options aggregate = { .summary_only = true };
	struct bgp_attributes a;
	struct world world;

	(void)state;
	prefix_parse("192.0.2.0/28", &aggregate.prefix);
	world_init_with(&world, &(struct world_setup){ .as_origin = true,
						       .aggregates = &aggregate,
						       .aggregate_count = 1 });
	announce_with(&world, 0, 0);
	a = next_announcement(&world, world.upstream);
	assert_path(&a, "64512");
	assert_true(a.present & BGP_HAS_ATOMIC_AGGREGATE);
	announce_with(&world, 1, OTHER_COMMUNITY);
	assert_int_equal(messages(&world, world.upstream), 0);
	rib_free(world.rib);
}

/* RFC 4271 9.1.2: the neighbor would refuse it. */
static void a_path_with_its_as_is_not_announced_to_a_neighbor(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001, UPSTREAM_AS } };
	struct world *world = *state;

	announce(world, 0, &route);
	rib_process(world->rib);
	assert_announced(world, VIP, false);
	assert_export_reason(world, VIP, EXPORT_AS_LOOP);
	announce_with(world, 0, 0);
	assert_announced(world, VIP, true);
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_announced(world, VIP, false);
}

/* Replace the upstream by one with these keys. */
static void upstream_with(struct world *world, bool override, bool remove)
{
	const struct rib_peer_options options = {
		.source = { .address = world->upstream->source.address,
			    .identifier = 1,
			    .as = UPSTREAM_AS,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = &ipv4_session,
		.local_address = address_from_ipv4(htonl(0x0a0000fe)),
		.relation = BGP_ROLE_NONE,
		.as_override = override,
		.remove_private_as = remove,
	};

	rib_peer_down(world->rib, world->upstream);
	world->upstream = rib_peer_up(world->rib, &options);
	assert_non_null(world->upstream);
}

static void keys_of_the_neighbor_change_the_path(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001, UPSTREAM_AS, 3 } };
	struct world *world = *state;
	struct bgp_attributes a;

	announce(world, 0, &route);
	rib_process(world->rib);
	upstream_with(world, true, false);
	a = next_announcement(world, world->upstream);
	assert_path(&a, "64512 65001 64512 3");
	upstream_with(world, true, true);
	a = next_announcement(world, world->upstream);
	assert_path(&a, "64512 64512 3");
}

int main(void)
{
#define WITH(start, test) cmocka_unit_test_setup_teardown(test, start, teardown)
	const struct CMUnitTest tests[] = {
		WITH(setup_origin, it_is_ours_and_says_nothing_of_the_server),
		WITH(setup_origin, inside_our_as_its_path_is_empty),
		WITH(setup_origin, peers_get_the_path),
		WITH(setup_origin, a_flapping_server_is_no_news_upstream),
		WITH(setup_origin, its_end_is_news),
		WITH(setup_origin, a_restricted_path_is_left_out),
		WITH(setup, so_it_is_where_paths_are_announced),
		WITH(setup_origin, it_drains_when_all_servers_do),
		WITH(setup_origin, pass_attributes_passes_them),
		WITH(setup_origin,
		     pass_attributes_passes_no_well_known_community),
		cmocka_unit_test(an_aggregate_says_that_servers_were_left_out),
		WITH(setup, a_path_with_its_as_is_not_announced_to_a_neighbor),
		WITH(setup, keys_of_the_neighbor_change_the_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
