// SPDX-License-Identifier: BSD-2-Clause
/* Paths whose service has not passed its check are no candidates. */

#include <string.h>

#include "world.h"

#define VIP "192.0.2.1/32"

static enum path_reason answers[BACKENDS];
static unsigned int asked;

static enum path_reason path_check(const struct route *route,
				   const struct path *path, void *context)
{
	(void)route, (void)context;
	asked++;
	return answers[backend_index(
		rib_nexthop_address(path->attributes->nexthop))];
}

static int start(void **state)
{
	static struct world world;
	const struct rib_options options = world_options(&world, 1);
	struct rib_hooks hooks = world_hooks(&world);

	memset(answers, 0, sizeof(answers));
	asked = 0;
	hooks.path_check = path_check;
	world_start_with(&world, &options, &hooks);
	*state = &world;
	return 0;
}

static void set_answer(struct world *world, unsigned int backend,
		       enum path_reason answer)
{
	struct prefix vip;

	prefix_parse(VIP, &vip);
	answers[backend] = answer;
	rib_vip_changed(world->rib, &vip);
	rib_process(world->rib);
}

static void a_failing_service_is_out_of_the_set(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	set_answer(world, 1, REASON_CHECK_FAILED);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(reason_of(world, VIP, 1), REASON_CHECK_FAILED);
	assert_int_equal(world->tracked[1], 1); /* its flows stay */
	set_answer(world, 1, REASON_NONE);
	assert_int_equal(route_of(world, VIP)->selected, 2);
}

/* Unlike draining, which goes on where all drain. */
static void a_vip_whose_services_all_fail_is_withdrawn(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(rib_totals(world->rib).forwarding, 1);
	set_answer(world, 0, REASON_CHECK_FAILED);
	assert_int_equal(rib_totals(world->rib).forwarding, 0);
	set_answer(world, 0, REASON_NONE);
	assert_int_equal(rib_totals(world->rib).forwarding, 1);
}

static void a_pending_service_is_asked_about_until_it_passes(void **state)
{
	struct world *world = *state;

	answers[0] = REASON_CHECK_PENDING;
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(asked > 0);
	assert_int_equal(route_of(world, VIP)->selected, 0);
	assert_int_equal(reason_of(world, VIP, 0), REASON_CHECK_PENDING);
	set_answer(world, 0, REASON_NONE);
	assert_int_equal(route_of(world, VIP)->selected, 1);
}

static void a_path_that_cannot_be_used_is_not_asked_about(void **state)
{
	struct world *world = *state;
	const struct address first = backend_address(0);
	unsigned int before;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	before = asked;
	world->dead[0] = true;
	rib_nexthop_changed(world->rib, &first);
	rib_process(world->rib);
	assert_int_equal(asked, before);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NEXTHOP_DEAD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failing_service_is_out_of_the_set),
		TEST(a_vip_whose_services_all_fail_is_withdrawn),
		TEST(a_pending_service_is_asked_about_until_it_passes),
		TEST(a_path_that_cannot_be_used_is_not_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
