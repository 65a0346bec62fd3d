/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OUTBOUND_H
#define RIB_OUTBOUND_H

/* Attributes on their way out. Used by export.c only. */

#include "rib/rib.h"

/*
 * Whether `peer` may have this route: no well-known community holds it back
 * (RFC 1997), and the rules allow it, or none decides and the peer is an
 * upstream. `trace`: routes that share their attributes and this share what
 * is announced of them, too.
 */
bool outbound_is_allowed(struct rib *rib, const struct rib_peer *peer,
			 const struct prefix *prefix,
			 const struct attribute_set *set,
			 struct policy_trace *trace);

/*
 * The attributes by which `best` stands for the whole set of `route`: its own,
 * or those with the link bandwidth of the set. With one more reference.
 */
struct attribute_set *outbound_set(struct rib *rib, const struct route *route,
				   const struct path *best);

/*
 * What `set` becomes on its way to `peer`: as the rules say, then our AS in
 * front towards another AS and no MED (RFC 4271 5.1.2, 5.1.4), LOCAL_PREF only
 * inside our own (5.1.5), and the next hop is this host (5.1.3), unless a rule
 * has set MED or next hop. A view into `set` and the rib's scratch.
 */
struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct rib_peer *peer,
					  const struct prefix *prefix,
					  const struct attribute_set *set);

#endif
