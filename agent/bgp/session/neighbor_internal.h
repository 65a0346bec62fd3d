/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_INTERNAL_H
#define BGP_NEIGHBOR_INTERNAL_H

/* Functions shared by the files of a neighbor. See neighbor.h. */

#include "bgp/session/neighbor.h"

enum bgp_neighbor_delays {
	/*
	 * A session up for this long resets the delay before the next attempt.
	 */
	BGP_SESSION_STABLE_S = 30,
};

/* neighbor.c */
/*
 * A connection was closed: dial again after a delay, if we dial this neighbor.
 */
void bgp_neighbor_closed(struct bgp_neighbor *neighbor,
			 const struct bgp_connection *connection);

/* Return how long max-prefix keeps the neighbor down. */
uint64_t bgp_neighbor_held_ms(const struct bgp_neighbor *neighbor);
/* Count and log a connection that is refused. */
void bgp_neighbor_refused(struct bgp_neighbor *neighbor,
			  enum bgp_refused_reason reason);

/* Let the neighbor's connections go to this endpoint. False if they cannot. */
bool bgp_neighbor_move(struct bgp_neighbor *neighbor,
		       const struct address *address, unsigned int ifindex);
/* Set the TCP key of the options on the socket of the session, if there is one. */
void bgp_neighbor_set_key(struct bgp_neighbor *neighbor);

/* neighbor_admin.c */
/* End all connections, with a text for the peer's administrator or "". */
void bgp_neighbor_end(struct bgp_neighbor *neighbor,
		      enum bgp_cease_subcode subcode, const char *reason);
/* Dial without the delay that follows a failure. */
void bgp_neighbor_dial_now(struct bgp_neighbor *neighbor);

/* neighbor_hint.c: what it means, and what to do. */
extern const char *const bgp_neighbor_refused_texts[BGP_REFUSED_REASON_COUNT];

/* neighbor_session.c */
/* Send all routes again, between BoRR and EoRR. With a session only. */
void bgp_neighbor_send_again(struct bgp_neighbor *neighbor);
extern const struct bgp_connection_handler bgp_neighbor_session;

#endif
