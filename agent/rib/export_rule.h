/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_RULE_H
#define RIB_EXPORT_RULE_H

/*
 * Whether a route is announced to a neighbor, and if not, why. Announcing and
 * explaining both ask here. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "rib/reason.h"
#include "rib/rib.h"
#include "rib/update_group.h"

/* The facts that decide whether a route can be announced at all. */
struct export_readiness {
	unsigned int living; /* living next hops in the set */
	bool forwarding;
	bool announced;	    /* so far */
	bool waited;	    /* --announce-delay is over */
	uint64_t bandwidth; /* of these, if vip->min_bandwidth asks for it */
	const struct vip_options *vip;
	uint32_t min_nexthops; /* unless the VIP has its own */
};

/*
 * Return why a route is not announced to any neighbor. With hysteresis: it is
 * announced from return-nexthops on until there are fewer than min-nexthops, so
 * that one server at the border does not make the announcement flap.
 */
enum export_reason export_rule_route(const struct export_readiness *now);

/*
 * Return why a route is not announced to a neighbor of this profile. `bit`: the
 * bit of the neighbor; 0: any neighbor that the route did not come from.
 */
enum export_reason export_rule_peer(const struct update_profile *to,
				    uint64_t bit,
				    const struct export_origin *origin,
				    const struct bgp_attributes *attributes);

#endif
