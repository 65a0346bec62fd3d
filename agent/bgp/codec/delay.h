/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_DELAY_H
#define BGP_DELAY_H

/* How long to wait before the next attempt, or the next KEEPALIVE: pure. */

#include <stdint.h>

enum bgp_delay_limits {
	/* Between a failure and the next attempt; doubles up to the maximum. */
	BGP_RESTART_FIRST_S = 1,
	BGP_RESTART_MAX_S = 30,
};

/*
 * Milliseconds, between 75 and 100 % of the time, so that two sides that failed
 * together do not meet again and again (RFC 4271 10). `random`: any 32 bits.
 */
uint32_t bgp_delay_jittered(uint16_t seconds, uint32_t random);

/* Idle hold: the wait after the next failure (RFC 4271 8.1.1). */
uint16_t bgp_delay_next(uint16_t seconds);

#endif
