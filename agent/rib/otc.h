/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OTC_H
#define RIB_OTC_H

/*
 * Only to Customer (RFC 9234 5): a route that came from a provider, a peer or a
 * route server is marked, and a marked one goes to customers only. `relation`
 * is what the neighbor is to us; BGP_ROLE_NONE turns all of this off.
 * Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "bgp/codec/protocol.h"

/* The neighbor must not have sent this: the route is not eligible. */
bool otc_is_leak(enum bgp_role relation, uint32_t neighbor_as,
		 const struct bgp_attributes *attributes);
/* The mark that the neighbor should have set. */
void otc_mark_received(enum bgp_role relation, uint32_t neighbor_as,
		       struct bgp_attributes *attributes);

/* The route must not go to the neighbor. */
bool otc_keeps_from(enum bgp_role relation,
		    const struct bgp_attributes *attributes);
/* The mark of those who pass a route down or sideways. */
void otc_mark_sent(enum bgp_role relation, uint32_t local_as,
		   struct bgp_attributes *attributes);

#endif
