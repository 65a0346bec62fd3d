// SPDX-License-Identifier: BSD-2-Clause
/* Build the frame that leaves for a next hop. docs/packet-path.md section 9. */

#include "oracle_packet.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	PRIORITY_SHIFT = 12,
	TTL_STEP = 0x0100, /* the TTL is the upper byte of its word */
};

/*
 * Return the checksum after the TTL has gone down, by RFC 1624 equation 3 word
 * for word. It also predicts the result for a checksum that was wrong.
 */
static uint16_t next_checksum(const uint8_t *header)
{
	struct reader r =
		reader_of(header + FRAME_IPV4_TTL_AT, 2 * sizeof(uint16_t));
	uint16_t word = reader_u16(&r);
	uint16_t checksum = reader_u16(&r);
	uint16_t next = word - TTL_STEP;

	return ~frame_fold((uint64_t)(uint16_t)~checksum + (uint16_t)~word +
			   next);
}

static void count_down(struct frame *frame, size_t at, bool ipv6)
{
	uint16_t checksum;

	if (ipv6) {
		frame->bytes[at + FRAME_IPV6_HOP_LIMIT_AT]--;
		return;
	}
	checksum = next_checksum(frame->bytes + at);
	frame->bytes[at + FRAME_IPV4_TTL_AT]--;
	frame_put_u16(frame, at + FRAME_IPV4_CHECKSUM_AT, checksum);
}

static void write_tags(struct writer *w, const struct oracle_tags *in,
		       const struct hg_nexthop *nexthop)
{
	for (int i = 0; i < 2 && nexthop->tags[i].protocol; i++) {
		uint16_t priority = i < in->count ? in->priorities[i] : 0;

		writer_u16(w, ntohs(nexthop->tags[i].protocol));
		writer_u16(w, priority << PRIORITY_SHIFT | nexthop->tags[i].id);
	}
}

void oracle_write_out(const struct frame *in, const struct oracle_tags *tags,
		      const struct oracle_packet *packet,
		      const struct oracle_exit *exit, struct frame *out)
{
	const struct hg_nexthop *nexthop = exit->nexthop;
	struct writer w = writer_of(out->bytes, sizeof(out->bytes));
	size_t ip_at = ETH_HLEN + tags->count * FRAME_TAG;
	size_t size = in->size - ip_at; /* from the IP header on */

	if (size > nexthop->mtu)
		size = packet->size;
	writer_bytes(&w, nexthop->destination_mac, ETH_ALEN);
	writer_bytes(&w, nexthop->source_mac, ETH_ALEN);
	write_tags(&w, tags, nexthop);
	writer_u16(&w, oracle_outer_type(packet, nexthop));
	oracle_write_tunnel(&w, packet, in->bytes + ip_at, exit);
	writer_bytes(&w, in->bytes + ip_at, size);
	out->size = w.used;
	count_down(out, w.used - size, packet->ipv6);
}
