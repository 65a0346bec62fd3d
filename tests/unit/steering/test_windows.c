// SPDX-License-Identifier: BSD-2-Clause
/* VIPs that change their sets while flows are open, case by case. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "windows_world.h"

static void nothing_moves_before_packets_are_steered(void **state)
{
	(void)state;
	steer(0, 0x0f);
	steer(0, 0x1f);
	assert_int_equal(count_tracked(0), 0);
}

static void buckets_remember_where_they_were(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	assert_int_equal(count_tracked(0), 0);
	remember(0, before);
	steer(0, 0x1f);
	assert_in_range(check_windows(0, before), TABLE_SIZE / 5,
			TABLE_SIZE / 3);
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	pass(12 * MS);
	assert_int_equal(count_tracked(0), 0); /* there are no records */
}

/* Its first server does not keep flows of unknown age. */
static void a_young_vip_has_short_windows(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	for (unsigned int hops = 0x01; hops <= 0xff; hops = hops << 1 | 1)
		steer(0, hops);
	assert_true(count_moving(0));
	pass((STEERING_MIN_WINDOW_S - 3) * MS);
	assert_true(count_moving(0));
	pass(6 * MS);
	assert_int_equal(count_moving(0), 0);
	pass(30 * MS);
	steer(0, 0x7f);
	steer(0, 0xff);
	steer(0, 0xfe); /* 40 s old: hop 0 drains, the others need that long */
	pass(20 * MS);
	assert_true(count_moving(0));
}

static void records_that_say_nothing_go(void **state)
{
	struct flow *old, *same, *stray, *past;
	uint32_t b, other = 0;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x1f);
	b = first_moving(0);
	while (word(0, other).tracked)
		other++;
	old = record(0, b, previous(0, b));
	same = record(1, b, word(0, b).current);
	stray = record(2, other, old->home);
	past = record(3, b, old->home);
	past->incarnation++;
	pass(15 * MS); /* a window is open: who knows where the bucket goes */
	assert_true(old->recorded && same->recorded);
	assert_false(stray->recorded);
	assert_false(past->recorded);
	pass((WINDOW_S + 20) * MS);
	assert_true(old->recorded);
	assert_false(same->recorded);
	assert_int_equal(count_tracked(0), 1);
	assert_true(word(0, b).tracked);
	assert_int_equal(steering_count_flows(tables.steering,
					      nexthop_slot(old->home)),
			 1);
	old->recorded = HG_NEXTHOP_NONE;
	pass(25 * MS);
	assert_int_equal(count_tracked(0), 0);
	assert_int_equal(steering_settle(tables.steering, now_ms),
			 STEERING_SETTLED);
}

static void record_on_moving(int count, uint32_t age_ms)
{
	uint32_t b = first_moving(0);

	for (int i = 0; i < count; i++)
		record(i, b, previous(0, b))->age_ms = age_ms;
}

/* Else flows that are not idle would break with the end of the window. */
static void windows_stay_open_while_records_are_lost(void **state)
{
	(void)state;
	steering_free(tables.steering);
	flow_records = FLOWS;
	start(GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x1f);
	record_on_moving(FLOWS * 9 / 10 - 1, 0); /* below the limit */
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(count_moving(0), 0);
	pass(WINDOW_S * MS);
	steer(0, 0x3f);
	record_on_moving(FLOWS * 9 / 10, (WINDOW_S + 1) * MS);
	pass((WINDOW_S + 3) * MS); /* full of records that are old enough */
	assert_int_equal(count_moving(0), 0);
	steer(0, 0x7f);
	record_on_moving(FLOWS * 9 / 10, 0);
	pass(3000 * MS);
	assert_true(count_moving(0));
	pass(1200 * MS); /* for an hour, and then for one window */
	assert_int_equal(count_moving(0), 0);
	flow_records = 400;
}

static void a_window_of_zero_moves_at_once(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(GROUPS, 0);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x1f);
	assert_int_equal(count_tracked(0), 0);
	assert_int_equal(tables.tracked[0], 0);
}

/* One VIP of two leaves the group, to a set that others have. */
static void a_vip_takes_its_flows_to_a_group_that_exists(void **state)
{
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x0f);
	steer(2, 0x1f);
	remember(0, before);
	steer(0, 0x1f);
	assert_true(check_windows(0, before));
	record(0, first_moving(0), previous(0, first_moving(0)));
	assert_int_equal(count_tracked(1), 0);
	assert_int_equal(count_tracked(2), 0);
	assert_int_not_equal(tables.vips[0].group, tables.vips[2].group);
	steer(1, 0x1f); /* from the same group: shares the variant */
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(tables.vips[0].group, tables.vips[2].group);
	assert_int_equal(tables.vips[1].group, tables.vips[2].group);
	assert_int_equal(count_moving(0), 0);
	pass(25 * MS);			       /* two sweeps */
	assert_int_equal(count_tracked(2), 1); /* with the flow that came */
}

/* The last VIP of a group needs no other index to join an existing set. */
static void a_group_becomes_a_variant_in_its_place(void **state)
{
	uint16_t before[TABLE_SIZE];
	uint32_t index;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x1f);
	remember(0, before);
	index = tables.vips[0].group;
	steer(0, 0x1f);
	assert_int_equal(tables.vips[0].group, index);
	assert_true(check_windows(0, before));
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
}

static void a_new_vip_needs_no_window(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x0f);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	assert_int_equal(count_tracked(1), 0);
}

static void a_server_that_left_keeps_its_flows_for_a_drain(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x07);
	assert_true(count_moving(0));
	assert_int_equal(tables.tracked[3], 1);
	assert_true(tables.nexthops[slot_of_hop(3)].draining);
	assert_false(tables.nexthops[slot_of_hop(2)].draining);
	pass((DRAIN_S - 2) * MS);
	assert_true(count_moving(0));
	assert_int_equal(tables.tracked[3], 1);
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(tables.tracked[3], 0);
	assert_false(tables.nexthops[slot_of_hop(3)].draining);
}

static void a_server_whose_session_ended_keeps_them_for_a_window(void **state)
{
	struct address lost = hop_address(3);

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x07);
	assert_true(count_moving(0));
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(tables.tracked[3], 0);
}

static void the_end_of_a_session_shortens_a_drain(void **state)
{
	struct address lost = hop_address(3);

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x07);
	pass(1000 * MS);
	steering_session_lost(tables.steering, &lost, now_ms);
	pass((WINDOW_S - 2) * MS);
	assert_true(count_moving(0));
	pass(4 * MS);
	assert_int_equal(count_moving(0), 0);
}

static void a_server_that_is_back_finds_all_as_it_was(void **state)
{
	struct address lost = hop_address(3);
	uint16_t before[TABLE_SIZE];

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	remember(0, before);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x07);
	pass((WINDOW_S / 2) * MS);
	steering_session_back(tables.steering, &lost);
	steer(0, 0x0f);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_int_equal(word(0, b).current, before[b]);
	assert_int_equal(count_moving(0), 0);
	assert_true(count_tracked(0));
	steer(0, 0x07); /* a drain this time */
	pass((WINDOW_S * 2) * MS);
	assert_true(count_moving(0));
}

static void check_forgotten(unsigned int vip, uint16_t slot)
{
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		if (word(vip, b).moving)
			assert_int_not_equal(previous(vip, b), slot);
}

static void a_death_removes_the_previous_for_good(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(0, 0x07);
	assert_true(count_moving(0));
	set_hop_alive(3, false);
	set_hop_alive(3, true);
	assert_false(tables.nexthops[slot_of_hop(3)]
			     .alive); /* first, windows forget it */
	pass(10);
	check_forgotten(0, slot_of_hop(3));
	steer(0, 0x0f);
	set_hop_alive(3, false);
	pass(10);
	steer(0, 0x07);
	check_forgotten(0, slot_of_hop(3));
}

/* Flows that began on a backup stay, though the table was not written anew. */
static void a_short_death_leaves_the_backups_their_flows(void **state)
{
	uint16_t slot, before[TABLE_SIZE];
	uint32_t moved = 0;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x07);
	remember(0, before);
	slot = slot_of_hop(3);
	set_hop_alive(3, false);
	set_hop_alive(3, true);
	assert_false(tables.nexthops[slot].alive); /* windows come first */
	pass(10);
	assert_true(tables.nexthops[slot].alive);
	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		assert_int_equal(word(0, b).current, before[b]);
		assert_int_equal(word(0, b).moving, before[b] == slot);
		if (before[b] == slot)
			assert_int_equal(previous(0, b), word(0, b).backup);
		moved += before[b] == slot;
	}
	assert_true(moved);
	assert_int_equal(count_tracked(1), 0); /* it has no part in this */
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(count_moving(0), 0);
}

/* A death in between counts, too, and the last state holds. */
static void a_server_that_dies_again_does_not_return(void **state)
{
	uint16_t slot;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	slot = slot_of_hop(3);
	set_hop_alive(3, false);
	set_hop_alive(3, true);
	set_hop_alive(3, false);
	pass(10);
	assert_false(tables.nexthops[slot].alive);
	set_hop_alive(3, true);
	set_hop_alive(2, false);
	set_hop_alive(2, true);
	pass(10);
	assert_true(tables.nexthops[slot].alive);
	assert_true(tables.nexthops[slot_of_hop(2)].alive);
}

static void a_session_that_is_back_leaves_the_backups_theirs(void **state)
{
	struct address lost = hop_address(3);

	(void)state;
	steering_free(tables.steering);
	session_loss = STEERING_LOSS_KILLS;
	start(GROUPS, WINDOW_S);
	session_loss = STEERING_LOSS_DRAINS;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steering_session_lost(tables.steering, &lost, now_ms);
	assert_false(tables.nexthops[slot_of_hop(3)].alive);
	steer(0, 0x0f);
	assert_true(tables.nexthops[slot_of_hop(3)].alive);
	assert_true(count_moving(0));
}

static void a_vip_without_room_for_its_window_moves_anyway(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x0f);
	steer(2, 0x1f);
	steer(0, 0x1f);
	assert_int_equal(tables.vips[0].group, tables.vips[2].group);
	assert_int_equal(count_moving(0), 0);
	assert_int_equal(steering_totals(tables.steering).moved_without_window,
			 1);
}

/* The alive bit goes before the sets change, and returns with an announcement. */
static void a_session_that_ends_can_be_a_death(void **state)
{
	struct address lost = hop_address(3);
	uint32_t incarnation;
	uint16_t slot;

	(void)state;
	steering_free(tables.steering);
	start(GROUPS, 0);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	slot = slot_of_hop(3);
	incarnation = tables.nexthops[slot].incarnation;
	steering_session_lost(tables.steering, &lost, now_ms);
	assert_false(tables.nexthops[slot].alive);
	steering_nexthop_changed(tables.steering, &tables.known[3]);
	assert_false(tables.nexthops[slot].alive); /* though it answers */
	steering_session_back(tables.steering, &lost);
	assert_true(tables.nexthops[slot].alive);
	assert_int_equal(tables.nexthops[slot].incarnation, incarnation + 1);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x0b); /* decided with the next hop: another one has it */
	assert_true(tables.nexthops[slot].alive);
}

/* All servers withdraw, and come back one by one. */
static void a_vip_without_a_server_keeps_its_flows(void **state)
{
	const struct prefix prefix = vip_prefix(0);
	uint16_t before[TABLE_SIZE];
	bool steered;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x03);
	remember(0, before);
	assert_int_equal(steering_set_vip(tables.steering, &prefix, NULL, 0,
					  &steered),
			 0);
	assert_false(steered);
	pass(100 * MS);
	assert_true(tables.vip_set[0]);
	steer(0, 0x02);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		if (before[b] == slot_of_hop(0))
			assert_int_equal(previous(0, b), before[b]);
	steer(0, 0x03);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		assert_int_equal(word(0, b).current, before[b]);
	assert_int_equal(count_moving(0), 0);
}

static void it_is_gone_after_the_drain_or_with_its_servers(void **state)
{
	const struct prefix prefix = vip_prefix(0);
	bool steered;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x03);
	steering_set_vip(tables.steering, &prefix, NULL, 0, &steered);
	pass((DRAIN_S - 3) * MS);
	assert_true(tables.vip_set[0]);
	pass(6 * MS);
	assert_false(tables.vip_set[0]);
	assert_int_equal(tables.tracked[0], 0);
	steer(0, 0x03);
	steering_set_vip(tables.steering, &prefix, NULL, 0, &steered);
	pass(2 * MS);
	assert_true(tables.vip_set[0]);
	set_hop_alive(0, false);
	pass(2 * MS);
	assert_true(tables.vip_set[0]);
	set_hop_alive(1, false);
	pass(2 * MS);
	assert_false(tables.vip_set[0]);
	steering_set_vip(tables.steering, &prefix, NULL, 0, &steered);
}

static void its_group_is_free_for_others(void **state)
{
	const struct prefix prefix = vip_prefix(0);
	bool steered;

	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer(0, 0x0f);
	steer(1, 0x1f);
	steering_set_vip(tables.steering, &prefix, NULL, 0, &steered);
	steer(2, 0x03);
	assert_true(tables.vip_set[2]);
	assert_false(tables.vip_set[0]);
}

/* Give VIP 0 four hops, and a fifth one that joins or has joined. */
static void steer_with_joining(bool joined)
{
	const struct prefix prefix = vip_prefix(0);
	struct member members[5];
	bool steered;

	for (unsigned int i = 0; i < 5; i++)
		members[i] =
			(struct member){ hop_address(i), i < 4 || joined, 1 };
	steering_set_vip(tables.steering, &prefix, members, 5, &steered);
	pass(200);
}

static void flows_are_recorded_before_a_change_that_is_announced(void **state)
{
	uint16_t before[TABLE_SIZE];
	uint32_t moving;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	remember(0, before);
	steer_with_joining(false);
	pass(10 * WINDOW_S * MS);
	moving = count_moving(0);
	assert_in_range(moving, TABLE_SIZE / 5, TABLE_SIZE / 3);
	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		assert_int_equal(word(0, b).current, before[b]);
		if (word(0, b).moving)
			assert_int_equal(previous(0, b), before[b]);
	}
	steer_with_joining(true);
	assert_int_equal(check_windows(0, before), moving);
	pass((WINDOW_S + 3) * MS);
	assert_int_equal(count_moving(0), 0);
}

/* A set without a group is worth more than the windows of others. */
static void a_vip_without_a_table_takes_the_place_of_a_variant(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steer(1, 0x1f);
	steer(0, 0x1f); /* in place: a variant */
	assert_int_not_equal(tables.vips[0].group, tables.vips[1].group);
	steer(2, 0x03);
	assert_true(tables.vip_set[2]);
	assert_int_equal(tables.vips[0].group, tables.vips[1].group);
	assert_int_equal(steering_totals(tables.steering).moved_without_window,
			 1);
}

/* Leave nothing behind when all is calm. */
static void variants_are_gone_after_the_windows(void **state)
{
	(void)state;
	steering_publish(tables.steering);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x0f);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, v % 2 ? 0x1f : 0x07);
	for (unsigned int v = 0; v < VIPS; v++)
		steer(v, 0x3f);
	pass((DRAIN_S + 5) * MS);
	assert_int_equal(steering_totals(tables.steering).groups_used, 1);
	assert_int_equal(steering_settle(tables.steering, now_ms),
			 STEERING_SETTLED);
}

/* A set that waits holds back the look at windows for a second, not for ever. */
static void windows_end_while_a_set_waits(void **state)
{
	(void)state;
	steering_free(tables.steering);
	start(FEW_GROUPS, WINDOW_S);
	steering_publish(tables.steering);
	steer_for_long(0, 0x03);
	steer(1, 0x0c);
	steer(0, 0x01);
	steer(2, 0x30);
	assert_false(tables.vip_set[2]);
	assert_true(count_moving(0));
	assert_true(steering_settle(tables.steering, now_ms) > 1);
	pass((DRAIN_S + 5) * MS);
	assert_false(tables.vip_set[2]);
	assert_int_equal(count_moving(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(nothing_moves_before_packets_are_steered),
		CASE(buckets_remember_where_they_were),
		CASE(a_young_vip_has_short_windows),
		CASE(records_that_say_nothing_go),
		CASE(windows_stay_open_while_records_are_lost),
		CASE(a_window_of_zero_moves_at_once),
		CASE(a_vip_takes_its_flows_to_a_group_that_exists),
		CASE(a_group_becomes_a_variant_in_its_place),
		CASE(a_new_vip_needs_no_window),
		CASE(a_server_that_left_keeps_its_flows_for_a_drain),
		CASE(a_server_whose_session_ended_keeps_them_for_a_window),
		CASE(the_end_of_a_session_shortens_a_drain),
		CASE(a_server_that_is_back_finds_all_as_it_was),
		CASE(a_death_removes_the_previous_for_good),
		CASE(a_short_death_leaves_the_backups_their_flows),
		CASE(a_server_that_dies_again_does_not_return),
		CASE(a_session_that_is_back_leaves_the_backups_theirs),
		CASE(a_vip_without_room_for_its_window_moves_anyway),
		CASE(a_session_that_ends_can_be_a_death),
		CASE(a_vip_without_a_server_keeps_its_flows),
		CASE(it_is_gone_after_the_drain_or_with_its_servers),
		CASE(its_group_is_free_for_others),
		CASE(flows_are_recorded_before_a_change_that_is_announced),
		CASE(a_vip_without_a_table_takes_the_place_of_a_variant),
		CASE(variants_are_gone_after_the_windows),
		CASE(windows_end_while_a_set_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
