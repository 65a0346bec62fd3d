// SPDX-License-Identifier: BSD-2-Clause
/* IP and UDP headers around BFD packets. See bfd_datagram.h. */

#include "nexthop/bfd_datagram.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>

#include "core/wire.h"

enum header_numbers {
	VERSION_SHIFT = 4,
	IPV4_VERSION = 4,
	IPV6_VERSION = 6,
	IPV4_HEADER_MASK = 0x0f,
	IPV4_WORD = 4,
	IPV4_MIN_HEADER = 20,
	IPV6_HEADER = 40,
	UDP_HEADER = 8,
};

/* A packet while it is parsed. */
struct packet {
	struct reader udp; /* header and payload */
	struct address source;
	uint32_t sum; /* of the pseudo-header without the length */
	uint8_t protocol;
	uint8_t hop_limit;
	bool ipv4;
};

/* Add 16-bit words to a ones' complement sum: RFC 1071. */
static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);

	while (reader.left > 1)
		sum += reader_u16(&reader);
	if (reader.left)
		sum += (uint32_t)reader_u8(&reader) << 8;
	return sum;
}

/* Set `udp` to what the total length says: a short frame is padded. */
static void end_at(struct packet *packet, struct reader rest, size_t size)
{
	packet->udp = reader_sub(&rest, size);
}

static bool parse_ipv4(struct reader reader, struct packet *packet)
{
	const uint8_t *start = reader.data;
	size_t header = (start[0] & IPV4_HEADER_MASK) * (size_t)IPV4_WORD;
	uint16_t total, fragment;
	const uint8_t *addresses;
	uint32_t source;

	reader_take(&reader, 2);
	total = reader_u16(&reader);
	reader_take(&reader, 2);
	fragment = reader_u16(&reader);
	packet->hop_limit = reader_u8(&reader);
	packet->protocol = reader_u8(&reader);
	reader_take(&reader, 2);
	addresses = reader_take(&reader, 2 * sizeof(source));
	if (header < IPV4_MIN_HEADER || total < header ||
	    fragment & (IP_OFFMASK | IP_MF))
		return false;
	reader_take(&reader, header - IPV4_MIN_HEADER);
	if (reader.failed)
		return false;
	memcpy(&source, addresses, sizeof(source));
	packet->source = address_from_ipv4(source);
	packet->sum =
		sum_words(packet->protocol, addresses, 2 * sizeof(source));
	packet->ipv4 = true;
	end_at(packet, reader, total - header);
	return true;
}

static bool parse_ipv6(struct reader reader, struct packet *packet)
{
	const uint8_t *addresses;
	uint16_t payload;

	reader_take(&reader, 4);
	payload = reader_u16(&reader);
	packet->protocol = reader_u8(&reader);
	packet->hop_limit = reader_u8(&reader);
	addresses = reader_take(&reader, 2 * sizeof(packet->source.bytes));
	if (reader.failed)
		return false;
	memcpy(packet->source.bytes, addresses, sizeof(packet->source.bytes));
	packet->sum = sum_words(packet->protocol, addresses,
				2 * sizeof(packet->source.bytes));
	packet->ipv4 = false;
	end_at(packet, reader, payload);
	/* It would look like a neighbor's IPv4 address. */
	return !address_is_ipv4(&packet->source);
}

/* Verify the checksum: RFC 768, RFC 8200 8.1. Zero means none in IPv4. */
static bool is_sum_right(const struct packet *packet, struct reader udp,
			 uint16_t checksum)
{
	uint32_t sum;

	if (!checksum)
		return packet->ipv4;
	sum = sum_words(packet->sum + (uint32_t)udp.left, udp.data, udp.left);
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum == UINT16_MAX;
}

static bool parse_udp(const struct packet *packet, bool checked,
		      struct bfd_datagram *datagram)
{
	struct reader reader = packet->udp, whole = packet->udp;
	uint16_t port, length, checksum;

	reader_take(&reader, 2);
	port = reader_u16(&reader);
	length = reader_u16(&reader);
	checksum = reader_u16(&reader);
	whole = reader_sub(&whole, length);
	if (reader.failed || whole.failed || port != BFD_PORT ||
	    length < UDP_HEADER)
		return false;
	if (!checked && !is_sum_right(packet, whole, checksum))
		return false;
	datagram->sender = packet->source;
	datagram->hop_limit = packet->hop_limit;
	datagram->size = length - (size_t)UDP_HEADER;
	/* Later bytes are not part of a packet. */
	if (datagram->size > sizeof(datagram->payload))
		datagram->size = sizeof(datagram->payload);
	reader_bytes(&reader, datagram->payload, datagram->size);
	return true;
}

bool bfd_datagram_parse(const uint8_t *data, size_t size, bool checked,
			struct bfd_datagram *datagram)
{
	struct packet packet;
	uint8_t version;
	bool whole;

	if (!size)
		return false;
	version = data[0] >> VERSION_SHIFT;
	if (version == IPV4_VERSION)
		whole = parse_ipv4(reader_of(data, size), &packet);
	else
		whole = version == IPV6_VERSION &&
			parse_ipv6(reader_of(data, size), &packet);
	return whole && packet.protocol == IPPROTO_UDP && !packet.udp.failed &&
	       parse_udp(&packet, checked, datagram);
}
