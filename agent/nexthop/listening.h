/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_LISTENING_H
#define NEXTHOP_LISTENING_H

/*
 * The clock that a next hop's silence is judged by. It shows the real time, less
 * the time that the event loop was away: an answer could not be read then. Pure.
 *
 * The loop is away if it comes back later than it was asked to. A few
 * milliseconds late count as listening: a loaded host must notice deaths, too.
 */

#include <stdint.h>

enum listening_times {
	LISTENING_LATE_MS = 20,
};

/* No time to be back at: the loop waits for sockets alone. */
#define LISTENING_NO_WAKE UINT64_MAX

struct listening {
	uint64_t now_ms;  /* on this clock */
	uint64_t real_ms; /* of the last step */
	uint64_t wake_ms; /* real time that the loop was asked to be back at */
};

void listening_init(struct listening *listening, uint64_t real_ms);
/* Go on to a real time. Returns the time on this clock. */
uint64_t listening_advance(struct listening *listening, uint64_t real_ms);
/* Ask the loop to be back at a real time, or LISTENING_NO_WAKE. */
void listening_wait(struct listening *listening, uint64_t wake_ms);

#endif
