// SPDX-License-Identifier: BSD-2-Clause
/* Connection collisions. See collision.h. */

#include "bgp/codec/collision.h"

static bool we_dominate(const struct bgp_open *local,
			const struct bgp_open *remote)
{
	if (local->identifier != remote->identifier)
		return local->identifier > remote->identifier;
	return local->as > remote->as;
}

/* Both sides compute the same result. */
static bool is_preferred(const struct bgp_open *local,
			 const struct bgp_open *remote, bool incoming)
{
	return we_dominate(local, remote) != incoming;
}

enum bgp_collision bgp_collision_resolve(const struct bgp_open *local,
					 const struct bgp_open *remote,
					 bool incoming, enum bgp_state other)
{
	bool preferred = is_preferred(local, remote, incoming);

	if (other < BGP_STATE_OPEN_CONFIRM)
		return BGP_COLLISION_NONE;
	if (!preferred)
		return BGP_COLLISION_DROP_NEW;
	return other == BGP_STATE_OPEN_CONFIRM ? BGP_COLLISION_PAUSE_OTHER :
						 BGP_COLLISION_NONE;
}

/* Without our OPEN the other one is only a TCP connection to the peer. */
bool bgp_collision_ends_other(const struct bgp_open *local,
			      const struct bgp_open *remote, bool incoming,
			      enum bgp_state other)
{
	return other != BGP_STATE_IDLE &&
	       (other < BGP_STATE_OPEN_SENT ||
		is_preferred(local, remote, incoming));
}
