// SPDX-License-Identifier: BSD-2-Clause
/*
 * The state machine of a BFD session against RFC 5880 6.2 and 6.8: every state
 * with every event, and the intervals.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bfd_transitions.h"

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
	assert_false(session.drained);
	receive(START, BFD_STATE_ADMIN_DOWN);
	assert_false(session.failed);
	assert_true(session.drained);
	/* Silence afterwards does not make it a failure. */
	step(session.expire_us, BFD_EVENT_TIMER, NULL, 0);
	assert_false(session.failed);
	/* The neighbor comes back by Down and Init, and drains until it is Up. */
	receive(START + 20 * SECOND, BFD_STATE_DOWN);
	assert_true(session.drained);
	receive(START + 20 * SECOND, BFD_STATE_INIT);
	assert_false(session.drained);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
