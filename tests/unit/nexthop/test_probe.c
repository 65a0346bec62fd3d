// SPDX-License-Identifier: BSD-2-Clause
/*
 * The state machine of a next hop: its transitions as scripts, and two
 * properties over random histories. Time is an argument, so two hours take no
 * time. HEADGATE_SEED=N repeats the histories of a failed run.
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
#include "nexthop/probe.h"

/* Senders of answers. The first three are invalid; US is probe.own_mac. */
enum sender {
	ZERO,
	BROADCAST,
	MULTICAST,
	US,
	SERVER,
	FORGER,
	SENDER_COUNT,
};

static const uint8_t macs[SENDER_COUNT][MAC_SIZE] = {
	[BROADCAST] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	[MULTICAST] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 },
	[US] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 },
	[SERVER] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x02 },
	[FORGER] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x66 },
};

/* Short names, for one line of a script each. */
#define NEVER PROBE_NEVER
enum script_words {
	NONE = ZERO,
	START = PROBE_START,
	NO_ROUTE = PROBE_UNREACHABLE,
	LINK_DOWN = PROBE_LINK_DOWN,
	REPLY = PROBE_REPLY,
	TIMER = PROBE_TIMER,
	NEWS = PROBE_NEWS,
	ASK_NONE = PROBE_ASK_NONE,
	ALL = PROBE_ASK_ALL,
	MAC = PROBE_ASK_MAC,
	UNREACHABLE = NEXTHOP_UNREACHABLE,
	RESOLVING = NEXTHOP_RESOLVING,
	RESOLVED = NEXTHOP_RESOLVED,
	SUSPECT = NEXTHOP_SUSPECT,
	FAILED = NEXTHOP_FAILED,
};

/* One event and its expected result. */
struct line {
	uint64_t at_ms;
	unsigned int event;    /* enum probe_event_type */
	unsigned int sender;   /* enum sender */
	unsigned int question; /* enum probe_question */
	unsigned int state;    /* enum nexthop_state */
	uint64_t deadline_ms;
};

static struct probe probe;

enum {
	REFRESH_MS = 1000
};

static const struct probe_timing slow = { REFRESH_MS, 4 };

static enum probe_question step(uint64_t at_ms, enum probe_event_type type,
				enum sender sender)
{
	struct probe_event event = { .type = type, .now_ms = at_ms };

	memcpy(event.mac, macs[sender], MAC_SIZE);
	return probe_step(&probe, &event);
}

static int new_probe(void **state)
{
	(void)state;
	probe_init(&probe, &slow);
	memcpy(probe.own_mac, macs[US], MAC_SIZE);
	return 0;
}

/* Probed at 0 ms, answered at 10 ms. */
static int new_resolved_probe(void **state)
{
	new_probe(state);
	step(0, PROBE_START, ZERO);
	step(10, PROBE_REPLY, SERVER);
	return probe.state != NEXTHOP_RESOLVED;
}

static void play(const struct line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum probe_question question =
			step(lines[i].at_ms, lines[i].event, lines[i].sender);

		if (question != lines[i].question ||
		    probe.state != lines[i].state ||
		    probe.deadline_ms != lines[i].deadline_ms)
			fail_msg("line %zu: question %d, state %s, "
				 "deadline %llu",
				 i, question, nexthop_state_name(probe.state),
				 (unsigned long long)probe.deadline_ms);
	}
}

#define PLAY(lines) play(lines, sizeof(lines) / sizeof(lines[0]))

static void assert_at(enum sender sender)
{
	assert_memory_equal(probe.mac, macs[sender], MAC_SIZE);
}

static void a_new_nexthop_asks_slower_and_slower(void **state)
{
	static const struct line lines[] = {
		{ 0, START, NONE, ALL, RESOLVING, 250 },
		{ 250, TIMER, NONE, ALL, RESOLVING, 500 },
		{ 500, TIMER, NONE, ALL, RESOLVING, 1000 },
		{ 1000, TIMER, NONE, ALL, RESOLVING, 2000 },
		{ 2000, TIMER, NONE, ALL, FAILED, 3000 },
		{ 3000, TIMER, NONE, ALL, FAILED, 4000 },
		{ 3010, REPLY, SERVER, ASK_NONE, RESOLVED, 4010 },
	};

	(void)state;
	PLAY(lines);
	assert_at(SERVER);
}

static void an_answer_is_refreshed_every_second(void **state)
{
	static const struct line lines[] = {
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1011, REPLY, SERVER, ASK_NONE, RESOLVED, 2011 },
		{ 2011, TIMER, NONE, MAC, RESOLVED, 2261 },
		{ 2012, REPLY, SERVER, ASK_NONE, RESOLVED, 3012 },
	};

	(void)state;
	PLAY(lines);
}

static void silence_kills_within_two_seconds(void **state)
{
	static const struct line lines[] = {
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1260, TIMER, NONE, MAC, SUSPECT, 1510 },
		{ 1510, TIMER, NONE, MAC, SUSPECT, 1760 },
		{ 1760, TIMER, NONE, ALL, SUSPECT, 2010 },
		{ 2010, TIMER, NONE, ALL, FAILED, 3010 },
	};

	(void)state;
	PLAY(lines);
	assert_int_equal(probe.unanswered, 4);
	assert_int_equal(probe.silent_since_ms, 1010);
}

static void a_late_answer_clears_suspicion(void **state)
{
	static const struct line lines[] = {
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1260, TIMER, NONE, MAC, SUSPECT, 1510 },
		{ 1300, REPLY, SERVER, ASK_NONE, RESOLVED, 2300 },
		{ 2300, TIMER, NONE, MAC, RESOLVED, 2550 },
		{ 2550, TIMER, NONE, MAC, SUSPECT, 2800 },
	};

	(void)state;
	PLAY(lines);
	assert_int_equal(probe.unanswered, 1);
}

static void a_timer_before_its_time_is_harmless(void **state)
{
	static const struct line lines[] = {
		{ 1009, TIMER, NONE, ASK_NONE, RESOLVED, 1010 },
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1259, TIMER, NONE, ASK_NONE, RESOLVED, 1260 },
	};

	(void)state;
	PLAY(lines);
}

static void jitter_brings_the_refresh_forward(void **state)
{
	const struct probe_event answer = {
		.type = PROBE_REPLY,
		.now_ms = 10,
		.jitter_ms = REFRESH_MS / PROBE_JITTER_SHARE,
		.mac = { 0x02, 0, 0, 0, 0, 2 },
	};

	(void)state;
	step(0, PROBE_START, ZERO);
	probe_step(&probe, &answer);
	assert_int_equal(probe.deadline_ms,
			 10 + REFRESH_MS - REFRESH_MS / PROBE_JITTER_SHARE);
}

static void a_lost_link_kills_at_once_and_ends_the_asking(void **state)
{
	static const struct line lines[] = {
		{ 500, LINK_DOWN, NONE, ASK_NONE, FAILED, NEVER },
		{ 600, REPLY, SERVER, ASK_NONE, FAILED, NEVER },
		{ 5000, TIMER, NONE, ASK_NONE, FAILED, NEVER },
		{ 6000, START, NONE, ALL, RESOLVING, 6250 },
		{ 6010, REPLY, SERVER, ASK_NONE, RESOLVED, 7010 },
	};

	(void)state;
	PLAY(lines);
}

static void a_lost_route_ends_the_asking(void **state)
{
	static const struct line lines[] = {
		{ 500, NO_ROUTE, NONE, ASK_NONE, UNREACHABLE, NEVER },
		{ 600, REPLY, SERVER, ASK_NONE, UNREACHABLE, NEVER },
		{ 700, TIMER, NONE, ASK_NONE, UNREACHABLE, NEVER },
		{ 800, LINK_DOWN, NONE, ASK_NONE, FAILED, NEVER },
	};

	(void)state;
	PLAY(lines);
}

static void a_new_route_forgets_the_old_mac(void **state)
{
	static const struct line lines[] = {
		{ 500, START, NONE, ALL, RESOLVING, 750 },
		{ 510, REPLY, FORGER, ASK_NONE, RESOLVED, 1510 },
	};

	(void)state;
	PLAY(lines);
	assert_at(FORGER);
	assert_int_equal(probe.conflicts, 0);
}

static void an_answer_to_no_question_changes_nothing(void **state)
{
	static const struct line lines[] = {
		{ 500, REPLY, SERVER, ASK_NONE, RESOLVED, 1010 },
		{ 600, REPLY, FORGER, ASK_NONE, RESOLVED, 1010 },
	};

	(void)state;
	PLAY(lines);
	assert_at(SERVER);
	assert_int_equal(probe.conflicts, 1);
}

static void another_mac_does_not_answer_for_the_known_one(void **state)
{
	static const struct line lines[] = {
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1020, REPLY, FORGER, ASK_NONE, RESOLVED, 1260 },
		{ 1260, TIMER, NONE, MAC, SUSPECT, 1510 },
		{ 1270, REPLY, FORGER, ASK_NONE, SUSPECT, 1510 },
		{ 1280, REPLY, SERVER, ASK_NONE, RESOLVED, 2280 },
	};

	(void)state;
	PLAY(lines);
	assert_at(SERVER);
	assert_int_equal(probe.conflicts, 2);
	assert_int_equal(probe.lost, 1);
}

/* The known MAC is silent three times; then all are probed, at 1760. */
static void ask_all_again(void)
{
	for (uint64_t at = 1010; at <= 1760; at += PROBE_RETRY_MS)
		step(at, PROBE_TIMER, ZERO);
	assert_int_equal(probe.open, PROBE_ASK_ALL);
	assert_int_equal(probe.state, NEXTHOP_SUSPECT);
}

static void a_new_mac_is_believed_when_the_old_one_is_silent(void **state)
{
	static const struct line lines[] = {
		{ 1800, REPLY, FORGER, ASK_NONE, SUSPECT, 2010 },
		{ 2010, TIMER, NONE, ASK_NONE, RESOLVED, 3010 },
		{ 3010, TIMER, NONE, MAC, RESOLVED, 3260 },
	};

	(void)state;
	ask_all_again();
	PLAY(lines);
	assert_at(FORGER);
	assert_int_equal(probe.conflicts, 0);
}

static void the_old_mac_is_kept_when_both_answer(void **state)
{
	static const struct line lines[] = {
		{ 1800, REPLY, FORGER, ASK_NONE, SUSPECT, 2010 },
		{ 1990, REPLY, SERVER, ASK_NONE, RESOLVED, 2990 },
		{ 1991, REPLY, FORGER, ASK_NONE, RESOLVED, 2990 },
	};

	(void)state;
	ask_all_again();
	PLAY(lines);
	assert_at(SERVER);
	assert_int_equal(probe.conflicts, 2);
}

static void a_failed_nexthop_may_return_elsewhere(void **state)
{
	static const struct line lines[] = {
		{ 2010, TIMER, NONE, ALL, FAILED, 3010 },
		{ 2500, REPLY, FORGER, ASK_NONE, RESOLVED, 3500 },
	};

	(void)state;
	ask_all_again();
	PLAY(lines);
	assert_at(FORGER);
}

/* Play a dead next hop; returns the longest time between two probes. */
static uint64_t longest_wait_until(uint64_t end_ms)
{
	uint64_t longest = 0;

	while (probe.deadline_ms < end_ms) {
		uint64_t at = probe.deadline_ms;

		assert_int_equal(step(at, PROBE_TIMER, ZERO), PROBE_ASK_ALL);
		assert_int_equal(probe.state, NEXTHOP_FAILED);
		if (probe.deadline_ms - at > longest)
			longest = probe.deadline_ms - at;
	}
	return longest;
}

/* The default of --probe-interval and --probe-count: 900 ms. */
static void silence_kills_within_a_second(void **state)
{
	static const struct line lines[] = {
		{ 310, TIMER, NONE, MAC, RESOLVED, 460 },
		{ 460, TIMER, NONE, MAC, SUSPECT, 610 },
		{ 610, TIMER, NONE, MAC, SUSPECT, 760 },
		{ 760, TIMER, NONE, ALL, SUSPECT, 910 },
		{ 910, TIMER, NONE, ALL, FAILED, 1910 },
	};

	(void)state;
	probe_init(&probe, &(struct probe_timing){ 300, 4 });
	step(0, PROBE_START, ZERO);
	step(10, PROBE_REPLY, SERVER);
	PLAY(lines);
}

static void two_silent_probes_are_one_to_the_mac_and_one_to_all(void **state)
{
	static const struct line lines[] = {
		{ 110, TIMER, NONE, MAC, RESOLVED, 160 },
		{ 160, TIMER, NONE, ALL, SUSPECT, 210 },
		{ 210, TIMER, NONE, ALL, FAILED, 1210 },
	};

	(void)state;
	probe_init(&probe, &(struct probe_timing){ 100, 2 });
	step(0, PROBE_START, ZERO);
	step(10, PROBE_REPLY, SERVER);
	PLAY(lines);
}

static void a_dead_nexthop_is_asked_less_and_less_often(void **state)
{
	(void)state;
	ask_all_again();
	step(2010, PROBE_TIMER, ZERO);
	assert_int_equal(longest_wait_until(12000), REFRESH_MS);
	assert_in_range(longest_wait_until(52000), 3500, 5000);
	assert_int_equal(longest_wait_until(900000), PROBE_SLOWEST_MS);
	step(900000, PROBE_REPLY, SERVER);
	assert_int_equal(probe.deadline_ms, 901000);
}

static void news_make_it_ask_at_once_if_it_has_not_just_asked(void **state)
{
	uint64_t asked;

	(void)state;
	ask_all_again();
	step(2010, PROBE_TIMER, ZERO);
	longest_wait_until(900000);
	asked = probe.asked_ms;
	assert_int_equal(step(asked + 100, PROBE_NEWS, ZERO), PROBE_ASK_NONE);
	assert_int_equal(probe.deadline_ms, asked + REFRESH_MS);
	assert_int_equal(longest_wait_until(asked + 10000), REFRESH_MS);
}

static void news_change_nothing_else(void **state)
{
	static const struct line lines[] = {
		{ 500, NEWS, NONE, ASK_NONE, RESOLVED, 1010 },
		{ 1010, TIMER, NONE, MAC, RESOLVED, 1260 },
		{ 1260, TIMER, NONE, MAC, SUSPECT, 1510 },
		{ 1300, NEWS, NONE, ASK_NONE, SUSPECT, 1510 },
		{ 1400, LINK_DOWN, NONE, ASK_NONE, FAILED, NEVER },
		{ 1500, NEWS, NONE, ASK_NONE, FAILED, NEVER },
		{ 1600, NO_ROUTE, NONE, ASK_NONE, UNREACHABLE, NEVER },
		{ 1700, NEWS, NONE, ASK_NONE, UNREACHABLE, NEVER },
	};

	(void)state;
	PLAY(lines);
}

static void a_start_without_budget_asks_by_the_timer(void **state)
{
	static const struct line lines[] = {
		{ 105, REPLY, SERVER, ASK_NONE, RESOLVING, 100 },
		{ 110, TIMER, NONE, ALL, RESOLVING, 360 },
		{ 360, TIMER, NONE, ALL, RESOLVING, 610 },
		{ 610, TIMER, NONE, ALL, RESOLVING, 1110 },
		{ 1110, TIMER, NONE, ALL, RESOLVING, 2110 },
		{ 2110, TIMER, NONE, ALL, FAILED, 3110 },
	};
	const struct probe_event held = {
		.type = PROBE_START,
		.now_ms = 100,
		.hold = true,
	};

	(void)state;
	assert_int_equal(probe_step(&probe, &held), PROBE_ASK_NONE);
	assert_int_equal(probe.state, NEXTHOP_RESOLVING);
	assert_int_equal(probe.deadline_ms, 100);
	PLAY(lines);
}

static void the_caller_may_stretch_the_refresh(void **state)
{
	struct probe_event event = {
		.type = PROBE_REPLY,
		.now_ms = 10,
		.interval_ms = 5000,
		.mac = { 0x02, 0, 0, 0, 0, 2 },
	};

	(void)state;
	step(0, PROBE_START, ZERO);
	assert_false(probe_is_in_doubt(&probe));
	probe_step(&probe, &event);
	assert_int_equal(probe.deadline_ms, 5010);
	assert_false(probe_is_in_doubt(&probe));
	assert_int_equal(step(5010, PROBE_TIMER, ZERO), PROBE_ASK_MAC);
	assert_int_equal(probe.deadline_ms, 5010 + PROBE_RETRY_MS);
	assert_true(probe_is_in_doubt(&probe));
}

static void impossible_macs_are_refused(void **state)
{
	(void)state;
	step(0, PROBE_START, ZERO);
	for (enum sender sender = ZERO; sender <= US; sender++) {
		step(10 + sender, PROBE_REPLY, sender);
		assert_int_equal(probe.state, NEXTHOP_RESOLVING);
	}
	assert_int_equal(probe.refused, 4);
	step(20, PROBE_REPLY, SERVER);
	assert_int_equal(probe.state, NEXTHOP_RESOLVED);
}

enum property_sizes {
	HISTORIES = 200,
	EVENTS = 2000,
	LATEST_TIMER_MS = 50,	 /* largest delay of the event loop */
	LONGEST_TRUST_MS = 2500, /* alive without an answer */
};

static bool is_alive(void)
{
	const struct nexthop view = { .state = probe.state };

	return nexthop_is_alive(&view);
}

/* The next event is the timer, a little late, or another one before it. */
static uint64_t random_event(uint64_t now, enum probe_event_type *type)
{
	uint64_t next = now + chance_below(400);
	uint64_t timer = probe.deadline_ms;

	if (timer != PROBE_NEVER && timer <= next) {
		*type = PROBE_TIMER;
		return timer + chance_below(LATEST_TIMER_MS);
	}
	/* Mostly replies: they cause most transitions. */
	*type = chance_below(4) ? PROBE_REPLY : chance_below(PROBE_EVENT_COUNT);
	if (*type != PROBE_REPLY && chance_below(8))
		*type = PROBE_TIMER;
	return next;
}

static void check_trust(uint64_t now, uint64_t answered)
{
	if (probe.state != NEXTHOP_UNREACHABLE && probe.state != NEXTHOP_FAILED)
		assert_true(probe.deadline_ms != PROBE_NEVER);
	if (!is_alive())
		return;
	assert_true(now - answered <= LONGEST_TRUST_MS);
	if (memcmp(probe.mac, macs[SERVER], MAC_SIZE))
		assert_at(FORGER);
}

static void no_history_makes_it_trust_silence(void **state)
{
	for (int history = 0; history < HISTORIES; history++) {
		uint64_t now = 1, answered = 0;

		new_probe(state);
		step(now, PROBE_START, ZERO);
		for (int i = 0; i < EVENTS; i++) {
			enum sender sender = chance_below(SENDER_COUNT);
			bool asked = probe.open != PROBE_ASK_NONE;
			enum probe_event_type type;

			now = random_event(now, &type);
			if (type == PROBE_REPLY && asked && sender >= SERVER)
				answered = now;
			step(now, type, sender);
			check_trust(now, answered);
		}
	}
}

/*
 * The server answers the probes it receives, late and with losses, but never
 * loses four in a row; the forger answers all the time. The server receives
 * probes to all and to its own MAC.
 */
static void no_forger_takes_over_from_an_answering_server(void **state)
{
	for (int history = 0; history < HISTORIES; history++) {
		uint64_t now = 10, answer_at = PROBE_NEVER;
		unsigned int lost = 0;

		new_resolved_probe(state);
		for (int i = 0; i < EVENTS; i++) {
			uint64_t forged_at = now + chance_below(100);
			enum probe_question question = PROBE_ASK_NONE;

			if (answer_at <= forged_at &&
			    answer_at <= probe.deadline_ms) {
				now = answer_at;
				answer_at = PROBE_NEVER;
				step(now, PROBE_REPLY, SERVER);
			} else if (probe.deadline_ms <= forged_at) {
				now = probe.deadline_ms;
				question = step(now, PROBE_TIMER, ZERO);
			} else {
				now = forged_at;
				step(now, PROBE_REPLY, FORGER);
			}
			if (question != PROBE_ASK_NONE) {
				lost = lost < 3 && chance_below(2) ? lost + 1 :
								     0;
				answer_at = lost ? PROBE_NEVER :
						   now + chance_below(200);
			}
			assert_true(is_alive());
			assert_at(SERVER);
		}
	}
}

static void seed_properties(void)
{
	chance_begin();
}

#define FROM_NEW(name)	    cmocka_unit_test_setup(name, new_probe)
#define FROM_RESOLVED(name) cmocka_unit_test_setup(name, new_resolved_probe)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_NEW(a_new_nexthop_asks_slower_and_slower),
		FROM_RESOLVED(an_answer_is_refreshed_every_second),
		FROM_RESOLVED(silence_kills_within_two_seconds),
		FROM_NEW(silence_kills_within_a_second),
		FROM_NEW(two_silent_probes_are_one_to_the_mac_and_one_to_all),
		FROM_RESOLVED(a_late_answer_clears_suspicion),
		FROM_RESOLVED(a_timer_before_its_time_is_harmless),
		FROM_NEW(jitter_brings_the_refresh_forward),
		FROM_RESOLVED(a_lost_link_kills_at_once_and_ends_the_asking),
		FROM_RESOLVED(a_lost_route_ends_the_asking),
		FROM_RESOLVED(a_new_route_forgets_the_old_mac),
		FROM_RESOLVED(an_answer_to_no_question_changes_nothing),
		FROM_RESOLVED(another_mac_does_not_answer_for_the_known_one),
		FROM_RESOLVED(a_new_mac_is_believed_when_the_old_one_is_silent),
		FROM_RESOLVED(the_old_mac_is_kept_when_both_answer),
		FROM_RESOLVED(a_failed_nexthop_may_return_elsewhere),
		FROM_RESOLVED(a_dead_nexthop_is_asked_less_and_less_often),
		FROM_RESOLVED(
			news_make_it_ask_at_once_if_it_has_not_just_asked),
		FROM_RESOLVED(news_change_nothing_else),
		FROM_NEW(a_start_without_budget_asks_by_the_timer),
		FROM_NEW(the_caller_may_stretch_the_refresh),
		FROM_NEW(impossible_macs_are_refused),
		FROM_NEW(no_history_makes_it_trust_silence),
		FROM_NEW(no_forger_takes_over_from_an_answering_server),
	};

	seed_properties();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
