// SPDX-License-Identifier: BSD-2-Clause
/* Headers of a SYN: RFC 791, RFC 8200, RFC 9293. See syn.h. */

#include "bgp/session/syn.h"

#include <netinet/in.h>
#include <string.h>

#include "core/wire.h"

enum ip_numbers {
	VERSION_SHIFT = 4,
	IPV4 = 4,
	IPV6 = 6,
	IHL_MASK = 0x0f,
	WORD_SIZE = 4,
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	IPV4_BEFORE_FRAGMENT = 6,
	FRAGMENT_MASK = 0x3fff, /* more fragments, and the offset */
	IPV4_CHECKSUM = 2,
	IPV4_ADDRESS = 4,
	IPV6_BEFORE_NEXT = 6,
};

enum tcp_numbers {
	TCP_HEADER = 20,
	BEFORE_OFFSET = 12, /* ports, sequence numbers */
	OFFSET_SHIFT = 4,
	FLAG_SYN = 0x02,
	BEHIND_FLAGS = 6, /* window, checksum, urgent pointer */
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_HEADER = 2,
	OPTION_MD5 = 19,
	OPTION_AO = 29,
};

/* Read the IPv4 header. False if what follows is no TCP header. */
static bool read_syn_ipv4(struct reader *packet, struct bgp_syn *syn)
{
	size_t header = (size_t)(packet->data[0] & IHL_MASK) * WORD_SIZE;
	uint32_t from = 0;
	uint16_t fragment;
	uint8_t protocol;

	if (header < IPV4_HEADER || packet->left < header)
		return false;
	reader_take(packet, IPV4_BEFORE_FRAGMENT);
	fragment = reader_u16(packet);
	syn->hop_limit = reader_u8(packet);
	protocol = reader_u8(packet);
	reader_take(packet, IPV4_CHECKSUM);
	reader_bytes(packet, &from, sizeof(from));
	reader_take(packet, IPV4_ADDRESS);
	reader_take(packet, header - IPV4_HEADER);
	syn->from = address_from_ipv4(from);
	return !packet->failed && protocol == IPPROTO_TCP &&
	       !(fragment & FRAGMENT_MASK);
}

/* The same for IPv6. A SYN of BGP has no extension headers. */
static bool read_syn_ipv6(struct reader *packet, struct bgp_syn *syn)
{
	uint8_t next;

	reader_take(packet, IPV6_BEFORE_NEXT);
	next = reader_u8(packet);
	syn->hop_limit = reader_u8(packet);
	reader_bytes(packet, syn->from.bytes, sizeof(syn->from.bytes));
	reader_take(packet, sizeof(syn->from.bytes));
	return !packet->failed && next == IPPROTO_TCP;
}

/* Read the options. False if one of them ends early. */
static bool read_syn_options(struct reader options, struct bgp_syn *syn)
{
	while (options.left) {
		uint8_t kind = reader_u8(&options);
		uint8_t size;
		struct reader value;

		if (kind == OPTION_END)
			return true;
		if (kind == OPTION_NOP)
			continue;
		size = reader_u8(&options);
		if (options.failed || size < OPTION_HEADER ||
		    options.left < (size_t)size - OPTION_HEADER)
			return false;
		value = reader_of(options.data, (size_t)size - OPTION_HEADER);
		reader_take(&options, value.left);
		if (kind == OPTION_MD5)
			syn->md5 = true;
		if (kind == OPTION_AO && value.left) {
			syn->ao = true;
			syn->ao_key = reader_u8(&value);
		}
	}
	return true;
}

static bool read_syn_tcp(struct reader segment, struct bgp_syn *syn)
{
	size_t header;
	uint8_t flags;

	reader_take(&segment, BEFORE_OFFSET);
	header = (size_t)(reader_u8(&segment) >> OFFSET_SHIFT) * WORD_SIZE;
	flags = reader_u8(&segment);
	reader_take(&segment, BEHIND_FLAGS);
	if (segment.failed || !(flags & FLAG_SYN) || header < TCP_HEADER ||
	    segment.left < header - TCP_HEADER)
		return false;
	return read_syn_options(reader_of(segment.data, header - TCP_HEADER),
				syn);
}

bool bgp_syn_parse(const uint8_t *data, size_t size, struct bgp_syn *syn)
{
	struct reader packet = reader_of(data, size);
	struct bgp_syn found = { .hop_limit = 0 };
	bool is_tcp = false;

	if (size && data[0] >> VERSION_SHIFT == IPV4)
		is_tcp = read_syn_ipv4(&packet, &found);
	else if (size && data[0] >> VERSION_SHIFT == IPV6)
		is_tcp = read_syn_ipv6(&packet, &found);
	if (!is_tcp || !read_syn_tcp(packet, &found))
		return false;
	*syn = found;
	return true;
}
