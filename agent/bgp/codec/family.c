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

bool bgp_family_read(struct reader *r, enum bgp_family *family)
{
	unsigned int afi = reader_u16(r);
	unsigned int safi = reader_u8(r);

	return !r->failed && bgp_family_of(afi, safi, family);
}

void bgp_family_write(struct writer *w, enum bgp_family family)
{
	writer_u16(w, (uint16_t)bgp_family_afi(family));
	writer_u8(w, (uint8_t)bgp_family_safi(family));
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
