// SPDX-License-Identifier: BSD-2-Clause
/* IPv4. docs/packet-path.md section 3. */

#include "frame.h"
#include "oracle_packet.h"

#include <string.h>

enum {
	VERSION = 4,
	MAX_PACKET = 65535,
	OFFSET_UNIT = 8,
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LOOSE_ROUTE = 131,
	OPTION_STRICT_ROUTE = 137,
	OPTION_HEAD = 2, /* type and length */
	LAST_TTL = 1,
};

struct header {
	uint8_t version;
	uint8_t size;
	uint16_t total;
	uint16_t id;
	uint16_t fragment;
	uint8_t ttl;
	uint8_t protocol;
	uint32_t source;
	uint32_t destination;
};

static struct header read_header(struct reader *r)
{
	struct header header;
	uint8_t first = reader_u8(r);

	header.version = first >> 4;
	header.size = (first & 0xf) * FRAME_WORD;
	reader_u8(r);
	header.total = reader_u16(r);
	header.id = reader_u16(r);
	header.fragment = reader_u16(r);
	header.ttl = reader_u8(r);
	header.protocol = reader_u8(r);
	reader_u16(r);
	header.source = reader_u32(r);
	header.destination = reader_u32(r);
	return header;
}

static enum oracle_part part_of(const struct header *header)
{
	if (header->fragment & FRAME_IPV4_OFFSET)
		return PART_LATER;
	return header->fragment & FRAME_MORE_FRAGMENTS ? PART_FIRST :
							 PART_WHOLE;
}

static void take_header(const struct header *header,
			struct oracle_packet *packet)
{
	packet->source = frame_ipv4_address(header->source);
	packet->destination = frame_ipv4_address(header->destination);
	packet->ttl = header->ttl;
	packet->part = part_of(header);
	packet->id = header->id;
	packet->protocol = header->protocol;
	packet->fragment_protocol = header->protocol;
}

void oracle_read_ipv4_addresses(struct reader r, struct oracle_packet *packet)
{
	struct header header = read_header(&r);

	packet->ipv6 = false;
	take_header(&header, packet);
}

static enum hg_outcome judge_options(struct reader r)
{
	while (r.left) {
		uint8_t type = reader_u8(&r), length;

		if (type == OPTION_END)
			break;
		if (type == OPTION_NOP)
			continue;
		length = reader_u8(&r);
		if (length < OPTION_HEAD)
			return HG_DROPPED_BAD_OPTIONS;
		reader_take(&r, length - OPTION_HEAD);
		if (r.failed)
			return HG_DROPPED_BAD_OPTIONS;
		if (type == OPTION_LOOSE_ROUTE || type == OPTION_STRICT_ROUTE)
			return HG_PASSED_SOURCE_ROUTED;
	}
	return ORACLE_GO_ON;
}

/* True if the fragment ends behind the longest possible packet. */
static bool is_beyond(const struct header *header)
{
	unsigned int offset = header->fragment & FRAME_IPV4_OFFSET;
	unsigned int payload = header->total - header->size;

	return offset * OFFSET_UNIT + payload >
	       (unsigned int)MAX_PACKET - header->size;
}

enum hg_outcome oracle_read_ipv4(struct reader r, struct oracle_packet *packet)
{
	struct reader frame = r;
	struct header header = read_header(&r);
	enum hg_outcome outcome;

	if (header.version != VERSION || header.size < FRAME_IPV4_HEADER)
		return HG_DROPPED_BAD_HEADER;
	if (header.total < header.size || header.total > frame.left)
		return HG_DROPPED_BAD_LENGTH;
	packet->size = header.total;
	packet->transport = reader_sub(&frame, header.total);
	reader_take(&packet->transport, header.size);
	outcome =
		judge_options(reader_sub(&r, header.size - FRAME_IPV4_HEADER));
	if (outcome != ORACLE_GO_ON)
		return outcome;
	if (header.ttl <= LAST_TTL)
		return HG_PASSED_TTL_EXPIRED;
	if (is_beyond(&header))
		return HG_DROPPED_BAD_FRAGMENT;
	take_header(&header, packet);
	return ORACLE_GO_ON;
}

enum hg_outcome oracle_read_quoted_ipv4(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet)
{
	struct reader whole = r;
	struct header header = read_header(&r);

	if (r.failed || header.version != VERSION ||
	    header.size < FRAME_IPV4_HEADER ||
	    !reader_take(&whole, header.size))
		return HG_DROPPED_BAD_ICMP_ERROR;
	packet->ipv6 = false;
	take_header(&header, packet);
	packet->transport = whole;
	if (memcmp(&packet->source, vip, sizeof(*vip)))
		return HG_DROPPED_FOREIGN_ICMP_ERROR;
	return ORACLE_GO_ON;
}
