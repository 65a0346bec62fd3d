// SPDX-License-Identifier: BSD-2-Clause
/* Headers of a SYN: RFC 9293 3.1. See syn.h. */

#include "bgp/session/syn.h"

#include <netinet/in.h>

#include "core/ip_header.h"
#include "core/wire.h"

enum tcp_numbers {
	WORD_SIZE = 4,
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
	struct ip_header ip;

	/* A SYN of BGP has no extension headers. */
	if (!ip_header_read(&packet, &ip) || ip.protocol != IPPROTO_TCP ||
	    !read_syn_tcp(packet, &found))
		return false;
	found.from = ip.source;
	found.hop_limit = ip.hop_limit;
	*syn = found;
	return true;
}
