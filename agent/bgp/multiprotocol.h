/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MULTIPROTOCOL_H
#define BGP_MULTIPROTOCOL_H

/*
 * MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760 3 and 4): routes of a named
 * family inside of an attribute. IPv4 unicast may come this way too.
 */

#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>

enum bgp_multiprotocol_sizes {
	BGP_MIN_MP_REACH = 5,	/* AFI, SAFI, next hop length, reserved */
	BGP_MIN_MP_UNREACH = 3, /* AFI, SAFI */
};

/* The values of both as they are on the wire, at least of minimum length. */
struct bgp_multiprotocol {
	bool has_reach;
	bool has_unreach;
	struct reader reach;
	struct reader unreach;
};

/* True if the value of either attribute is about IPv4 unicast. */
bool bgp_multiprotocol_is_ipv4_unicast(struct reader value);

/*
 * Next hop and NLRI of a value that is about IPv4 unicast; false if the next
 * hop is not an IPv4 address or exceeds the value. The NLRI is not checked.
 */
bool bgp_multiprotocol_reach(struct reader value, struct address *next_hop,
			     struct reader *nlri);
struct reader bgp_multiprotocol_unreach(struct reader value);

#endif
