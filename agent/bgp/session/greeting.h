/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_GREETING_H
#define BGP_GREETING_H

/*
 * From the configuration of a neighbor to its session: what our OPEN says, what
 * its OPEN has to say, and how far away it may be. Pure.
 */

#include "bgp/codec/open.h"
#include "bgp/session/options.h"
#include "bgp/session/socket.h"

/* `restarting`: the forwarding state of a previous run was kept. */
struct bgp_open bgp_greeting_open(const struct bgp_options *us,
				  const struct bgp_neighbor_options *config,
				  bool restarting);
/*
 * For the sessions after the first one: the agent has not been away, and what
 * it had announced was forwarded all the time (RFC 4724 3).
 */
void bgp_greeting_again(struct bgp_open *open);
struct bgp_open_policy
bgp_greeting_policy(const struct bgp_options *us,
		    const struct bgp_neighbor_options *config);
/* True if the neighbor and we are in one confederation. */
bool bgp_greeting_confederation(const struct bgp_options *us,
				const struct bgp_neighbor_options *config);
struct bgp_distance
bgp_greeting_distance(const struct bgp_options *us,
		      const struct bgp_neighbor_options *config);

#endif
