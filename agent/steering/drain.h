/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_DRAIN_H
#define STEERING_DRAIN_H

/*
 * Next hops that keep flows and get no new ones: windows remember them, or they
 * are in tables of parked VIPs only (parking.h).
 */

#include <stdbool.h>
#include <stdint.h>

struct slot;
struct steering;

struct steering_drain {
	uint32_t since_s; /* seconds of core/clock.h */
	uint32_t until_s; /* flows stay until then at the latest */
	bool lost;	  /* its session ended */
};

/* Return whether the next hop in a slot drains, and how in *drain. */
bool steering_find_drain(const struct steering *steering,
			 const struct slot *slot, struct steering_drain *drain);

#endif
