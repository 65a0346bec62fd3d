// SPDX-License-Identifier: BSD-2-Clause
/* Only to Customer. See otc.h. */

#include "rib/otc.h"

/* RFC 9234 5, by the neighbor's role towards us. No rules without a role. */
static const struct {
	bool sends_no_marked; /* its marked routes are leaks */
	bool marks_itself;    /* its routes with another AS's mark are */
	bool is_upward;	      /* we mark its routes if needed */
	bool gets_no_marked;
	bool gets_mark; /* we mark routes to it if needed */
} rules[BGP_ROLE_NONE + 1] = {
	[BGP_ROLE_PROVIDER] = { .is_upward = true, .gets_no_marked = true },
	[BGP_ROLE_RS] = { .is_upward = true, .gets_no_marked = true },
	[BGP_ROLE_PEER] = { .marks_itself = true,
			    .is_upward = true,
			    .gets_no_marked = true,
			    .gets_mark = true },
	[BGP_ROLE_CUSTOMER] = { .sends_no_marked = true, .gets_mark = true },
	[BGP_ROLE_RS_CLIENT] = { .sends_no_marked = true, .gets_mark = true },
};

static bool is_marked(const struct bgp_attributes *attributes)
{
	return attributes->present & BGP_HAS_OTC;
}

static void mark(uint32_t as, struct bgp_attributes *attributes)
{
	if (is_marked(attributes))
		return;
	attributes->present |= BGP_HAS_OTC;
	attributes->otc = as;
}

bool otc_is_leak(enum bgp_role relation, uint32_t neighbor_as,
		 const struct bgp_attributes *attributes)
{
	return is_marked(attributes) && (rules[relation].sends_no_marked ||
					 (rules[relation].marks_itself &&
					  attributes->otc != neighbor_as));
}

void otc_mark_received(enum bgp_role relation, uint32_t neighbor_as,
		       struct bgp_attributes *attributes)
{
	if (rules[relation].is_upward)
		mark(neighbor_as, attributes);
}

bool otc_keeps_from(enum bgp_role relation,
		    const struct bgp_attributes *attributes)
{
	return rules[relation].gets_no_marked && is_marked(attributes);
}

void otc_mark_sent(enum bgp_role relation, uint32_t local_as,
		   struct bgp_attributes *attributes)
{
	if (rules[relation].gets_mark)
		mark(local_as, attributes);
}
