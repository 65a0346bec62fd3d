// SPDX-License-Identifier: BSD-2-Clause
/* MP_REACH_NLRI and MP_UNREACH_NLRI. See multiprotocol.h. */

#include "bgp/multiprotocol.h"

#include "bgp/protocol.h"

enum {
	FAMILY_SIZE = BGP_MIN_MP_UNREACH,
};

bool bgp_multiprotocol_is_ipv4_unicast(struct reader value)
{
	unsigned int afi = reader_u16(&value);
	unsigned int safi = reader_u8(&value);

	return afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST;
}

bool bgp_multiprotocol_reach(struct reader value, struct address *next_hop,
			     struct reader *nlri)
{
	size_t next_hop_size;
	uint32_t ipv4;

	reader_take(&value, FAMILY_SIZE);
	next_hop_size = reader_u8(&value);
	ipv4 = reader_u32(&value);
	reader_take(&value, 1); /* reserved */
	if (value.failed || next_hop_size != sizeof(ipv4))
		return false;
	*next_hop = address_from_ipv4(htobe32(ipv4));
	*nlri = value;
	return true;
}

struct reader bgp_multiprotocol_unreach(struct reader value)
{
	reader_take(&value, FAMILY_SIZE);
	return value;
}
