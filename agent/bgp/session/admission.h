/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ADMISSION_H
#define BGP_ADMISSION_H

/*
 * Rules for incoming connections, and how often a refusal is logged. Pure:
 * counts and time are arguments.
 *
 * A connection is half-open until its OPEN has arrived. One address never has
 * more than one half-open connection: a new one replaces the previous one. At
 * a limit a new one replaces the oldest half-open one, so that a peer which
 * sends its OPEN is not kept out by connections that do not.
 */

#include <stdbool.h>
#include <stdint.h>

enum bgp_admission_limits {
	/*
	 * Half-open connections of all prefixes. After a restart all servers of
	 * two full prefixes may connect at the same time.
	 */
	BGP_MAX_HALF_OPEN = 512,
	/* Seconds in which a dynamic neighbor must send its OPEN. */
	BGP_DYNAMIC_OPEN_DEADLINE = 10,
	BGP_REFUSED_LOG_INTERVAL_MS = 10000,
};

enum bgp_admission {
	BGP_ADMITTED,
	/* Admitted; the oldest half-open connection must be closed. */
	BGP_ADMITTED_EVICT_ANY,
	BGP_ADMITTED_EVICT_OF_PREFIX, /* the oldest one of the prefix */
	BGP_REFUSED_UNKNOWN,
	BGP_REFUSED_DISTANCE,
	BGP_REFUSED_LIMIT,
	BGP_REFUSED_MEMORY,
	BGP_ADMISSION_COUNT,
};

/* State at the arrival of a connection. */
struct bgp_admission_input {
	bool is_neighbor;   /* its address is that of an existing neighbor */
	bool is_covered;    /* it is in a prefix of dynamic neighbors */
	bool is_static;	    /* the neighbor has a configured address */
	bool is_far;	    /* the TTL of its SYN was too low */
	uint32_t dynamic;   /* neighbors of that prefix that are not idle */
	uint32_t limit;	    /* of `dynamic` */
	uint32_t half_open; /* connections of other dynamic neighbors */
	uint32_t half_open_of_prefix;
};

enum bgp_admission
bgp_admission_decide(const struct bgp_admission_input *input);
/* Return the reason why the new, or the evicted, connection is refused. */
const char *bgp_admission_reason(enum bgp_admission admission);

/* Refused connections; all zero at the start. */
struct bgp_admission_refusals {
	uint64_t total;
	uint64_t unlogged; /* since the last time one was logged */
	uint64_t logged_ms;
};

/*
 * Count a refusal. True if it is to be logged now; `unlogged` is then the
 * number of those before it that were not.
 */
bool bgp_admission_count_refusal(struct bgp_admission_refusals *refusals,
				 uint64_t now_ms, uint64_t *unlogged);

#endif
