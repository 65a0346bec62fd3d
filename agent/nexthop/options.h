/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_OPTIONS_H
#define NEXTHOP_OPTIONS_H

/*
 * The options of next-hop tracking: plain values. The list belongs to the owner
 * of the structure and must outlive the tracker. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sizes.h"

enum nexthop_options_limits {
	/* In milliseconds. The event loop may be late by a few. */
	NEXTHOP_BFD_MIN_INTERVAL = 50,
	NEXTHOP_BFD_MAX_INTERVAL = 60000,
	NEXTHOP_BFD_MAX_MULTIPLIER = 255,
	NEXTHOP_PROBE_MIN_INTERVAL = 100,
	NEXTHOP_PROBE_MAX_INTERVAL = 60000,
	NEXTHOP_PROBE_MIN_COUNT = 2, /* one to the known MAC, one to all */
	NEXTHOP_PROBE_MAX_COUNT = 20,
	NEXTHOP_MAX_HOLD_DOWN_S = 3600,
};

struct nexthop_options {
	/* The interfaces the program is attached to; no others are used. */
	const char (*interfaces)[INTERFACE_SIZE];
	size_t interface_count;
	bool bfd; /* false: no BFD sessions, and no UDP port for them */
	uint32_t bfd_interval_ms;
	uint32_t bfd_multiplier;
	uint32_t probe_interval_ms; /* see probe.h */
	uint32_t probe_count;
	uint32_t hold_down_s; /* see hold_down.h; 0: none */
	bool link_speeds;     /* see link_speed.h */
};

extern const struct nexthop_options nexthop_options_default;

bool nexthop_options_equal(const struct nexthop_options *a,
			   const struct nexthop_options *b);

#endif
