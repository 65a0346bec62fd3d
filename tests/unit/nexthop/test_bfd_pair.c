// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two BFD sessions with each other, over a path that loses, duplicates and
 * reorders, and with a forger on it. HEADGATE_SEED=N repeats the histories of a
 * failed run.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../chance.h"
#include "bfd_transitions.h"

enum world_numbers {
	SIDES = 2,
	ROUNDS = 300,
	MAX_IN_FLIGHT = 256,
	STORM = 20 * SECOND,
	COMING_UP = 10 * SECOND,
	STAYING_UP = 20 * SECOND,
	ONE_WAY_PERCENT = 4, /* of the shorter interval, at most */
};

struct flight {
	uint64_t arrives_us;
	int to;
	struct bfd_packet packet;
};

/* Time is that of the path; each side has its own clock. */
struct world {
	struct bfd_session sides[SIDES];
	uint64_t clock_offset_us[SIDES];
	struct flight flights[MAX_IN_FLIGHT];
	size_t in_flight;
	uint64_t now_us;
	uint64_t delay_us; /* longest */
	uint32_t loss_percent;
	bool bounded; /* never so many in a row that silence is a failure */
	bool repeats;
	uint32_t lost_in_a_row[SIDES];
	uint64_t forgery_us; /* the forger's next packet; 0: there is none */
};

static bool is_lost(struct world *world, int from)
{
	uint32_t multiplier = world->sides[from].timing.multiplier;

	if (chance_below(100) >= world->loss_percent ||
	    (world->bounded && world->lost_in_a_row[from] + 2 >= multiplier)) {
		world->lost_in_a_row[from] = 0;
		return false;
	}
	world->lost_in_a_row[from]++;
	return true;
}

static void launch(struct world *world, int from,
		   const struct bfd_packet *packet)
{
	if (is_lost(world, from))
		return;
	for (int i = 0; i <= (world->repeats && !chance_below(4)); i++) {
		assert_in_range(world->in_flight, 0, MAX_IN_FLIGHT - 1);
		world->flights[world->in_flight++] = (struct flight){
			.arrives_us = world->now_us +
				      chance_below((uint32_t)world->delay_us),
			.to = !from,
			.packet = *packet,
		};
	}
}

/* The legal transitions: RFC 5880 6.2. */
static bool is_in_table(enum bfd_state before, enum bfd_state after,
			const struct bfd_packet *packet)
{
	enum table_event event = packet ? (enum table_event)packet->state :
					  HEARS_NOTHING;

	return after == before || after == table[before][event].state;
}

static void move(struct world *world, int side, enum bfd_event_type type,
		 const struct bfd_packet *packet)
{
	struct bfd_session *moved = &world->sides[side];
	const struct bfd_event event = {
		.type = type,
		.now_us = world->now_us + world->clock_offset_us[side],
		.random = (uint32_t)chance_word(),
		.packet = packet,
	};
	enum bfd_state before = moved->state;
	struct bfd_packet out;

	if (packet && (!bfd_session_is_addressed(moved, packet) ||
		       !bfd_session_is_believed(moved, packet)))
		return;
	if (bfd_session_step(moved, &event, &out))
		launch(world, side, &out);
	assert_true(is_in_table(before, moved->state, packet));
	assert_true(bfd_session_deadline(moved) > event.now_us);
	/* A session that sends Up has received from the other. */
	if (moved->state == BFD_STATE_UP)
		assert_int_not_equal(moved->remote_discriminator, 0);
}

static uint64_t due(const struct world *world, int side)
{
	return bfd_session_deadline(&world->sides[side]) -
	       world->clock_offset_us[side];
}

static size_t next_flight(const struct world *world)
{
	size_t next = 0;

	for (size_t i = 1; i < world->in_flight; i++)
		if (world->flights[i].arrives_us <
		    world->flights[next].arrives_us)
			next = i;
	return next;
}

/* Send a valid packet with any content but the discriminators of the world. */
static void forge(struct world *world)
{
	const struct bfd_packet packet = {
		.state = chance_below(BFD_STATE_DOWN + 1),
		.diagnostic = (uint8_t)chance_below(BFD_DIAGNOSTIC_COUNT),
		.poll = chance_below(2),
		.final = chance_below(2),
		.demand = chance_below(2),
		.detect_multiplier = (uint8_t)(1 + chance_below(UINT8_MAX)),
		.my_discriminator = 1 + chance_below(UINT32_MAX),
		.your_discriminator =
			chance_below(2) ? 0 : SIDES + 1 + chance_below(1 << 20),
		.desired_min_tx_us = (uint32_t)chance_word(),
		.required_min_rx_us = (uint32_t)chance_word(),
	};

	world->now_us = world->forgery_us;
	world->forgery_us += 1 + chance_below(20 * MS);
	move(world, (int)chance_below(SIDES), BFD_EVENT_PACKET, &packet);
}

/* Run the next event, if there is one before `end`. */
static bool happens(struct world *world, uint64_t end)
{
	int side = due(world, 1) < due(world, 0);
	size_t next = next_flight(world);
	struct flight flight;

	if (world->forgery_us && world->forgery_us <= end &&
	    world->forgery_us <= due(world, side) &&
	    (!world->in_flight ||
	     world->forgery_us <= world->flights[next].arrives_us)) {
		forge(world);
		return true;
	}
	if (world->in_flight &&
	    world->flights[next].arrives_us <= due(world, side)) {
		flight = world->flights[next];
		if (flight.arrives_us > end)
			return false;
		world->flights[next] = world->flights[--world->in_flight];
		world->now_us = flight.arrives_us;
		move(world, flight.to, BFD_EVENT_PACKET, &flight.packet);
		return true;
	}
	if (due(world, side) > end)
		return false;
	world->now_us = due(world, side);
	move(world, side, BFD_EVENT_TIMER, NULL);
	return true;
}

static void run_until(struct world *world, uint64_t end)
{
	while (happens(world, end))
		;
	world->now_us = end;
}

static bool are(const struct world *world, enum bfd_state state)
{
	return world->sides[0].state == state && world->sides[1].state == state;
}

static void build(struct world *world)
{
	*world = (struct world){ .now_us = START };
	for (int i = 0; i < SIDES; i++) {
		const struct bfd_timing own = {
			.interval_us = 10 * MS + chance_below(1500 * MS),
			.multiplier = (uint8_t)(1 + chance_below(5)),
		};

		world->clock_offset_us[i] = chance_below(UINT32_MAX);
		bfd_session_init(&world->sides[i], &own, (uint32_t)i + 1,
				 START + world->clock_offset_us[i]);
	}
}

/* Let the path delay only a little and lose no more than it may. */
static void calm(struct world *world)
{
	uint32_t a = world->sides[0].timing.interval_us;
	uint32_t b = world->sides[1].timing.interval_us;
	uint32_t shorter = a < b ? a : b;

	world->delay_us = shorter / 100 * ONE_WAY_PERCENT;
	world->loss_percent = 10;
	world->bounded = true;
	world->repeats = false;
	world->in_flight = 0;
}

static void storm(struct world *world)
{
	world->delay_us = 1 + chance_below(2 * SECOND);
	world->loss_percent = chance_below(90);
	world->bounded = false;
	world->repeats = true;
}

static void no_storm_leaves_the_table_or_a_session_behind(void **state)
{
	struct world world;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		build(&world);
		storm(&world);
		run_until(&world, world.now_us + STORM);
		calm(&world);
		run_until(&world, world.now_us + COMING_UP);
		if (!are(&world, BFD_STATE_UP))
			fail_msg("round %d: %s and %s on a good path", round,
				 bfd_state_name(world.sides[0].state),
				 bfd_state_name(world.sides[1].state));
	}
}

static void a_good_path_is_never_called_failed(void **state)
{
	struct world world;
	uint64_t since[SIDES];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		build(&world);
		calm(&world);
		run_until(&world, world.now_us + COMING_UP);
		assert_true(are(&world, BFD_STATE_UP));
		for (int i = 0; i < SIDES; i++)
			since[i] = world.sides[i].since_us;
		run_until(&world, world.now_us + STAYING_UP);
		assert_true(are(&world, BFD_STATE_UP));
		for (int i = 0; i < SIDES; i++) {
			assert_int_equal(world.sides[i].since_us, since[i]);
			assert_false(world.sides[i].polling);
		}
	}
}

static void no_forger_ends_a_session(void **state)
{
	struct world world;
	uint64_t since[SIDES];

	(void)state;
	for (int round = 0; round < ROUNDS / 10; round++) {
		build(&world);
		calm(&world);
		run_until(&world, world.now_us + COMING_UP);
		assert_true(are(&world, BFD_STATE_UP));
		for (int i = 0; i < SIDES; i++)
			since[i] = world.sides[i].since_us;
		world.forgery_us = world.now_us + 1;
		run_until(&world, world.now_us + STAYING_UP);
		assert_true(are(&world, BFD_STATE_UP));
		for (int i = 0; i < SIDES; i++) {
			assert_int_equal(world.sides[i].since_us, since[i]);
			assert_int_equal(world.sides[i].remote_discriminator,
					 2 - i);
		}
	}
}

/* Cut a good path, and return the longest time to see it. */
static uint64_t cut_path(struct world *world)
{
	uint64_t detection[SIDES];

	build(world);
	calm(world);
	run_until(world, world->now_us + COMING_UP);
	assert_true(are(world, BFD_STATE_UP));
	world->in_flight = 0;
	world->loss_percent = 100;
	world->bounded = false;
	for (int i = 0; i < SIDES; i++)
		detection[i] = bfd_session_detection_time_us(&world->sides[i]);
	return detection[detection[1] > detection[0]];
}

static void no_forger_hides_a_cut(void **state)
{
	struct world world;
	uint64_t longest;

	(void)state;
	for (int round = 0; round < ROUNDS / 10; round++) {
		longest = cut_path(&world);
		world.forgery_us = world.now_us + 1;
		run_until(&world, world.now_us + longest);
		for (int i = 0; i < SIDES; i++)
			assert_int_not_equal(world.sides[i].state,
					     BFD_STATE_UP);
	}
}

static void a_cut_is_seen_within_the_detection_time(void **state)
{
	struct world world;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t cut, detection[SIDES];

		build(&world);
		calm(&world);
		run_until(&world, world.now_us + COMING_UP);
		assert_true(are(&world, BFD_STATE_UP));
		cut = world.now_us;
		world.in_flight = 0;
		world.loss_percent = 100;
		world.bounded = false;
		for (int i = 0; i < SIDES; i++)
			detection[i] =
				bfd_session_detection_time_us(&world.sides[i]);
		run_until(&world, cut + UINT32_MAX);
		assert_true(are(&world, BFD_STATE_DOWN));
		for (int i = 0; i < SIDES; i++) {
			const struct bfd_session *side = &world.sides[i];
			uint64_t seen =
				side->since_us - world.clock_offset_us[i];

			assert_in_range(seen, cut, cut + detection[i]);
			assert_true(side->failed);
			assert_int_equal(side->diagnostic,
					 BFD_DIAGNOSTIC_TIME_EXPIRED);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_storm_leaves_the_table_or_a_session_behind),
		cmocka_unit_test(a_good_path_is_never_called_failed),
		cmocka_unit_test(a_cut_is_seen_within_the_detection_time),
		cmocka_unit_test(no_forger_ends_a_session),
		cmocka_unit_test(no_forger_hides_a_cut),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
