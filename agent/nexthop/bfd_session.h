/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_SESSION_H
#define NEXTHOP_BFD_SESSION_H

/*
 * The state machine of one BFD session in asynchronous mode, in the active
 * role (RFC 5880 6.1, 6.2, 6.8). Pure: time and chance come in with each event;
 * the packet to send now and the time of the next event come out.
 *
 *   DOWN        tells its state once a second, and waits for a word.
 *   INIT        has heard the neighbor, who has not said that it hears us.
 *   UP          both hear each other, at the intervals both agreed on.
 *               Silence for the detection time, or a neighbor that says that
 *               it is down, leads to DOWN.
 *   ADMIN_DOWN  was ended by us.
 *
 * Times are in microseconds, as on the wire.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/bfd_packet.h"

enum bfd_session_times {
	BFD_SESSION_SLOW_US = 1000000, /* least interval unless Up: 6.8.3 */
};

/* Deadline of what never comes. */
#define BFD_SESSION_NEVER UINT64_MAX

/* How often packets are sent and wanted, and how many may be lost. */
struct bfd_timing {
	uint32_t interval_us;
	uint8_t multiplier;
};

enum bfd_event_type {
	BFD_EVENT_PACKET,
	BFD_EVENT_TIMER, /* harmless before the deadline */
	BFD_EVENT_END,	 /* administratively down, for good */
	BFD_EVENT_COUNT,
};

struct bfd_event {
	enum bfd_event_type type;
	uint64_t now_us;
	uint32_t random;		 /* any number: the jitter */
	const struct bfd_packet *packet; /* BFD_EVENT_PACKET */
};

struct bfd_session {
	struct bfd_timing timing;
	uint32_t discriminator;
	enum bfd_state state;
	enum bfd_diagnostic diagnostic;
	/*
	 * It was Up and is not, and the neighbor did not say that this is an
	 * administrator's wish: RFC 5882 3.2, 4.3.
	 */
	bool failed;
	uint64_t since_us; /* of the last change of state */
	bool polling;	   /* until the neighbor has seen our intervals */
	uint64_t sent_us;  /* the last packet that was not Final only */
	uint32_t sent_interval_us; /* the interval since; 0: none */
	uint64_t send_us;	   /* when the next one is due */
	uint64_t expire_us;	   /* when the neighbor has been silent */

	/* What the neighbor said last. */
	enum bfd_state remote_state;
	uint8_t remote_diagnostic;
	bool remote_demand;
	uint8_t remote_multiplier;     /* 0: nothing yet */
	uint32_t remote_discriminator; /* 0: it is not known */
	uint32_t remote_min_tx_us;
	uint32_t remote_min_rx_us;
};

/* Leaves it in Down, about to send. `discriminator` is unique and not 0. */
void bfd_session_init(struct bfd_session *session,
		      const struct bfd_timing *timing, uint32_t discriminator,
		      uint64_t now_us);
/* False if the packet was meant for another session, or a former one. */
bool bfd_session_is_addressed(const struct bfd_session *session,
			      const struct bfd_packet *packet);
/*
 * Moves the machine. A packet must be addressed to it. Returns true if `out`
 * is to be sent now.
 */
bool bfd_session_step(struct bfd_session *session,
		      const struct bfd_event *event, struct bfd_packet *out);
/* When the next BFD_EVENT_TIMER is due. */
uint64_t bfd_session_deadline(const struct bfd_session *session);

/* What is in force between the two: 0 while nothing is. */
uint32_t bfd_session_transmit_interval_us(const struct bfd_session *session);
uint64_t bfd_session_detection_time_us(const struct bfd_session *session);

#endif
