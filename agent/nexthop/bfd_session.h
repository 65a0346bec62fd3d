/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_SESSION_H
#define NEXTHOP_BFD_SESSION_H

/*
 * The state machine of one BFD session in asynchronous mode, in the active
 * role (RFC 5880 6.1, 6.2, 6.8). Pure: each event brings the time and a random
 * number; the step returns the packet to send now and sets the next deadline.
 *
 *   DOWN        sends once a second, and waits for a packet.
 *   INIT        receives; the neighbor has not said yet that it does, too.
 *   UP          both receive, at the negotiated intervals. Silence for the
 *               detection time, or a neighbor in DOWN, leads to DOWN.
 *   ADMIN_DOWN  ended by us.
 *
 * Times are in microseconds, as on the wire.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/bfd_packet.h"

enum bfd_session_times {
	BFD_SESSION_SLOW_US = 1000000, /* shortest unless Up: RFC 5880 6.8.3 */
};

/* No deadline. */
#define BFD_SESSION_NEVER UINT64_MAX

/* Our interval to send and to receive, and the lost packets that mean Down. */
struct bfd_timing {
	uint32_t interval_us;
	uint8_t multiplier;
};

enum bfd_event_type {
	BFD_EVENT_PACKET,
	BFD_EVENT_TIMER, /* ignored before the deadline */
	BFD_EVENT_END,	 /* administratively down, for good */
	BFD_EVENT_COUNT,
};

struct bfd_event {
	enum bfd_event_type type;
	uint64_t now_us;
	uint32_t random;		 /* for the jitter */
	const struct bfd_packet *packet; /* BFD_EVENT_PACKET */
};

struct bfd_session {
	struct bfd_timing timing;
	uint32_t discriminator;
	enum bfd_state state;
	enum bfd_diagnostic diagnostic;
	/*
	 * True if it was Up and is not, and the neighbor did not send
	 * AdminDown: RFC 5882 3.2, 4.3.
	 */
	bool failed;
	bool drained;	   /* it sent AdminDown, and was not Up since */
	uint64_t since_us; /* of the last change of state */
	bool polling;	   /* until the neighbor confirms our intervals */
	uint64_t sent_us;  /* time of the last packet that was due */
	uint32_t sent_interval_us; /* the interval since; 0: none */
	uint64_t send_us;	   /* time of the next packet */
	uint64_t expire_us;	   /* time at which silence means Down */

	/* From the neighbor's last packet. */
	enum bfd_state remote_state;
	uint8_t remote_diagnostic;
	bool remote_demand;
	bool proven; /* it has named our discriminator since it was silent */
	uint8_t remote_multiplier;     /* 0: no packet yet */
	uint32_t remote_discriminator; /* 0: not known */
	uint32_t remote_min_tx_us;
	uint32_t remote_min_rx_us;
};

/* Start in Down, due to send. `discriminator` is unique and not 0. */
void bfd_session_init(struct bfd_session *session,
		      const struct bfd_timing *timing, uint32_t discriminator,
		      uint64_t now_us);
/* False if the packet is for another session, or for a previous one. */
bool bfd_session_is_addressed(const struct bfd_session *session,
			      const struct bfd_packet *packet);
/*
 * False if the packet lacks our discriminator, which only the neighbor knows,
 * while packets that have it keep coming: any host can send the first one of a
 * restarted neighbor. A real restart is believed after the detection time, or
 * as soon as the neighbor has heard our discriminator again.
 */
bool bfd_session_is_believed(const struct bfd_session *session,
			     const struct bfd_packet *packet);
/*
 * Step the machine. A packet must be addressed to it and believed. Returns true
 * if `out` is to be sent now.
 */
bool bfd_session_step(struct bfd_session *session,
		      const struct bfd_event *event, struct bfd_packet *out);
/* Return the time of the next BFD_EVENT_TIMER, or BFD_SESSION_NEVER. */
uint64_t bfd_session_deadline(const struct bfd_session *session);

/* Return the negotiated intervals; 0: none yet. */
uint32_t bfd_session_transmit_interval_us(const struct bfd_session *session);
uint64_t bfd_session_detection_time_us(const struct bfd_session *session);

#endif
