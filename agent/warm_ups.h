/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WARM_UPS_H
#define WARM_UPS_H

/*
 * The steps of servers that came a short while ago (rib/warm_up.h), one timer
 * for all of them. While the agent itself comes up, all servers are as new to it
 * and none waits.
 */

#include <stdint.h>

struct event;
struct event_base;
struct rib;
struct rib_peer;
struct takeover;

/* Set by the owner before the first session; zeroed otherwise. */
struct warm_ups {
	struct event_base *base;
	const struct takeover *takeover;
	struct rib *rib;
	struct event *step; /* the next one; NULL: there was none yet */
};

/* Begin the steps of a peer whose session came up. */
void warm_ups_begin(struct warm_ups *warm_ups, struct rib_peer *peer);
/* Go on with the steps that began at `since_ms` with another agent; 0: none. */
void warm_ups_go_on(struct warm_ups *warm_ups, struct rib_peer *peer,
		    uint64_t since_ms);
void warm_ups_release(struct warm_ups *warm_ups);

#endif
