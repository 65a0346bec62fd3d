/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_SENT_H
#define RIB_EXPORT_SENT_H

/* The announcements that a neighbor has: its Adj-RIB-Out (RFC 4271 3.2). */

#include "rib/rib.h"

/* One announcement; all zero starts a walk. */
struct export_sent {
	const struct route_export *export;
	uint32_t path_id; /* RIB_BEST_PATH: without one */
	bool pending;	  /* a change of it is still to be sent */
	/* The attributes that are sent now; a view, until the next call. */
	struct bgp_attributes attributes;
};

/* Go to the next announcement of a route that `peer` has. False: no more. */
bool export_sent_next(struct rib *rib, const struct route *route,
		      const struct rib_peer *peer, struct export_sent *sent);

#endif
