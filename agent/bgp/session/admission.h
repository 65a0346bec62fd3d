/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ADMISSION_H
#define BGP_ADMISSION_H

/*
 * Rules for incoming connections. Pure: counts are arguments.
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
};

enum bgp_admission {
	BGP_ADMITTED,
	/* Admitted; the oldest half-open connection must be closed. */
	BGP_ADMITTED_EVICT_ANY,
	BGP_ADMITTED_EVICT_OF_PREFIX, /* the oldest one of the prefix */
	BGP_ADMITTED_EVICT_DYNAMIC,   /* the oldest one of all prefixes */
	BGP_REFUSED_UNKNOWN,
	BGP_REFUSED_DISTANCE,
	BGP_REFUSED_LIMIT,
	BGP_REFUSED_DYNAMIC_LIMIT,
	BGP_REFUSED_MEMORY,
	BGP_ADMISSION_COUNT,
};

/* State at the arrival of a connection. */
struct bgp_admission_input {
	bool is_neighbor;     /* its address is that of an existing neighbor */
	bool is_covered;      /* it is in a prefix of dynamic neighbors */
	bool is_static;	      /* the neighbor has a configured address */
	bool is_far;	      /* the TTL of its SYN was too low */
	uint32_t dynamic;     /* neighbors of that prefix that are not idle */
	uint32_t limit;	      /* of `dynamic` */
	uint32_t all_dynamic; /* such neighbors of all prefixes */
	uint32_t dynamic_limit; /* of `all_dynamic` */
	uint32_t half_open;	/* connections of other dynamic neighbors */
	uint32_t half_open_of_prefix;
};

enum bgp_admission
bgp_admission_decide(const struct bgp_admission_input *input);
/* Return the reason why the new, or the evicted, connection is refused. */
const char *bgp_admission_reason(enum bgp_admission admission);

#endif
