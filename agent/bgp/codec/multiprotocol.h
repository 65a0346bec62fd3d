/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MULTIPROTOCOL_H
#define BGP_MULTIPROTOCOL_H

/*
 * MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760 3 and 4): routes of a named
 * family inside of an attribute. IPv4 unicast may come this way too, and with
 * an IPv6 next hop if that was agreed on (RFC 8950).
 */

#include "bgp/codec/family.h"
#include "bgp/codec/nlri.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>

enum bgp_multiprotocol_sizes {
	BGP_MIN_MP_REACH = 5,	/* AFI, SAFI, next hop length, reserved */
	BGP_MIN_MP_UNREACH = 3, /* AFI, SAFI */
	BGP_MP_RESERVED_SIZE = 1,
};

/* The values of both as they are on the wire, at least of minimum length. */
struct bgp_multiprotocol {
	bool has_reach;
	bool has_unreach;
	struct reader reach;
	struct reader unreach;
};

/* The next hop of a family, as it is agreed on a session. */
struct bgp_nexthop {
	struct address address;
	struct address link_local; /* zero: none */
};

/*
 * Takes AFI and SAFI off a value of either attribute. False, and `family`
 * untouched, for a family we do not know.
 */
bool bgp_multiprotocol_family(struct reader *value, enum bgp_family *family);

/*
 * Takes a next hop and its length off `value`: 4 bytes for IPv4; 16 or 32 for
 * IPv6 (RFC 2545 3), and for IPv4 if `extended`. False for any other length.
 */
bool bgp_nexthop_decode(struct reader *value, enum bgp_family family,
			bool extended, struct bgp_nexthop *out);

/* The addresses only, without a length; IPv4 or IPv6 by the address. */
void bgp_nexthop_write(struct writer *w, const struct bgp_nexthop *nexthop);
/* The same back from a reader over nothing else. False: 4, 16, 32 bytes. */
bool bgp_nexthop_read(struct reader value, struct bgp_nexthop *out);

#endif
