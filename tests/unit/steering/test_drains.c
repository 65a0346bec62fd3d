// SPDX-License-Identifier: BSD-2-Clause
/* Next hops that keep flows and get no new ones, as they are shown. */

#include "steering/drain.h"
#include "windows_world.h"

static bool find(unsigned int hop, struct steering_drain *drain)
{
	const struct address address = hop_address(hop);
	const struct slot *slot = steering_find_slot(tables.steering, &address);

	assert_non_null(slot);
	return steering_find_drain(tables.steering, slot, drain);
}

static bool drains(unsigned int hop)
{
	struct steering_drain drain;

	return find(hop, &drain);
}

static uint32_t now_s(void)
{
	return (uint32_t)(now_ms / MS);
}

static void a_server_that_left_drains_from_then_to_its_end(void **state)
{
	struct steering_drain drain;
	uint32_t left_s;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	assert_false(drains(3));
	left_s = now_s();
	steer(0, 0x07);
	assert_true(find(3, &drain));
	assert_false(drain.lost);
	assert_int_equal(drain.since_s, left_s);
	assert_in_range(drain.until_s, left_s + DRAIN_S, left_s + DRAIN_S + 2);
	assert_false(drains(2));
	pass(100 * MS);
	assert_true(find(3, &drain));
	assert_int_equal(drain.since_s, left_s);
	steer(0, 0x0f);
	assert_false(drains(3));
	pass(10 * MS);
	steer(0, 0x07);
	assert_true(find(3, &drain));
	assert_int_equal(drain.since_s, left_s + 110);
	pass((DRAIN_S + 2) * MS);
	assert_false(drains(3));
}

static void a_server_whose_session_ended_does_for_a_window(void **state)
{
	const struct address lost = hop_address(3);
	struct steering_drain drain;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	steering_session_lost(tables.steering, &lost, now_ms);
	steer(0, 0x07);
	assert_true(find(3, &drain));
	assert_true(drain.lost);
	assert_in_range(drain.until_s, now_s() + WINDOW_S - 2,
			now_s() + WINDOW_S + 2);
}

static void the_servers_of_a_parked_vip_drain(void **state)
{
	const struct prefix prefix = vip_prefix(0);
	struct steering_drain drain;
	uint32_t parked_s;
	bool steered;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x03);
	parked_s = now_s();
	assert_int_equal(steering_set_vip(tables.steering, &prefix, NULL, 0,
					  &steered),
			 0);
	pass(100 * MS);
	assert_true(find(0, &drain));
	assert_in_range(drain.since_s, parked_s - 1, parked_s + 1);
	assert_in_range(drain.until_s, parked_s + DRAIN_S - 2,
			parked_s + DRAIN_S + 2);
	/* One that serves another VIP does not. */
	steer(1, 0x01);
	assert_false(drains(0));
	assert_true(drains(1));
}

static void it_is_told_to_which_slot_a_bucket_moves_from(void **state)
{
	const struct steering_group *group;
	uint16_t before[TABLE_SIZE];
	uint32_t moved = 0, from_3 = 0;

	(void)state;
	steering_publish(tables.steering);
	steer_for_long(0, 0x0f);
	remember(0, before);
	steer(0, 0x07);
	group = steering_group_at(tables.steering, tables.vips[0].group);
	for (uint32_t b = 0; b < TABLE_SIZE; b++) {
		const struct slot *slot =
			steering_previous(tables.steering, group, b);

		moved += slot != NULL;
		from_3 += slot && slot->index == slot_of_hop(3);
		if (slot)
			assert_int_equal(slot->index, before[b]);
	}
	assert_int_equal(moved, count_moving(0));
	assert_int_equal(affinity_count_from(group->affinity, slot_of_hop(3)),
			 from_3);
	assert_true(from_3);
	assert_in_range(affinity_last_s(group->affinity), now_s() + DRAIN_S - 2,
			now_s() + DRAIN_S + 2);
	set_hop_alive(3, false);
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		if (before[b] == slot_of_hop(3))
			assert_null(
				steering_previous(tables.steering, group, b));
}

#define WITH_TABLES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLES(a_server_that_left_drains_from_then_to_its_end),
		WITH_TABLES(a_server_whose_session_ended_does_for_a_window),
		WITH_TABLES(the_servers_of_a_parked_vip_drain),
		WITH_TABLES(it_is_told_to_which_slot_a_bucket_moves_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
