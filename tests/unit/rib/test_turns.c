// SPDX-License-Identifier: BSD-2-Clause
/* Decisions in turns: the same end, and nothing half on the way. */

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
	PREFIXES = 30,
	CHANGES = 5000,
	TEXT_SIZE = 32,
	DELAY_S = 5,
	DELAY_MS = 5000,
};

static const struct bgp_negotiated several_session = {
	.families = BGP_IPV4_UNICAST_BIT,
	.add_path_send = { [BGP_IPV4_UNICAST] = true },
};

static const struct neighbor_kind upstream_kind = {
	.role = NEIGHBOR_ROLE_UPSTREAM,
	.type = PEER_EXTERNAL,
};

static const char *vip_text(unsigned int number, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "192.0.2.%u/32", number);
	return text;
}

static void announce_number(struct world *world, unsigned int from,
			    unsigned int number)
{
	char text[TEXT_SIZE];

	announce_vip(world, from, vip_text(number, text));
}

static void a_turn_decides_as_much_as_its_budget(void **state)
{
	struct world *world = *state;

	world->rib->turn_budget = RIB_ROUTE_COST + 1;
	for (unsigned int number = 1; number <= 3; number++)
		announce_number(world, 0, number);
	assert_true(rib_process(world->rib));
	assert_int_equal(rib_totals(world->rib).learned, 1);
	assert_true(rib_process(world->rib));
	assert_false(rib_process(world->rib));
	assert_int_equal(rib_totals(world->rib).learned, 3);
	assert_false(rib_process(world->rib));
}

static unsigned int requests;

static void count_request(void *context)
{
	(void)context;
	requests++;
}

static void work_is_requested_once_until_all_is_done(void **state)
{
	struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	(void)state;
	hooks.work_waiting = count_request;
	world_start_with(&world, &options, &hooks);
	world.rib->turn_budget = 1;
	requests = 0;
	announce_number(&world, 0, 1);
	announce_number(&world, 0, 2);
	assert_int_equal(requests, 1);
	assert_true(rib_process(world.rib));
	announce_number(&world, 0, 3);
	assert_int_equal(requests, 1);
	while (rib_process(world.rib))
		;
	announce_number(&world, 0, 4);
	assert_int_equal(requests, 2);
	rib_free(world.rib);
}

static void a_neighbor_gets_no_path_that_is_not_decided(void **state)
{
	struct world *world = *state;
	struct export_batch out;
	struct rib_peer *peer;

	announce_number(world, 0, 1);
	peer = further_up_with(world, 0, &upstream_kind, &several_session);
	assert_false(export_batch_next(world->rib, peer, &out));
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, peer, &out));
	announce_number(world, 1, 1);
	export_refresh(world->rib, peer);
	assert_true(export_batch_next(world->rib, peer, &out));
	assert_int_equal(out.count, 1); /* the old set */
	assert_false(export_batch_next(world->rib, peer, &out));
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, peer, &out));
	rib_peer_down(world->rib, peer);
}

static void a_route_that_waits_is_not_withdrawn_by_its_table(void **state)
{
	struct world *world = *state;
	struct prefix vip;

	prefix_parse(VIP, &vip);
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_announced(world, VIP, true);
	announce_vip(world, 1, VIP);
	withdraw(world, 0, VIP);
	loc_rib_set_forwarding(world->rib, &vip, false);
	loc_rib_set_forwarding(world->rib, &vip, true);
	assert_announced(world, VIP, true);
	rib_process(world->rib);
	assert_announced(world, VIP, true);
}

static void the_end_of_a_delay_waits_for_the_decision(void **state)
{
	const struct world_setup setup = { .delay_s = DELAY_S };
	struct world world;

	(void)state;
	world_init_with(&world, &setup);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_int_equal(export_advance(world.rib, 1), DELAY_MS + 1);
	announce_vip(&world, 1, VIP);
	withdraw(&world, 0, VIP);
	assert_int_equal(export_advance(world.rib, DELAY_MS + 1), DELAY_MS + 1);
	assert_announced(&world, VIP, false);
	rib_process(world.rib);
	assert_int_equal(export_advance(world.rib, DELAY_MS + 2), 0);
	assert_announced(&world, VIP, true);
	rib_free(world.rib);
}

/* ------------------------------------------------------------- the same end */

static void assert_same_paths(const struct route *a, const struct route *b)
{
	const struct path *x = a->paths, *y = b->paths;

	for (; x && y; x = x->next, y = y->next) {
		assert_int_equal(x->reason, y->reason);
		assert_int_equal(x->best, y->best);
	}
	assert_true(!x && !y);
}

static void assert_same_exports(const struct route *a, const struct route *b)
{
	const struct route_export *x = a->exports, *y = b->exports;

	for (; x && y; x = x->next, y = y->next) {
		assert_int_equal(x->announced, y->announced);
		assert_int_equal(x->attributes != NULL, y->attributes != NULL);
		if (!x->attributes)
			continue;
		assert_int_equal(x->attributes->size, y->attributes->size);
		assert_memory_equal(x->attributes->canonical,
				    y->attributes->canonical,
				    x->attributes->size);
	}
	assert_true(!x && !y);
}

static void assert_same_end(struct world *a, struct world *b)
{
	const struct route *route = NULL;
	struct export_batch out;

	while (rib_process(a->rib))
		;
	while (rib_process(b->rib))
		;
	while (export_batch_next(a->rib, a->upstream, &out))
		;
	while (export_batch_next(b->rib, b->upstream, &out))
		;
	assert_int_equal(rib_totals(a->rib).learned,
			 rib_totals(b->rib).learned);
	assert_int_equal(rib_totals(a->rib).forwarding,
			 rib_totals(b->rib).forwarding);
	assert_int_equal(rib_totals(a->rib).announced,
			 rib_totals(b->rib).announced);
	assert_int_equal(a->rib->routes.count, b->rib->routes.count);
	while ((route = rib_next(a->rib, route))) {
		const struct route *other =
			rib_find(b->rib, &route->node.prefix);

		assert_non_null(other);
		assert_int_equal(route->selected, other->selected);
		assert_same_paths(route, other);
		assert_same_exports(route, other);
	}
}

/* A change, to be made in two worlds. */
struct event {
	unsigned int kind;
	unsigned int backend;
	char vip[TEXT_SIZE];
};

static void make_change(struct world *world, const struct event *event)
{
	const struct address address = backend_address(event->backend);

	switch (event->kind) {
	case 0:
		rib_peer_down(world->rib, world->backends[event->backend]);
		backend_up(world, event->backend);
		break;
	case 1:
	case 2:
		world->dead[event->backend] = !world->dead[event->backend];
		rib_nexthop_changed(world->rib, &address);
		break;
	case 3:
		rib_peer_down(world->rib, world->upstream);
		upstream_up(world);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		withdraw(world, event->backend, event->vip);
		break;
	default:
		announce_vip(world, event->backend, event->vip);
	}
}

static void turns_come_to_the_same_end(void **state)
{
	static struct world turns, whole;
	struct export_batch out;

	(void)state;
	world_init(&turns, 1);
	world_init(&whole, 1);
	turns.rib->turn_budget = RIB_ROUTE_COST + 4;
	for (unsigned int i = 0; i < CHANGES; i++) {
		struct event event = { .kind = chance_below(20),
				       .backend = chance_below(BACKENDS) };

		vip_text(1 + chance_below(PREFIXES), event.vip);
		make_change(&turns, &event);
		make_change(&whole, &event);
		rib_process(whole.rib);
		if (chance_one_in(3))
			rib_process(turns.rib);
		if (chance_one_in(5))
			export_batch_next(turns.rib, turns.upstream, &out);
		if (chance_one_in(100))
			assert_same_end(&turns, &whole);
	}
	rib_free(turns.rib); /* with work left */
	rib_free(whole.rib);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_decides_as_much_as_its_budget),
		cmocka_unit_test(work_is_requested_once_until_all_is_done),
		TEST(a_neighbor_gets_no_path_that_is_not_decided),
		TEST(a_route_that_waits_is_not_withdrawn_by_its_table),
		cmocka_unit_test(the_end_of_a_delay_waits_for_the_decision),
		cmocka_unit_test(turns_come_to_the_same_end),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
