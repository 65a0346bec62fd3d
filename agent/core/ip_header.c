// SPDX-License-Identifier: BSD-2-Clause
/* IP headers. See ip_header.h. */

#include "core/ip_header.h"

#include "core/wire.h"

enum ipv4_numbers {
	IPV4_VERSION = 4,
	IPV4_SIZE = 20,
	IPV4_LENGTH_MASK = 0x0f,
	IPV4_FRAGMENT_MASK = 0x3fff, /* more fragments, and the offset */
	IPV4_WORD_SIZE = 4,
};

enum ipv6_numbers {
	IPV6_VERSION = 6,
	IPV6_FLOW_SIZE = 4, /* version, traffic class, flow label */
};

enum {
	VERSION_SHIFT = 4,
};

static bool read_ipv4(struct reader *in, struct ip_header *header)
{
	size_t size = (reader_u8(in) & IPV4_LENGTH_MASK) * IPV4_WORD_SIZE;
	uint32_t source = 0, destination = 0;
	uint16_t total, fragment;

	reader_u8(in); /* service */
	total = reader_u16(in);
	reader_u16(in); /* identification */
	fragment = reader_u16(in);
	header->hop_limit = reader_u8(in);
	header->protocol = reader_u8(in);
	reader_u16(in); /* checksum */
	reader_bytes(in, &source, sizeof(source));
	reader_bytes(in, &destination, sizeof(destination));
	header->source = address_from_ipv4(source);
	header->destination = address_from_ipv4(destination);
	if (size < IPV4_SIZE || total < size || fragment & IPV4_FRAGMENT_MASK)
		return false;
	header->payload = total - size;
	reader_take(in, size - IPV4_SIZE);
	return !in->failed;
}

static bool read_ipv6(struct reader *in, struct ip_header *header)
{
	reader_take(in, IPV6_FLOW_SIZE);
	header->payload = reader_u16(in);
	header->protocol = reader_u8(in);
	header->hop_limit = reader_u8(in);
	reader_bytes(in, header->source.bytes, sizeof(header->source.bytes));
	reader_bytes(in, header->destination.bytes,
		     sizeof(header->destination.bytes));
	return !in->failed;
}

bool ip_header_read(struct reader *packet, struct ip_header *header)
{
	const uint8_t *first = reader_peek(packet, 1);

	*header = (struct ip_header){ .hop_limit = 0 };
	if (!first)
		return false;
	switch (*first >> VERSION_SHIFT) {
	case IPV4_VERSION:
		return read_ipv4(packet, header);
	case IPV6_VERSION:
		return read_ipv6(packet, header);
	default:
		return false;
	}
}
