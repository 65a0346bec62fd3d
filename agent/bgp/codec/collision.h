/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_COLLISION_H
#define BGP_COLLISION_H

/*
 * Which of two connections with one peer survives when both sides have dialled
 * (RFC 4271 6.8, RFC 6286 2.3): that of the side with the higher identifier,
 * or, if these are equal, with the higher AS. Here it is the preferred one.
 *
 * RFC 4271 has each side close the other connection at its second OPEN, and the
 * new one if there is a session already. Both happen at once when a KEEPALIVE
 * overtakes an OPEN on the other connection: one side has a session and closes
 * the preferred connection, the other has not and closes the session. So:
 *
 *	The preferred connection is not closed for a collision, once it has
 *	carried our OPEN.
 *	The other is closed at once while the peer cannot have a session on it
 *	yet, that is, before we have sent our KEEPALIVE, and later only when the
 *	session on the preferred one is up: the peer has accepted it then.
 *	In between it is not listened to.
 *
 * A peer that goes by the letter of RFC 4271 decides alone, and whatever it
 * decides we follow. tests/unit/bgp/test_collision_race.c tries all orders.
 */

#include <stdbool.h>

#include "bgp/codec/fsm.h"
#include "bgp/codec/open.h"

enum bgp_collision {
	BGP_COLLISION_NONE, /* both go on */
	BGP_COLLISION_DROP_NEW,
	BGP_COLLISION_PAUSE_OTHER, /* until it is known what becomes of this */
};

/*
 * `remote` is the good OPEN that has just come in on a connection, which the
 * peer has dialled if `incoming`, and which we have not answered; `other` is
 * the state of the other one.
 */
enum bgp_collision bgp_collision_resolve(const struct bgp_open *local,
					 const struct bgp_open *remote,
					 bool incoming, enum bgp_state other);

/* True if the other connection is to be closed, now that this one is up. */
bool bgp_collision_ends_other(const struct bgp_open *local,
			      const struct bgp_open *remote, bool incoming,
			      enum bgp_state other);

#endif
