// SPDX-License-Identifier: BSD-2-Clause
/* Delays. See delay.h. */

#include "bgp/codec/delay.h"

enum {
	LEAST_MS_PER_S = 750,
	JITTER_MS_PER_S = 250,
};

uint32_t bgp_delay_jittered(uint16_t seconds, uint32_t random)
{
	uint32_t jitter = (uint32_t)seconds * JITTER_MS_PER_S;

	return (uint32_t)seconds * LEAST_MS_PER_S + random % (jitter + 1);
}

uint16_t bgp_delay_next(uint16_t seconds)
{
	return seconds >= BGP_RESTART_MAX_S / 2 ? BGP_RESTART_MAX_S :
						  seconds * 2;
}
