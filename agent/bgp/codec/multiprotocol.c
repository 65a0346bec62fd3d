// SPDX-License-Identifier: BSD-2-Clause
/* MP_REACH_NLRI and MP_UNREACH_NLRI. See multiprotocol.h. */

#include "bgp/codec/multiprotocol.h"

#include "bgp/codec/protocol.h"

enum {
	WITH_LINK_LOCAL_SIZE = 2 * BGP_IPV6_SIZE, /* RFC 2545 3 */
	IPV4_OFFSET = BGP_IPV6_SIZE - BGP_IPV4_SIZE,
};

bool bgp_multiprotocol_family(struct reader *value, enum bgp_family *family)
{
	unsigned int afi = reader_u16(value);
	unsigned int safi = reader_u8(value);

	return !value->failed && bgp_family_of(afi, safi, family);
}

/*
 * One IPv6 address. An IPv4-mapped one could not be told from IPv4 any more:
 * it is taken for none at all.
 */
static struct address read_ipv6(struct reader *value)
{
	struct address address = { 0 };

	reader_bytes(value, address.bytes, sizeof(address.bytes));
	if (address_is_ipv4(&address))
		return (struct address){ 0 };
	return address;
}

/*
 * RFC 2545 3 wants a global address before the link-local one. Who has none
 * leaves it empty or says the link-local one twice: then that is the next hop.
 */
static struct bgp_nexthop read_pair(struct reader *value)
{
	struct bgp_nexthop out;

	out.address = read_ipv6(value);
	out.link_local = read_ipv6(value);
	if (address_is_zero(&out.address))
		out.address = out.link_local;
	if (address_equal(&out.address, &out.link_local))
		out.link_local = (struct address){ 0 };
	return out;
}

bool bgp_nexthop_read(struct reader value, struct bgp_nexthop *out)
{
	struct bgp_nexthop nexthop = { 0 };

	switch (value.left) {
	case BGP_IPV4_SIZE:
		nexthop.address = address_from_ipv4(0);
		reader_bytes(&value, nexthop.address.bytes + IPV4_OFFSET,
			     BGP_IPV4_SIZE);
		break;
	case BGP_IPV6_SIZE:
		nexthop.address = read_ipv6(&value);
		break;
	case WITH_LINK_LOCAL_SIZE:
		nexthop = read_pair(&value);
		break;
	default:
		return false;
	}
	*out = nexthop;
	return true;
}

/* RFC 4760 3, RFC 2545 3, RFC 8950 3. */
static bool size_is_good(size_t size, enum bgp_family family, bool extended)
{
	if (family == BGP_IPV4_UNICAST && !extended)
		return size == BGP_IPV4_SIZE;
	if (size == BGP_IPV4_SIZE)
		return family == BGP_IPV4_UNICAST;
	return size == BGP_IPV6_SIZE || size == WITH_LINK_LOCAL_SIZE;
}

bool bgp_nexthop_decode(struct reader *value, enum bgp_family family,
			bool extended, struct bgp_nexthop *out)
{
	size_t size = reader_u8(value);
	struct reader addresses = reader_sub(value, size);

	return !value->failed && size_is_good(size, family, extended) &&
	       bgp_nexthop_read(addresses, out);
}

void bgp_nexthop_write(struct writer *w, const struct bgp_nexthop *nexthop)
{
	const struct address *address = &nexthop->address;

	if (address_is_ipv4(address)) {
		writer_bytes(w, address->bytes + IPV4_OFFSET, BGP_IPV4_SIZE);
		return;
	}
	writer_bytes(w, address->bytes, sizeof(address->bytes));
	if (!address_is_zero(&nexthop->link_local))
		writer_bytes(w, nexthop->link_local.bytes,
			     sizeof(nexthop->link_local.bytes));
}
