/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_DELAY_H
#define BGP_DELAY_H

/* Delays before the next attempt to connect and before the next KEEPALIVE. */

#include <stdint.h>

enum bgp_delay_limits {
	/* From a failure to the next attempt; doubles up to the maximum. */
	BGP_RESTART_FIRST_S = 1,
	BGP_RESTART_MAX_S = 30,
};

/*
 * Return milliseconds, 75 to 100 % of `seconds`, so that two sides that failed
 * together do not collide again and again (RFC 4271 10). `random`: any 32 bits.
 */
uint32_t bgp_delay_jittered(uint16_t seconds, uint32_t random);

/* Return the idle hold time after the next failure (RFC 4271 8.1.1). */
uint16_t bgp_delay_next(uint16_t seconds);

#endif
