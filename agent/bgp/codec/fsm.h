/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FSM_H
#define BGP_FSM_H

/*
 * The state machine of one BGP connection: RFC 4271 8.2.2 as a pure function
 * from state and event to the next state and a set of actions. A neighbor may
 * have two connections for a while, incoming and outgoing, each with its own
 * state; collision.h decides which one survives (RFC 4271 6.8), and the result
 * comes in as an event.
 *
 * For DelayOpen the caller reports a new connection as
 * BGP_EVENT_TCP_CONNECTED_DELAYED. Damping is left to the caller: it decides
 * when BGP_EVENT_START follows Idle.
 */

#include "bgp/codec/protocol.h"

#include <stdbool.h>
#include <stdint.h>

enum bgp_state {
	BGP_STATE_IDLE,
	BGP_STATE_CONNECT,
	BGP_STATE_ACTIVE,
	BGP_STATE_OPEN_SENT,
	BGP_STATE_OPEN_CONFIRM,
	BGP_STATE_ESTABLISHED,
	BGP_STATE_COUNT,
};

/* Numbers are those of the events in RFC 4271 8.1. */
enum bgp_event {
	BGP_EVENT_START,	 /* 1, 3 */
	BGP_EVENT_START_PASSIVE, /* 4, 5: wait for the peer, never connect */
	BGP_EVENT_STOP,		 /* 2, 8: with a NOTIFICATION to send */
	BGP_EVENT_TCP_CONNECTED, /* 16, 17: either direction */
	/* The same, but we wait for the peer's OPEN first (DelayOpen). */
	BGP_EVENT_TCP_CONNECTED_DELAYED,
	BGP_EVENT_TCP_FAILED, /* 18: not connected, or connection lost */
	BGP_EVENT_CONNECT_RETRY_EXPIRED,  /* 9 */
	BGP_EVENT_DELAY_OPEN_EXPIRED,	  /* 12 */
	BGP_EVENT_HOLD_EXPIRED,		  /* 10 */
	BGP_EVENT_KEEPALIVE_DUE,	  /* 11 */
	BGP_EVENT_SEND_HOLD_EXPIRED,	  /* 29: RFC 9687 3.2 */
	BGP_EVENT_OPEN_RECEIVED,	  /* 19: decoded and accepted */
	BGP_EVENT_OPEN_RECEIVED_EARLY,	  /* 20: the same, ours not sent yet */
	BGP_EVENT_KEEPALIVE_RECEIVED,	  /* 26 */
	BGP_EVENT_UPDATE_RECEIVED,	  /* 27 */
	BGP_EVENT_ROUTE_REFRESH_RECEIVED, /* RFC 2918 */
	BGP_EVENT_NOTIFICATION_RECEIVED,  /* 24, 25 */
	BGP_EVENT_HEADER_ERROR,		  /* 21: with a NOTIFICATION to send */
	BGP_EVENT_OPEN_ERROR,		  /* 22: with a NOTIFICATION to send */
	BGP_EVENT_UPDATE_ERROR,		  /* 28: with a NOTIFICATION to send */
	BGP_EVENT_COLLISION_LOST,	  /* 23 */
	BGP_EVENT_COUNT,
};

/*
 * The caller carries out actions from the lowest bit to the highest. "Start" on
 * a running timer restarts it.
 */
enum bgp_action {
	BGP_ACTION_SEND_NOTIFICATION = 1 << 0, /* see struct bgp_transition */
	BGP_ACTION_SESSION_DOWN = 1 << 1,      /* drop the peer's routes */
	BGP_ACTION_CLOSE = 1 << 2, /* the TCP connection and all timers */
	BGP_ACTION_STOP_CONNECT_RETRY = 1 << 3,
	BGP_ACTION_START_CONNECT_RETRY = 1 << 4,
	BGP_ACTION_CONNECT = 1 << 5,
	BGP_ACTION_SEND_OPEN = 1 << 6,
	BGP_ACTION_START_LARGE_HOLD = 1 << 7, /* BGP_LARGE_HOLD_TIME */
	/* With the negotiated time; no timers if the hold time is 0. */
	BGP_ACTION_START_HOLD = 1 << 8,
	BGP_ACTION_SEND_KEEPALIVE = 1 << 9,
	BGP_ACTION_START_KEEPALIVE = 1 << 10,
	BGP_ACTION_SESSION_UP = 1 << 11,
	BGP_ACTION_PROCESS_UPDATE = 1 << 12,
	BGP_ACTION_PROCESS_ROUTE_REFRESH = 1 << 13,
	BGP_ACTION_START_DELAY_OPEN = 1 << 14,
};

struct bgp_transition {
	enum bgp_state next;
	uint32_t actions; /* enum bgp_action */
	/*
	 * NOTIFICATION for BGP_ACTION_SEND_NOTIFICATION. Code 0 stands for the
	 * one that came with the event; if none came, none is sent.
	 */
	uint8_t code; /* enum bgp_error_code */
	uint8_t subcode;
};

struct bgp_transition bgp_fsm_step(enum bgp_state state, enum bgp_event event);

const char *bgp_state_name(unsigned int state); /* "Idle", "OpenSent", ... */
const char *bgp_event_name(unsigned int event);

#endif
