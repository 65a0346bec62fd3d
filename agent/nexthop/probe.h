/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_H
#define NEXTHOP_PROBE_H

/*
 * The state machine of one next hop: when to probe, which MAC to accept, when
 * to give up. Pure: each event brings the time; the step returns the probe to
 * send now and sets the time of the next one.
 *
 *   RESOLVING   probes all, quickly at first. Silence leads to FAILED.
 *   RESOLVED    probes the known MAC at its interval, or at that which the
 *               caller has room for. Silence leads to SUSPECT.
 *   SUSPECT     probes the known MAC until one of the `count` silent probes is
 *               left, and with that one all. Each waits for half the interval,
 *               250 ms at most. Silence leads to FAILED.
 *   FAILED      probes all to notice a return, or waits for its link: once a
 *               second at first, then at a tenth of the time since its death,
 *               10 seconds at most. So an outage seems a tenth longer at most.
 *   UNREACHABLE waits for a route.
 *
 * Time is what the caller counts as time spent listening (listening.h). The
 * caller reads all answers that wait before it steps with PROBE_TIMER.
 *
 * Neither ARP nor Neighbor Discovery authenticates an answer. The rules limit
 * what a forger can do. An answer counts only while a probe is open. A known
 * MAC is kept while it answers probes that are sent to it alone. Another MAC is
 * accepted only if it answers a probe to all and the known one does not.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/nexthop.h"

enum probe_times {
	PROBE_RETRY_MS = 250,
	PROBE_FAILED_MS = 1000,	  /* shortest interval in FAILED */
	PROBE_SLOWEST_MS = 10000, /* longest interval in FAILED */
};

enum probe_shares {
	PROBE_JITTER_SHARE = 10,   /* of the interval, at most, is jitter */
	PROBE_BACK_OFF_SHARE = 10, /* of the time since a death: interval */
};

enum probe_tries {
	PROBE_RESOLVE_TRIES = 4,
};

/* Deadline of a machine that waits for PROBE_START. */
#define PROBE_NEVER UINT64_MAX

enum probe_event_type {
	PROBE_START,	   /* a new route, or its link came up */
	PROBE_UNREACHABLE, /* there is no usable route */
	PROBE_LINK_DOWN,
	PROBE_REPLY, /* an answer to us for this address */
	PROBE_TIMER, /* ignored before the deadline */
	PROBE_NEWS,  /* it may be back: FAILED probes as after its death */
	PROBE_EVENT_COUNT,
};

struct probe_event {
	enum probe_event_type type;
	uint64_t now_ms;
	/* Makes the next refresh earlier, to spread the next hops. */
	uint32_t jitter_ms;
	uint32_t interval_ms;  /* least time to the next refresh; 0: any */
	bool expected;	       /* PROBE_START: it answered from `mac` so far */
	bool hold;	       /* PROBE_START: send no probe before the timer */
	uint8_t mac[MAC_SIZE]; /* PROBE_REPLY: of the sender */
};

enum probe_question {
	PROBE_ASK_NONE,
	PROBE_ASK_ALL, /* broadcast, or its multicast group */
	PROBE_ASK_MAC, /* unicast to `mac` */
};

/* How fast silence is noticed. */
struct probe_timing {
	uint32_t interval_ms; /* between answers and the next probe */
	uint32_t count; /* silent probes in a row that are a death: 2 or more */
};

struct probe {
	struct probe_timing timing;
	enum nexthop_state state;
	uint8_t own_mac[MAC_SIZE];   /* set by the caller: never accepted */
	uint8_t mac[MAC_SIZE];	     /* that answers, or answered last */
	uint8_t other_mac[MAC_SIZE]; /* answered in place of a silent `mac` */
	bool has_other_mac;
	enum probe_question open; /* the probe without an answer yet */
	unsigned int unanswered;  /* probes given up since the last answer */
	uint64_t silent_since_ms; /* time of the first of them */
	uint64_t asked_ms;	  /* time of the last probe */
	uint64_t slow_since_ms;	  /* FAILED: the interval grows from here */
	uint64_t deadline_ms;	  /* of the next PROBE_TIMER */
	uint32_t conflicts; /* answers of other MACs while `mac` answers */
	uint32_t refused;   /* answers with an invalid MAC */
	uint64_t lost;	    /* probes that were not answered in time */
};

/* Start in UNREACHABLE. */
void probe_init(struct probe *probe, const struct probe_timing *timing);
/* Take another timing from the next question on. */
void probe_set_timing(struct probe *probe, const struct probe_timing *timing);
/* Step the machine; returns the probe to send now. */
enum probe_question probe_step(struct probe *probe,
			       const struct probe_event *event);
/* Return the interval between refreshes when the caller's least is this. */
uint32_t probe_interval_ms(const struct probe_timing *timing,
			   uint32_t least_ms);
/* True if it is alive and has not answered the open probe. */
bool probe_is_in_doubt(const struct probe *probe);

#endif
