// SPDX-License-Identifier: BSD-2-Clause
/* Tunnels that paths ask for. See tunnel.h. */

#include "bgp/codec/tunnel.h"

#include "bgp/codec/extended_community.h"
#include "bgp/codec/martian.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/raw_attribute.h"
#include "bgp/codec/tlv.h"

#include <stdbool.h>

/* Parts of a tunnel: RFC 9012 3 */
enum tunnel_part {
	PART_ENCAPSULATION = 1,
	PART_ENDPOINT = 6,
};

enum {
	AFI_NONE = 0, /* the end is the next hop: RFC 9012 3.1 */
};

enum hg_encapsulation bgp_tunnel_encapsulation(uint16_t tunnel_type)
{
	switch (tunnel_type) {
	case BGP_TUNNEL_IPIP:
		return HG_ENCAPSULATION_IPIP;
	case BGP_TUNNEL_GRE:
		return HG_ENCAPSULATION_GRE;
	default:
		return HG_ENCAPSULATION_NONE;
	}
}

/* True if a host behind a router can have this address. */
static bool is_far_host(const struct address *address)
{
	return !martian_nexthop(address) && !address_is_link_local(address);
}

/* Read where the tunnel ends: RFC 9012 3.1. False if that is malformed. */
static bool read_tunnel_end(struct reader value, struct address *endpoint)
{
	struct address address = { 0 };
	uint32_t ipv4 = 0;
	uint16_t afi;

	reader_u32(&value); /* reserved */
	afi = reader_u16(&value);
	if (afi == BGP_AFI_IPV4) {
		reader_bytes(&value, &ipv4, sizeof(ipv4));
		address = address_from_ipv4(ipv4);
	} else if (afi == BGP_AFI_IPV6) {
		reader_bytes(&value, address.bytes, sizeof(address.bytes));
	} else if (afi != AFI_NONE) {
		return false;
	}
	if (value.failed || value.left ||
	    (afi != AFI_NONE && !is_far_host(&address)))
		return false;
	*endpoint = address;
	return true;
}

/*
 * Read a tunnel of a known type. False if it has no valid end. It has no
 * encapsulation if it asks for a GRE key, which we do not send (RFC 9012 3.2.4).
 */
static bool read_tunnel(const struct tlv *tunnel, struct bgp_tunnel *found)
{
	struct reader parts = tunnel->value;
	bool has_endpoint = false;
	struct tlv part;

	found->encapsulation = bgp_tunnel_encapsulation(tunnel->type);
	while (tlv_next(&parts, &tlv_of_tunnel_part, &part)) {
		if (part.type == PART_ENCAPSULATION &&
		    tunnel->type == BGP_TUNNEL_GRE)
			found->encapsulation = HG_ENCAPSULATION_NONE;
		/* All but the first are disregarded: RFC 9012 13. */
		if (part.type != PART_ENDPOINT || has_endpoint)
			continue;
		if (!read_tunnel_end(part.value, &found->endpoint))
			return false;
		has_endpoint = true;
	}
	return has_endpoint;
}

const char *bgp_tunnel_check(struct reader value)
{
	struct bgp_tunnel ignored;
	bool has_valid = false;
	struct tlv tunnel;

	while (tlv_next(&value, &tlv_of_tunnel, &tunnel)) {
		if (!tlv_list_is_whole(tunnel.value, &tlv_of_tunnel_part))
			return "part longer than its tunnel";
		if (!bgp_tunnel_encapsulation(tunnel.type) ||
		    read_tunnel(&tunnel, &ignored))
			has_valid = true;
	}
	if (value.failed)
		return "tunnel longer than the attribute";
	return has_valid ? NULL : "no tunnel with a valid end";
}

struct bgp_tunnel bgp_tunnel_choose(struct reader value)
{
	struct bgp_tunnel chosen = { .encapsulation = HG_ENCAPSULATION_NONE };
	struct tlv tunnel;

	while (tlv_next(&value, &tlv_of_tunnel, &tunnel)) {
		struct bgp_tunnel one;

		if (!bgp_tunnel_encapsulation(tunnel.type) ||
		    !read_tunnel(&tunnel, &one) || !one.encapsulation)
			continue;
		if (!chosen.encapsulation ||
		    one.encapsulation < chosen.encapsulation)
			chosen = one;
	}
	return chosen;
}

struct bgp_tunnel bgp_tunnel_of(const struct bgp_attributes *attributes)
{
	struct bgp_tunnel tunnel = { .encapsulation = HG_ENCAPSULATION_NONE };
	struct reader list = attributes->unknown;
	struct raw_attribute raw;

	while (raw_attribute_next(&list, &raw))
		if (raw.type == BGP_ATTRIBUTE_TUNNEL_ENCAPSULATION)
			tunnel = bgp_tunnel_choose(raw.value);
	if (!tunnel.encapsulation)
		tunnel.encapsulation =
			extended_community_encapsulation(attributes);
	return tunnel;
}

static void remove_attribute(struct writer *w,
			     struct bgp_attributes *attributes)
{
	struct reader list = attributes->unknown;
	struct raw_attribute raw;
	size_t before = w->used;

	while (raw_attribute_next(&list, &raw))
		if (raw.type != BGP_ATTRIBUTE_TUNNEL_ENCAPSULATION)
			writer_bytes(w, raw.whole.data, raw.whole.left);
	attributes->unknown = reader_of(w->data + before, w->used - before);
}

static void remove_communities(struct writer *w,
			       struct bgp_attributes *attributes)
{
	size_t before = w->used;

	extended_community_write_untunneled(w,
					    attributes->extended_communities);
	attributes->extended_communities =
		reader_of(w->data + before, w->used - before);
	if (w->used == before)
		attributes->present &= ~BGP_HAS_EXTENDED_COMMUNITIES;
}

void bgp_tunnel_remove(struct writer *w, struct bgp_attributes *attributes)
{
	if (attributes->unknown.left)
		remove_attribute(w, attributes);
	if (attributes->extended_communities.left)
		remove_communities(w, attributes);
}
