// SPDX-License-Identifier: BSD-2-Clause
/* The state of the flow maps: records, their age, and those pushed out. */

#include "windows_world.h"

enum {
	SWEEP_MS = 10100,
	OLD_MS = 5000,
	SOME = 40,
	FEW = 7,
};

static uint32_t bucket; /* one that moves, to hop 0, 1 or 2 */

static int setup_moving(void **state)
{
	(void)state;
	start(GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x07);
	bucket = first_moving(0);
	pass(SWEEP_MS); /* the first look */
	return 0;
}

/* Record flows from `first` on, as the program does. */
static void add(int first, int count)
{
	for (int i = first; i < first + count; i++)
		record(i, bucket, previous(0, bucket));
	flow_count.added += (uint64_t)count;
}

/* Remove records without a trace, as the kernel does. */
static void push_out(int first, int count)
{
	for (int i = first; i < first + count; i++)
		flows[i].recorded = HG_NEXTHOP_NONE;
}

static struct steering_flow_use use(void)
{
	return steering_flow_use(tables.steering, HG_FLOWS_PINNED);
}

static void the_maps_have_room_as_the_option_says(void **state)
{
	(void)state;
	assert_int_equal(use().room, flow_records);
	assert_int_equal(steering_flow_use(tables.steering, HG_FLOWS_NEW).room,
			 flow_records / 2);
	assert_int_equal(use().records, 0);
	assert_int_equal(use().evicted, 0);
}

static void records_are_counted_with_the_age_of_the_oldest(void **state)
{
	(void)state;
	add(0, SOME);
	flows[FEW].age_ms = OLD_MS;
	pass(SWEEP_MS);
	assert_int_equal(use().records, SOME);
	assert_in_range(use().oldest_ms, OLD_MS, OLD_MS + 1000);
	assert_int_equal(use().evicted, 0);
}

static void those_that_were_pushed_out_are_counted_once(void **state)
{
	(void)state;
	add(0, SOME);
	pass(SWEEP_MS);
	push_out(0, FEW);
	pass(SWEEP_MS);
	assert_int_equal(use().records, SOME - FEW);
	assert_int_equal(use().evicted, FEW);
	pass(SWEEP_MS);
	assert_int_equal(use().evicted, FEW);
	push_out(FEW, 1);
	pass(SWEEP_MS);
	assert_int_equal(use().evicted, FEW + 1);
}

static void what_the_program_or_the_agent_removes_is_not(void **state)
{
	(void)state;
	add(0, SOME);
	pass(SWEEP_MS);
	push_out(0, FEW);
	flow_count.removed += FEW;
	/* A record of nothing: the sweep deletes it. */
	flows[FEW].incarnation++;
	pass(SWEEP_MS);
	assert_int_equal(use().records, SOME - FEW - 1);
	pass(SWEEP_MS);
	assert_int_equal(use().evicted, 0);
}

/* The maps of an agent that was replaced have a past. */
static void what_was_lost_before_the_first_look_is_not(void **state)
{
	(void)state;
	start(GROUPS, WINDOW_S);
	flow_count.added = 1000;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x07);
	bucket = first_moving(0);
	pass(SWEEP_MS);
	assert_int_equal(use().evicted, 0);
	add(0, SOME);
	pass(SWEEP_MS);
	push_out(0, FEW);
	pass(SWEEP_MS);
	assert_int_equal(use().evicted, FEW);
}

#define WITH_MOVING(test) \
	cmocka_unit_test_setup_teardown(test, setup_moving, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MOVING(the_maps_have_room_as_the_option_says),
		WITH_MOVING(records_are_counted_with_the_age_of_the_oldest),
		WITH_MOVING(those_that_were_pushed_out_are_counted_once),
		WITH_MOVING(what_the_program_or_the_agent_removes_is_not),
		cmocka_unit_test_teardown(
			what_was_lost_before_the_first_look_is_not, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
