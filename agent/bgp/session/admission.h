/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ADMISSION_H
#define BGP_ADMISSION_H

/*
 * Rules for accepting connections, and how often a refusal is logged. Pure:
 * numbers and the time are arguments.
 *
 * One address never has more than one half-open connection (one whose OPEN has
 * not come yet): a new one takes the place of the one before.
 */

#include <stdbool.h>
#include <stdint.h>

enum bgp_admission_limits {
	/*
	 * Half-open connections out of all prefixes together. After a restart
	 * all servers of two full prefixes come back at the same moment.
	 */
	BGP_MAX_HALF_OPEN = 512,
	/* Seconds until the OPEN of a peer that we do not know by address. */
	BGP_DYNAMIC_OPEN_DEADLINE = 10,
	BGP_REFUSED_LOG_INTERVAL_MS = 10000,
};

/*
 * Whoever says who it is soon enough is not kept out by others that do not: a
 * new connection takes the place of the oldest half-open one.
 */
enum bgp_admission {
	BGP_ADMITTED,
	BGP_ADMITTED_FOR_ONE_OF_ALL,	/* the oldest half-open one has to go */
	BGP_ADMITTED_FOR_ONE_OF_PREFIX, /* the oldest one of its prefix */
	BGP_REFUSED_UNKNOWN,
	BGP_REFUSED_DISTANCE,
	BGP_REFUSED_LIMIT,
	BGP_REFUSED_MEMORY,
	BGP_ADMISSION_COUNT,
};

/* What there is when a connection comes in. */
struct bgp_crowd {
	bool is_neighbor;   /* its address is that of a neighbor we have */
	bool is_covered;    /* it is in a prefix of dynamic neighbors */
	bool is_static;	    /* a neighbor with an address of its own */
	bool is_far;	    /* its SYN came with too low a TTL */
	uint32_t dynamic;   /* neighbors of that prefix, idle ones left out */
	uint32_t limit;	    /* of them */
	uint32_t half_open; /* of all dynamic neighbors but this one */
	uint32_t half_open_of_prefix;
};

enum bgp_admission bgp_admission_decide(const struct bgp_crowd *crowd);
const char *bgp_admission_reason(enum bgp_admission admission);

/* All zero: nobody has been refused. */
struct bgp_refusals {
	uint64_t total;
	uint64_t untold; /* since the last time one was logged */
	uint64_t told_ms;
};

/* Counts one. True if it is to be logged now, with `untold` before it. */
bool bgp_refusals_add(struct bgp_refusals *refusals, uint64_t now_ms,
		      uint64_t *untold);

#endif
