// SPDX-License-Identifier: BSD-2-Clause
/*
 * The clock of listening, alone and with the state machine of a next hop on it:
 * a loop that was away declares no next hop dead, an idle one does so in time.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nexthop/listening.h"
#include "nexthop/probe.h"

enum times {
	STALL_MS = 3000,
	RUN_MS = 60000,
	ANSWER_MS = 5,
	DEATH_MS = 2100, /* after the last answer, with the latest refresh */
};

static const uint8_t server_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 2 };

static struct listening listening;
static struct probe probe;

static enum probe_question step(enum probe_event_type type)
{
	struct probe_event event = {
		.type = type,
		.now_ms = listening.now_ms,
		.mac = { 0x02, 0, 0, 0, 0, 2 },
	};

	return probe_step(&probe, &event);
}

/* Ask the loop to be back at the deadline; returns when it is back. */
static uint64_t wait_for_deadline(uint64_t late_ms)
{
	uint64_t wait = 0;

	if (probe.deadline_ms > listening.now_ms)
		wait = probe.deadline_ms - listening.now_ms;
	listening_wait(&listening, listening.real_ms + wait);
	listening_advance(&listening, listening.real_ms + wait + late_ms);
	return listening.real_ms;
}

static int set_up(void **state)
{
	(void)state;
	listening_init(&listening, 1000);
	probe_init(&probe, &(struct probe_timing){ 1000, 4 });
	step(PROBE_START);
	step(PROBE_REPLY);
	assert_memory_equal(probe.mac, server_mac, MAC_SIZE);
	return 0;
}

static void it_follows_the_real_time_of_an_idle_loop(void **state)
{
	(void)state;
	assert_int_equal(listening_advance(&listening, 1500), 1500);
	listening_wait(&listening, 2000);
	assert_int_equal(listening_advance(&listening, 1900), 1900);
	assert_int_equal(listening_advance(&listening, 2010), 2010);
	listening_wait(&listening, LISTENING_NO_WAKE);
	assert_int_equal(listening_advance(&listening, 900000), 900000);
}

static void it_stops_while_the_loop_is_away(void **state)
{
	uint64_t latest = 2000 + LISTENING_LATE_MS;

	(void)state;
	listening_wait(&listening, 2000);
	assert_int_equal(listening_advance(&listening, 5000), latest);
	assert_int_equal(listening_advance(&listening, 5001), latest);
	listening_wait(&listening, 6000);
	assert_int_equal(listening_advance(&listening, 5101), latest + 100);
}

static void it_never_goes_back(void **state)
{
	(void)state;
	listening_advance(&listening, 1500);
	assert_int_equal(listening_advance(&listening, 1400), 1500);
	assert_int_equal(listening_advance(&listening, 1500), 1500);
	listening_wait(&listening, 1200);
	assert_int_equal(listening_advance(&listening, 1600), 1500);
}

/* Each wait stalls, and each answer comes after the loop is back. */
static void a_loop_that_stalls_declares_no_living_server_dead(void **state)
{
	(void)state;
	while (listening.real_ms < RUN_MS) {
		wait_for_deadline(STALL_MS);
		if (step(PROBE_TIMER) == PROBE_ASK_NONE)
			continue;
		listening_wait(&listening, listening.real_ms + ANSWER_MS);
		listening_advance(&listening, listening.real_ms + ANSWER_MS);
		step(PROBE_REPLY);
		assert_int_equal(probe.state, NEXTHOP_RESOLVED);
	}
}

/* The stall ends the wait for one answer, whatever its length. */
static void a_stall_costs_one_try_at_most(void **state)
{
	(void)state;
	wait_for_deadline(0);
	assert_int_equal(step(PROBE_TIMER), PROBE_ASK_MAC);
	wait_for_deadline(STALL_MS);
	step(PROBE_TIMER);
	step(PROBE_TIMER);
	assert_int_equal(probe.state, NEXTHOP_SUSPECT);
	assert_int_equal(probe.unanswered, 1);
}

static void an_idle_loop_declares_a_dead_server_dead_in_time(void **state)
{
	uint64_t silent_since = listening.real_ms;

	(void)state;
	while (probe.state != NEXTHOP_FAILED) {
		wait_for_deadline(LISTENING_LATE_MS);
		step(PROBE_TIMER);
		assert_in_range(listening.real_ms, silent_since,
				silent_since + DEATH_MS);
	}
}

/* Each turn is late, which takes longer, but not forever. */
static void a_busy_loop_declares_a_dead_server_dead(void **state)
{
	(void)state;
	while (probe.state != NEXTHOP_FAILED) {
		wait_for_deadline(STALL_MS);
		step(PROBE_TIMER);
		assert_in_range(listening.real_ms, 0, RUN_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_follows_the_real_time_of_an_idle_loop,
				       set_up),
		cmocka_unit_test_setup(it_stops_while_the_loop_is_away, set_up),
		cmocka_unit_test_setup(it_never_goes_back, set_up),
		cmocka_unit_test_setup(
			a_loop_that_stalls_declares_no_living_server_dead,
			set_up),
		cmocka_unit_test_setup(a_stall_costs_one_try_at_most, set_up),
		cmocka_unit_test_setup(
			an_idle_loop_declares_a_dead_server_dead_in_time,
			set_up),
		cmocka_unit_test_setup(a_busy_loop_declares_a_dead_server_dead,
				       set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
