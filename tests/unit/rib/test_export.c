// SPDX-License-Identifier: BSD-2-Clause
/* Announcements to upstreams, and routes that are not announced. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export_world.h"

static void an_upstream_gets_the_vip_with_our_as_and_nexthop(void **state)
{
	struct world *world = *state;
	struct export_batch out;
	struct reader path;
	char text[ADDRESS_TEXT_SIZE];

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_not_equal(world->exports, 0);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_string_equal(address_format(&out.attributes.nexthop, text),
			    "10.0.255.2");
	path = out.attributes.as_path;
	reader_u16(&path); /* segment header */
	assert_int_equal(reader_u32(&path), LOCAL_AS);
	assert_int_equal(reader_u32(&path), 65002); /* of the best path */
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(world->upstream->prefixes_announced, 1);
}

static void the_vip_is_withdrawn_upstream_with_its_last_nexthop(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_int_equal(world->upstream->prefixes_announced, 0);
	assert_null(route_of(world, VIP)); /* the route is freed */
}

static void changes_before_an_export_are_announced_once(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	assert_null(route_of(world, VIP));
}

static void without_upstreams_nothing_is_left_of_a_route(void **state)
{
	struct world *world = *state;

	rib_peer_down(world->rib, world->upstream);
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
	upstream_up(world);
}

static void a_vip_that_cannot_be_steered_is_not_announced(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	world->refuse_to_steer = true;
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
}

static void below_min_nexthops_nothing_is_announced(void **state)
{
	struct world world;
	struct export_batch out;

	(void)state;
	world_init(&world, 2);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_false(export_batch_next(world.rib, world.upstream, &out));
	announce_vip(&world, 1, VIP);
	rib_process(world.rib);
	assert_true(export_batch_next(world.rib, world.upstream, &out));
	assert_false(out.withdraw);
	withdraw(&world, 1, VIP);
	rib_process(world.rib);
	assert_true(export_batch_next(world.rib, world.upstream, &out));
	assert_true(out.withdraw);
	rib_free(world.rib);
}

static void a_new_upstream_gets_everything(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	rib_process(world->rib);
	rib_peer_down(world->rib, world->upstream);
	upstream_up(world);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 2); /* equal attributes: one message */
	export_refresh(world->rib, world->upstream);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 2);
	assert_int_equal(world->upstream->prefixes_announced, 2);
}

static void no_advertise_keeps_a_route_here(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	static const uint8_t no_advertise[] = { 0xff, 0xff, 0xff, 0x02 };
	struct world *world = *state;
	struct test_update t;
	struct export_batch out;

	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_COMMUNITIES;
	t.update.attributes.communities =
		reader_of(no_advertise, sizeof(no_advertise));
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
}

/* RFC 9494 4.3. */
static void a_stale_route_goes_to_neighbors_that_support_it(void **state)
{
	static const uint8_t stale[] = { 0xff, 0xff, 0x00, 0x06 };
	static const struct neighbor_kind upstream = {
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.type = PEER_EXTERNAL,
	};
	const struct bgp_negotiated session = {
		.families = BGP_IPV4_UNICAST_BIT,
		.long_lived_stale = true,
	};
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct bgp_attributes announced;
	struct test_update t;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_COMMUNITIES;
	t.update.attributes.communities = reader_of(stale, sizeof(stale));
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_export_reason(world, VIP, EXPORT_LLGR_STALE);
	announced = next_announcement(
		world, further_up_with(world, 0, &upstream, &session));
	assert_int_equal(announced.communities.left, sizeof(stale));
	assert_memory_equal(announced.communities.data, stale, sizeof(stale));
}

/* RFC 4360 6. */
static void a_non_transitive_community_does_not_leave_our_as(void **state)
{
	static const uint8_t list[] = { 0x40, 4, 0, 1, 0, 0, 0, 0,
					0x00, 2, 0, 1, 0, 0, 0, 9 };
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct export_batch out;
	struct test_update t;

	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_EXTENDED_COMMUNITIES;
	t.update.attributes.extended_communities =
		reader_of(list, sizeof(list));
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.attributes.extended_communities.left, 8);
	assert_memory_equal(out.attributes.extended_communities.data, list + 8,
			    8);
	/* Without a community left, the attribute is not sent. */
	t.update.attributes.extended_communities = reader_of(list, 8);
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.attributes.present & BGP_HAS_EXTENDED_COMMUNITIES,
			 0);
}

/* RFC 4271 9.2. Attributes of our AS alone do not leave it: RFC 4456 8. */
static void a_path_from_inside_is_not_passed_on_inside(void **state)
{
	struct rib_peer_options options = {
		.source = { .address = backend_address(9),
			    .identifier = 9,
			    .as = LOCAL_AS,
			    .type = PEER_INTERNAL },
		.role = NEIGHBOR_ROLE_BACKEND,
		.session = &ipv4_session,
		.local_address = address_from_ipv4(htonl(0x0a0000fe)),
		.relation = BGP_ROLE_NONE,
	};
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 },
					  .local_pref = 200 };
	struct world *world = *state;
	struct rib_peer *backend, *upstream;
	struct export_batch out;
	struct test_update t;

	backend = rib_peer_up(world->rib, &options);
	options.role = NEIGHBOR_ROLE_UPSTREAM;
	upstream = rib_peer_up(world->rib, &options);
	adj_rib_in_update(world->rib, backend, test_announce(&t, &route));
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, upstream, &out));
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.attributes.present & BGP_HAS_LOCAL_PREF, 0);
	/* A path from outside is passed on, with its LOCAL_PREF. */
	rib_peer_down(world->rib, backend);
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, upstream, &out));
	assert_int_equal(out.attributes.local_pref, 200);
}

static struct rib_peer *upstream_of(struct world *world, unsigned int i,
				    const struct bgp_negotiated *session)
{
	const struct rib_peer_options options = {
		.source = { .address = backend_address(100 + i),
			    .identifier = 1000 + i,
			    .as = UPSTREAM_AS + i,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = session,
		.local_address = address_from_ipv4(htonl(0x0a00ff06)),
		.relation = BGP_ROLE_NONE,
	};

	return rib_peer_up(world->rib, &options);
}

static void a_session_gets_no_routes_of_a_family_it_does_not_speak(void **state)
{
	static const struct bgp_negotiated ipv6_only = {
		.families = BGP_IPV6_UNICAST_BIT,
	};
	struct world *world = *state;
	struct rib_peer *upstream = upstream_of(world, 1, &ipv6_only);
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, upstream, &out));
	export_refresh(world->rib, upstream);
	assert_false(export_batch_next(world->rib, upstream, &out));
	assert_int_equal(upstream->prefixes_announced, 0);
}

static void
a_route_without_a_nexthop_of_its_family_is_not_announced(void **state)
{
	struct rib_peer_options options = {
		.source = { .address = backend_address(101),
			    .identifier = 1001,
			    .as = UPSTREAM_AS,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = &ipv4_session,
		.relation = BGP_ROLE_NONE,
	};
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	rib_peer_down(world->rib, world->upstream);
	assert_true(address_parse("2001:db8::1", &options.local_address));
	world->upstream = rib_peer_up(world->rib, &options);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	assert_export_reason(world, VIP, EXPORT_NO_NEXTHOP);
	rib_peer_down(world->rib, world->upstream);
	assert_true(address_parse("10.0.0.254", &options.other_address));
	world->upstream = rib_peer_up(world->rib, &options);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(
		address_equal(&out.attributes.nexthop, &options.other_address));
	assert_export_reason(world, VIP, EXPORT_ANNOUNCED);
}

/* RFC 7911: all paths of the set, each with an identifier that it keeps. */
static void a_session_of_several_paths_gets_the_whole_set(void **state)
{
	static const struct bgp_negotiated several = {
		.families = BGP_IPV4_UNICAST_BIT,
		.add_path_send = { [BGP_IPV4_UNICAST] = true },
	};
	struct world *world = *state;
	struct rib_peer *upstream;
	struct export_batch out;
	uint32_t ids[3], count = 0;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	upstream = upstream_of(world, 1, &several);
	announce_vip(world, 2, VIP);
	rib_process(world->rib);
	while (export_batch_next(world->rib, upstream, &out)) {
		assert_false(out.withdraw);
		assert_int_equal(out.count,
				 1); /* each has an AS path of its own */
		ids[count++] = out.routes[0].path_id;
	}
	assert_int_equal(count, 3);
	assert_true(ids[0] && ids[1] && ids[2]);
	assert_true(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
	/* Only the path that goes is withdrawn, by its identifier. */
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, upstream, &out));
	assert_true(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_true(out.routes[0].path_id == ids[0] ||
		    out.routes[0].path_id == ids[1]);
	assert_false(export_batch_next(world->rib, upstream, &out));
	assert_int_equal(upstream->prefixes_announced, 2);
	/* A neighbor that takes one path has one, without an identifier. */
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.routes[0].path_id, RIB_BEST_PATH);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	rib_peer_down(world->rib, upstream);
	withdraw(world, 1, VIP);
	withdraw(world, 2, VIP);
	rib_process(world->rib);
	while (export_batch_next(world->rib, world->upstream, &out))
		assert_true(out.withdraw);
	assert_null(route_of(world, VIP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_upstream_gets_the_vip_with_our_as_and_nexthop, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			the_vip_is_withdrawn_upstream_with_its_last_nexthop,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			changes_before_an_export_are_announced_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			without_upstreams_nothing_is_left_of_a_route, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_vip_that_cannot_be_steered_is_not_announced, setup,
			teardown),
		cmocka_unit_test(below_min_nexthops_nothing_is_announced),
		cmocka_unit_test_setup_teardown(a_new_upstream_gets_everything,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_session_gets_no_routes_of_a_family_it_does_not_speak,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_route_without_a_nexthop_of_its_family_is_not_announced,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_session_of_several_paths_gets_the_whole_set, setup,
			teardown),
		cmocka_unit_test_setup_teardown(no_advertise_keeps_a_route_here,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_stale_route_goes_to_neighbors_that_support_it, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_non_transitive_community_does_not_leave_our_as, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_path_from_inside_is_not_passed_on_inside, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
