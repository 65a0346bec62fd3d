/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_H
#define NEXTHOP_PROBE_H

/*
 * The state machine of one next hop: when to ask, whom to believe, when to
 * give up. Pure: time comes in with each event; the question to send now and
 * the time of the next one come out.
 *
 *   RESOLVING   asks everybody, quickly at first. Silence leads to FAILED.
 *   RESOLVED    asks the known MAC once a second. Silence leads to SUSPECT.
 *   SUSPECT     asks the known MAC three times in all, then everybody once.
 *               Silence leads to FAILED, two seconds after the last answer.
 *   FAILED      asks everybody once a second, so that a return is seen; or
 *               waits for its link.
 *   UNREACHABLE waits for a route.
 *
 * Neither ARP nor Neighbor Discovery proves who answers, so the rules make a
 * liar's life hard. An answer counts only while a question is open. A MAC once
 * learnt is kept as long as it answers questions that nobody else can see;
 * another one is believed only if it answers everybody's question and the old
 * one does not.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/nexthop.h"

enum probe_times {
	PROBE_RETRY_MS = 250,
	PROBE_REFRESH_MS = 1000,
	PROBE_JITTER_MS = 100, /* largest jitter, see struct probe_event */
};

enum probe_tries {
	PROBE_RESOLVE_TRIES = 4,
	PROBE_UNICAST_TRIES = 3,
};

/* Deadline of a machine that only PROBE_START can move. */
#define PROBE_NEVER UINT64_MAX

enum probe_event_type {
	PROBE_START,	   /* a new route, or its link came up: ask anew */
	PROBE_UNREACHABLE, /* there is no usable route */
	PROBE_LINK_DOWN,
	PROBE_REPLY, /* an answer to us about this address */
	PROBE_TIMER, /* harmless before the deadline */
	PROBE_EVENT_COUNT,
};

struct probe_event {
	enum probe_event_type type;
	uint64_t now_ms;
	/* The next refresh comes this much earlier: next hops spread out. */
	uint32_t jitter_ms;
	uint8_t mac[MAC_SIZE]; /* PROBE_REPLY: of the sender */
};

enum probe_question {
	PROBE_ASK_NONE,
	PROBE_ASK_ALL, /* broadcast, or its multicast group */
	PROBE_ASK_MAC, /* unicast to `mac` */
};

struct probe {
	enum nexthop_state state;
	uint8_t own_mac[MAC_SIZE];   /* set by the caller: never believed */
	uint8_t mac[MAC_SIZE];	     /* where it answers, or answered last */
	uint8_t other_mac[MAC_SIZE]; /* answered in place of a silent `mac` */
	bool has_other_mac;
	enum probe_question open; /* the question without an answer yet */
	unsigned int unanswered;  /* questions given up since the answer */
	uint64_t silent_since_ms; /* when the first of them was asked */
	uint64_t deadline_ms;	  /* of the next PROBE_TIMER */
	uint32_t conflicts;	  /* answers of others while `mac` answers */
	uint32_t refused;	  /* answers with a MAC nobody can have */
};

/* Leaves the machine in UNREACHABLE. */
void probe_init(struct probe *probe);
/* Moves the machine; returns the question that is to be sent now. */
enum probe_question probe_step(struct probe *probe,
			       const struct probe_event *event);

#endif
