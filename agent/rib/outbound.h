/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OUTBOUND_H
#define RIB_OUTBOUND_H

/*
 * Attributes on their way out. Used by export.c and export_batch.c only. Whom
 * they go to is known here by the profile, which is all that may matter.
 */

#include "rib/export_rule.h"
#include "rib/rib.h"

/*
 * Why the rules keep this route from `to`, or nothing: they allow it, or none
 * decides and the neighbor is one that is told VIPs. `trace`: routes that share
 * their attributes and this share what is announced of them, too.
 */
enum export_reason outbound_check_rules(struct rib *rib,
					const struct update_profile *to,
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
 * What `set`, which came from `origin`, becomes on its way to `to`: as the
 * rules say, and then
 *
 * Towards another AS: our AS in front (RFC 4271 5.1.2), no MED and no LOCAL_PREF
 * (5.1.4, 5.1.5), and this host as the next hop (5.1.3): a server is none for
 * other ASes, because its flows are spread here.
 * Towards another member of our confederation: our AS in front as one (RFC 5065
 * 4.1), the rest as inside our AS.
 * Inside our AS: MED and LOCAL_PREF as they came. The next hop is this host, or
 * as it came where we only reflect (RFC 4456 10).
 *
 * unless a rule has set MED or next hop. A view into `set` and the rib's scratch.
 */
struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct update_profile *to,
					  const struct prefix *prefix,
					  const struct attribute_set *set,
					  const struct export_origin *origin);

#endif
