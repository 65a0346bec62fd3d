// SPDX-License-Identifier: BSD-2-Clause
/*
 * Martians. See martian.h. The check runs for every prefix of every UPDATE, so
 * the first byte decides where possible.
 */

#include "bgp/codec/martian.h"

#include <stddef.h>
#include <string.h>

enum {
	INTERFACE_IDENTIFIER_OFFSET = 8,
	/* First bytes and lengths of IPv4 networks. */
	NET_THIS = 0,
	NET_LOOPBACK = 127,
	NET_LENGTH = 8,
	NET_MULTICAST = 224,
	NET_RESERVED = 240,
	NET_MULTICAST_LENGTH = 3, /* 224.0.0.0/3, with the reserved ones */
	IPV4_BROADCAST = 0xffffffff,
	/* First bytes and lengths of IPv6 prefixes. */
	PREFIX_IPV4 = 0x00, /* ::/96, which holds :: and ::1 */
	PREFIX_IPV4_LENGTH = 96,
	PREFIX_LINK_LOCAL = 0xfe, /* fe80::/10 */
	PREFIX_LINK_LOCAL_MASK = 0xc0,
	PREFIX_LINK_LOCAL_LENGTH = 10,
	PREFIX_MULTICAST = 0xff,
	PREFIX_MULTICAST_LENGTH = 8,
};

static bool is_ipv4_martian(const struct prefix *prefix)
{
	unsigned int net = prefix->address.bytes[ADDRESS_IPV4_OFFSET];

	if (net == NET_THIS || net == NET_LOOPBACK)
		return prefix->length >= NET_LENGTH;
	return net >= NET_MULTICAST && prefix->length >= NET_MULTICAST_LENGTH;
}

/* True for ::, ::1, IPv4-compatible and IPv4-mapped: RFC 4291 2.5.5. */
static bool stands_for_ipv4(const struct address *address)
{
	static const uint8_t zero[ADDRESS_IPV4_OFFSET];

	return !memcmp(address->bytes, zero, sizeof(zero)) ||
	       address_is_ipv4(address);
}

static bool is_ipv6_martian(const struct prefix *prefix)
{
	switch (prefix->address.bytes[0]) {
	case PREFIX_IPV4:
		return prefix->length >= PREFIX_IPV4_LENGTH &&
		       stands_for_ipv4(&prefix->address);
	case PREFIX_LINK_LOCAL:
		return prefix->length >= PREFIX_LINK_LOCAL_LENGTH &&
		       address_is_link_local(&prefix->address);
	case PREFIX_MULTICAST:
		return prefix->length >= PREFIX_MULTICAST_LENGTH;
	default:
		return false;
	}
}

bool martian_prefix(const struct prefix *prefix, enum bgp_family family)
{
	return family == BGP_IPV4_UNICAST ? is_ipv4_martian(prefix) :
					    is_ipv6_martian(prefix);
}

/*
 * True if bits 10 to 63 of a link-local address are not zero: RFC 4291 2.5.6.
 */
static bool has_stray_bits(const struct address *address)
{
	const uint8_t *bytes = address->bytes;
	unsigned int stray = bytes[1] & ~PREFIX_LINK_LOCAL_MASK & UINT8_MAX;

	for (size_t i = 2; i < INTERFACE_IDENTIFIER_OFFSET; i++)
		stray |= bytes[i];
	return stray;
}

bool martian_nexthop(const struct address *address)
{
	unsigned int net = address->bytes[ADDRESS_IPV4_OFFSET];

	if (!address_is_ipv4(address))
		return address->bytes[0] == PREFIX_MULTICAST ||
		       stands_for_ipv4(address) ||
		       (address_is_link_local(address) &&
			has_stray_bits(address));
	return net == NET_THIS || net == NET_LOOPBACK ||
	       (net >= NET_MULTICAST && net < NET_RESERVED) ||
	       address_ipv4(address) == IPV4_BROADCAST;
}
