// SPDX-License-Identifier: BSD-2-Clause
/* An agent that is killed and one that goes on with its tables, case by case. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steering/adopted_table.h"
#include "windows_world.h"

static void release(unsigned int vip)
{
	struct prefix prefix = vip_prefix(vip);

	steering_release_vip(tables.steering, &prefix);
}

static void release_all(void)
{
	for (unsigned int i = 0; i < VIPS; i++)
		release(i);
	steering_end_adoption(tables.steering);
	pass(200);
}

static void answer_all(void)
{
	for (unsigned int i = 0; i < HOPS; i++)
		set_hop_alive(i, true);
}

/* All members of the mask come back, and the VIP is released. */
static void return_to(unsigned int vip, unsigned int hops)
{
	answer_all();
	want(vip, hops);
	release_all();
}

static int start_published(void **state)
{
	setup(state);
	steering_publish(tables.steering);
	return 0;
}

/* ------------------------------------------------------------- cases */

static void nothing_changes_where_nothing_changed(void **state)
{
	struct tables before;

	(void)state;
	steer_for_long(0, 0x0f);
	steer_for_long(1, 0x33);
	before = tables;
	restart_after(1000);
	assert_memory_equal(tables.buckets, before.buckets,
			    sizeof(before.buckets));
	want(1, 0x33);
	return_to(0, 0x0f);
	assert_memory_equal(tables.buckets, before.buckets,
			    sizeof(before.buckets));
	assert_memory_equal(tables.nexthops, before.nexthops,
			    sizeof(before.nexthops));
	assert_memory_equal(tables.vips, before.vips, sizeof(before.vips));
	assert_int_equal(count_tracked(0), 0);
}

static void sets_that_come_in_wait_for_the_release(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steer_for_long(0, 0x0f);
	remember(0, before);
	restart_after(1000);
	answer_all();
	steer(0, 0x01);
	steer(0, 0x03);
	assert_int_equal(check_windows(0, before), 0);
	release(0);
	pass(200);
	assert_in_range(check_windows(0, before), TABLE_SIZE * 2 / 5,
			TABLE_SIZE * 3 / 5);
	release_all();
}

static void windows_go_on_with_the_time_left(void **state)
{
	uint16_t before[TABLE_SIZE];
	uint32_t moved;

	(void)state;
	steer_for_long(0, 0x0f);
	remember(0, before);
	steer(0, 0x1f);
	moved = check_windows(0, before);
	pass(100 * MS);
	restart_after(20 * MS);
	return_to(0, 0x1f);
	assert_int_equal(check_windows(0, before), moved);
	pass((WINDOW_S - 100 - 20 - 3) * MS);
	assert_int_equal(check_windows(0, before), moved);
	pass(6 * MS);
	assert_int_equal(count_moving(0), 0);
}

static void windows_that_are_over_meanwhile_end(void **state)
{
	(void)state;
	steer_for_long(0, 0x0f);
	steer(0, 0x1f);
	restart_after(WINDOW_S * MS);
	pass(2 * MS);
	assert_int_equal(count_moving(0), 0);
	return_to(0, 0x1f);
	assert_int_equal(count_moving(0), 0);
}

/* Back where it was within the window, as if nothing had been. */
static void a_server_that_comes_back_late_gets_its_buckets_back(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steer_for_long(0, 0x0f);
	remember(0, before);
	restart_after(1000);
	return_to(0, 0x07);
	assert_in_range(check_windows(0, before), TABLE_SIZE / 5,
			TABLE_SIZE / 3);
	steer(0, 0x0f);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_int_equal(word(0, b).current, before[b]);
	assert_int_equal(count_moving(0), 0);
}

/* Old VIPs have old flows, though the agent is young. */
static void windows_after_a_restart_have_their_full_length(void **state)
{
	(void)state;
	steer_for_long(0, 0x0f);
	restart_after(1000);
	return_to(0, 0x1f);
	assert_true(count_moving(0));
	pass((WINDOW_S - 3) * MS);
	assert_true(count_moving(0));
	pass(6 * MS);
	assert_int_equal(count_moving(0), 0);
}

static void a_next_hop_is_alive_until_it_is_known_to_be_dead(void **state)
{
	uint16_t slot;

	(void)state;
	steer_for_long(0, 0x0f);
	slot = slot_of_hop(2);
	restart_after(1000);
	steering_nexthop_changed(tables.steering, &tables.known[2]);
	assert_true(tables.nexthops[slot].alive);
	set_hop_alive(2, false);
	assert_false(tables.nexthops[slot].alive);
	set_hop_alive(2, true);
	pass(0); /* its buckets get windows first */
	assert_true(tables.nexthops[slot].alive);
	assert_int_equal(tables.nexthops[slot].incarnation, 2);
	return_to(0, 0x0f);
}

static void answers_change_no_incarnation(void **state)
{
	uint32_t before;
	uint16_t slot;

	(void)state;
	steer_for_long(0, 0x0f);
	slot = slot_of_hop(2);
	before = tables.nexthops[slot].incarnation;
	restart_after(1000);
	return_to(0, 0x0f);
	assert_int_equal(slot_of_hop(2), slot);
	assert_int_equal(tables.nexthops[slot].incarnation, before);
}

/* Flows are on it by records only: no bucket names it. */
static void a_next_hop_with_records_only_stays_alive_and_tracked(void **state)
{
	uint16_t slot;

	(void)state;
	steer_for_long(0, 0x0f);
	steer(0, 0x1f); /* some buckets go to hop 4 and remember others */
	slot = slot_of_hop(4);
	steer(0, 0x0f); /* and back: its flows are known by records */
	record(0, 0, slot);
	pass(1000);
	assert_true(tables.nexthops[slot].held_until_s);
	restart_after(1000);
	return_to(0, 0x0f);
	assert_true(tables.nexthops[slot].alive);
	assert_int_equal(tables.tracked[4], 1);
	assert_true(tables.nexthops[slot].draining);
}

static void a_vip_without_a_server_keeps_its_flows_for_a_while(void **state)
{
	(void)state;
	steer_for_long(0, 0x0f);
	restart_after(1000);
	answer_all();
	release_all();
	assert_true(tables.vip_set[0]);
	pass((DRAIN_S + 3) * MS);
	assert_false(tables.vip_set[0]);
}

static void a_session_that_is_absent_is_no_drain(void **state)
{
	struct address address = hop_address(3);

	(void)state;
	steer_for_long(0, 0x0f);
	restart_after(1000);
	steering_session_absent(tables.steering, &address, true);
	return_to(0, 0x07);
	assert_true(count_moving(0));
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(count_moving(0), 0);
}

/* A session that ends while the agent runs can be one, too. */
static void a_session_that_is_absent_can_be_a_death(void **state)
{
	struct address sole = hop_address(3), shared = hop_address(2);
	uint16_t slot, other;

	(void)state;
	steer_for_long(0, 0x0f);
	slot = slot_of_hop(3);
	other = slot_of_hop(2);
	session_loss = STEERING_LOSS_KILLS;
	restart_after(1000);
	session_loss = STEERING_LOSS_DRAINS;
	answer_all();
	want(0, 0x03);
	steering_session_absent(tables.steering, &sole, true);
	steering_session_absent(tables.steering, &shared, false);
	assert_false(tables.nexthops[slot].alive);
	assert_true(tables.nexthops[other].alive);
	release_all();
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_int_not_equal(previous(0, b), slot);
	assert_true(count_moving(0)); /* from the other one */
	want(0, 0x0f);
	pass(200);
	assert_true(tables.nexthops[slot].alive); /* announced again */
}

/*
 * Weights of adopted tables are numbers of buckets: groups that look alike may
 * be those of equal sets, and flows are on them.
 */
static void adopted_tables_give_no_way_to_new_vips(void **state)
{
	const uint32_t weights[HOPS] = { 1, 1, 1, 3 };
	struct tables before;

	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	want_weighted(1, 0x0f, weights);
	pass(WINDOW_S * MS);
	restart_after(1000);
	answer_all();
	before = tables;
	steer(2, 0x30);
	assert_memory_equal(tables.buckets, before.buckets,
			    sizeof(before.buckets));
	assert_int_equal(tables.vips[0].group, before.vips[0].group);
	assert_int_equal(tables.vips[1].group, before.vips[1].group);
	want(0, 0x0f);
	want_weighted(1, 0x0f, weights);
	release_all();
	pass(10 * MS);
	assert_true(tables.vip_set[2]); /* now they do */
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
}

static void a_vip_with_a_group_that_leads_nowhere_is_removed(void **state)
{
	(void)state;
	steer_for_long(0, 0x0f);
	steer_for_long(1, 0x33);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		tables.buckets[tables.vips[1].group * TABLE_SIZE + b] =
			(struct hg_bucket){};
	restart_after(1000);
	assert_true(tables.vip_set[0]);
	assert_false(tables.vip_set[1]);
	return_to(0, 0x0f);
}

/* Words of other bits than those that were written. */
static void slots_that_no_next_hop_has_are_no_servers(void **state)
{
	struct hg_bucket *words;

	(void)state;
	steer_for_long(0, 0x0f);
	words = &tables.buckets[tables.vips[0].group * TABLE_SIZE];
	words[1] = (struct hg_bucket){ .current = HG_MAX_NEXTHOPS + 1 };
	words[2] = (struct hg_bucket){ .current = (1 << 14) - 1,
				       .backup = HOPS,
				       .moving = 1,
				       .tracked = 1 };
	tables.previous[tables.vips[0].group * TABLE_SIZE + 2] = UINT16_MAX;
	restart_after(1000);
	return_to(0, 0x0f);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_non_null(nexthop_slot(word(0, b).current));
}

static void two_vips_with_one_counter_are_not_both_adopted(void **state)
{
	(void)state;
	steer_for_long(0, 0x0f);
	steer_for_long(1, 0x0f);
	tables.vips[1].counter = tables.vips[0].counter;
	restart_after(1000);
	assert_true(tables.vip_set[0]);
	assert_false(tables.vip_set[1]);
	want(1, 0x0f);
	return_to(0, 0x0f);
	assert_true(tables.vip_set[1]);
	assert_int_not_equal(tables.vips[1].counter, tables.vips[0].counter);
}

static void a_second_restart_is_like_the_first(void **state)
{
	uint16_t before[TABLE_SIZE];
	uint32_t moved;

	(void)state;
	steer_for_long(0, 0x0f);
	remember(0, before);
	steer(0, 0x1f);
	moved = check_windows(0, before);
	restart_after(1000);
	restart_after(1000);
	return_to(0, 0x1f);
	restart_after(1000);
	return_to(0, 0x1f);
	assert_int_equal(check_windows(0, before), moved);
}

/* ------------------------------------------------------------- the end */

static void the_end_of_a_window_is_bounded(void **state)
{
	(void)state;
	/* The time that was written. */
	assert_int_equal(adopted_until(1100, 1000, 300, 3600), 1100);
	assert_int_equal(adopted_until(4601, 1000, 300, 3600), 4601);
	/* In the past: it ends at once. */
	assert_int_equal(adopted_until(900, 1000, 300, 3600), 900);
	/* Not written: a whole window. */
	assert_int_equal(adopted_until(0, 1000, 300, 3600), 1301);
	/* Longer than the options allow, or nonsense. */
	assert_int_equal(adopted_until(UINT32_MAX, 1000, 300, 60), 1301);
	assert_int_equal(adopted_until(4601, 1000, 300, 60), 1301);
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, start_published, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_changes_where_nothing_changed),
		CASE(sets_that_come_in_wait_for_the_release),
		CASE(windows_go_on_with_the_time_left),
		CASE(windows_that_are_over_meanwhile_end),
		CASE(a_server_that_comes_back_late_gets_its_buckets_back),
		CASE(windows_after_a_restart_have_their_full_length),
		CASE(a_next_hop_is_alive_until_it_is_known_to_be_dead),
		CASE(answers_change_no_incarnation),
		CASE(a_next_hop_with_records_only_stays_alive_and_tracked),
		CASE(a_vip_without_a_server_keeps_its_flows_for_a_while),
		CASE(a_session_that_is_absent_is_no_drain),
		CASE(a_session_that_is_absent_can_be_a_death),
		CASE(adopted_tables_give_no_way_to_new_vips),
		CASE(a_vip_with_a_group_that_leads_nowhere_is_removed),
		CASE(slots_that_no_next_hop_has_are_no_servers),
		CASE(two_vips_with_one_counter_are_not_both_adopted),
		CASE(a_second_restart_is_like_the_first),
		cmocka_unit_test(the_end_of_a_window_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
