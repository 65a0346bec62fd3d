// SPDX-License-Identifier: BSD-2-Clause
/* Neighbor Discovery frames: building and parsing. See nd.h. */

#include "nexthop/nd.h"

#include <endian.h>
#include <string.h>

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "core/wire.h"

enum nd_constants {
	IPV6_VERSION = 6,
	IPV6_VERSION_SHIFT = 28,
	IPV6_HEADER_SIZE = 40,
	HOP_LIMIT = 255, /* no router has lowered it: RFC 4861 3.1 */
	FLAG_SOLICITED = 0x40,
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	OPTION_UNIT = 8, /* bytes for each unit of an option's length */
	ICMPV6_OFFSET = ETH_HLEN + IPV6_HEADER_SIZE,
	GROUP_TAIL = 3,	    /* bytes of target in group: RFC 4291 2.7.1 */
	MAC_GROUP_TAIL = 4, /* bytes of a group in its MAC: RFC 2464 7 */
};

/* ff02::1:ff00:0/104 */
static const struct address solicited_node = {
	{ [0] = 0xff, [1] = 0x02, [11] = 0x01, [12] = 0xff },
};

static const uint8_t multicast_mac[MAC_SIZE] = { 0x33, 0x33 };

/* Sum 16-bit words in memory order: RFC 1071 2 B. */
static uint32_t add_words(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint16_t word;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		sum += word;
		bytes += sizeof(word);
	}
	if (size) {
		word = 0;
		memcpy(&word, bytes, size);
		sum += word;
	}
	return sum;
}

/*
 * Compute the checksum of the pseudo-header (RFC 8200 8.1) and `size` bytes of
 * ICMPv6, at most ND_MAX_FRAME. Zero if the packet has the right checksum.
 */
static uint16_t icmpv6_checksum(const struct nd_frame *frame,
				const void *icmpv6, size_t size)
{
	uint32_t sum = htobe16((uint16_t)size) + htobe16(IPPROTO_ICMPV6);

	sum = add_words(sum, &frame->source, sizeof(frame->source));
	sum = add_words(sum, &frame->destination, sizeof(frame->destination));
	sum = add_words(sum, icmpv6, size);
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Send to the target at a known MAC, or else to its multicast group. */
static void set_destination(const struct nd_solicitation *solicitation,
			    struct nd_frame *frame)
{
	struct address group = solicited_node;
	const size_t size = sizeof(group.bytes);

	if (solicitation->destination) {
		frame->destination = frame->target;
		memcpy(frame->destination_mac, solicitation->destination,
		       MAC_SIZE);
		return;
	}
	memcpy(group.bytes + size - GROUP_TAIL,
	       frame->target.bytes + size - GROUP_TAIL, GROUP_TAIL);
	frame->destination = group;
	memcpy(frame->destination_mac, multicast_mac, MAC_SIZE);
	memcpy(frame->destination_mac + MAC_SIZE - MAC_GROUP_TAIL,
	       group.bytes + size - MAC_GROUP_TAIL, MAC_GROUP_TAIL);
}

void nd_build_solicitation(const struct nd_solicitation *solicitation,
			   struct nd_solicitation_frame *frame)
{
	const size_t size = sizeof(*frame) - ICMPV6_OFFSET;
	struct nd_frame *start = &frame->start;

	*frame = (struct nd_solicitation_frame){
		.start = {
			.ethertype = htobe16(ETH_P_IPV6),
			.version_class_flow =
				htobe32(IPV6_VERSION << IPV6_VERSION_SHIFT),
			.payload_length = htobe16((uint16_t)size),
			.next_header = IPPROTO_ICMPV6,
			.hop_limit = HOP_LIMIT,
			.source = address_unscoped(&solicitation->source),
			.type = ND_SOLICITATION,
			.target = address_unscoped(&solicitation->target),
		},
		.source_mac = {
			.type = OPTION_SOURCE_MAC,
			.length = sizeof(frame->source_mac) / OPTION_UNIT,
		},
	};
	set_destination(solicitation, start);
	memcpy(start->source_mac, solicitation->source_mac, MAC_SIZE);
	memcpy(frame->source_mac.mac, solicitation->source_mac, MAC_SIZE);
	start->checksum =
		icmpv6_checksum(start, (uint8_t *)frame + ICMPV6_OFFSET, size);
}

static enum nd_verdict check_headers(const struct nd_frame *frame)
{
	uint32_t version = be32toh(frame->version_class_flow) >>
			   IPV6_VERSION_SHIFT;

	if (frame->ethertype != htobe16(ETH_P_IPV6) ||
	    version != IPV6_VERSION || frame->next_header != IPPROTO_ICMPV6)
		return ND_NOT_ICMPV6;
	if (frame->type != ND_ADVERTISEMENT)
		return ND_NOT_AN_ADVERTISEMENT;
	return frame->hop_limit == HOP_LIMIT ? ND_OK : ND_FORWARDED;
}

static enum nd_verdict check_message(const struct nd_frame *frame)
{
	bool solicited = frame->flags & FLAG_SOLICITED;
	struct address destination = frame->destination;
	struct address target = frame->target;

	if (frame->code)
		return ND_BAD_CODE;
	/* An IPv4-mapped target would look like an IPv4 address here. */
	if (address_is_multicast(&target) || address_is_zero(&target) ||
	    address_is_ipv4(&target))
		return ND_BAD_TARGET;
	if (solicited && address_is_multicast(&destination))
		return ND_BAD_SOLICITED;
	return ND_OK;
}

/* Read the target's MAC if an option has it; skip unknown options. */
static enum nd_verdict read_options(struct reader options,
				    uint8_t mac[MAC_SIZE])
{
	while (options.left) {
		uint8_t type = reader_u8(&options);
		uint8_t units = reader_u8(&options);
		struct reader value;

		if (!units)
			return ND_BAD_OPTION;
		value = reader_sub(&options, (size_t)units * OPTION_UNIT -
						     sizeof(type) -
						     sizeof(units));
		if (value.failed)
			return ND_BAD_OPTION;
		if (type == OPTION_TARGET_MAC && value.left == MAC_SIZE)
			reader_bytes(&value, mac, MAC_SIZE);
	}
	return ND_OK;
}

enum nd_verdict nd_parse(const void *data, size_t size,
			 struct nd_advertisement *advertisement)
{
	const uint8_t *icmpv6 = (const uint8_t *)data + ICMPV6_OFFSET;
	const size_t fixed = sizeof(struct nd_frame) - ICMPV6_OFFSET;
	struct nd_advertisement result = { 0 };
	enum nd_verdict verdict;
	struct nd_frame frame;
	size_t payload;

	if (size < sizeof(frame))
		return ND_TRUNCATED;
	memcpy(&frame, data, sizeof(frame));
	verdict = check_headers(&frame);
	if (verdict != ND_OK)
		return verdict;
	payload = be16toh(frame.payload_length);
	if (payload < fixed || payload > size - ICMPV6_OFFSET ||
	    size > ND_MAX_FRAME)
		return ND_TRUNCATED;
	if (icmpv6_checksum(&frame, icmpv6, payload))
		return ND_BAD_CHECKSUM;
	verdict = check_message(&frame);
	if (verdict != ND_OK)
		return verdict;

	memcpy(result.mac, frame.source_mac, MAC_SIZE);
	verdict = read_options(reader_of(icmpv6 + fixed, payload - fixed),
			       result.mac);
	if (verdict != ND_OK)
		return verdict;
	memcpy(result.destination_mac, frame.destination_mac, MAC_SIZE);
	result.destination = frame.destination;
	result.target = frame.target;
	result.solicited = frame.flags & FLAG_SOLICITED;
	*advertisement = result;
	return ND_OK;
}
