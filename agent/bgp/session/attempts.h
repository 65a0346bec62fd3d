/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTEMPTS_H
#define BGP_ATTEMPTS_H

/*
 * Attempts to connect that became no connection, by peer address: how their SYNs
 * were signed says what is wrong between the two configurations. A table of
 * bounded size: of peers of a prefix, which any host on the network can imitate,
 * the oldest makes room. Pure: the time is an argument.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/neighbor_options.h"
#include "bgp/session/syn.h"

enum bgp_attempts_limits {
	BGP_ATTEMPTS_MAX = 64,
	/* The first SYN may be on its way to become a connection. */
	BGP_ATTEMPTS_TOLD = 2,
};

/* SYNs of one address since its last connection. */
struct bgp_attempt {
	struct bgp_syn last; /* .from has its scope */
	uint64_t count;	     /* 0: free */
	uint64_t last_ms;
	bool dynamic; /* a prefix covers it */
};

/* All zero: empty. */
struct bgp_attempts {
	struct bgp_attempt entries[BGP_ATTEMPTS_MAX];
};

/*
 * Note a SYN; `dynamic`: of a peer of a prefix. Return its entry, or NULL: all are
 * used by neighbors with addresses of their own.
 */
const struct bgp_attempt *bgp_attempts_note(struct bgp_attempts *attempts,
					    const struct bgp_syn *syn,
					    bool dynamic, uint64_t now_ms);
/* Forget the attempts of an address, which has a connection now. */
void bgp_attempts_forget(struct bgp_attempts *attempts,
			 const struct address *from);
/* Return the attempts of an address, or NULL: none, or long ago. */
const struct bgp_attempt *bgp_attempts_find(const struct bgp_attempts *attempts,
					    const struct address *from,
					    uint64_t now_ms);
/*
 * Format why the SYNs of an address became no connection, as far as they show it.
 * False if there are too few, or they fit the configuration.
 */
bool bgp_attempt_hint(const struct bgp_attempt *attempt,
		      const struct bgp_neighbor_options *options,
		      uint64_t now_ms, char *text, size_t size);

#endif
