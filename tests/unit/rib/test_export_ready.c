// SPDX-License-Identifier: BSD-2-Clause
/* When a VIP has enough living next hops to be announced. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export_world.h"

enum {
	MS_PER_S = 1000,
	DELAY_MS = 5000,
};

/* Makes exactly the first `count` backends announce the VIP. */
static void have_backends(struct world *world, unsigned int count)
{
	for (unsigned int i = 0; i < 4; i++) {
		if (i < count)
			announce_vip(world, i, VIP);
		else
			withdraw(world, i, VIP);
	}
	rib_process(world->rib);
}

static void
below_min_nexthops_it_is_withdrawn_and_at_return_announced(void **state)
{
	struct world *world = *state;

	world->vip_range.min_nexthops = 2;
	world->vip_range.return_nexthops = 4;
	have_backends(world, 3);
	assert_export_reason(world, VIP, EXPORT_BELOW_MIN_NEXTHOPS);
	assert_announced(world, VIP, false);
	have_backends(world, 4);
	assert_announced(world, VIP, true);
	have_backends(world, 2);
	assert_announced(world, VIP, true);
	have_backends(world, 1);
	assert_export_reason(world, VIP, EXPORT_BELOW_MIN_NEXTHOPS);
	assert_announced(world, VIP, false);
	have_backends(world, 3);
	assert_announced(world, VIP, false);
	have_backends(world, 4);
	assert_announced(world, VIP, true);
	assert_export_reason(world, VIP, EXPORT_ANNOUNCED);
}

static void dead_nexthops_do_not_count(void **state)
{
	const struct address second = backend_address(1);
	struct world *world = *state;

	world->vip_range.min_nexthops = 2;
	have_backends(world, 2);
	assert_announced(world, VIP, true);
	world->dead[1] = true;
	rib_nexthop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_announced(world, VIP, false);
}

static void without_numbers_of_its_own_a_vip_has_those_of_all(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 2);
	have_backends(&world, 1);
	assert_announced(&world, VIP, false);
	have_backends(&world, 2);
	assert_announced(&world, VIP, true);
	rib_free(world.rib);
}

static void what_is_not_steered_is_not_announced_whatever_it_has(void **state)
{
	struct world *world = *state;

	world->refuse_to_steer = true;
	have_backends(world, 3);
	assert_export_reason(world, VIP, EXPORT_NOT_FORWARDING);
	assert_announced(world, VIP, false);
}

/* With --announce-delay; the world is made anew. */
static struct world *delayed(void)
{
	static struct world world;

	world_init_with(&world, &(struct world_setup){ .delay_s = DELAY_MS /
								  MS_PER_S });
	return &world;
}

static void it_is_announced_when_the_delay_is_over(void **state)
{
	struct world *world = delayed();

	(void)state;
	have_backends(world, 1);
	assert_export_reason(world, VIP, EXPORT_ANNOUNCE_DELAY);
	assert_int_equal(export_advance(world->rib, 1000), 1000 + DELAY_MS);
	assert_int_equal(export_advance(world->rib, 2000), 1000 + DELAY_MS);
	assert_announced(world, VIP, false);
	have_backends(world, 2); /* a further server changes nothing */
	assert_int_equal(export_advance(world->rib, 1000 + DELAY_MS), 0);
	assert_announced(world, VIP, true);
	have_backends(world, 1); /* nor does one less, once announced */
	assert_announced(world, VIP, true);
	assert_export_reason(world, VIP, EXPORT_ANNOUNCED);
	rib_free(world->rib);
}

static void a_loss_within_the_delay_starts_it_anew(void **state)
{
	struct world *world = delayed();

	(void)state;
	have_backends(world, 1);
	export_advance(world->rib, 1000);
	have_backends(world, 0);
	assert_null(route_of(world, VIP)); /* nothing is left of it */
	have_backends(world, 1);
	assert_int_equal(export_advance(world->rib, 3000), 3000 + DELAY_MS);
	assert_int_equal(export_advance(world->rib, 1000 + DELAY_MS),
			 3000 + DELAY_MS);
	assert_announced(world, VIP, false);
	assert_int_equal(export_advance(world->rib, 3000 + DELAY_MS), 0);
	assert_announced(world, VIP, true);
	rib_free(world->rib);
}

static void each_vip_waits_for_itself(void **state)
{
	struct world *world = delayed();

	(void)state;
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	export_advance(world->rib, 1000);
	announce_vip(world, 0, "192.0.2.2/32");
	rib_process(world->rib);
	assert_int_equal(export_advance(world->rib, 2000), 1000 + DELAY_MS);
	assert_int_equal(export_advance(world->rib, 1000 + DELAY_MS),
			 2000 + DELAY_MS);
	assert_announced(world, VIP, true);
	assert_announced(world, "192.0.2.2/32", false);
	rib_free(world->rib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			below_min_nexthops_it_is_withdrawn_and_at_return_announced,
			setup, teardown),
		cmocka_unit_test_setup_teardown(dead_nexthops_do_not_count,
						setup, teardown),
		cmocka_unit_test(
			without_numbers_of_its_own_a_vip_has_those_of_all),
		cmocka_unit_test_setup_teardown(
			what_is_not_steered_is_not_announced_whatever_it_has,
			setup, teardown),
		cmocka_unit_test(it_is_announced_when_the_delay_is_over),
		cmocka_unit_test(a_loss_within_the_delay_starts_it_anew),
		cmocka_unit_test(each_vip_waits_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
