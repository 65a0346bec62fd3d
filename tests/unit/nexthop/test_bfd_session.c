// SPDX-License-Identifier: BSD-2-Clause
/*
 * The state machine of a BFD session against RFC 5880 6.2 and 6.8: every state
 * with every event, the intervals, and two sessions with each other over a path
 * that loses, duplicates and reorders. HEADGATE_SEED=N repeats the histories of
 * a failed run.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/array.h"
#include "nexthop/bfd_session.h"

enum test_numbers {
	OURS = 0x0a,
	THEIRS = 0x0b,
	MS = 1000,
	SECOND = 1000 * MS,
	INTERVAL = 300 * MS,
	MULTIPLIER = 3,
	START = 7 * SECOND,
};

static const struct bfd_timing timing = { INTERVAL, MULTIPLIER };

static struct bfd_session session;
static struct bfd_packet sent; /* by the last step that sent anything */

static bool step(uint64_t now_us, enum bfd_event_type type,
		 const struct bfd_packet *packet, uint32_t random)
{
	const struct bfd_event event = {
		.type = type,
		.now_us = now_us,
		.random = random,
		.packet = packet,
	};

	return bfd_session_step(&session, &event, &sent);
}

/* A packet of a neighbor with our timing; it knows us unless it is down. */
static struct bfd_packet words(enum bfd_state state)
{
	return (struct bfd_packet){
		.state = state,
		.detect_multiplier = MULTIPLIER,
		.my_discriminator = THEIRS,
		.your_discriminator = OURS,
		.desired_min_tx_us =
			state == BFD_STATE_UP ? INTERVAL : BFD_SESSION_SLOW_US,
		.required_min_rx_us = INTERVAL,
	};
}

static bool receive(uint64_t now_us, enum bfd_state state)
{
	const struct bfd_packet packet = words(state);

	return step(now_us, BFD_EVENT_PACKET, &packet, UINT32_MAX);
}

static int new_session(void **state)
{
	(void)state;
	bfd_session_init(&session, &timing, OURS, START);
	return 0;
}

/* Bring it to Up: send Down, receive Init, send Up. */
static int new_up_session(void **state)
{
	new_session(state);
	step(START, BFD_EVENT_TIMER, NULL, UINT32_MAX);
	receive(START, BFD_STATE_INIT);
	return session.state != BFD_STATE_UP;
}

static void enter(enum bfd_state state)
{
	void *none = NULL;

	new_session(&none);
	if (state == BFD_STATE_INIT)
		receive(START, BFD_STATE_DOWN);
	else if (state == BFD_STATE_UP)
		receive(START, BFD_STATE_INIT);
	else if (state == BFD_STATE_ADMIN_DOWN)
		step(START, BFD_EVENT_END, NULL, 0);
	assert_int_equal(session.state, state);
}

enum table_event {
	HEARS_ADMIN_DOWN = BFD_STATE_ADMIN_DOWN,
	HEARS_DOWN = BFD_STATE_DOWN,
	HEARS_INIT = BFD_STATE_INIT,
	HEARS_UP = BFD_STATE_UP,
	HEARS_NOTHING,
	ENDS,
	TABLE_EVENT_COUNT,
};

struct outcome {
	enum bfd_state state;
	enum bfd_diagnostic diagnostic;
	bool failed;
};

#define ADMIN_DOWN                                                     \
	{                                                              \
		BFD_STATE_ADMIN_DOWN, BFD_DIAGNOSTIC_ADMIN_DOWN, false \
	}
#define DOWN                                               \
	{                                                  \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NONE, false \
	}
#define DOWN_BY_WORD                                                \
	{                                                           \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NEIGHBOR_DOWN, false \
	}
#define FAILED_BY_WORD                                             \
	{                                                          \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NEIGHBOR_DOWN, true \
	}
#define DOWN_BY_TIME                                               \
	{                                                          \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_TIME_EXPIRED, false \
	}
#define FAILED_BY_TIME                                            \
	{                                                         \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_TIME_EXPIRED, true \
	}
#define INIT                                               \
	{                                                  \
		BFD_STATE_INIT, BFD_DIAGNOSTIC_NONE, false \
	}
#define UP                                               \
	{                                                \
		BFD_STATE_UP, BFD_DIAGNOSTIC_NONE, false \
	}

/* RFC 5880 6.2 and 6.8.6. */
static const struct outcome table[BFD_STATE_COUNT][TABLE_EVENT_COUNT] = {
	[BFD_STATE_ADMIN_DOWN] = { ADMIN_DOWN, ADMIN_DOWN, ADMIN_DOWN,
				   ADMIN_DOWN, ADMIN_DOWN, ADMIN_DOWN },
	[BFD_STATE_DOWN] = { DOWN, INIT, UP, DOWN, DOWN, ADMIN_DOWN },
	[BFD_STATE_INIT] = { DOWN_BY_WORD, INIT, UP, UP, DOWN_BY_TIME,
			     ADMIN_DOWN },
	[BFD_STATE_UP] = { DOWN_BY_WORD, FAILED_BY_WORD, UP, UP, FAILED_BY_TIME,
			   ADMIN_DOWN },
};

static void apply(enum table_event event)
{
	if (event == ENDS)
		step(START, BFD_EVENT_END, NULL, 0);
	else if (event == HEARS_NOTHING)
		step(START + 10 * SECOND, BFD_EVENT_TIMER, NULL, 0);
	else
		receive(START, (enum bfd_state)event);
}

static void every_state_takes_every_event_as_the_table_says(void **state)
{
	(void)state;
	for (int before = 0; before < BFD_STATE_COUNT; before++)
		for (int event = 0; event < TABLE_EVENT_COUNT; event++) {
			const struct outcome *expected = &table[before][event];

			enter(before);
			apply(event);
			if (session.state != expected->state ||
			    session.diagnostic != expected->diagnostic ||
			    session.failed != expected->failed)
				fail_msg("%s, event %d: %s, diagnostic %d, "
					 "failed %d",
					 bfd_state_name(before), event,
					 bfd_state_name(session.state),
					 session.diagnostic, session.failed);
		}
}

static void every_change_of_state_is_sent_at_once(void **state)
{
	(void)state;
	for (int before = 0; before < BFD_STATE_COUNT; before++)
		for (int event = 0; event < HEARS_NOTHING; event++) {
			enter(before);
			step(START, BFD_EVENT_TIMER, NULL, 0);
			sent.state = BFD_STATE_COUNT;
			apply(event);
			if (session.state != (enum bfd_state)before)
				assert_int_equal(sent.state, session.state);
			else
				assert_int_equal(sent.state, BFD_STATE_COUNT);
		}
}

static void it_starts_by_saying_that_it_is_down(void **state)
{
	(void)state;
	assert_int_equal(bfd_session_deadline(&session), START);
	assert_true(step(START, BFD_EVENT_TIMER, NULL, 0));
	assert_int_equal(sent.state, BFD_STATE_DOWN);
	assert_int_equal(sent.my_discriminator, OURS);
	assert_int_equal(sent.your_discriminator, 0);
	assert_int_equal(sent.desired_min_tx_us, BFD_SESSION_SLOW_US);
	assert_int_equal(sent.required_min_rx_us, INTERVAL);
	assert_int_equal(sent.detect_multiplier, MULTIPLIER);
}

static void it_sends_once_a_second_until_it_is_up(void **state)
{
	(void)state;
	step(START, BFD_EVENT_TIMER, NULL, UINT32_MAX);
	assert_int_equal(session.send_us, START + SECOND);
	receive(START, BFD_STATE_DOWN);
	assert_int_equal(session.state, BFD_STATE_INIT);
	assert_int_equal(session.send_us, START + SECOND);
	receive(START, BFD_STATE_INIT);
	assert_int_equal(session.state, BFD_STATE_UP);
	assert_int_equal(session.send_us, START + INTERVAL);
}

static void jitter_takes_off_a_quarter_and_something_of_one(void **state)
{
	(void)state;
	step(START, BFD_EVENT_TIMER, NULL, 0);
	assert_int_equal(session.send_us, START + 75 * SECOND / 100);
	session.send_us = START;
	session.timing.multiplier = 1;
	step(START, BFD_EVENT_TIMER, NULL, UINT32_MAX);
	assert_int_equal(session.send_us, START + 90 * SECOND / 100);
	session.send_us = START;
	step(START, BFD_EVENT_TIMER, NULL, 0);
	assert_int_equal(session.send_us, START + 75 * SECOND / 100);
}

static void a_timer_before_its_time_is_harmless(void **state)
{
	struct bfd_session before = session;

	(void)state;
	assert_false(step(session.send_us - 1, BFD_EVENT_TIMER, NULL, 1));
	assert_memory_equal(&session, &before, sizeof(before));
}

static void silence_for_the_detection_time_is_a_failure(void **state)
{
	uint64_t expires = START + MULTIPLIER * BFD_SESSION_SLOW_US;

	(void)state;
	/* Its last packet was Init, at the slow interval. */
	assert_int_equal(session.expire_us, expires);
	receive(START, BFD_STATE_UP);
	expires = START + MULTIPLIER * INTERVAL;
	assert_int_equal(session.expire_us, expires);
	step(expires - 1, BFD_EVENT_TIMER, NULL, 0);
	assert_int_equal(session.state, BFD_STATE_UP);
	assert_true(step(expires, BFD_EVENT_TIMER, NULL, 0));
	assert_int_equal(session.state, BFD_STATE_DOWN);
	assert_int_equal(sent.diagnostic, BFD_DIAGNOSTIC_TIME_EXPIRED);
	assert_int_equal(sent.your_discriminator, 0);
}

/* Its multiplier times the slower of its sending and our receiving. */
static void the_detection_time_is_the_neighbors_multiple(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);

	(void)state;
	packet.detect_multiplier = 5;
	packet.desired_min_tx_us = 50 * MS;
	step(START, BFD_EVENT_PACKET, &packet, 0);
	assert_int_equal(session.expire_us, START + 5 * INTERVAL);
	packet.desired_min_tx_us = 2 * SECOND;
	step(START, BFD_EVENT_PACKET, &packet, 0);
	assert_int_equal(session.expire_us, START + 10 * SECOND);
	packet.detect_multiplier = UINT8_MAX;
	packet.desired_min_tx_us = UINT32_MAX;
	step(START, BFD_EVENT_PACKET, &packet, 0);
	assert_int_equal(session.expire_us,
			 START + (uint64_t)UINT8_MAX * UINT32_MAX);
}

static void it_sends_no_faster_than_the_neighbor_reads(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);

	(void)state;
	packet.required_min_rx_us = 2 * SECOND;
	step(START, BFD_EVENT_PACKET, &packet, UINT32_MAX);
	assert_int_equal(session.send_us, START + 2 * SECOND);
	/* A shorter one takes effect at once: RFC 5880 6.8.3. */
	packet.required_min_rx_us = 50 * MS;
	step(START + 100 * MS, BFD_EVENT_PACKET, &packet, UINT32_MAX);
	assert_int_equal(session.send_us, START + INTERVAL);
	packet.required_min_rx_us = 0;
	step(START + 100 * MS, BFD_EVENT_PACKET, &packet, UINT32_MAX);
	assert_int_equal(session.send_us, BFD_SESSION_NEVER);
}

static void it_is_quiet_for_a_neighbor_in_demand_mode(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);

	(void)state;
	packet.demand = true;
	step(START, BFD_EVENT_PACKET, &packet, 0);
	assert_int_not_equal(session.send_us, BFD_SESSION_NEVER);
	packet.final = true; /* for the poll that was sent with Up */
	step(START, BFD_EVENT_PACKET, &packet, 0);
	assert_int_equal(session.send_us, BFD_SESSION_NEVER);
	packet.demand = false;
	step(START, BFD_EVENT_PACKET, &packet, UINT32_MAX);
	assert_int_equal(session.send_us, START + INTERVAL);
}

static void it_polls_with_its_new_interval_until_the_final(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);

	(void)state;
	assert_int_equal(sent.state, BFD_STATE_UP);
	assert_int_equal(sent.desired_min_tx_us, INTERVAL);
	assert_true(sent.poll);
	assert_true(step(START + INTERVAL, BFD_EVENT_TIMER, NULL, 0));
	assert_true(sent.poll);
	packet.final = true;
	step(START + INTERVAL, BFD_EVENT_PACKET, &packet, 0);
	assert_true(step(START + 2 * INTERVAL, BFD_EVENT_TIMER, NULL, 0));
	assert_false(sent.poll);
}

static void a_poll_is_answered_beside_the_timer(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);
	uint64_t due = session.send_us;

	(void)state;
	packet.poll = true;
	assert_true(step(START + MS, BFD_EVENT_PACKET, &packet, 0));
	assert_true(sent.final);
	assert_false(sent.poll);
	assert_int_equal(session.send_us, due);
}

static void a_neighbor_that_went_silent_is_forgotten(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_UP);

	(void)state;
	packet.required_min_rx_us = 0;
	packet.demand = true;
	step(START, BFD_EVENT_PACKET, &packet, 0);
	step(session.expire_us, BFD_EVENT_TIMER, NULL, 0);
	assert_int_equal(session.remote_discriminator, 0);
	assert_int_not_equal(session.send_us, BFD_SESSION_NEVER);
	assert_int_equal(session.expire_us, BFD_SESSION_NEVER);
}

static void packets_for_others_are_told_apart(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_DOWN);

	(void)state;
	assert_true(bfd_session_is_addressed(&session, &packet));
	packet.your_discriminator = 0;
	assert_true(bfd_session_is_addressed(&session, &packet));
	packet.your_discriminator = OURS + 1;
	assert_false(bfd_session_is_addressed(&session, &packet));
}

/* A forger does not know our discriminator. */
static void words_without_proof_are_not_believed_while_others_come(void **state)
{
	(void)state;
	for (int said = BFD_STATE_ADMIN_DOWN; said <= BFD_STATE_DOWN; said++) {
		struct bfd_packet packet = words(said);

		assert_true(bfd_session_is_believed(&session, &packet));
		packet.your_discriminator = 0;
		assert_false(bfd_session_is_believed(&session, &packet));
	}
}

/* A neighbor that restarts does not know ours, either: RFC 5880 6.8.6. */
static void
a_restarted_neighbor_is_believed_after_the_detection_time(void **state)
{
	struct bfd_packet packet = words(BFD_STATE_DOWN);

	(void)state;
	packet.your_discriminator = 0;
	packet.my_discriminator = THEIRS + 1;
	step(session.expire_us, BFD_EVENT_TIMER, NULL, 0);
	assert_int_equal(session.state, BFD_STATE_DOWN);
	assert_true(bfd_session_is_believed(&session, &packet));
	step(session.since_us, BFD_EVENT_PACKET, &packet, 0);
	assert_int_equal(session.state, BFD_STATE_INIT);
	assert_int_equal(session.remote_discriminator, THEIRS + 1);
	/* It is not proven yet: the next may restart as well. */
	assert_true(bfd_session_is_believed(&session, &packet));
	receive(session.since_us, BFD_STATE_INIT);
	assert_false(bfd_session_is_believed(&session, &packet));
}

/* RFC 5882 3.2. */
static void admin_down_is_no_failure(void **state)
{
	(void)state;
	receive(START, BFD_STATE_DOWN);
	assert_true(session.failed);
	receive(START, BFD_STATE_ADMIN_DOWN);
	assert_false(session.failed);
	/* Silence afterwards does not make it a failure. */
	step(session.expire_us, BFD_EVENT_TIMER, NULL, 0);
	assert_false(session.failed);
	receive(START + 20 * SECOND, BFD_STATE_INIT);
	assert_int_equal(session.state, BFD_STATE_UP);
	assert_int_equal(session.diagnostic, BFD_DIAGNOSTIC_NONE);
}

static void its_end_is_sent_once(void **state)
{
	(void)state;
	assert_true(step(START, BFD_EVENT_END, NULL, 0));
	assert_int_equal(sent.state, BFD_STATE_ADMIN_DOWN);
	assert_int_equal(sent.diagnostic, BFD_DIAGNOSTIC_ADMIN_DOWN);
	assert_int_equal(bfd_session_deadline(&session), BFD_SESSION_NEVER);
	assert_false(receive(START + MS, BFD_STATE_UP));
}

/* ------------------------------------------- two sessions and a path */

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

static void seed_properties(void)
{
	chance_begin();
}

#define FROM_NEW(name) cmocka_unit_test_setup(name, new_session)
#define FROM_UP(name)  cmocka_unit_test_setup(name, new_up_session)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_NEW(every_state_takes_every_event_as_the_table_says),
		FROM_NEW(every_change_of_state_is_sent_at_once),
		FROM_NEW(it_starts_by_saying_that_it_is_down),
		FROM_NEW(it_sends_once_a_second_until_it_is_up),
		FROM_NEW(jitter_takes_off_a_quarter_and_something_of_one),
		FROM_NEW(a_timer_before_its_time_is_harmless),
		FROM_UP(silence_for_the_detection_time_is_a_failure),
		FROM_UP(the_detection_time_is_the_neighbors_multiple),
		FROM_UP(it_sends_no_faster_than_the_neighbor_reads),
		FROM_UP(it_is_quiet_for_a_neighbor_in_demand_mode),
		FROM_UP(it_polls_with_its_new_interval_until_the_final),
		FROM_UP(a_poll_is_answered_beside_the_timer),
		FROM_UP(a_neighbor_that_went_silent_is_forgotten),
		FROM_NEW(packets_for_others_are_told_apart),
		FROM_UP(words_without_proof_are_not_believed_while_others_come),
		FROM_UP(a_restarted_neighbor_is_believed_after_the_detection_time),
		FROM_UP(admin_down_is_no_failure),
		FROM_UP(its_end_is_sent_once),
		FROM_NEW(no_storm_leaves_the_table_or_a_session_behind),
		FROM_NEW(a_good_path_is_never_called_failed),
		FROM_NEW(a_cut_is_seen_within_the_detection_time),
		FROM_NEW(no_forger_ends_a_session),
		FROM_NEW(no_forger_hides_a_cut),
	};

	seed_properties();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
