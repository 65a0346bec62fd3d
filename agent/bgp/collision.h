/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_COLLISION_H
#define BGP_COLLISION_H

/*
 * Which of two connections with one peer survives when both sides have dialled
 * (RFC 4271 6.8, RFC 6286 2.3).
 */

#include <stdbool.h>

#include "bgp/fsm.h"
#include "bgp/open.h"

enum bgp_collision {
	BGP_COLLISION_NONE, /* both go on: it is too early to tell */
	BGP_COLLISION_DROP_NEW,
	BGP_COLLISION_DROP_OTHER,
};

/*
 * `remote` is the OPEN that has just come in on the new connection, which the
 * peer has dialled if `incoming`; `other` is the state of the other one.
 */
enum bgp_collision bgp_collision_resolve(const struct bgp_open *local,
					 const struct bgp_open *remote,
					 bool incoming, enum bgp_state other);

#endif
