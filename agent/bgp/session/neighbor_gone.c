// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors of a prefix that are gone. See neighbor_gone.h. */

#include "bgp/session/neighbor_gone.h"

#include "bgp/session/neighbor.h"

bool bgp_neighbor_is_gone(const struct bgp_neighbor *neighbor, uint64_t now_ms,
			  uint64_t *gone_ms)
{
	uint64_t last_ms = neighbor->changed_ms > neighbor->accepted_ms ?
				   neighbor->changed_ms :
				   neighbor->accepted_ms;

	if (!neighbor->dynamic || neighbor->session || neighbor->admin.down ||
	    !bgp_neighbor_is_idle(neighbor))
		return false;
	*gone_ms = now_ms > last_ms ? now_ms - last_ms : 0;
	return true;
}

bool bgp_neighbor_is_expected(const struct bgp_neighbor *neighbor,
			      uint64_t now_ms)
{
	uint64_t gone_ms;

	return !neighbor->admin.down &&
	       (!bgp_neighbor_is_gone(neighbor, now_ms, &gone_ms) ||
		gone_ms < BGP_GONE_MISSED_MS);
}

bool bgp_neighbor_is_outdated(const struct bgp_neighbor *neighbor,
			      uint64_t now_ms)
{
	uint64_t gone_ms;

	return bgp_neighbor_is_gone(neighbor, now_ms, &gone_ms) &&
	       gone_ms >= BGP_GONE_KEPT_MS;
}
