/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_GONE_H
#define BGP_NEIGHBOR_GONE_H

/*
 * Neighbors of a prefix that are gone: without a session, and without a
 * connection. They are kept for a while, for their errors. Time is an argument.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"

struct bgp_neighbor;

enum bgp_gone_times {
	/* The time for a server to come back, in which it is missed. */
	BGP_GONE_MISSED_MS = 5 * 60 * CLOCK_MS_PER_S,
	BGP_GONE_KEPT_MS = 60 * 60 * CLOCK_MS_PER_S,
	BGP_GONE_CHECK_S = 60, /* how often the old ones are forgotten */
};

/*
 * Get how long a neighbor has been gone, since its last session or attempt.
 * False: it is not. One that is configured by itself, or that the administrator
 * has shut down, never is.
 */
bool bgp_neighbor_is_gone(const struct bgp_neighbor *neighbor, uint64_t now_ms,
			  uint64_t *gone_ms);
/* True if the neighbor should have a session. */
bool bgp_neighbor_is_expected(const struct bgp_neighbor *neighbor,
			      uint64_t now_ms);
/* True if it is gone for BGP_GONE_KEPT_MS. */
bool bgp_neighbor_is_outdated(const struct bgp_neighbor *neighbor,
			      uint64_t now_ms);

#endif
