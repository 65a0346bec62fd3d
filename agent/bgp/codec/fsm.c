// SPDX-License-Identifier: BSD-2-Clause
/*
 * The state machine of a connection. See fsm.h.
 *
 * One function for each state, in the order in which a session comes up. The
 * default arm of each is the "any other event" of RFC 4271 8.2.2.
 */

#include "bgp/codec/fsm.h"

/* Actions that several transitions share. */
enum action_set {
	DIAL = BGP_ACTION_START_CONNECT_RETRY | BGP_ACTION_CONNECT,
	SEND_OPEN = BGP_ACTION_STOP_CONNECT_RETRY | BGP_ACTION_SEND_OPEN |
		    BGP_ACTION_START_LARGE_HOLD,
	KEEP_ALIVE = BGP_ACTION_SEND_KEEPALIVE | BGP_ACTION_START_KEEPALIVE,
	OPEN_ACCEPTED = BGP_ACTION_STOP_CONNECT_RETRY | BGP_ACTION_START_HOLD |
			KEEP_ALIVE,
	/* RFC 4271 8.2.2: the state stays Connect or Active meanwhile. */
	DELAY_OPEN = BGP_ACTION_STOP_CONNECT_RETRY |
		     BGP_ACTION_START_DELAY_OPEN,
};

static struct bgp_transition transition_to(enum bgp_state next,
					   uint32_t actions)
{
	return (struct bgp_transition){ .next = next, .actions = actions };
}

/* Go to Idle without a NOTIFICATION. */
static struct bgp_transition give_up(void)
{
	return transition_to(BGP_STATE_IDLE, BGP_ACTION_CLOSE);
}

/*
 * Go to Idle with a NOTIFICATION; `code` 0: the one that came with the event.
 */
static struct bgp_transition end_with(unsigned int code, unsigned int subcode)
{
	return (struct bgp_transition){
		.next = BGP_STATE_IDLE,
		.actions = BGP_ACTION_SEND_NOTIFICATION | BGP_ACTION_CLOSE,
		.code = (uint8_t)code,
		.subcode = (uint8_t)subcode,
	};
}

static struct bgp_transition end_as_given(void)
{
	return end_with(0, BGP_UNSPECIFIC);
}

static struct bgp_transition in_idle(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
		return transition_to(BGP_STATE_CONNECT, DIAL);
	case BGP_EVENT_START_PASSIVE:
		/* No ConnectRetry timer: it would make us connect. */
		return transition_to(BGP_STATE_ACTIVE, 0);
	default:
		return transition_to(BGP_STATE_IDLE, 0);
	}
}

static struct bgp_transition in_connect(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
	case BGP_EVENT_START_PASSIVE:
		return transition_to(BGP_STATE_CONNECT, 0);
	case BGP_EVENT_TCP_CONNECTED:
	case BGP_EVENT_DELAY_OPEN_EXPIRED:
		return transition_to(BGP_STATE_OPEN_SENT, SEND_OPEN);
	case BGP_EVENT_TCP_CONNECTED_DELAYED:
		return transition_to(BGP_STATE_CONNECT, DELAY_OPEN);
	case BGP_EVENT_OPEN_RECEIVED_EARLY:
		return transition_to(BGP_STATE_OPEN_CONFIRM,
				     BGP_ACTION_SEND_OPEN | OPEN_ACCEPTED);
	case BGP_EVENT_CONNECT_RETRY_EXPIRED:
		return transition_to(BGP_STATE_CONNECT,
				     BGP_ACTION_CLOSE | DIAL);
	default:
		return give_up();
	}
}

static struct bgp_transition in_active(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
	case BGP_EVENT_START_PASSIVE:
		return transition_to(BGP_STATE_ACTIVE, 0);
	case BGP_EVENT_TCP_CONNECTED:
	case BGP_EVENT_DELAY_OPEN_EXPIRED:
		return transition_to(BGP_STATE_OPEN_SENT, SEND_OPEN);
	case BGP_EVENT_TCP_CONNECTED_DELAYED:
		return transition_to(BGP_STATE_ACTIVE, DELAY_OPEN);
	case BGP_EVENT_OPEN_RECEIVED_EARLY:
		return transition_to(BGP_STATE_OPEN_CONFIRM,
				     BGP_ACTION_SEND_OPEN | OPEN_ACCEPTED);
	case BGP_EVENT_CONNECT_RETRY_EXPIRED:
		return transition_to(BGP_STATE_CONNECT, DIAL);
	default:
		return give_up();
	}
}

/*
 * Handle events that end a connection in OpenSent and later. Any other event is
 * an unexpected message of the peer (RFC 6608 4).
 */
static struct bgp_transition on_ending_event(enum bgp_event event,
					     enum bgp_fsm_subcode in_state)
{
	switch (event) {
	case BGP_EVENT_STOP:
	case BGP_EVENT_HEADER_ERROR:
	case BGP_EVENT_OPEN_ERROR:
		return end_as_given();
	case BGP_EVENT_TCP_FAILED:
	case BGP_EVENT_NOTIFICATION_RECEIVED:
		return give_up();
	case BGP_EVENT_HOLD_EXPIRED:
		return end_with(BGP_ERROR_HOLD_TIMER, BGP_UNSPECIFIC);
	case BGP_EVENT_SEND_HOLD_EXPIRED:
		return end_with(BGP_ERROR_SEND_HOLD_TIMER, BGP_UNSPECIFIC);
	case BGP_EVENT_COLLISION_LOST:
		return end_with(BGP_ERROR_CEASE, BGP_CEASE_COLLISION);
	default:
		return end_with(BGP_ERROR_FSM, in_state);
	}
}

static struct bgp_transition in_open_sent(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
	case BGP_EVENT_START_PASSIVE:
	case BGP_EVENT_TCP_CONNECTED:
	case BGP_EVENT_TCP_CONNECTED_DELAYED:
		return transition_to(BGP_STATE_OPEN_SENT, 0);
	case BGP_EVENT_TCP_FAILED:
		return transition_to(BGP_STATE_ACTIVE,
				     BGP_ACTION_CLOSE |
					     BGP_ACTION_START_CONNECT_RETRY);
	case BGP_EVENT_OPEN_RECEIVED:
		return transition_to(BGP_STATE_OPEN_CONFIRM, OPEN_ACCEPTED);
	default:
		return on_ending_event(event, BGP_FSM_IN_OPEN_SENT);
	}
}

/* A second OPEN is an error: a collision is about another connection. */
static struct bgp_transition in_open_confirm(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
	case BGP_EVENT_START_PASSIVE:
	case BGP_EVENT_TCP_CONNECTED:
	case BGP_EVENT_TCP_CONNECTED_DELAYED:
		return transition_to(BGP_STATE_OPEN_CONFIRM, 0);
	case BGP_EVENT_KEEPALIVE_DUE:
		return transition_to(BGP_STATE_OPEN_CONFIRM, KEEP_ALIVE);
	case BGP_EVENT_KEEPALIVE_RECEIVED:
		return transition_to(BGP_STATE_ESTABLISHED,
				     BGP_ACTION_START_HOLD |
					     BGP_ACTION_SESSION_UP);
	default:
		return on_ending_event(event, BGP_FSM_IN_OPEN_CONFIRM);
	}
}

static struct bgp_transition with_session_down(struct bgp_transition end)
{
	end.actions |= BGP_ACTION_SESSION_DOWN;
	return end;
}

static struct bgp_transition in_established(enum bgp_event event)
{
	switch (event) {
	case BGP_EVENT_START:
	case BGP_EVENT_START_PASSIVE:
	case BGP_EVENT_TCP_CONNECTED:
	case BGP_EVENT_TCP_CONNECTED_DELAYED:
		return transition_to(BGP_STATE_ESTABLISHED, 0);
	case BGP_EVENT_KEEPALIVE_DUE:
		return transition_to(BGP_STATE_ESTABLISHED, KEEP_ALIVE);
	case BGP_EVENT_KEEPALIVE_RECEIVED:
		return transition_to(BGP_STATE_ESTABLISHED,
				     BGP_ACTION_START_HOLD);
	case BGP_EVENT_UPDATE_RECEIVED:
		return transition_to(BGP_STATE_ESTABLISHED,
				     BGP_ACTION_START_HOLD |
					     BGP_ACTION_PROCESS_UPDATE);
	case BGP_EVENT_ROUTE_REFRESH_RECEIVED:
		return transition_to(BGP_STATE_ESTABLISHED,
				     BGP_ACTION_START_HOLD |
					     BGP_ACTION_PROCESS_ROUTE_REFRESH);
	case BGP_EVENT_UPDATE_ERROR:
		return with_session_down(end_as_given());
	default:
		return with_session_down(
			on_ending_event(event, BGP_FSM_IN_ESTABLISHED));
	}
}

static struct bgp_transition (*const states[BGP_STATE_COUNT])(enum bgp_event) = {
	[BGP_STATE_IDLE] = in_idle,
	[BGP_STATE_CONNECT] = in_connect,
	[BGP_STATE_ACTIVE] = in_active,
	[BGP_STATE_OPEN_SENT] = in_open_sent,
	[BGP_STATE_OPEN_CONFIRM] = in_open_confirm,
	[BGP_STATE_ESTABLISHED] = in_established,
};

static const char *const state_names[BGP_STATE_COUNT] = {
	[BGP_STATE_IDLE] = "Idle",
	[BGP_STATE_CONNECT] = "Connect",
	[BGP_STATE_ACTIVE] = "Active",
	[BGP_STATE_OPEN_SENT] = "OpenSent",
	[BGP_STATE_OPEN_CONFIRM] = "OpenConfirm",
	[BGP_STATE_ESTABLISHED] = "Established",
};

static const char *const event_names[BGP_EVENT_COUNT] = {
	[BGP_EVENT_START] = "start",
	[BGP_EVENT_START_PASSIVE] = "passive start",
	[BGP_EVENT_STOP] = "stop",
	[BGP_EVENT_TCP_CONNECTED] = "TCP connected",
	[BGP_EVENT_TCP_CONNECTED_DELAYED] = "TCP connected, OPEN delayed",
	[BGP_EVENT_TCP_FAILED] = "TCP failed",
	[BGP_EVENT_CONNECT_RETRY_EXPIRED] = "connect retry timer expired",
	[BGP_EVENT_DELAY_OPEN_EXPIRED] = "delay open timer expired",
	[BGP_EVENT_HOLD_EXPIRED] = "hold timer expired",
	[BGP_EVENT_KEEPALIVE_DUE] = "keepalive due",
	[BGP_EVENT_SEND_HOLD_EXPIRED] = "send hold timer expired",
	[BGP_EVENT_OPEN_RECEIVED] = "OPEN received",
	[BGP_EVENT_OPEN_RECEIVED_EARLY] = "OPEN received before ours",
	[BGP_EVENT_KEEPALIVE_RECEIVED] = "KEEPALIVE received",
	[BGP_EVENT_UPDATE_RECEIVED] = "UPDATE received",
	[BGP_EVENT_ROUTE_REFRESH_RECEIVED] = "ROUTE-REFRESH received",
	[BGP_EVENT_NOTIFICATION_RECEIVED] = "NOTIFICATION received",
	[BGP_EVENT_HEADER_ERROR] = "bad message header",
	[BGP_EVENT_OPEN_ERROR] = "bad OPEN",
	[BGP_EVENT_UPDATE_ERROR] = "bad UPDATE",
	[BGP_EVENT_COLLISION_LOST] = "connection collision lost",
};

struct bgp_transition bgp_fsm_step(enum bgp_state state, enum bgp_event event)
{
	return states[state](event);
}

const char *bgp_state_name(unsigned int state)
{
	return state < BGP_STATE_COUNT ? state_names[state] : "unknown";
}

const char *bgp_event_name(unsigned int event)
{
	return event < BGP_EVENT_COUNT ? event_names[event] : "unknown";
}
