// SPDX-License-Identifier: BSD-2-Clause
/*
 * The state machine: every state with every event, written out from RFC 4271
 * 8.2.2, and what must hold on every walk through it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/codec/fsm.h"
#include "bytes.h"

enum {
	RANDOM_STEPS = 1000000,
	/* Short names for the table. */
	NOTHING = 0,
	NOTIFY = BGP_ACTION_SEND_NOTIFICATION,
	CLOSE = BGP_ACTION_CLOSE,
	DIAL = BGP_ACTION_START_CONNECT_RETRY | BGP_ACTION_CONNECT,
	RETRY_LATER = BGP_ACTION_START_CONNECT_RETRY,
	GREET = BGP_ACTION_STOP_CONNECT_RETRY | BGP_ACTION_SEND_OPEN |
		BGP_ACTION_START_LARGE_HOLD,
	HOLD = BGP_ACTION_START_HOLD,
	KEEP_ALIVE = BGP_ACTION_SEND_KEEPALIVE | BGP_ACTION_START_KEEPALIVE,
	ACCEPT = BGP_ACTION_STOP_CONNECT_RETRY | HOLD | KEEP_ALIVE,
	LISTEN = BGP_ACTION_STOP_CONNECT_RETRY | BGP_ACTION_START_DELAY_OPEN,
	UP = BGP_ACTION_SESSION_UP,
	DOWN = BGP_ACTION_SESSION_DOWN,
	UPDATE = BGP_ACTION_PROCESS_UPDATE,
	REFRESH = BGP_ACTION_PROCESS_ROUTE_REFRESH,
};

/* Event, next state, actions, code and subcode of the NOTIFICATION. */
#define ON(event, to, actions, code, subcode) \
	[BGP_EVENT_##event] = { BGP_STATE_##to, actions, code, subcode }

static const struct bgp_transition
	expected[BGP_STATE_COUNT][BGP_EVENT_COUNT] = {
	[BGP_STATE_IDLE] = {
		ON(START, CONNECT, DIAL, 0, 0),
		ON(START_PASSIVE, ACTIVE, NOTHING, 0, 0),
		ON(STOP, IDLE, NOTHING, 0, 0),
		ON(TCP_CONNECTED, IDLE, NOTHING, 0, 0),
		ON(TCP_FAILED, IDLE, NOTHING, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, IDLE, NOTHING, 0, 0),
		ON(HOLD_EXPIRED, IDLE, NOTHING, 0, 0),
		ON(KEEPALIVE_DUE, IDLE, NOTHING, 0, 0),
		ON(SEND_HOLD_EXPIRED, IDLE, NOTHING, 0, 0),
		ON(OPEN_RECEIVED, IDLE, NOTHING, 0, 0),
		ON(KEEPALIVE_RECEIVED, IDLE, NOTHING, 0, 0),
		ON(UPDATE_RECEIVED, IDLE, NOTHING, 0, 0),
		ON(ROUTE_REFRESH_RECEIVED, IDLE, NOTHING, 0, 0),
		ON(NOTIFICATION_RECEIVED, IDLE, NOTHING, 0, 0),
		ON(HEADER_ERROR, IDLE, NOTHING, 0, 0),
		ON(OPEN_ERROR, IDLE, NOTHING, 0, 0),
		ON(UPDATE_ERROR, IDLE, NOTHING, 0, 0),
		ON(COLLISION_LOST, IDLE, NOTHING, 0, 0),
		ON(TCP_CONNECTED_DELAYED, IDLE, NOTHING, 0, 0),
		ON(DELAY_OPEN_EXPIRED, IDLE, NOTHING, 0, 0),
		ON(OPEN_RECEIVED_EARLY, IDLE, NOTHING, 0, 0),
	},
	[BGP_STATE_CONNECT] = {
		ON(START, CONNECT, NOTHING, 0, 0),
		ON(START_PASSIVE, CONNECT, NOTHING, 0, 0),
		ON(STOP, IDLE, CLOSE, 0, 0),
		ON(TCP_CONNECTED, OPEN_SENT, GREET, 0, 0),
		ON(TCP_FAILED, IDLE, CLOSE, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, CONNECT, CLOSE | DIAL, 0, 0),
		ON(HOLD_EXPIRED, IDLE, CLOSE, 0, 0),
		ON(KEEPALIVE_DUE, IDLE, CLOSE, 0, 0),
		ON(SEND_HOLD_EXPIRED, IDLE, CLOSE, 0, 0),
		ON(OPEN_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(KEEPALIVE_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(UPDATE_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(ROUTE_REFRESH_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(NOTIFICATION_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(HEADER_ERROR, IDLE, CLOSE, 0, 0),
		ON(OPEN_ERROR, IDLE, CLOSE, 0, 0),
		ON(UPDATE_ERROR, IDLE, CLOSE, 0, 0),
		ON(COLLISION_LOST, IDLE, CLOSE, 0, 0),
		ON(TCP_CONNECTED_DELAYED, CONNECT, LISTEN, 0, 0),
		ON(DELAY_OPEN_EXPIRED, OPEN_SENT, GREET, 0, 0),
		ON(OPEN_RECEIVED_EARLY, OPEN_CONFIRM,
		   BGP_ACTION_SEND_OPEN | ACCEPT, 0, 0),
	},
	[BGP_STATE_ACTIVE] = {
		ON(START, ACTIVE, NOTHING, 0, 0),
		ON(START_PASSIVE, ACTIVE, NOTHING, 0, 0),
		ON(STOP, IDLE, CLOSE, 0, 0),
		ON(TCP_CONNECTED, OPEN_SENT, GREET, 0, 0),
		ON(TCP_FAILED, IDLE, CLOSE, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, CONNECT, DIAL, 0, 0),
		ON(HOLD_EXPIRED, IDLE, CLOSE, 0, 0),
		ON(KEEPALIVE_DUE, IDLE, CLOSE, 0, 0),
		ON(SEND_HOLD_EXPIRED, IDLE, CLOSE, 0, 0),
		ON(OPEN_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(KEEPALIVE_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(UPDATE_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(ROUTE_REFRESH_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(NOTIFICATION_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(HEADER_ERROR, IDLE, CLOSE, 0, 0),
		ON(OPEN_ERROR, IDLE, CLOSE, 0, 0),
		ON(UPDATE_ERROR, IDLE, CLOSE, 0, 0),
		ON(COLLISION_LOST, IDLE, CLOSE, 0, 0),
		ON(TCP_CONNECTED_DELAYED, ACTIVE, LISTEN, 0, 0),
		ON(DELAY_OPEN_EXPIRED, OPEN_SENT, GREET, 0, 0),
		ON(OPEN_RECEIVED_EARLY, OPEN_CONFIRM,
		   BGP_ACTION_SEND_OPEN | ACCEPT, 0, 0),
	},
	[BGP_STATE_OPEN_SENT] = {
		ON(START, OPEN_SENT, NOTHING, 0, 0),
		ON(START_PASSIVE, OPEN_SENT, NOTHING, 0, 0),
		ON(STOP, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(TCP_CONNECTED, OPEN_SENT, NOTHING, 0, 0),
		ON(TCP_FAILED, ACTIVE, CLOSE | RETRY_LATER, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(HOLD_EXPIRED, IDLE, NOTIFY | CLOSE, 4, 0),
		ON(KEEPALIVE_DUE, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(SEND_HOLD_EXPIRED, IDLE, NOTIFY | CLOSE, 8, 0),
		ON(OPEN_RECEIVED, OPEN_CONFIRM, ACCEPT, 0, 0),
		ON(KEEPALIVE_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(UPDATE_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(ROUTE_REFRESH_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(NOTIFICATION_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(HEADER_ERROR, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(OPEN_ERROR, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(UPDATE_ERROR, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(COLLISION_LOST, IDLE, NOTIFY | CLOSE, 6, 7),
		ON(TCP_CONNECTED_DELAYED, OPEN_SENT, NOTHING, 0, 0),
		ON(DELAY_OPEN_EXPIRED, IDLE, NOTIFY | CLOSE, 5, 1),
		ON(OPEN_RECEIVED_EARLY, IDLE, NOTIFY | CLOSE, 5, 1),
	},
	[BGP_STATE_OPEN_CONFIRM] = {
		ON(START, OPEN_CONFIRM, NOTHING, 0, 0),
		ON(START_PASSIVE, OPEN_CONFIRM, NOTHING, 0, 0),
		ON(STOP, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(TCP_CONNECTED, OPEN_CONFIRM, NOTHING, 0, 0),
		ON(TCP_FAILED, IDLE, CLOSE, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(HOLD_EXPIRED, IDLE, NOTIFY | CLOSE, 4, 0),
		ON(KEEPALIVE_DUE, OPEN_CONFIRM, KEEP_ALIVE, 0, 0),
		ON(SEND_HOLD_EXPIRED, IDLE, NOTIFY | CLOSE, 8, 0),
		ON(OPEN_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(KEEPALIVE_RECEIVED, ESTABLISHED, HOLD | UP, 0, 0),
		ON(UPDATE_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(ROUTE_REFRESH_RECEIVED, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(NOTIFICATION_RECEIVED, IDLE, CLOSE, 0, 0),
		ON(HEADER_ERROR, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(OPEN_ERROR, IDLE, NOTIFY | CLOSE, 0, 0),
		ON(UPDATE_ERROR, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(COLLISION_LOST, IDLE, NOTIFY | CLOSE, 6, 7),
		ON(TCP_CONNECTED_DELAYED, OPEN_CONFIRM, NOTHING, 0, 0),
		ON(DELAY_OPEN_EXPIRED, IDLE, NOTIFY | CLOSE, 5, 2),
		ON(OPEN_RECEIVED_EARLY, IDLE, NOTIFY | CLOSE, 5, 2),
	},
	[BGP_STATE_ESTABLISHED] = {
		ON(START, ESTABLISHED, NOTHING, 0, 0),
		ON(START_PASSIVE, ESTABLISHED, NOTHING, 0, 0),
		ON(STOP, IDLE, NOTIFY | CLOSE | DOWN, 0, 0),
		ON(TCP_CONNECTED, ESTABLISHED, NOTHING, 0, 0),
		ON(TCP_FAILED, IDLE, CLOSE | DOWN, 0, 0),
		ON(CONNECT_RETRY_EXPIRED, IDLE, NOTIFY | CLOSE | DOWN, 5, 3),
		ON(HOLD_EXPIRED, IDLE, NOTIFY | CLOSE | DOWN, 4, 0),
		ON(KEEPALIVE_DUE, ESTABLISHED, KEEP_ALIVE, 0, 0),
		ON(SEND_HOLD_EXPIRED, IDLE, NOTIFY | CLOSE | DOWN, 8, 0),
		ON(OPEN_RECEIVED, IDLE, NOTIFY | CLOSE | DOWN, 5, 3),
		ON(KEEPALIVE_RECEIVED, ESTABLISHED, HOLD, 0, 0),
		ON(UPDATE_RECEIVED, ESTABLISHED, HOLD | UPDATE, 0, 0),
		ON(ROUTE_REFRESH_RECEIVED, ESTABLISHED, HOLD | REFRESH, 0, 0),
		ON(NOTIFICATION_RECEIVED, IDLE, CLOSE | DOWN, 0, 0),
		ON(HEADER_ERROR, IDLE, NOTIFY | CLOSE | DOWN, 0, 0),
		ON(OPEN_ERROR, IDLE, NOTIFY | CLOSE | DOWN, 0, 0),
		ON(UPDATE_ERROR, IDLE, NOTIFY | CLOSE | DOWN, 0, 0),
		ON(COLLISION_LOST, IDLE, NOTIFY | CLOSE | DOWN, 6, 7),
		ON(TCP_CONNECTED_DELAYED, ESTABLISHED, NOTHING, 0, 0),
		ON(DELAY_OPEN_EXPIRED, IDLE, NOTIFY | CLOSE | DOWN, 5, 3),
		ON(OPEN_RECEIVED_EARLY, IDLE, NOTIFY | CLOSE | DOWN, 5, 3),
	},
};

static void takes_every_transition_of_the_table(void **state)
{
	(void)state;
	for (unsigned int s = 0; s < BGP_STATE_COUNT; s++)
		for (unsigned int e = 0; e < BGP_EVENT_COUNT; e++) {
			struct bgp_transition got = bgp_fsm_step(s, e);
			const struct bgp_transition *want = &expected[s][e];

			if (memcmp(&got, want,
				   offsetof(struct bgp_transition, subcode) +
					   1))
				fail_msg("%s, %s: to %s, actions %x, %u/%u",
					 bgp_state_name(s), bgp_event_name(e),
					 bgp_state_name(got.next), got.actions,
					 got.code, got.subcode);
		}
}

static void comes_up_from_idle_as_the_active_side(void **state)
{
	static const enum bgp_event events[] = {
		BGP_EVENT_START,
		BGP_EVENT_TCP_CONNECTED,
		BGP_EVENT_OPEN_RECEIVED,
		BGP_EVENT_KEEPALIVE_RECEIVED,
	};
	struct bgp_transition t = { .next = BGP_STATE_IDLE };

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		t = bgp_fsm_step(t.next, events[i]);
	assert_int_equal(t.next, BGP_STATE_ESTABLISHED);
	assert_true(t.actions & BGP_ACTION_SESSION_UP);
}

static void waits_for_the_peers_open_with_delay_open(void **state)
{
	struct bgp_transition t =
		bgp_fsm_step(BGP_STATE_ACTIVE, BGP_EVENT_TCP_CONNECTED_DELAYED);

	(void)state;
	assert_false(t.actions & BGP_ACTION_SEND_OPEN);
	t = bgp_fsm_step(t.next, BGP_EVENT_OPEN_RECEIVED_EARLY);
	assert_true(t.actions & BGP_ACTION_SEND_OPEN);
	t = bgp_fsm_step(t.next, BGP_EVENT_KEEPALIVE_RECEIVED);
	assert_int_equal(t.next, BGP_STATE_ESTABLISHED);
}

static void never_connects_as_the_passive_side(void **state)
{
	struct bgp_transition t =
		bgp_fsm_step(BGP_STATE_IDLE, BGP_EVENT_START_PASSIVE);

	(void)state;
	assert_int_equal(t.next, BGP_STATE_ACTIVE);
	assert_false(t.actions &
		     (BGP_ACTION_CONNECT | BGP_ACTION_START_CONNECT_RETRY));
}

/* Session up and down alternate, and each way down closes the connection. */
static void pairs_session_up_with_session_down(void **state)
{
	enum bgp_state s = BGP_STATE_IDLE;
	uint32_t seed = 20250103;
	bool up = false;

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < RANDOM_STEPS; i++) {
		enum bgp_event e = next_random(&seed) % BGP_EVENT_COUNT;
		struct bgp_transition t = bgp_fsm_step(s, e);

		if (t.actions & BGP_ACTION_SESSION_DOWN) {
			assert_true(up);
			assert_true(t.actions & BGP_ACTION_CLOSE);
			up = false;
		}
		if (t.actions & BGP_ACTION_SESSION_UP) {
			assert_false(up);
			up = true;
		}
		assert_int_equal(up, t.next == BGP_STATE_ESTABLISHED);
		if (t.next == BGP_STATE_IDLE && s != BGP_STATE_IDLE)
			assert_true(t.actions & BGP_ACTION_CLOSE);
		if (t.actions & BGP_ACTION_SEND_NOTIFICATION)
			assert_int_equal(t.next, BGP_STATE_IDLE);
		s = t.next;
	}
}

static void names_states_and_events(void **state)
{
	(void)state;
	assert_string_equal(bgp_state_name(BGP_STATE_IDLE), "Idle");
	assert_string_equal(bgp_state_name(BGP_STATE_OPEN_CONFIRM),
			    "OpenConfirm");
	assert_string_equal(bgp_state_name(BGP_STATE_COUNT), "unknown");
	assert_string_equal(bgp_event_name(BGP_EVENT_COUNT), "unknown");
	for (unsigned int e = 0; e < BGP_EVENT_COUNT; e++)
		assert_non_null(bgp_event_name(e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_transition_of_the_table),
		cmocka_unit_test(comes_up_from_idle_as_the_active_side),
		cmocka_unit_test(waits_for_the_peers_open_with_delay_open),
		cmocka_unit_test(never_connects_as_the_passive_side),
		cmocka_unit_test(pairs_session_up_with_session_down),
		cmocka_unit_test(names_states_and_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
