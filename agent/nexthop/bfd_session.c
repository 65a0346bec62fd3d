// SPDX-License-Identifier: BSD-2-Clause
/* The state machine of one BFD session. See bfd_session.h. */

#include "nexthop/bfd_session.h"

#include <stddef.h>

enum bfd_session_constants {
	FIRST_REMOTE_MIN_RX_US = 1, /* RFC 5880 6.8.1 */
	PERCENT = 100,
	/* Jitter takes up to a quarter off: RFC 5880 6.8.7. */
	SHORTEST_PERCENT = 75,
	LONGEST_PERCENT = 100,
	/* With a multiplier of 1 a full interval would be too long. */
	LONGEST_PERCENT_OF_ONE = 90,
};

/* Reset the values of a silent neighbor: it may restart with others. */
static void forget_remote(struct bfd_session *session)
{
	session->remote_discriminator = 0;
	session->remote_demand = false;
	session->proven = false;
	session->remote_min_rx_us = FIRST_REMOTE_MIN_RX_US;
	session->expire_us = BFD_SESSION_NEVER;
}

bool bfd_session_is_addressed(const struct bfd_session *session,
			      const struct bfd_packet *packet)
{
	return !packet->your_discriminator ||
	       packet->your_discriminator == session->discriminator;
}

bool bfd_session_is_believed(const struct bfd_session *session,
			     const struct bfd_packet *packet)
{
	return packet->your_discriminator || !session->proven;
}

/* Return our interval; at least a second unless Up: RFC 5880 6.8.3. */
static uint32_t desired_min_tx_us(const struct bfd_session *session)
{
	uint32_t interval = session->timing.interval_us;

	return session->state == BFD_STATE_UP ||
			       interval > BFD_SESSION_SLOW_US ?
		       interval :
		       BFD_SESSION_SLOW_US;
}

/* True if no periodic packets are sent: RFC 5880 6.8.7. */
static bool is_quiet(const struct bfd_session *session)
{
	bool demand = session->remote_demand &&
		      session->state == BFD_STATE_UP &&
		      session->remote_state == BFD_STATE_UP;

	return session->state == BFD_STATE_ADMIN_DOWN ||
	       !session->remote_min_rx_us || (demand && !session->polling);
}

uint32_t bfd_session_transmit_interval_us(const struct bfd_session *session)
{
	uint32_t desired = desired_min_tx_us(session);

	if (is_quiet(session))
		return 0;
	return desired > session->remote_min_rx_us ? desired :
						     session->remote_min_rx_us;
}

void bfd_session_init(struct bfd_session *session,
		      const struct bfd_timing *timing, uint32_t discriminator,
		      uint64_t now_us)
{
	*session = (struct bfd_session){
		.timing = *timing,
		.discriminator = discriminator,
		.state = BFD_STATE_DOWN,
		.remote_state = BFD_STATE_DOWN,
		.since_us = now_us,
		.send_us = now_us,
	};
	forget_remote(session);
	session->sent_interval_us = bfd_session_transmit_interval_us(session);
}

/* See RFC 5880 6.8.4. */
uint64_t bfd_session_detection_time_us(const struct bfd_session *session)
{
	uint32_t required = session->timing.interval_us;
	uint32_t agreed = required > session->remote_min_tx_us ?
				  required :
				  session->remote_min_tx_us;

	return (uint64_t)session->remote_multiplier * agreed;
}

/* Return a random time of 75 to 100 % of the interval. */
static uint64_t jittered_interval(const struct bfd_session *session,
				  uint64_t interval_us, uint32_t random)
{
	uint64_t longest = session->timing.multiplier == 1 ?
				   LONGEST_PERCENT_OF_ONE :
				   LONGEST_PERCENT;
	uint64_t shortest_us = interval_us * SHORTEST_PERCENT / PERCENT;
	uint64_t span_us = interval_us * (longest - SHORTEST_PERCENT) / PERCENT;

	return shortest_us + span_us * random / UINT32_MAX;
}

/* Set the time of the next packet: an interval after the last one. */
static void schedule_packet(struct bfd_session *session, uint32_t random)
{
	uint32_t interval = bfd_session_transmit_interval_us(session);

	session->sent_interval_us = interval;
	session->send_us =
		interval ?
			session->sent_us +
				jittered_interval(session, interval, random) :
			BFD_SESSION_NEVER;
}

static void enter_state(struct bfd_session *session, enum bfd_state state,
			enum bfd_diagnostic diagnostic, uint64_t now_us)
{
	uint32_t before = desired_min_tx_us(session);

	session->state = state;
	session->diagnostic = diagnostic;
	session->since_us = now_us;
	if (state == BFD_STATE_UP) {
		session->failed = false;
		session->drained = false;
	}
	/* RFC 5880 6.8.3: the neighbor must confirm another interval. */
	if (desired_min_tx_us(session) != before)
		session->polling = true;
}

/* Go down without a failure of the path: RFC 5880 6.8.6. */
static void handle_admin_down(struct bfd_session *session, uint64_t now_us)
{
	session->failed = false;
	session->drained = true;
	if (session->state != BFD_STATE_DOWN)
		enter_state(session, BFD_STATE_DOWN,
			    BFD_DIAGNOSTIC_NEIGHBOR_DOWN, now_us);
}

static void step_down(struct bfd_session *session, enum bfd_state remote,
		      uint64_t now_us)
{
	/* In Up it has not noticed yet that we were down. */
	if (remote == BFD_STATE_DOWN)
		enter_state(session, BFD_STATE_INIT, session->diagnostic,
			    now_us);
	else if (remote == BFD_STATE_INIT)
		enter_state(session, BFD_STATE_UP, BFD_DIAGNOSTIC_NONE, now_us);
}

static void step_init(struct bfd_session *session, enum bfd_state remote,
		      uint64_t now_us)
{
	if (remote == BFD_STATE_INIT || remote == BFD_STATE_UP)
		enter_state(session, BFD_STATE_UP, BFD_DIAGNOSTIC_NONE, now_us);
}

static void step_up(struct bfd_session *session, enum bfd_state remote,
		    uint64_t now_us)
{
	if (remote != BFD_STATE_DOWN)
		return;
	session->failed = true;
	enter_state(session, BFD_STATE_DOWN, BFD_DIAGNOSTIC_NEIGHBOR_DOWN,
		    now_us);
}

typedef void bfd_handler(struct bfd_session *session, enum bfd_state remote,
			 uint64_t now_us);

/* By our state. AdminDown on either side is handled before. */
static bfd_handler *const handlers[BFD_STATE_COUNT] = {
	[BFD_STATE_DOWN] = step_down,
	[BFD_STATE_INIT] = step_init,
	[BFD_STATE_UP] = step_up,
};

static void record_remote(struct bfd_session *session,
			  const struct bfd_packet *packet)
{
	session->remote_state = packet->state;
	session->remote_diagnostic = packet->diagnostic;
	session->remote_demand = packet->demand;
	session->proven = packet->your_discriminator;
	session->remote_multiplier = packet->detect_multiplier;
	session->remote_discriminator = packet->my_discriminator;
	session->remote_min_tx_us = packet->desired_min_tx_us;
	session->remote_min_rx_us = packet->required_min_rx_us;
	if (packet->final)
		session->polling = false;
}

/* Handle a packet: RFC 5880 6.8.6 from "Set bfd.RemoteDiscr" on. */
static void handle_packet(struct bfd_session *session,
			  const struct bfd_packet *packet, uint64_t now_us)
{
	if (session->state == BFD_STATE_ADMIN_DOWN)
		return;
	record_remote(session, packet);
	if (packet->state == BFD_STATE_ADMIN_DOWN)
		handle_admin_down(session, now_us);
	else
		handlers[session->state](session, packet->state, now_us);
	session->expire_us = now_us + bfd_session_detection_time_us(session);
}

static void handle_timer(struct bfd_session *session, uint64_t now_us)
{
	if (now_us < session->expire_us)
		return;
	forget_remote(session);
	if (session->state == BFD_STATE_UP)
		session->failed = true;
	if (session->state != BFD_STATE_DOWN)
		enter_state(session, BFD_STATE_DOWN,
			    BFD_DIAGNOSTIC_TIME_EXPIRED, now_us);
}

static void handle_end(struct bfd_session *session, uint64_t now_us)
{
	if (session->state == BFD_STATE_ADMIN_DOWN)
		return;
	session->failed = false;
	session->expire_us = BFD_SESSION_NEVER;
	enter_state(session, BFD_STATE_ADMIN_DOWN, BFD_DIAGNOSTIC_ADMIN_DOWN,
		    now_us);
	session->polling = false;
}

static struct bfd_packet next_packet(const struct bfd_session *session,
				     bool final)
{
	return (struct bfd_packet){
		.state = session->state,
		.diagnostic = session->diagnostic,
		/* Never both: RFC 5880 6.5. */
		.poll = session->polling && !final,
		.final = final,
		.detect_multiplier = session->timing.multiplier,
		.my_discriminator = session->discriminator,
		.your_discriminator = session->remote_discriminator,
		.desired_min_tx_us = desired_min_tx_us(session),
		.required_min_rx_us = session->timing.interval_us,
	};
}

static void handle_event(struct bfd_session *session,
			 const struct bfd_event *event)
{
	switch (event->type) {
	case BFD_EVENT_PACKET:
		handle_packet(session, event->packet, event->now_us);
		break;
	case BFD_EVENT_TIMER:
		handle_timer(session, event->now_us);
		break;
	case BFD_EVENT_END:
		handle_end(session, event->now_us);
		break;
	default:
		break;
	}
}

bool bfd_session_step(struct bfd_session *session,
		      const struct bfd_event *event, struct bfd_packet *out)
{
	/* A Poll is answered at once: RFC 5880 6.5. */
	bool final = event->type == BFD_EVENT_PACKET && event->packet->poll &&
		     session->state != BFD_STATE_ADMIN_DOWN;
	enum bfd_state before = session->state;
	bool due;

	handle_event(session, event);
	if (bfd_session_transmit_interval_us(session) !=
	    session->sent_interval_us)
		schedule_packet(session, event->random);
	/* A change of state is sent at once: RFC 5880 6.8.7. */
	due = session->state != before || session->send_us <= event->now_us;
	if (due || final)
		*out = next_packet(session, final);
	if (due) {
		session->sent_us = event->now_us;
		schedule_packet(session, event->random);
	}
	return due || final;
}

uint64_t bfd_session_deadline(const struct bfd_session *session)
{
	return session->send_us < session->expire_us ? session->send_us :
						       session->expire_us;
}
