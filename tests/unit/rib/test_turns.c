// SPDX-License-Identifier: BSD-2-Clause
/* Decisions in turns: the same end, and nothing half on the way. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/array.h"
#include "same_end.h"

enum {
	PREFIXES = 30,
	CHANGES = 20000,
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

static bool always_late(void *context)
{
	(void)context;
	return true;
}

/* The hooks of a decision may take longer than the rib can know. */
static void decisions_end_when_the_time_is_over(void **state)
{
	struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);
	size_t learned = 0;

	(void)state;
	hooks.is_late = always_late;
	world_start_with(&world, &options, &hooks);
	for (unsigned int number = 1; number <= 100; number++)
		announce_number(&world, 0, number);
	while (rib_process(world.rib)) {
		assert_in_range(rib_totals(world.rib).learned, learned + 1, 99);
		learned = rib_totals(world.rib).learned;
	}
	assert_int_equal(rib_totals(world.rib).learned, 100);
	assert_in_range(learned, 1, 99);
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

/* A change, to be made in two worlds. */
struct event {
	unsigned int kind;
	unsigned int backend;
	unsigned int hop;
	uint32_t path_id;
	char vip[TEXT_SIZE];
};

/* The sessions that are up, in both worlds. */
struct both {
	struct world turns;
	struct world whole;
	bool up[BACKENDS];
	bool refreshing[BACKENDS];
	struct rib_peer *several[2]; /* a neighbor with ADD-PATH; NULL: down */
};

/* Numbers from 100 are outside of --vip: their paths are refused. */
static struct event random_event(void)
{
	struct event event = { .kind = chance_below(24),
			       .backend = chance_below(BACKENDS),
			       .hop = chance_below(BACKENDS),
			       .path_id = chance_below(3) };
	unsigned int number = chance_below(PREFIXES);

	snprintf(event.vip, sizeof(event.vip), "%s.%u/32",
		 chance_one_in(3) ? "198.51.100" : "192.0.2", number);
	return event;
}

static void announce_event(struct world *world, const struct event *event)
{
	const struct address address = backend_address(event->hop);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = event->vip,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + event->backend },
		.path_id = event->path_id,
	};

	announce(world, event->backend, &route);
}

static void withdraw_event(struct world *world, const struct event *event)
{
	struct test_update t;

	adj_rib_in_update(world->rib, world->backends[event->backend],
			  test_withdraw(&t, event->vip, event->path_id));
}

static void change_routes(struct world *world, const struct event *event)
{
	const struct address address = backend_address(event->hop);

	switch (event->kind) {
	case 0:
	case 1:
		world->dead[event->hop] = !world->dead[event->hop];
		rib_nexthop_changed(world->rib, &address);
		break;
	case 2:
		rib_peer_down(world->rib, world->upstream);
		upstream_up(world);
		break;
	case 3:
		export_refresh(world->rib, world->upstream);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
		withdraw_event(world, event);
		break;
	default:
		announce_event(world, event);
	}
}

static void lose_or_return(struct both *both, const struct event *event)
{
	struct world *worlds[] = { &both->turns, &both->whole };
	bool back = !both->up[event->backend] || event->path_id;

	for (size_t i = 0; i < COUNT_OF(worlds); i++) {
		struct world *world = worlds[i];

		if (both->up[event->backend])
			rib_peer_down(world->rib,
				      world->backends[event->backend]);
		if (back)
			backend_up(world, event->backend);
	}
	both->up[event->backend] = back;
	both->refreshing[event->backend] = false;
}

static void refresh_or_end(struct both *both, const struct event *event)
{
	struct world *worlds[] = { &both->turns, &both->whole };
	bool *refreshing = &both->refreshing[event->backend];

	for (size_t i = 0; i < COUNT_OF(worlds); i++) {
		struct rib *rib = worlds[i]->rib;
		struct rib_peer *peer = worlds[i]->backends[event->backend];

		if (*refreshing && event->path_id)
			adj_rib_in_end_refresh(rib, peer, BGP_IPV4_UNICAST);
		else
			assert_int_equal(adj_rib_in_begin_refresh(
						 rib, peer, BGP_IPV4_UNICAST),
					 0);
	}
	*refreshing = !(*refreshing && event->path_id);
}

static void toggle_several(struct both *both)
{
	struct world *worlds[] = { &both->turns, &both->whole };

	for (size_t i = 0; i < COUNT_OF(worlds); i++) {
		if (both->several[i])
			rib_peer_down(worlds[i]->rib, both->several[i]);
		both->several[i] = both->several[i] ?
					   NULL :
					   further_up_with(worlds[i], 0,
							   &upstream_kind,
							   &several_session);
	}
}

static void change_both(struct both *both)
{
	const struct event event = random_event();

	if (event.kind == 23)
		toggle_several(both);
	else if (event.kind == 22)
		lose_or_return(both, &event);
	else if (both->up[event.backend] && event.kind > 19)
		refresh_or_end(both, &event);
	else if (both->up[event.backend]) {
		change_routes(&both->turns, &event);
		change_routes(&both->whole, &event);
	}
}

static void turns_come_to_the_same_end(void **state)
{
	static struct both both;
	struct export_batch out;

	(void)state;
	world_init(&both.turns, 1);
	world_init(&both.whole, 1);
	memset(both.up, true, sizeof(both.up));
	for (unsigned int i = 0; i < CHANGES; i++) {
		change_both(&both);
		while (rib_process(both.whole.rib))
			;
		both.turns.rib->turn_budget = 1 + chance_below(80);
		if (chance_one_in(3))
			rib_process(both.turns.rib);
		if (chance_one_in(5))
			export_batch_next(both.turns.rib, both.turns.upstream,
					  &out);
		if (chance_one_in(100))
			assert_same_end(&both.turns, &both.whole);
	}
	rib_free(both.turns.rib); /* with work left */
	rib_free(both.whole.rib);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_decides_as_much_as_its_budget),
		cmocka_unit_test(work_is_requested_once_until_all_is_done),
		cmocka_unit_test(decisions_end_when_the_time_is_over),
		TEST(a_neighbor_gets_no_path_that_is_not_decided),
		TEST(a_route_that_waits_is_not_withdrawn_by_its_table),
		cmocka_unit_test(the_end_of_a_delay_waits_for_the_decision),
		cmocka_unit_test(turns_come_to_the_same_end),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
