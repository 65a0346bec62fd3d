/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEXTHOP_H
#define BGP_NEXTHOP_H

/*
 * Next hops as MP_REACH_NLRI carries them (RFC 4760 3): an IPv4 address, an
 * IPv6 address, or a global and a link-local one (RFC 2545 3). Routes of IPv4
 * may have an IPv6 next hop if that was negotiated (RFC 8950). Routes of IPv6
 * may have an IPv4 one, as an IPv4-mapped address.
 */

#include "bgp/codec/family.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>

struct bgp_nexthop {
	struct address address;
	struct address link_local; /* zero: none */
};

/*
 * Take a length and a next hop off `value`: 4 bytes for IPv4; 16 or 32 for
 * IPv6, and for IPv4 if `extended`. False for any other length.
 */
bool bgp_nexthop_decode(struct reader *value, enum bgp_family family,
			bool extended, struct bgp_nexthop *out);

/* Read a next hop of 4, 16 or 32 bytes. False for any other length. */
bool bgp_nexthop_read(struct reader value, struct bgp_nexthop *out);

/* Write the address, and behind an IPv6 one the link-local one if any. */
void bgp_nexthop_write(struct writer *w, const struct bgp_nexthop *nexthop);

/*
 * Write the length and the next hop of routes of a family, as MP_REACH_NLRI has
 * them: an IPv4 next hop of an IPv6 route stays IPv4-mapped.
 */
void bgp_nexthop_write_for(struct writer *w, enum bgp_family family,
			   const struct bgp_nexthop *nexthop);

#endif
