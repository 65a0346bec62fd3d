/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_INTERNAL_H
#define BGP_NEIGHBOR_INTERNAL_H

/* What the files of a neighbor share. See neighbor.h. */

#include "bgp/session/neighbor.h"

enum bgp_neighbor_delays {
	/* A session that was up for so long has not failed by itself. */
	BGP_SESSION_STABLE_S = 30,
};

/* neighbor.c */
/* A connection was closed: dials again after a while, if that is our part. */
void bgp_neighbor_closed(struct bgp_neighbor *neighbor,
			 const struct bgp_connection *connection);

/* neighbor_session.c */
extern const struct bgp_connection_handler bgp_neighbor_session;

#endif
