/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OTC_H
#define RIB_OTC_H

/*
 * Only to Customer (RFC 9234 5): a route that came from a provider, a peer or a
 * route server is marked, and a marked one goes to customers only. `relation`
 * is the neighbor's role towards us; BGP_ROLE_NONE turns all of this
 * off. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "bgp/codec/protocol.h"

/* True if the neighbor must not have sent the route: it is not eligible. */
bool otc_is_leak(enum bgp_role relation, uint32_t neighbor_as,
		 const struct bgp_attributes *attributes);
/* Add the mark that the neighbor should have set. */
void otc_mark_received(enum bgp_role relation, uint32_t neighbor_as,
		       struct bgp_attributes *attributes);

/* True if the route must not go to the neighbor. */
bool otc_keeps_from(enum bgp_role relation,
		    const struct bgp_attributes *attributes);
/* Add our mark to a route that goes to a customer or a peer. */
void otc_mark_sent(enum bgp_role relation, uint32_t local_as,
		   struct bgp_attributes *attributes);

#endif
