/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OUTBOUND_H
#define RIB_OUTBOUND_H

/*
 * Attributes on their way out. Used by export.c and export_batch.c only. The
 * receivers are known here by their profile, so that nothing else can matter.
 */

#include "rib/export_rule.h"
#include "rib/rib.h"

/*
 * Return why the rules keep a route from `to`, or that it has no next hop there.
 * If no rule decides, upstreams and peers get it. Routes with the same `set` and the same `trace` are announced
 * with the same attributes.
 */
enum export_reason outbound_check_rules(struct rib *rib,
					const struct update_profile *to,
					const struct prefix *prefix,
					const struct attribute_set *set,
					const struct export_origin *origin,
					struct policy_trace *trace);

/*
 * Return `set`, or with the link bandwidth of the whole set of `route`, unless
 * that is NULL. The caller releases them.
 */
struct attribute_set *outbound_set(struct rib *rib, const struct route *route,
				   struct attribute_set *set);

/*
 * Return the attributes of `set`, which came from `origin`, as `to` gets them: a
 * view into `set` and the rib's scratch. First the rules apply. Then, except for
 * a MED or next hop that a rule set:
 *
 * To another AS: our AS is prepended (RFC 4271 5.1.2), MED and LOCAL_PREF are
 * removed (5.1.4, 5.1.5), and the next hop is this host (5.1.3), because flows
 * are spread over the servers here.
 * To another member of our confederation: our member AS is prepended (RFC 5065
 * 4.1); the rest is as inside our AS.
 * Inside our AS: MED and LOCAL_PREF are kept. The next hop is this host; where
 * we only reflect, it is kept (RFC 4456 10).
 */
struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct update_profile *to,
					  const struct prefix *prefix,
					  const struct attribute_set *set,
					  const struct export_origin *origin);

#endif
