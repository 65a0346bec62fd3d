// SPDX-License-Identifier: BSD-2-Clause
/* Next hops in MP_REACH_NLRI. See nexthop.h. */

#include "bgp/codec/nexthop.h"

#include "bgp/codec/protocol.h"

enum {
	WITH_LINK_LOCAL_SIZE = 2 * BGP_IPV6_SIZE, /* RFC 2545 3 */
};

/*
 * Take one IPv6 address off `value`. An IPv4-mapped one (RFC 4291 2.5.5.2) is an
 * IPv4 address in the agent (core/address.h), and so it is meant: GoBGP and FRR
 * write an IPv4 next hop of an IPv6 route like this.
 */
static struct address take_ipv6(struct reader *value)
{
	struct address address = { 0 };

	reader_bytes(value, address.bytes, sizeof(address.bytes));
	return address;
}

/*
 * Take a global and a link-local address (RFC 2545 3). Speakers without a
 * global one send zero or the link-local one twice: then that is the next hop.
 */
static struct bgp_nexthop take_ipv6_pair(struct reader *value)
{
	struct bgp_nexthop out;

	out.address = take_ipv6(value);
	out.link_local = take_ipv6(value);
	if (address_is_ipv4(&out.link_local))
		out.link_local = (struct address){ 0 };
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
		reader_bytes(&value,
			     nexthop.address.bytes + ADDRESS_IPV4_OFFSET,
			     BGP_IPV4_SIZE);
		break;
	case BGP_IPV6_SIZE:
		nexthop.address = take_ipv6(&value);
		break;
	case WITH_LINK_LOCAL_SIZE:
		nexthop = take_ipv6_pair(&value);
		break;
	default:
		return false;
	}
	*out = nexthop;
	return true;
}

/* RFC 4760 3, RFC 2545 3, RFC 8950 3. */
static bool nexthop_size_is_good(size_t size, enum bgp_family family,
				 bool extended)
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

	return !value->failed && nexthop_size_is_good(size, family, extended) &&
	       bgp_nexthop_read(addresses, out);
}

void bgp_nexthop_write(struct writer *w, const struct bgp_nexthop *nexthop)
{
	const struct address *address = &nexthop->address;

	if (address_is_ipv4(address)) {
		writer_bytes(w, address->bytes + ADDRESS_IPV4_OFFSET,
			     BGP_IPV4_SIZE);
		return;
	}
	writer_bytes(w, address->bytes, sizeof(address->bytes));
	if (!address_is_zero(&nexthop->link_local))
		writer_bytes(w, nexthop->link_local.bytes,
			     sizeof(nexthop->link_local.bytes));
}

void bgp_nexthop_write_for(struct writer *w, enum bgp_family family,
			   const struct bgp_nexthop *nexthop)
{
	size_t length_at = w->used;

	writer_u8(w, 0);
	if (family == BGP_IPV6_UNICAST && address_is_ipv4(&nexthop->address))
		writer_bytes(w, nexthop->address.bytes, BGP_IPV6_SIZE);
	else
		bgp_nexthop_write(w, nexthop);
	writer_patch_u8(w, length_at, w->used - length_at - 1);
}
