// SPDX-License-Identifier: BSD-2-Clause
/* TABLE_DUMP_V2. See mrt.h. */

#include "bgp/codec/mrt.h"

#include "bgp/codec/nexthop.h"
#include "bgp/codec/nlri.h"
#include "bgp/codec/raw_attribute.h"

/* RFC 6396 4, 4.3, RFC 8050 4. */
enum mrt_types {
	MRT_TABLE_DUMP_V2 = 13,
	MRT_PEER_INDEX_TABLE = 1,
	MRT_RIB_IPV4_UNICAST = 2,
	MRT_RIB_IPV6_UNICAST = 4,
	MRT_RIB_IPV4_UNICAST_ADDPATH = 8,
	MRT_RIB_IPV6_UNICAST_ADDPATH = 10,
};

/* Bits of a peer's type: RFC 6396 4.3.1. */
enum mrt_peer_bits {
	MRT_PEER_IPV6 = 1 << 0,
	MRT_PEER_AS4 = 1 << 1,
};

enum mrt_header {
	MRT_LENGTH_AT = 8, /* in the header: time, type, subtype, length */
	MRT_HEADER_SIZE = 12,
	NEXTHOP_FIELD_MAX = 1 + 2 * BGP_IPV6_SIZE,
};

static void begin_record(struct writer *w, uint32_t now_s, unsigned int subtype)
{
	writer_u32(w, now_s);
	writer_u16(w, MRT_TABLE_DUMP_V2);
	writer_u16(w, (uint16_t)subtype);
	writer_u32(w, 0);
}

static void end_record(struct writer *w, size_t begin)
{
	writer_patch_u32(w, begin + MRT_LENGTH_AT,
			 w->used - begin - MRT_HEADER_SIZE);
}

static void write_peer(struct writer *w, const struct mrt_peer *peer)
{
	const struct bgp_nexthop address = { .address = peer->address };
	bool ipv4 = address_is_ipv4(&peer->address) ||
		    address_is_zero(&peer->address);

	writer_u8(w, MRT_PEER_AS4 | (ipv4 ? 0 : MRT_PEER_IPV6));
	writer_u32(w, peer->identifier);
	if (address_is_zero(&peer->address))
		writer_u32(w, 0);
	else
		bgp_nexthop_write(w, &address);
	writer_u32(w, peer->as);
}

void mrt_write_peers(struct writer *w, uint32_t now_s, uint32_t collector,
		     const struct mrt_peer *peers, uint16_t count)
{
	size_t begin = w->used;

	begin_record(w, now_s, MRT_PEER_INDEX_TABLE);
	writer_u32(w, collector);
	writer_u16(w, 0); /* the view has no name */
	writer_u16(w, count);
	for (uint16_t i = 0; i < count; i++)
		write_peer(w, &peers[i]);
	end_record(w, begin);
}

static unsigned int rib_subtype(bool ipv6, bool path_ids)
{
	if (path_ids)
		return ipv6 ? MRT_RIB_IPV6_UNICAST_ADDPATH :
			      MRT_RIB_IPV4_UNICAST_ADDPATH;
	return ipv6 ? MRT_RIB_IPV6_UNICAST : MRT_RIB_IPV4_UNICAST;
}

struct mrt_rib mrt_rib_begin(struct writer *w, uint32_t now_s,
			     uint32_t sequence, const struct prefix *prefix,
			     bool path_ids)
{
	const struct bgp_nlri_format format = {
		.family = bgp_nlri_family(prefix),
	};
	const struct bgp_path_key key = { .prefix = *prefix };
	struct mrt_rib rib = {
		.w = w,
		.begin = w->used,
		.path_ids = path_ids,
		.ipv6 = format.family == BGP_IPV6_UNICAST,
	};

	begin_record(w, now_s, rib_subtype(rib.ipv6, path_ids));
	writer_u32(w, sequence);
	bgp_nlri_encode(w, &format, &key, 1);
	rib.count_at = w->used;
	writer_u16(w, 0);
	return rib;
}

/* MP_REACH_NLRI with the next hop alone: RFC 6396 4.3.4. */
static void write_nexthop_alone(struct writer *w, enum bgp_family family,
				const struct bgp_attributes *attributes)
{
	const struct bgp_nexthop nexthop = {
		.address = attributes->nexthop,
		.link_local = attributes->link_local,
	};
	uint8_t bytes[NEXTHOP_FIELD_MAX];
	struct writer field = writer_of(bytes, sizeof(bytes));

	bgp_nexthop_write_for(&field, family, &nexthop);
	raw_attribute_header(w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MP_REACH_NLRI,
			     field.used);
	writer_bytes(w, bytes, field.used);
}

/* AS numbers have four bytes here, whatever the session had. */
static void write_attributes(struct writer *w, bool ipv6,
			     const struct bgp_attributes *attributes)
{
	struct bgp_attributes others = *attributes;

	if (!ipv6 && address_is_ipv4(&attributes->nexthop)) {
		bgp_attributes_encode(w, attributes, BGP_AS4_SIZE);
		return;
	}
	others.present &= ~(uint32_t)BGP_HAS_NEXTHOP;
	bgp_attributes_encode(w, &others, BGP_AS4_SIZE);
	write_nexthop_alone(w, ipv6 ? BGP_IPV6_UNICAST : BGP_IPV4_UNICAST,
			    attributes);
}

bool mrt_rib_add(struct mrt_rib *rib, const struct mrt_path *path)
{
	struct writer *w = rib->w;
	size_t begin = w->used, length_at;

	if (rib->count == UINT16_MAX)
		return false;
	writer_u16(w, path->peer);
	writer_u32(w, path->since_s);
	if (rib->path_ids)
		writer_u32(w, path->path_id);
	length_at = w->used;
	writer_u16(w, 0);
	write_attributes(w, rib->ipv6, path->attributes);
	if (!w->failed && w->used - length_at - sizeof(uint16_t) > UINT16_MAX) {
		w->used = begin;
		return false;
	}
	writer_patch_u16(w, length_at, w->used - length_at - sizeof(uint16_t));
	rib->count++;
	return true;
}

void mrt_rib_end(struct mrt_rib *rib)
{
	writer_patch_u16(rib->w, rib->count_at, rib->count);
	end_record(rib->w, rib->begin);
}
