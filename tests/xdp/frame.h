/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_FRAME_H
#define TESTS_XDP_FRAME_H

/*
 * Frames made from a few words. A shape of zeroes is a plain TCP packet from
 * 10.0.0.1 with a TTL of 64 and a right checksum; each field that is not zero
 * changes one thing about it.
 */

#include "core/wire.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

enum frame_sizes {
	FRAME_MAX = 2048,
	FRAME_IPV4_AT = ETH_HLEN,
	FRAME_IPV4_HEADER = 20,
	FRAME_TOTAL_LENGTH_AT = FRAME_IPV4_AT + 2,
	FRAME_TTL_AT = FRAME_IPV4_AT + 8,
	FRAME_CHECKSUM_AT = FRAME_IPV4_AT + 10,
	FRAME_WORD = 4,
	FRAME_IHL_MASK = 0x0f,
};

enum frame_defaults {
	FRAME_SOURCE = 0x0a000001, /* 10.0.0.1 */
	FRAME_SOURCE_PORT = 12345,
	FRAME_DESTINATION_PORT = 443,
	FRAME_TTL = 64,
	FRAME_IPV4_VERSION = 4,
	FRAME_OPTION_NOP = 1,
	FRAME_TCP_HEADER = 20,
	FRAME_UDP_HEADER = 8,
	FRAME_ICMP_HEADER = 8,
	FRAME_ICMP_ECHO = 8,
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t size;
};

/* Everything in host byte order. */
struct shape {
	const uint8_t *destination_mac; /* NULL: `mac` of frame_build() */
	uint16_t ethertype;
	uint32_t source;
	uint32_t destination;
	uint8_t protocol;
	uint8_t ttl;
	uint8_t option_words;
	uint16_t fragment; /* flags and offset as in the header */
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t payload; /* bytes behind the transport header */
	uint16_t padding; /* bytes behind the packet */
	uint8_t icmp_type;
};

static inline uint32_t frame_fold(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum;
}

/* RFC 1071, over a header of whole words. */
static inline uint16_t frame_checksum(const uint8_t *header, size_t size)
{
	struct reader r = reader_of(header, size);
	uint64_t sum = 0;

	while (r.left)
		sum += reader_u16(&r);
	return ~frame_fold(sum);
}

static inline size_t frame_ipv4_header_size(const struct frame *frame)
{
	return (frame->bytes[FRAME_IPV4_AT] & FRAME_IHL_MASK) * FRAME_WORD;
}

static inline void frame_put_u16(struct frame *frame, size_t at, uint16_t value)
{
	struct writer w = writer_of(frame->bytes, frame->size);

	writer_patch_u16(&w, at, value);
}

static inline void frame_fix_checksum(struct frame *frame)
{
	size_t size = frame_ipv4_header_size(frame);

	frame_put_u16(frame, FRAME_CHECKSUM_AT, 0);
	frame_put_u16(frame, FRAME_CHECKSUM_AT,
		      frame_checksum(frame->bytes + FRAME_IPV4_AT, size));
}

static inline void frame_zeroes(struct writer *w, size_t count)
{
	uint8_t *at = writer_take(w, count);

	if (at)
		memset(at, 0, count);
}

static inline uint16_t frame_or(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static inline void frame_write_icmp(struct writer *w, const struct shape *shape)
{
	writer_u8(w, shape->icmp_type);
	writer_u8(w, 0);
	writer_u16(w, 0);
	writer_u16(w, frame_or(shape->source_port, FRAME_SOURCE_PORT));
	writer_u16(w, 0);
}

static inline void frame_write_transport(struct writer *w,
					 const struct shape *shape)
{
	if (shape->protocol == IPPROTO_ICMP) {
		frame_write_icmp(w, shape);
		return;
	}
	writer_u16(w, frame_or(shape->source_port, FRAME_SOURCE_PORT));
	writer_u16(w,
		   frame_or(shape->destination_port, FRAME_DESTINATION_PORT));
	frame_zeroes(w, (shape->protocol == IPPROTO_UDP ? FRAME_UDP_HEADER :
							  FRAME_TCP_HEADER) -
				2 * sizeof(uint16_t));
}

/* Checksum and total length are filled in when the packet is complete. */
static inline void frame_write_ipv4(struct writer *w, const struct shape *shape)
{
	uint8_t words = FRAME_IPV4_HEADER / FRAME_WORD + shape->option_words;

	writer_u8(w, FRAME_IPV4_VERSION << 4 | words);
	writer_u8(w, 0);
	writer_u16(w, 0);
	writer_u16(w, 0);
	writer_u16(w, shape->fragment);
	writer_u8(w, frame_or(shape->ttl, FRAME_TTL));
	writer_u8(w, frame_or(shape->protocol, IPPROTO_TCP));
	writer_u16(w, 0);
	writer_u32(w, shape->source ? shape->source : FRAME_SOURCE);
	writer_u32(w, shape->destination);
	for (unsigned int i = 0; i < shape->option_words * FRAME_WORD; i++)
		writer_u8(w, FRAME_OPTION_NOP);
}

static inline void frame_write_ethernet(struct writer *w,
					const struct shape *shape,
					const uint8_t mac[ETH_ALEN])
{
	static const uint8_t router[ETH_ALEN] = { 2, 0, 0, 0, 0xee, 1 };

	writer_bytes(w, shape->destination_mac ? shape->destination_mac : mac,
		     ETH_ALEN);
	writer_bytes(w, router, sizeof(router));
	writer_u16(w, frame_or(shape->ethertype, ETH_P_IP));
}

/* `mac` is that of the port the frame is for. */
static inline void frame_build(const struct shape *shape,
			       const uint8_t mac[ETH_ALEN], struct frame *frame)
{
	struct writer w = writer_of(frame->bytes, sizeof(frame->bytes));
	size_t packet_end;

	frame_write_ethernet(&w, shape, mac);
	frame_write_ipv4(&w, shape);
	frame_write_transport(&w, shape);
	frame_zeroes(&w, shape->payload);
	packet_end = w.used;
	frame_zeroes(&w, shape->padding);
	frame->size = w.used;
	frame_put_u16(frame, FRAME_TOTAL_LENGTH_AT, packet_end - FRAME_IPV4_AT);
	frame_fix_checksum(frame);
}

#endif
