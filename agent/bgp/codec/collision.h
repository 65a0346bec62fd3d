/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_COLLISION_H
#define BGP_COLLISION_H

/*
 * Connection collisions: which of two connections with one peer survives when
 * both sides have dialled (RFC 4271 6.8, RFC 6286 2.3). The preferred one was
 * dialled by the side with the higher identifier or, if these are equal, with
 * the higher AS.
 *
 * RFC 4271 lets each side close the non-preferred connection at the second
 * OPEN, and the new one if a session is up already. When a KEEPALIVE overtakes
 * an OPEN on the other connection, both happen: one side has a session and
 * closes the preferred connection, the other side has none and closes that
 * session. Therefore:
 *
 *	The preferred connection is not closed for a collision once we have sent
 *	our OPEN on it.
 *	The other connection is closed at once as long as the peer cannot have a
 *	session on it, which is before we have sent our KEEPALIVE. Later it is
 *	paused, and closed when the session on the preferred connection is up:
 *	the peer has accepted that one then.
 *
 * A peer that does exactly what RFC 4271 says decides alone, and we follow its
 * decision. tests/unit/bgp/session/test_collision_race.c tries all orders.
 */

#include <stdbool.h>

#include "bgp/codec/fsm.h"
#include "bgp/codec/open.h"

enum bgp_collision {
	BGP_COLLISION_NONE, /* both continue */
	BGP_COLLISION_DROP_NEW,
	BGP_COLLISION_PAUSE_OTHER, /* until this one is up or closed */
};

/*
 * Decide what a good OPEN means for two connections. `remote` is that OPEN, not
 * answered yet; `incoming` says that the peer dialled the connection it came
 * on; `other` is the state of the other connection.
 */
enum bgp_collision bgp_collision_resolve(const struct bgp_open *local,
					 const struct bgp_open *remote,
					 bool incoming, enum bgp_state other);

/* True if the other connection must be closed now that this one is up. */
bool bgp_collision_ends_other(const struct bgp_open *local,
			      const struct bgp_open *remote, bool incoming,
			      enum bgp_state other);

#endif
