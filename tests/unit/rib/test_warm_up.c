// SPDX-License-Identifier: BSD-2-Clause
/* New servers join after a delay, and their weights rise in steps. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"
#include "rib/warm_up.h"
#include "rib/weight.h"
#include "world.h"

static const struct {
	struct warm_up_options options;
	uint64_t age_ms;
	struct warm_up expected;
} cases[] = {
	{ { 0, 0 }, 0, { false, 8, 0 } },
	{ { 5, 0 }, 0, { true, 8, 5000 } },
	{ { 5, 0 }, 4999, { true, 8, 5000 } },
	{ { 5, 0 }, 5000, { false, 8, 0 } },
	{ { 0, 16 }, 0, { false, 1, 2000 } },
	{ { 0, 16 }, 1999, { false, 1, 2000 } },
	{ { 0, 16 }, 2000, { false, 2, 4000 } },
	{ { 0, 16 }, 13999, { false, 7, 14000 } },
	{ { 0, 16 }, 14000, { false, 8, 0 } },
	{ { 5, 16 }, 0, { true, 1, 5000 } },
	{ { 5, 16 }, 5000, { false, 1, 7000 } },
	{ { 5, 16 }, UINT64_MAX / 2, { false, 8, 0 } },
	{ { 3600, 3600 }, 3600000, { false, 1, 3600000 + 450000 } },
};

static void steps_follow_from_the_age(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct warm_up *wanted = &cases[i].expected;
		struct warm_up got =
			warm_up_at(&cases[i].options, cases[i].age_ms);

		if (got.joining != wanted->joining ||
		    got.steps != wanted->steps ||
		    got.next_ms != wanted->next_ms)
			fail_msg("case %zu: %d %u %llu", i, got.joining,
				 got.steps, (unsigned long long)got.next_ms);
	}
}

/* The next step always comes later, and they all come. */
static void every_step_comes_in_its_order(void **state)
{
	(void)state;
	for (uint16_t seconds = 1; seconds < 40; seconds++) {
		const struct warm_up_options options = { seconds % 3, seconds };
		struct warm_up warm_up = { 0 };
		uint64_t age = 0;
		uint8_t last = 0;

		do {
			warm_up = warm_up_at(&options, age);
			if (!warm_up.joining)
				assert_int_equal(warm_up.steps, ++last);
			assert_true(!warm_up.next_ms || warm_up.next_ms > age);
			age = warm_up.next_ms;
		} while (warm_up.next_ms);
		assert_int_equal(last, WARM_UP_STEPS);
	}
}

static uint32_t weight_of(struct world *world, unsigned int from)
{
	const struct route *route = route_of(world, VIP);
	const struct path *path = route->paths;

	while (path->source != &world->backends[from]->source)
		path = path->next;
	return rib_path_weight(world->rib, route, path);
}

static void take_step(struct world *world, unsigned int from,
		      const struct warm_up *warm_up)
{
	rib_peer_set_warm_up(world->rib, world->backends[from], warm_up);
	while (rib_process(world->rib))
		;
}

static void a_new_server_joins_and_gets_heavier(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	take_step(world, 1, &(struct warm_up){ .joining = true, .steps = 1 });
	assert_int_equal(reason_of(world, VIP, 1), REASON_JOINING);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(route_of(world, VIP)->foreseen, 1);
	assert_int_equal(weight_of(world, 0), 1);
	for (uint8_t steps = 1; steps < WARM_UP_STEPS; steps++) {
		take_step(world, 1, &(struct warm_up){ .steps = steps });
		assert_int_equal(route_of(world, VIP)->selected, 2);
		assert_int_equal(weight_of(world, 0), WARM_UP_STEPS);
		assert_int_equal(weight_of(world, 1), steps);
	}
	take_step(world, 1, &(struct warm_up){ .steps = WARM_UP_STEPS });
	assert_int_equal(weight_of(world, 0), 1);
	assert_int_equal(weight_of(world, 1), 1);
	assert_int_equal(route_of(world, VIP)->foreseen, 0);
}

static void servers_that_all_join_are_used(void **state)
{
	const struct warm_up joining = { .joining = true,
					 .steps = WARM_UP_STEPS };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	take_step(world, 0, &joining);
	take_step(world, 1, &joining);
	assert_int_equal(route_of(world, VIP)->selected, 2);
}

static void the_largest_weight_is_not_exceeded(void **state)
{
	const struct path_source source = { .missing_steps = 1 };
	const struct path path = { .source = &source };
	const struct decision_options options = { .default_weight = 1 };

	(void)state;
	assert_int_equal(weight_scaled(&options, &path, WEIGHT_MAX,
				       WARM_UP_STEPS),
			 WEIGHT_MAX);
	assert_int_equal(weight_scaled(&options, &path, WEIGHT_MAX, 1),
			 WEIGHT_MAX);
	assert_int_equal(weight_scaled(&options, &path, 3, WARM_UP_STEPS), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_follow_from_the_age),
		cmocka_unit_test(every_step_comes_in_its_order),
		cmocka_unit_test_setup_teardown(
			a_new_server_joins_and_gets_heavier, setup, teardown),
		cmocka_unit_test_setup_teardown(servers_that_all_join_are_used,
						setup, teardown),
		cmocka_unit_test(the_largest_weight_is_not_exceeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
