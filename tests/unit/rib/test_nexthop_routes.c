// SPDX-License-Identifier: BSD-2-Clause
/* A change of a next hop looks at the routes that depend on it, and no others. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../chance.h"
#include "rib/rib_internal.h"
#include "world.h"

enum {
	PREFIXES = 40,
	CHANGES = 6000,
	TEXT_SIZE = 32,
};

/* Numbers above 100 are outside of --vip: their paths are refused. */
static const char *vip_text(unsigned int number, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "%s.%u/32",
		 number > 100 ? "198.51.100" : "192.0.2", number);
	return text;
}

/* Let backend `from` announce a VIP with the address of backend `hop`. */
static void announce_with(struct world *world, unsigned int from,
			  unsigned int vip, unsigned int hop)
{
	struct address address = backend_address(hop);
	char nexthop[ADDRESS_TEXT_SIZE], prefix[TEXT_SIZE];
	const struct test_route route = {
		.prefix = vip_text(vip, prefix),
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + from },
	};

	announce(world, from, &route);
}

static void withdraw_number(struct world *world, unsigned int from,
			    unsigned int vip)
{
	char prefix[TEXT_SIZE];

	withdraw(world, from, vip_text(vip, prefix));
}

static void set_dead(struct world *world, unsigned int hop, bool dead)
{
	const struct address address = backend_address(hop);

	world->dead[hop] = dead;
	rib_nexthop_changed(world->rib, &address);
}

static void a_change_looks_at_the_routes_that_depend(void **state)
{
	struct world *world = *state;

	for (unsigned int vip = 1; vip <= PREFIXES; vip++)
		announce_with(world, 0, vip, vip <= 3 ? 1 : 2);
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 0);
	set_dead(world, 1, true);
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 3);
	set_dead(world, 5, true); /* no path has it */
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 3);
}

static unsigned int decided;

static bool count_decided(const struct route *route,
			  const struct member *members, void *context)
{
	decided++;
	return set_decided(route, members, context);
}

static void changes_together_decide_each_route_once(void **state)
{
	struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	(void)state;
	hooks.set_decided = count_decided;
	world_start_with(&world, &options, &hooks);
	for (unsigned int from = 0; from < BACKENDS; from++)
		for (unsigned int vip = 1; vip <= PREFIXES; vip++)
			announce_with(&world, from, vip, from);
	rib_process(world.rib);
	decided = 0;
	for (unsigned int hop = 0; hop < BACKENDS; hop++)
		set_dead(&world, hop, true);
	assert_int_equal(world.rib->dependents_marked, 0);
	rib_process(world.rib);
	assert_int_equal(world.rib->dependents_marked, BACKENDS * PREFIXES);
	assert_int_equal(decided, PREFIXES);
	rib_free(world.rib);
}

static void a_second_path_with_a_next_hop_keeps_the_route(void **state)
{
	struct world *world = *state;

	announce_with(world, 0, 1, 4);
	announce_with(world, 1, 1, 4);
	withdraw_number(world, 0, 1);
	rib_process(world->rib);
	set_dead(world, 4, true);
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 1);
	assert_int_equal(reason_of(world, VIP, 1), REASON_NEXTHOP_DEAD);
	announce_with(world, 1, 1, 3); /* another next hop */
	set_dead(world, 4, false);
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 1);
}

static void a_next_hop_may_go_between_its_change_and_the_decision(void **state)
{
	struct world *world = *state;

	announce_with(world, 0, 1, 4);
	rib_process(world->rib);
	set_dead(world, 4, true);
	withdraw_number(world, 0, 1);
	rib_process(world->rib);
	assert_int_equal(world->rib->dependents_marked, 0);
	assert_int_equal(route_of(world, VIP)->selected, 0);
}

/* Return the number of routes with an accepted path over a next hop. */
static unsigned int count_dependents(const struct rib *rib, unsigned int hop)
{
	const struct address address = backend_address(hop);
	const struct route *route = NULL;
	unsigned int count = 0;

	while ((route = rib_next(rib, route))) {
		const struct path *path = route->paths;

		while (path &&
		       (path->import != IMPORT_ACCEPTED ||
			!address_equal(&address,
				       rib_nexthop_address(
					       path->attributes->nexthop))))
			path = path->next;
		count += path != NULL;
	}
	return count;
}

/* Pretend that the set of a next hop lacks routes: all are looked at then. */
static void forget_dependents(struct world *world, unsigned int hop)
{
	const struct address address = backend_address(hop);
	struct rib_nexthop *found =
		rib_nexthop_find(&world->rib->attributes.nexthops, &address);

	if (!found || !found->wanted)
		return;
	turn_set_free(&found->routes);
	found->routes.incomplete = true;
}

static void assert_same_reasons(struct world *a, struct world *b)
{
	const struct route *route = NULL;

	assert_int_equal(a->rib->routes.count, b->rib->routes.count);
	while ((route = rib_next(a->rib, route))) {
		const struct route *other =
			rib_find(b->rib, &route->node.prefix);
		const struct path *x = route->paths, *y = other->paths;

		assert_int_equal(route->selected, other->selected);
		for (; x && y; x = x->next, y = y->next) {
			assert_int_equal(x->reason, y->reason);
			assert_int_equal(x->best, y->best);
		}
		assert_true(!x && !y);
	}
}

/* Make the same random change in both worlds; count what must be looked at. */
static uint64_t change_both(struct world *a, struct world *b)
{
	unsigned int from = chance_below(BACKENDS);
	unsigned int vip =
		chance_below(PREFIXES) + (chance_one_in(5) ? 101 : 1);
	unsigned int hop = chance_below(BACKENDS);
	bool dead = !a->dead[hop];

	switch (chance_below(4)) {
	case 0:
	case 1:
		announce_with(a, from, vip, hop);
		announce_with(b, from, vip, hop);
		break;
	case 2:
		withdraw_number(a, from, vip);
		withdraw_number(b, from, vip);
		break;
	default:
		rib_process(a->rib);
		rib_process(b->rib);
		forget_dependents(b, hop);
		set_dead(a, hop, dead);
		set_dead(b, hop, dead);
		return count_dependents(a->rib, hop);
	}
	return 0;
}

static void random_changes_agree_with_a_full_walk(void **state)
{
	static struct world a, b;
	uint64_t expected = 0;

	(void)state;
	world_init(&a, 1);
	world_init(&b, 1);
	for (unsigned int i = 0; i < CHANGES; i++) {
		expected += change_both(&a, &b);
		rib_process(a.rib);
		rib_process(b.rib);
		assert_int_equal(a.rib->dependents_marked, expected);
		assert_int_equal(b.rib->dependents_marked, expected);
		assert_same_reasons(&a, &b);
	}
	rib_free(a.rib);
	rib_free(b.rib);
}

/* Announce all VIPs with one next hop, then give turns little time. */
static void begin_turns(struct world *world)
{
	for (unsigned int vip = 1; vip <= PREFIXES; vip++)
		announce_with(world, 0, vip, 1);
	rib_process(world->rib);
	world->rib->turn_budget = 2 * RIB_ROUTE_COST;
}

static void end_turns(struct world *world)
{
	while (rib_process(world->rib))
		;
}

static void many_routes_are_marked_in_turns(void **state)
{
	struct world *world = *state;

	begin_turns(world);
	set_dead(world, 1, true);
	assert_true(rib_process(world->rib));
	assert_int_equal(world->rib->dependents_marked,
			 2 * RIB_ROUTE_COST / 8 * 5 / RIB_MARK_COST);
	end_turns(world);
	assert_int_equal(world->rib->dependents_marked, PREFIXES);
	assert_int_equal(rib_totals(world->rib).learned, 0);
}

static void a_second_change_while_routes_are_marked_counts_for_all(void **state)
{
	struct world *world = *state;

	begin_turns(world);
	set_dead(world, 1, true);
	assert_true(rib_process(world->rib));
	set_dead(world, 1, false);
	end_turns(world);
	assert_int_equal(world->rib->dependents_marked, 2 * PREFIXES);
	assert_int_equal(rib_totals(world->rib).learned, PREFIXES);
}

static void routes_may_go_while_they_are_to_be_marked(void **state)
{
	struct world *world = *state;

	begin_turns(world);
	set_dead(world, 1, true);
	assert_true(rib_process(world->rib));
	for (unsigned int vip = 1; vip < PREFIXES; vip++)
		withdraw_number(world, 0, vip);
	announce_with(world, 0, 1, 1);
	end_turns(world);
	assert_int_equal(rib_totals(world->rib).learned, 0);
	set_dead(world, 1, false);
	end_turns(world);
	assert_int_equal(rib_totals(world->rib).learned, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_looks_at_the_routes_that_depend),
		cmocka_unit_test(changes_together_decide_each_route_once),
		TEST(a_second_path_with_a_next_hop_keeps_the_route),
		TEST(a_next_hop_may_go_between_its_change_and_the_decision),
		TEST(many_routes_are_marked_in_turns),
		TEST(a_second_change_while_routes_are_marked_counts_for_all),
		TEST(routes_may_go_while_they_are_to_be_marked),
		cmocka_unit_test(random_changes_agree_with_a_full_walk),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
