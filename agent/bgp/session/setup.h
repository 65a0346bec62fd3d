/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SETUP_H
#define BGP_SETUP_H

/*
 * Setup of a session: our OPEN, the policy for the peer's OPEN and the allowed
 * distance, derived from the options of the speaker and of the neighbor. Pure.
 */

#include "bgp/codec/open.h"
#include "bgp/session/options.h"
#include "bgp/session/socket.h"

/*
 * Build our OPEN. `restarting`: the forwarding state of a previous run was
 * kept.
 */
struct bgp_open bgp_setup_open(const struct bgp_options *speaker,
			       const struct bgp_neighbor_options *neighbor,
			       bool restarting);
/*
 * Change our OPEN for the sessions after the first one: the agent has not
 * restarted, and it has forwarded all the time (RFC 4724 3).
 */
void bgp_setup_clear_restart(struct bgp_open *open);
/* Build the policy that the peer's OPEN must meet. */
struct bgp_open_policy
bgp_setup_policy(const struct bgp_options *speaker,
		 const struct bgp_neighbor_options *neighbor);
/* True if the neighbor and we are in one confederation. */
bool bgp_setup_confederation(const struct bgp_options *speaker,
			     const struct bgp_neighbor_options *neighbor);
/* Return the TTLs for the distance that the options allow. */
struct bgp_distance
bgp_setup_distance(const struct bgp_options *speaker,
		   const struct bgp_neighbor_options *neighbor);

#endif
