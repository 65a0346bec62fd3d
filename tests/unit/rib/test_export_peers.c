// SPDX-License-Identifier: BSD-2-Clause
/* Announcements by the type of neighbors: peers, reflection, next hops. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export_world.h"

static const struct neighbor_kind client = { .role = NEIGHBOR_ROLE_PEER,
					     .type = PEER_INTERNAL,
					     .client = true };
static const struct neighbor_kind non_client = { .role = NEIGHBOR_ROLE_PEER,
						 .type = PEER_INTERNAL };
static const struct neighbor_kind non_client_by_us = {
	.role = NEIGHBOR_ROLE_PEER,
	.type = PEER_INTERNAL,
	.nexthop = NEIGHBOR_NEXTHOP_SELF,
};
static const struct neighbor_kind outside = { .role = NEIGHBOR_ROLE_PEER,
					      .type = PEER_EXTERNAL };

static const struct test_route by_server = { .prefix = VIP,
					     .nexthop = "10.0.0.1",
					     .as = { 65001 },
					     .local_pref = 200,
					     .med = 7 };

static void assert_nexthop(const struct bgp_attributes *a, const char *text)
{
	char shown[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(&a->nexthop, shown), text);
}

static void a_peer_announces_and_is_announced_to(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &outside);

	announce_from(world, peer, &by_server);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	announce_vip(world, 1, "192.0.2.2/32");
	rib_process(world->rib);
	assert_has_route(world, peer, "192.0.2.2/32", true);
}

static void a_route_does_not_go_back_to_its_neighbor(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = further_up(world, 0, &outside);

	announce_from(world, peer, &by_server);
	assert_has_route(world, peer, VIP, false);
	assert_int_equal(export_explain(world->rib, route_of(world, VIP), peer),
			 EXPORT_SPLIT_HORIZON);
	assert_announced(world, VIP, true);
}

static void nothing_is_announced_to_a_backend(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(export_explain(world->rib, route_of(world, VIP),
					world->backends[1]),
			 EXPORT_ROLE);
	assert_has_route(world, world->backends[1], VIP, false);
}

/* RFC 4456 6. */
static const struct {
	const char *what;
	const struct neighbor_kind *from, *to;
	bool announced;
} reflections[] = {
	{ "from a non-client to a non-client: no", &non_client, &non_client,
	  false },
	{ "from a non-client to a client", &non_client, &client, true },
	{ "from a client to a non-client", &client, &non_client, true },
	{ "from a client to another client", &client, &client, true },
	{ "from outside to a non-client", &outside, &non_client, true },
	{ "from a non-client to outside", &non_client, &outside, true },
};

static void routes_are_reflected_from_and_to_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reflections) / sizeof(reflections[0]);
	     i++) {
		struct world world;
		struct rib_peer *from, *to;

		print_message("%s\n", reflections[i].what);
		world_init(&world, 1);
		from = further_up(&world, 0, reflections[i].from);
		to = further_up(&world, 1, reflections[i].to);
		announce_from(&world, from, &by_server);
		assert_has_route(&world, to, VIP, reflections[i].announced);
		rib_free(world.rib);
	}
}

/* RFC 4456 8 and 10. */
static void a_reflected_route_keeps_everything_and_lists_clusters(void **state)
{
	struct world *world = *state;
	struct rib_peer *from = further_up(world, 0, &client);
	struct rib_peer *to = further_up(world, 1, &non_client);
	struct bgp_attributes a;

	announce_from(world, from, &by_server);
	a = next_announcement(world, to);
	assert_nexthop(&a, "10.0.0.1");
	assert_int_equal(a.local_pref, 200);
	assert_int_equal(a.med, 7);
	assert_int_equal(a.as_path.left, 6); /* 65001 alone */
	assert_true(a.present & BGP_HAS_ORIGINATOR_ID);
	assert_int_equal(a.originator_id, FURTHER_ID);
	assert_int_equal(a.cluster_list.left, 4);
	assert_int_equal(reader_u32(&a.cluster_list), LOCAL_ID);
}

static void what_was_reflected_before_keeps_its_originator(void **state)
{
	static const uint8_t clusters[] = { 0, 0, 0, 9 };
	struct world *world = *state;
	struct rib_peer *from = further_up(world, 0, &client);
	struct rib_peer *to = further_up(world, 1, &non_client);
	struct bgp_attributes a;
	struct test_update t;

	test_announce(&t, &by_server);
	t.update.attributes.present |= BGP_HAS_ORIGINATOR_ID |
				       BGP_HAS_CLUSTER_LIST;
	t.update.attributes.originator_id = 4711;
	t.update.attributes.cluster_list =
		reader_of(clusters, sizeof(clusters));
	adj_rib_in_update(world->rib, from, &t.update);
	rib_process(world->rib);
	a = next_announcement(world, to);
	assert_int_equal(a.originator_id, 4711);
	assert_int_equal(reader_u32(&a.cluster_list), LOCAL_ID);
	assert_int_equal(reader_u32(&a.cluster_list), 9);
	/* It does not leave our AS. */
	a = next_announcement(world, world->upstream);
	assert_false(a.present &
		     (BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST));
	assert_nexthop(&a, "10.0.255.2");
}

static void one_batch_does_not_mix_originators(void **state)
{
	static const struct test_route second = { .prefix = "192.0.2.2/32",
						  .nexthop = "10.0.0.1",
						  .as = { 65001 },
						  .local_pref = 200,
						  .med = 7 };
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 2, &non_client);
	struct bgp_attributes a;

	announce_from(world, further_up(world, 0, &client), &by_server);
	announce_from(world, further_up(world, 1, &client), &second);
	a = next_announcement(world, to);
	assert_int_equal(a.originator_id, FURTHER_ID);
	a = next_announcement(world, to);
	assert_int_equal(a.originator_id, FURTHER_ID + 1);
}

static void an_external_route_goes_inside_with_us_as_nexthop(void **state)
{
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 0, &client);
	struct bgp_attributes a;

	announce(world, 0, &by_server);
	rib_process(world->rib);
	a = next_announcement(world, to);
	assert_nexthop(&a, "10.0.254.1");
	assert_int_equal(a.local_pref, 200);
	assert_int_equal(a.med, 7);
	assert_false(a.present &
		     (BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST));
}

/* RFC 4271 5.1.3 to 5.1.5. */
static void another_as_gets_neither_med_nor_local_pref(void **state)
{
	struct world *world = *state;
	struct bgp_attributes a;

	announce(world, 0, &by_server);
	rib_process(world->rib);
	a = next_announcement(world, world->upstream);
	assert_false(a.present & (BGP_HAS_MED | BGP_HAS_LOCAL_PREF));
	assert_nexthop(&a, "10.0.255.2"); /* never a third party */
}

static void the_nexthop_is_what_the_neighbor_is_configured_to_get(void **state)
{
	static const struct neighbor_kind unchanged = {
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.type = PEER_INTERNAL,
		.nexthop = NEIGHBOR_NEXTHOP_UNCHANGED,
	};
	static const struct neighbor_kind self = {
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.type = PEER_INTERNAL,
		.client = true,
		.nexthop = NEIGHBOR_NEXTHOP_SELF,
	};
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 0, &unchanged);
	struct bgp_attributes a;

	announce(world, 0, &by_server);
	rib_process(world->rib);
	a = next_announcement(world, to);
	assert_nexthop(&a, "10.0.0.1");
	withdraw(world, 0, VIP);
	to = further_up(world, 1, &self);
	announce_from(world, further_up(world, 2, &non_client), &by_server);
	a = next_announcement(
		world, to); /* reflected, but with this host as next hop */
	assert_nexthop(&a, "10.0.254.1");
	assert_true(a.present & BGP_HAS_ORIGINATOR_ID);
}

/* RFC 7311 3.4: with our own next hop it would have to grow. */
static void aigp_goes_with_an_unchanged_nexthop_only(void **state)
{
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 1, &non_client);
	struct rib_peer *from = further_up(world, 0, &client);
	static const uint8_t tlv[] = { 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 5 };
	struct bgp_attributes a;
	struct test_update t;

	test_announce(&t, &by_server);
	t.update.attributes.present |= BGP_HAS_AIGP;
	t.update.attributes.aigp = 5;
	t.update.attributes.aigp_tlvs = reader_of(tlv, sizeof(tlv));
	adj_rib_in_update(world->rib, from, &t.update);
	rib_process(world->rib);
	a = next_announcement(world, to);
	assert_true(a.present & BGP_HAS_AIGP);
	assert_int_equal(a.aigp, 5);
	rib_peer_down(world->rib, to);
	to = further_up(world, 1, &non_client_by_us);
	a = next_announcement(world, to);
	assert_false(a.present & BGP_HAS_AIGP);
	a = next_announcement(world, world->upstream);
	assert_false(a.present & BGP_HAS_AIGP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_peer_announces_and_is_announced_to),
		TEST(a_route_does_not_go_back_to_its_neighbor),
		TEST(nothing_is_announced_to_a_backend),
		cmocka_unit_test(routes_are_reflected_from_and_to_clients),
		TEST(a_reflected_route_keeps_everything_and_lists_clusters),
		TEST(what_was_reflected_before_keeps_its_originator),
		TEST(one_batch_does_not_mix_originators),
		TEST(an_external_route_goes_inside_with_us_as_nexthop),
		TEST(another_as_gets_neither_med_nor_local_pref),
		TEST(the_nexthop_is_what_the_neighbor_is_configured_to_get),
		TEST(aigp_goes_with_an_unchanged_nexthop_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
