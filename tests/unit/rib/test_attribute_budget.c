// SPDX-License-Identifier: BSD-2-Clause
/* The bytes of attributes of a neighbor have a limit. */

#include "rib/rib_internal.h"
#include "world.h"

/* Announce a prefix with a path of one AS. */
static void announce_vip_of(struct world *world, const char *prefix)
{
	const struct test_route route = { .prefix = prefix,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };

	announce(world, 0, &route);
}

static void attributes_of_a_neighbor_are_limited(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];
	struct attribute_budget *budget = &backend->attributes;
	const struct test_route small = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct test_route large = small;
	uint64_t size, larger;

	announce(world, 0, &small);
	size = budget->used;
	large.as[1] = large.as[2] = 65001;
	announce(world, 0, &large);
	larger = budget->used;
	assert_true(larger > size);
	announce(world, 0, &small);
	assert_int_equal(budget->used, size);
	/* Exactly two paths fit, though they share what they have. */
	budget->limit = 2 * size;
	announce_vip_of(world, "192.0.2.2/32");
	announce_vip_of(world, "192.0.2.3/32");
	assert_int_equal(backend->prefixes_accepted, 2);
	assert_int_equal(backend->not_kept[IMPORT_MAX_ATTRIBUTES], 1);
	/* The same once more is no room, or it would be asked for without end. */
	announce(world, 0, &small);
	assert_false(attribute_budget_take_room(budget));
	/* A held path goes if it grows above the limit, and makes room. */
	announce(world, 0, &large);
	assert_int_equal(backend->prefixes_accepted, 1);
	assert_int_equal(backend->max_prefix.count[BGP_IPV4_UNICAST], 1);
	assert_int_equal(budget->used, size);
	assert_true(attribute_budget_take_room(budget));
	assert_false(attribute_budget_take_room(budget));
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
	announce_vip_of(world, "192.0.2.3/32");
	assert_int_equal(backend->prefixes_accepted, 2);
}

static void a_larger_limit_makes_room_for_attributes(void **state)
{
	struct world *world = *state;
	struct attribute_budget *budget = &world->backends[0]->attributes;

	attribute_budget_set_limit(budget, 1);
	announce_vip_of(world, VIP);
	assert_int_equal(world->backends[0]->prefixes_accepted, 0);
	assert_null(route_of(world, VIP));
	attribute_budget_set_limit(budget, 1);
	assert_false(attribute_budget_take_room(budget));
	attribute_budget_set_limit(budget, 0);
	assert_true(attribute_budget_take_room(budget));
	announce_vip_of(world, VIP);
	assert_int_equal(world->backends[0]->prefixes_accepted, 1);
	/* A limit below what is held takes nothing away. */
	attribute_budget_set_limit(budget, 1);
	announce_vip_of(world, VIP);
	assert_int_equal(world->backends[0]->prefixes_accepted, 1);
}

#define BUDGET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUDGET_TEST(attributes_of_a_neighbor_are_limited),
		BUDGET_TEST(a_larger_limit_makes_room_for_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
