// SPDX-License-Identifier: BSD-2-Clause
/* Address families and their numbers on the wire. See family.h. */

#include "bgp/codec/family.h"

#include "bgp/codec/protocol.h"

struct family {
	const char *name;
	enum bgp_afi afi;
	enum bgp_safi safi;
};

static const struct family families[BGP_FAMILY_COUNT] = {
	[BGP_IPV4_UNICAST] = { "ipv4 unicast", BGP_AFI_IPV4, BGP_SAFI_UNICAST },
	[BGP_IPV6_UNICAST] = { "ipv6 unicast", BGP_AFI_IPV6, BGP_SAFI_UNICAST },
};

bool bgp_family_of(unsigned int afi, unsigned int safi, enum bgp_family *family)
{
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		if (families[i].afi != afi || families[i].safi != safi)
			continue;
		*family = i;
		return true;
	}
	return false;
}

unsigned int bgp_family_afi(enum bgp_family family)
{
	return families[family].afi;
}

unsigned int bgp_family_safi(enum bgp_family family)
{
	return families[family].safi;
}

const char *bgp_family_name(enum bgp_family family)
{
	return families[family].name;
}
