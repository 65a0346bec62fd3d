/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FAMILY_H
#define BGP_FAMILY_H

/*
 * The address families whose routes we exchange, numbered from 0 so that they
 * can index arrays and be bits of a set; on the wire each is a pair of AFI and
 * SAFI (RFC 4760 3). An unknown pair is not an error: decoders skip it.
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum bgp_family {
	BGP_IPV4_UNICAST,
	BGP_IPV6_UNICAST,
	BGP_FAMILY_COUNT,
};

/* Members of a set of families. */
enum bgp_family_bits {
	BGP_IPV4_UNICAST_BIT = 1 << BGP_IPV4_UNICAST,
	BGP_IPV6_UNICAST_BIT = 1 << BGP_IPV6_UNICAST,
	BGP_ALL_FAMILIES = (1 << BGP_FAMILY_COUNT) - 1,
};

static inline uint32_t bgp_family_bit(enum bgp_family family)
{
	return (uint32_t)1 << family;
}

/* Look up a pair. False, and `family` untouched, if it is unknown. */
bool bgp_family_of(unsigned int afi, unsigned int safi,
		   enum bgp_family *family);

/*
 * Take AFI and SAFI, 3 bytes, off `r`. False, and `family` untouched, if they
 * are not there or not known.
 */
bool bgp_family_read(struct reader *r, enum bgp_family *family);
void bgp_family_write(struct writer *w, enum bgp_family family);

unsigned int bgp_family_afi(enum bgp_family family);  /* enum bgp_afi */
unsigned int bgp_family_safi(enum bgp_family family); /* enum bgp_safi */

const char *bgp_family_name(enum bgp_family family); /* "ipv4 unicast" */

#endif
