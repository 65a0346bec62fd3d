/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_EXPORT_RULE_H
#define RIB_EXPORT_RULE_H

/*
 * Whether a route is announced to a neighbor, and if not, why. The export asks
 * nobody else, so that what is explained is what is done. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "rib/reason.h"
#include "rib/rib.h"
#include "rib/update_group.h"

/* What decides whether a route can be announced at all. */
struct export_readiness {
	unsigned int living; /* next hops in the set */
	bool forwarding;
	bool up;     /* it was announced before this question */
	bool waited; /* --announce-delay is over */
	const struct vip_options *vip;
	uint32_t min_nexthops; /* unless the VIP has a number of its own */
};

/*
 * With hysteresis: announced from return-nexthops on and until there are fewer
 * than min-nexthops, so that a server that comes and goes at the border does
 * not make the upstreams flap.
 */
enum export_reason export_rule_route(const struct export_readiness *now);

/*
 * What neighbors of this profile must not be told of routes that can be
 * announced. `bit`: of the one that is asked about; 0: of any from whom the
 * route did not come.
 */
enum export_reason export_rule_peer(const struct update_profile *to,
				    uint64_t bit,
				    const struct export_origin *origin,
				    const struct bgp_attributes *attributes);

#endif
