// SPDX-License-Identifier: BSD-2-Clause
/* One rule. See collision.h. */

#include "bgp/collision.h"

/*
 * The side with the higher identifier, or, if these are equal, with the higher
 * AS, keeps the connection that it has dialled. Both sides come to the same
 * result.
 */
static bool we_dominate(const struct bgp_open *local,
			const struct bgp_open *remote)
{
	if (local->identifier != remote->identifier)
		return local->identifier > remote->identifier;
	return local->as > remote->as;
}

enum bgp_collision bgp_collision_resolve(const struct bgp_open *local,
					 const struct bgp_open *remote,
					 bool incoming, enum bgp_state other)
{
	switch (other) {
	case BGP_STATE_ESTABLISHED:
		return BGP_COLLISION_DROP_NEW;
	case BGP_STATE_OPEN_CONFIRM:
		return we_dominate(local, remote) != incoming ?
			       BGP_COLLISION_DROP_OTHER :
			       BGP_COLLISION_DROP_NEW;
	default:
		return BGP_COLLISION_NONE;
	}
}
