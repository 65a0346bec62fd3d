/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_WARM_UP_H
#define RIB_WARM_UP_H

/*
 * A server that came, or came back, a short while ago. A daemon announces VIPs
 * before the service behind it is ready (join-delay=), and a service that is
 * ready may still be cold (slow-start=). Pure.
 *
 * A function of the time since the session came up: first its paths are joining,
 * then their weights rise in a few equal steps. Each step moves to the server
 * only the buckets that it gains.
 */

#include <stdbool.h>
#include <stdint.h>

enum warm_up_steps {
	WARM_UP_STEPS = 8, /* of slow-start; the last one is the whole weight */
};

/* In seconds; 0: none. */
struct warm_up_options {
	uint16_t join_delay_s;
	uint16_t slow_start_s;
};

struct warm_up {
	bool joining;
	uint8_t steps;	  /* of the weight, out of WARM_UP_STEPS */
	uint64_t next_ms; /* age at which this changes; 0: never */
};

/* Return the state of a server whose session is that old. */
struct warm_up warm_up_at(const struct warm_up_options *options,
			  uint64_t age_ms);

#endif
