// SPDX-License-Identifier: BSD-2-Clause
/* TCP segments of checks. See service_segment.h. */

#include "nexthop/service_segment.h"

#include "core/ip_header.h"
#include "core/wire.h"

enum ip_numbers {
	IPV4_SIZE = 20,
	IPV4_TOTAL_LENGTH = 2, /* offsets */
	IPV4_CHECKSUM = 10,
	IPV4_ADDRESS_SIZE = 4,
	IPV4_VERSION = 4,
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV6_VERSION = 6,
	IPV6_VERSION_SHIFT = 28,
	IPV6_ADDRESS_SIZE = 16,
	VERSION_SHIFT = 4,
	WORD_SIZE = 4,
	HOP_LIMIT = 64,
	PROTOCOL_TCP = 6,
};

enum tcp_numbers {
	TCP_SIZE = 20,
	TCP_CHECKSUM = 16, /* offset */
	TCP_OFFSET_SHIFT = 4,
	TCP_WINDOW = 16384,
	TCP_OPTION_MSS = 2,
	TCP_OPTION_MSS_SIZE = 4,
	TCP_FLAGS = 0x3f,
};

/* ------------------------------------------------------------- checksums */

/* Add 16-bit words to a sum (RFC 1071); a last odd byte counts as the high one. */
static uint32_t add_big_endian(uint32_t sum, const uint8_t *data, size_t size)
{
	for (; size > 1; data += 2, size -= 2)
		sum += (uint32_t)(data[0] << 8 | data[1]);
	return size ? sum + (uint32_t)(data[0] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint32_t add_address(uint32_t sum, const struct address *address)
{
	if (address_is_ipv4(address))
		return add_big_endian(sum, address->bytes + ADDRESS_IPV4_OFFSET,
				      IPV4_ADDRESS_SIZE);
	return add_big_endian(sum, address->bytes, IPV6_ADDRESS_SIZE);
}

/* With the pseudo-header: RFC 9293 3.1. */
static uint16_t tcp_checksum(const struct service_segment *segment,
			     const uint8_t *tcp, size_t size)
{
	uint32_t sum = PROTOCOL_TCP + (uint32_t)size;

	sum = add_address(sum, &segment->source);
	sum = add_address(sum, &segment->destination);
	return fold(add_big_endian(sum, tcp, size));
}

/* ------------------------------------------------------------- build */

static void write_ipv4(struct writer *out,
		       const struct service_segment *segment, size_t size)
{
	writer_u8(out, IPV4_VERSION << VERSION_SHIFT | IPV4_SIZE / WORD_SIZE);
	writer_u8(out, 0);
	writer_u16(out, (uint16_t)(IPV4_SIZE + size));
	writer_u16(out, 0); /* no fragment needs an identification: RFC 6864 */
	writer_u16(out, IPV4_DONT_FRAGMENT);
	writer_u8(out, HOP_LIMIT);
	writer_u8(out, PROTOCOL_TCP);
	writer_u16(out, 0);
	writer_bytes(out, segment->source.bytes + ADDRESS_IPV4_OFFSET,
		     IPV4_ADDRESS_SIZE);
	writer_bytes(out, segment->destination.bytes + ADDRESS_IPV4_OFFSET,
		     IPV4_ADDRESS_SIZE);
	writer_patch_u16(out, IPV4_CHECKSUM,
			 fold(add_big_endian(0, out->data, IPV4_SIZE)));
}

static void write_ipv6(struct writer *out,
		       const struct service_segment *segment, size_t size)
{
	writer_u32(out, (uint32_t)IPV6_VERSION << IPV6_VERSION_SHIFT);
	writer_u16(out, (uint16_t)size);
	writer_u8(out, PROTOCOL_TCP);
	writer_u8(out, HOP_LIMIT);
	writer_bytes(out, segment->source.bytes, IPV6_ADDRESS_SIZE);
	writer_bytes(out, segment->destination.bytes, IPV6_ADDRESS_SIZE);
}

static void write_tcp(struct writer *out, const struct service_segment *segment)
{
	unsigned int words = TCP_SIZE / WORD_SIZE + (segment->mss != 0);

	writer_u16(out, segment->source_port);
	writer_u16(out, segment->destination_port);
	writer_u32(out, segment->sequence);
	writer_u32(out, segment->acknowledged);
	writer_u8(out, (uint8_t)(words << TCP_OFFSET_SHIFT));
	writer_u8(out, segment->flags);
	writer_u16(out, segment->flags & SERVICE_RST ? 0 : TCP_WINDOW);
	writer_u16(out, 0);
	writer_u16(out, 0);
	if (segment->mss) {
		writer_u8(out, TCP_OPTION_MSS);
		writer_u8(out, TCP_OPTION_MSS_SIZE);
		writer_u16(out, segment->mss);
	}
	writer_bytes(out, segment->data, segment->data_size);
}

size_t service_segment_build(const struct service_segment *segment,
			     uint8_t packet[SERVICE_PACKET_SIZE])
{
	struct service_segment unscoped = *segment;
	struct writer out = writer_of(packet, SERVICE_PACKET_SIZE);
	size_t size = TCP_SIZE + segment->data_size +
		      (segment->mss ? TCP_OPTION_MSS_SIZE : 0);
	size_t tcp;

	unscoped.source = address_unscoped(&segment->source);
	if (address_is_ipv4(&segment->destination))
		write_ipv4(&out, &unscoped, size);
	else
		write_ipv6(&out, &unscoped, size);
	tcp = out.used;
	write_tcp(&out, &unscoped);
	if (out.failed)
		return 0;
	writer_patch_u16(&out, tcp + TCP_CHECKSUM,
			 tcp_checksum(&unscoped, packet + tcp, size));
	return out.used;
}

/* ------------------------------------------------------------- parse */

static bool read_tcp(struct reader *in, size_t size,
		     struct service_segment *segment)
{
	size_t header;

	segment->source_port = reader_u16(in);
	segment->destination_port = reader_u16(in);
	segment->sequence = reader_u32(in);
	segment->acknowledged = reader_u32(in);
	header = (reader_u8(in) >> TCP_OFFSET_SHIFT) * (size_t)WORD_SIZE;
	segment->flags = reader_u8(in) & TCP_FLAGS;
	reader_u32(in); /* window and checksum */
	reader_u16(in);
	if (in->failed || header < TCP_SIZE || header > size)
		return false;
	reader_take(in, header - TCP_SIZE);
	segment->data_size = (uint32_t)(size - header);
	segment->data_present =
		in->left < segment->data_size ? in->left : segment->data_size;
	segment->data = (const char *)in->data;
	return !in->failed;
}

bool service_segment_parse(const uint8_t *packet, size_t size,
			   struct service_segment *segment)
{
	struct reader in = reader_of(packet, size);
	struct service_segment read = { 0 };
	struct ip_header ip;

	if (!ip_header_read(&in, &ip) || ip.protocol != PROTOCOL_TCP ||
	    !read_tcp(&in, ip.payload, &read))
		return false;
	read.source = ip.source;
	read.destination = ip.destination;
	*segment = read;
	return true;
}
