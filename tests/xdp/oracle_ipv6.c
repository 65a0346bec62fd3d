// SPDX-License-Identifier: BSD-2-Clause
/* IPv6. docs/packet-path.md section 4. */

#include "frame.h"
#include "oracle_packet.h"

#include <netinet/in.h>
#include <string.h>

enum {
	VERSION = 6,
	MAX_PAYLOAD = 65535,
	EXTENSION_UNIT = 8,
	OFFSET_MASK = 0xfff8,
	LAST_HOP_LIMIT = 1,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
};

struct header {
	uint8_t version;
	uint16_t payload;
	uint8_t next;
	uint8_t hop_limit;
	struct hg_address source;
	struct hg_address destination;
};

static struct header read_header(struct reader *r)
{
	struct header header = {};

	header.version = reader_u32(r) >> 28;
	header.payload = reader_u16(r);
	header.next = reader_u8(r);
	header.hop_limit = reader_u8(r);
	reader_bytes(r, &header.source, sizeof(header.source));
	reader_bytes(r, &header.destination, sizeof(header.destination));
	return header;
}

static void take_header(const struct header *header,
			struct oracle_packet *packet)
{
	packet->ipv6 = true;
	packet->source = header->source;
	packet->destination = header->destination;
	packet->ttl = header->hop_limit;
	packet->part = PART_WHOLE;
}

void oracle_read_ipv6_addresses(struct reader r, struct oracle_packet *packet)
{
	struct header header = read_header(&r);

	take_header(&header, packet);
}

static bool is_extension(uint8_t type)
{
	switch (type) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
	case MOBILITY:
	case HIP:
	case SHIM6:
		return true;
	default:
		return false;
	}
}

static size_t extension_size(uint8_t type, uint8_t length)
{
	if (type == IPPROTO_FRAGMENT)
		return FRAME_FRAGMENT_HEADER;
	if (type == IPPROTO_AH)
		return (length + 2) * FRAME_WORD;
	return (length + 1) * EXTENSION_UNIT;
}

/* A walk from header to header */
struct walk {
	struct reader at;
	bool quoted;
	bool fragmented; /* a fragment header was passed */
	int count;
	uint8_t type; /* type of the next header */
};

/* Read a fragment header. `body` starts behind its first two bytes. */
static enum hg_outcome take_fragment(struct walk *walk, struct reader body,
				     struct oracle_packet *packet)
{
	uint16_t fragment = reader_u16(&body);
	uint16_t offset = fragment & OFFSET_MASK;

	if (walk->fragmented)
		return HG_DROPPED_BAD_EXTENSION;
	walk->fragmented = true;
	if (!(fragment & (OFFSET_MASK | FRAME_IPV6_MORE)))
		return ORACLE_GO_ON;
	packet->part = offset ? PART_LATER : PART_FIRST;
	packet->id = reader_u32(&body);
	packet->fragment_protocol = walk->type;
	if (!walk->quoted && offset + walk->at.left > MAX_PAYLOAD)
		return HG_DROPPED_BAD_FRAGMENT;
	return ORACLE_GO_ON;
}

static enum hg_outcome take_extension(struct walk *walk,
				      struct oracle_packet *packet)
{
	struct reader fixed = walk->at, body;
	uint8_t type = walk->type, next = reader_u8(&fixed);
	uint8_t length = reader_u8(&fixed);

	if (walk->at.left < EXTENSION_UNIT)
		return HG_DROPPED_BAD_EXTENSION;
	body = reader_sub(&walk->at, extension_size(type, length));
	if (body.failed || (type == IPPROTO_HOPOPTS && walk->count))
		return HG_DROPPED_BAD_EXTENSION;
	if (type == IPPROTO_ROUTING && !walk->quoted)
		return HG_PASSED_SOURCE_ROUTED;
	walk->type = next;
	if (type == IPPROTO_FRAGMENT)
		return take_fragment(walk, fixed, packet);
	return ORACLE_GO_ON;
}

static enum hg_outcome walk_extensions(struct walk *walk,
				       struct oracle_packet *packet)
{
	enum hg_outcome outcome;

	for (; is_extension(walk->type); walk->count++) {
		if (walk->count == HG_MAX_EXTENSION_HEADERS)
			return HG_PASSED_EXTENSION_HEADERS;
		outcome = take_extension(walk, packet);
		if (outcome != ORACLE_GO_ON)
			return outcome;
		if (packet->part == PART_LATER)
			break;
	}
	packet->protocol = walk->type;
	packet->transport = walk->at;
	return ORACLE_GO_ON;
}

enum hg_outcome oracle_read_ipv6(struct reader r, struct oracle_packet *packet)
{
	struct header header = read_header(&r);
	struct walk walk = { .type = header.next };

	if (header.version != VERSION)
		return HG_DROPPED_BAD_HEADER;
	if (header.payload > r.left)
		return HG_DROPPED_BAD_LENGTH;
	if (!header.payload && header.next == IPPROTO_HOPOPTS)
		return HG_PASSED_JUMBOGRAM;
	if (header.hop_limit <= LAST_HOP_LIMIT)
		return HG_PASSED_TTL_EXPIRED;
	take_header(&header, packet);
	packet->size = FRAME_IPV6_HEADER + header.payload;
	walk.at = reader_sub(&r, header.payload);
	return walk_extensions(&walk, packet);
}

enum hg_outcome oracle_read_quoted_ipv6(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet)
{
	struct header header = read_header(&r);
	struct walk walk = { .at = r, .quoted = true, .type = header.next };

	if (r.failed || header.version != VERSION)
		return HG_DROPPED_BAD_ICMP_ERROR;
	take_header(&header, packet);
	if (memcmp(&packet->source, vip, sizeof(*vip)))
		return HG_DROPPED_FOREIGN_ICMP_ERROR;
	if (walk_extensions(&walk, packet) != ORACLE_GO_ON)
		return HG_DROPPED_BAD_ICMP_ERROR;
	return ORACLE_GO_ON;
}
