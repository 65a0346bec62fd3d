// SPDX-License-Identifier: BSD-2-Clause
/* The rib: UPDATEs taken in, and the decisions on them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../chance.h"
#include "rib/rib_internal.h"
#include "world.h"

static void equal_paths_form_the_set(void **state)
{
	struct world *world = *state;

	for (unsigned int i = 0; i < 4; i++)
		announce_vip(world, i, VIP);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 4);
	/* The best path has the lowest identifier: 100 - 3. */
	assert_int_equal(
		backend_index(rib_nexthop_address(
			route_best(route_of(world, VIP))->attributes->nexthop)),
		3);
}

static void a_withdrawn_path_leaves_the_set(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	withdraw(world, 0, VIP);
	withdraw(world, 0, VIP); /* a second time does nothing */
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(world->tracked[0], 0);
	assert_int_equal(world->tracked[1], 1);
}

/* Announce the VIP at that second. */
static void announce_at(struct world *world, uint64_t second,
			const struct test_route *route)
{
	world->rib->now_ms = second * 1000 + 999;
	world->rib->work_requested = true; /* the turn goes on */
	announce(world, 0, route);
	rib_process(world->rib);
}

static uint64_t since_of(struct world *world)
{
	return rib_path_since_ms(world->rib, route_of(world, VIP)->paths);
}

static void a_path_is_as_old_as_its_last_change(void **state)
{
	struct test_route route = { .prefix = VIP,
				    .nexthop = "10.0.0.1",
				    .as = { 65001 } };
	struct world *world = *state;

	announce_at(world, 100, &route);
	assert_int_equal(since_of(world), 100000);
	announce_at(world, 200, &route); /* the same once more */
	assert_int_equal(since_of(world), 100000);
	route.as[1] = 65009;
	announce_at(world, 300, &route);
	assert_int_equal(since_of(world), 300000);
	withdraw(world, 0, VIP);
	announce_at(world, 400, &route);
	assert_int_equal(since_of(world), 400000);
}

static void a_lost_session_takes_all_its_paths(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	announce_vip(world, 1, VIP);
	rib_peer_down(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_null(route_of(world, "192.0.2.2/32"));
	backend_up(world, 0);
}

static void a_path_with_a_dead_nexthop_is_not_in_the_set(void **state)
{
	const struct address second = backend_address(1);
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	world->dead[1] = true;
	rib_nexthop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(reason_of(world, VIP, 1), REASON_NEXTHOP_DEAD);
	world->dead[1] = false;
	rib_nexthop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
}

static void prefixes_outside_the_vip_range_are_filtered(void **state)
{
	static const char *const outside[] = { "192.0.3.1/32", "0.0.0.0/0",
					       "192.0.2.0/23", "10.0.0.1/32" };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		announce_vip(world, 0, outside[i]);
		rib_process(world->rib);
		assert_int_equal(reason_of(world, outside[i], 0),
				 REASON_FILTERED);
		assert_null(route_best(route_of(world, outside[i])));
	}
	assert_int_equal(world->backends[0]->prefixes_received, 4);
	assert_int_equal(world->backends[0]->prefixes_accepted, 0);
	assert_int_equal(world->tracked[0], 0);
}

static void any_prefix_inside_the_vip_range_is_a_vip(void **state)
{
	static const char *const inside[] = { "192.0.2.0/24", "192.0.2.64/26",
					      "192.0.2.255/32" };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		announce_vip(world, 0, inside[i]);
		rib_process(world->rib);
		assert_int_equal(route_of(world, inside[i])->selected, 1);
	}
}

/* GoBGP 3.10 keeps the old route here. */
static void our_own_as_replaces_an_earlier_good_path(void **state)
{
	const struct test_route looped = { .prefix = VIP,
					   .nexthop = "10.0.0.1",
					   .as = { 65001, LOCAL_AS } };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	announce(world, 0, &looped);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
	assert_int_equal(route_of(world, VIP)->selected, 0);
}

static void treat_as_withdraw_takes_the_path_away(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct test_update t;

	announce_vip(world, 0, VIP);
	test_announce(&t, &route);
	t.update.error.verdict = BGP_VERDICT_WITHDRAW;
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
}

/* RFC 7911: one neighbor, two paths of one prefix. */
static void paths_with_identifiers_stand_side_by_side(void **state)
{
	struct test_route route = { .prefix = VIP,
				    .nexthop = "10.0.0.1",
				    .as = { 65001 },
				    .path_id = 7 };
	struct world *world = *state;
	struct test_update t;

	announce(world, 0, &route);
	route.path_id = 9;
	route.nexthop = "10.0.0.2";
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(world->backends[0]->prefixes_received, 2);
	route.nexthop = "10.0.0.3"; /* replaces the path of that identifier */
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(world->tracked[1], 0);
	adj_rib_in_update(world->rib, world->backends[0],
			  test_withdraw(&t, VIP, 7));
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	rib_peer_down(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_null(route_of(world, VIP)->paths);
	backend_up(world, 0);
}

/* The new attributes are set before the old ones are released. */
static void a_nexthop_that_stays_is_not_released(void **state)
{
	struct test_route route = { .prefix = VIP,
				    .nexthop = "10.0.0.1",
				    .as = { 65001 } };
	struct world *world = *state;

	announce(world, 0, &route);
	rib_process(world->rib);
	world->least_tracked = 1;
	for (route.med = 1; route.med < 10; route.med++) {
		announce(world, 0, &route);
		rib_process(world->rib);
	}
	assert_int_equal(world->least_tracked, 1);
	assert_int_equal(world->tracked[0], 1);
}

static void an_unchanged_nexthop_marks_nothing(void **state)
{
	const struct address address = backend_address(0);
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	rib_nexthop_changed(world->rib, &address);
	assert_true(LIST_EMPTY(&world->rib->changed_nexthops));
	world->dead[0] = true;
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	rib_nexthop_changed(world->rib, &address);
	assert_false(LIST_EMPTY(&world->rib->changed_nexthops));
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NEXTHOP_DEAD);
	assert_null(route_best(route_of(world, VIP)));
}

/* Its state may have changed since it was released. */
static void a_nexthop_that_is_wanted_again_is_checked_again(void **state)
{
	struct world *world = *state;
	const struct test_route elsewhere = { .prefix = "198.51.100.1/32",
					      .nexthop = "10.0.0.1",
					      .as = { 65001 } };

	announce(world, 0, &elsewhere); /* refused, but it keeps the record */
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	world->dead[0] = true; /* not reported, as it is not tracked */
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NEXTHOP_DEAD);
}

/* RFC 4456 8. */
static void our_own_originator_or_cluster_is_a_loop(void **state)
{
	static const uint8_t clusters[] = { 0, 0, 0, 1, 0, 0, 0, LOCAL_ID };
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct test_update t;

	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_ORIGINATOR_ID;
	t.update.attributes.originator_id = LOCAL_ID;
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_CLUSTER_LIST;
	t.update.attributes.cluster_list =
		reader_of(clusters, sizeof(clusters));
	adj_rib_in_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
}

/* RFC 7313 4. */
static void a_refresh_sweeps_what_was_not_announced_again(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = world->backends[0];

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	announce_vip(world, 1, "192.0.2.2/32");
	adj_rib_in_end_refresh(world->rib, peer,
			       BGP_IPV4_UNICAST); /* unsolicited */
	assert_int_equal(peer->prefixes_received, 2);
	adj_rib_in_begin_refresh(world->rib, peer, BGP_IPV4_UNICAST);
	announce_vip(world, 0, VIP);
	adj_rib_in_end_refresh(world->rib, peer, BGP_IPV6_UNICAST);
	assert_int_equal(peer->prefixes_received, 2);
	adj_rib_in_end_refresh(world->rib, peer, BGP_IPV4_UNICAST);
	rib_process(world->rib);
	assert_int_equal(peer->prefixes_received, 1);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(route_of(world, "192.0.2.2/32")->selected, 1);
}

/* ------------------------------------------------------- random events */

static const char *const vips[VIPS] = { "192.0.2.1/32", "192.0.2.2/32",
					"192.0.2.3/32" };

static void random_announce(struct world *world, unsigned int from)
{
	struct address address = backend_address(chance_below(BACKENDS));
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = vips[chance_below(VIPS)],
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + chance_below(2), 65010,
			chance_below(3) ? 0 : 65011 },
		.med = chance_below(3),
		.local_pref = 100 + chance_below(2),
		.origin = (uint8_t)chance_below(2),
	};

	announce(world, from, &route);
}

static void random_event(struct world *world)
{
	unsigned int i = chance_below(BACKENDS);
	const struct address address = backend_address(i);

	switch (chance_below(8)) {
	case 0:
		withdraw(world, i, vips[chance_below(VIPS)]);
		break;
	case 1:
		world->dead[i] = !world->dead[i];
		rib_nexthop_changed(world->rib, &address);
		break;
	case 2:
		rib_peer_down(world->rib, world->backends[i]);
		backend_up(world, i);
		break;
	default:
		random_announce(world, i);
	}
}

/* Compare a route with a decision from scratch. */
static void check_against_full_recompute(struct world *world,
					 const struct route *route)
{
	const struct decision_options options = {
		.maximum_paths = 64,
		.maximum_paths_ibgp = 64,
		.as_path = MULTIPATH_AS_PATH_RELAXED,
	};
	struct path copies[BACKENDS], *first = copies;
	struct decision decision;
	size_t count = 0;
	uint32_t cost;

	for (const struct path *p = route->paths; p; p = p->next, count++) {
		copies[count] = *p;
		copies[count].reason = path_reason_of_import(p->import);
		if (p->import == IMPORT_ACCEPTED)
			copies[count].reason = nexthop_check(
				rib_nexthop_address(p->attributes->nexthop),
				&cost, world);
		copies[count].next = p->next ? &copies[count + 1] : NULL;
	}
	if (!count)
		first = NULL;
	decision = decision_make(&options, &first);
	assert_int_equal(decision.selected, route->selected);
	count = 0;
	for (const struct path *p = route->paths; p; p = p->next, count++) {
		assert_int_equal(copies[count].reason, p->reason);
		assert_int_equal(decision.best == &copies[count],
				 route_best(route) == p);
	}
}

static void incremental_equals_full_recompute(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	chance_begin();
	for (int i = 0; i < EVENTS; i++) {
		const struct route *route = NULL;

		random_event(world);
		if (chance_below(4))
			continue;
		rib_process(world->rib);
		while ((route = rib_next(world->rib, route)))
			check_against_full_recompute(world, route);
		if (!chance_below(3))
			while (export_batch_next(world->rib, world->upstream,
						 &out))
				;
	}
	for (unsigned int i = 0; i < BACKENDS; i++)
		for (unsigned int v = 0; v < VIPS; v++)
			withdraw(world, i, vips[v]);
	rib_process(world->rib);
	while (export_batch_next(world->rib, world->upstream, &out))
		assert_true(out.withdraw);
	assert_null(rib_next(world->rib, NULL));
	assert_int_equal(world->upstream->prefixes_announced, 0);
}

static void a_route_is_not_decided_before_it_has_a_path_to_choose(void **state)
{
	static const struct test_route looped = { .prefix = VIP,
						  .nexthop = "10.0.0.2",
						  .as = { 65001, LOCAL_AS } };
	struct world *world = *state;

	world->dead[2] = true;
	announce(world, 1, &looped);
	announce_vip(world, 2, VIP);
	rib_process(world->rib);
	assert_false(route_of(world, VIP)->decided);
	assert_int_equal(reason_of(world, VIP, 1), REASON_LOOP);
	assert_int_equal(reason_of(world, VIP, 2), REASON_NEXTHOP_DEAD);
	withdraw(world, 2, VIP);
	assert_false(route_of(world, VIP)->marked);
	announce_vip(world, 0, VIP);
	assert_false(route_of(world, VIP)->decided);
	rib_process(world->rib);
	assert_true(route_of(world, VIP)->decided);
	withdraw(world, 1, VIP);
	assert_true(route_of(world, VIP)->marked);
	rib_process(world->rib);
	announce(world, 0, &looped);
	assert_true(route_of(world, VIP)->marked);
}

static void a_route_without_paths_is_not_kept(void **state)
{
	static const char outside[] = "198.51.100.1/32";
	struct world *world = *state;

	announce_vip(world, 0, outside);
	announce_vip(world, 1, outside);
	withdraw(world, 1, outside);
	assert_non_null(route_of(world, outside));
	rib_peer_down(world->rib, world->backends[0]);
	assert_null(route_of(world, outside));
	backend_up(world, 0);
	announce_vip(world, 0, outside);
	adj_rib_in_begin_refresh(world->rib, world->backends[0],
				 BGP_IPV4_UNICAST);
	adj_rib_in_end_refresh(world->rib, world->backends[0],
			       BGP_IPV4_UNICAST);
	assert_null(route_of(world, outside));
}

/* Return the next hop of the first path. */
static struct address first_nexthop(const struct route *route)
{
	return *rib_nexthop_address(route->paths->attributes->nexthop);
}

static void a_link_local_nexthop_is_behind_the_sessions_link(void **state)
{
	struct world *world = *state;
	const struct test_route route = {
		.prefix = "198.51.100.1/32", /* outside --vip: not tracked */
		.nexthop = "fe80::2",
		.as = { 65001 },
	};
	const struct route *held;
	struct address bare, one, other;

	address_parse(route.nexthop, &bare);
	world->backends[0]->source.ifindex = 3;
	world->backends[1]->source.ifindex = 4;
	announce(world, 0, &route);
	held = route_of(world, route.prefix);
	one = first_nexthop(held);
	assert_int_equal(address_scope(&one), 3);
	withdraw(world, 0, route.prefix);
	announce(world, 1, &route);
	other = first_nexthop(route_of(world, route.prefix));
	assert_int_equal(address_scope(&other), 4);
	other = address_unscoped(&other);
	assert_true(address_equal(&other, &bare));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_link_local_nexthop_is_behind_the_sessions_link, setup,
			teardown),
		cmocka_unit_test_setup_teardown(equal_paths_form_the_set, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_path_is_as_old_as_its_last_change, setup, teardown),
		cmocka_unit_test_setup_teardown(a_withdrawn_path_leaves_the_set,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_lost_session_takes_all_its_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_path_with_a_dead_nexthop_is_not_in_the_set, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			prefixes_outside_the_vip_range_are_filtered, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			any_prefix_inside_the_vip_range_is_a_vip, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			our_own_as_replaces_an_earlier_good_path, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			treat_as_withdraw_takes_the_path_away, setup, teardown),
		cmocka_unit_test_setup_teardown(
			paths_with_identifiers_stand_side_by_side, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_nexthop_that_stays_is_not_released, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_unchanged_nexthop_marks_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_nexthop_that_is_wanted_again_is_checked_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			our_own_originator_or_cluster_is_a_loop, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_refresh_sweeps_what_was_not_announced_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_route_is_not_decided_before_it_has_a_path_to_choose,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_route_without_paths_is_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			incremental_equals_full_recompute, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
