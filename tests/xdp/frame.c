// SPDX-License-Identifier: BSD-2-Clause
/* Build the bytes of a frame from its shape. */

#include "frame.h"

#include "core/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IPV4_VERSION = 4,
	IPV6_VERSION = 6,
	VERSION_SHIFT = 4,
	IHL_MASK = 0x0f,
	MAPPED_AT = 12, /* offset of the IPv4 address in ::ffff:a.b.c.d */
	EXTENSION_HEAD = 2,
	AUTHENTICATION_WORDS = 2, /* not counted in its length (RFC 4302 2.2) */
	EXTENSION_UNIT = 8,
};

static const uint8_t router_mac[ETH_ALEN] = { 2, 0, 0, 0, 0xee, 1 };

struct hg_address frame_ipv4_address(uint32_t address)
{
	struct hg_address mapped = { .bytes = { [10] = 0xff, [11] = 0xff } };

	address = htonl(address);
	memcpy(mapped.bytes + MAPPED_AT, &address, sizeof(address));
	return mapped;
}

struct hg_address frame_ipv6_address(const char *text)
{
	struct hg_address address;

	if (inet_pton(AF_INET6, text, address.bytes) != 1) {
		fprintf(stderr, "%s: not an IPv6 address\n", text);
		abort();
	}
	return address;
}

uint32_t frame_fold(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum;
}

uint16_t frame_checksum(const uint8_t *bytes, size_t size)
{
	struct reader r = reader_of(bytes, size);
	uint64_t sum = 0;

	while (r.left)
		sum += reader_u16(&r);
	return ~frame_fold(sum);
}

size_t frame_ip_at(const struct frame *frame)
{
	size_t at = ETH_HLEN;
	uint16_t ethertype;

	for (int i = 0; i < FRAME_MAX_TAGS; i++, at += FRAME_TAG) {
		memcpy(&ethertype, frame->bytes + at - sizeof(ethertype),
		       sizeof(ethertype));
		if (ethertype != htons(ETH_P_8021Q) &&
		    ethertype != htons(ETH_P_8021AD))
			break;
	}
	return at;
}

void frame_put_u16(struct frame *frame, size_t at, uint16_t value)
{
	struct writer w = writer_of(frame->bytes, frame->size);

	writer_patch_u16(&w, at, value);
}

static void fix_checksum_at(uint8_t *bytes, size_t at)
{
	size_t size = (bytes[at] & IHL_MASK) * FRAME_WORD;
	uint16_t sum = 0;

	memcpy(bytes + at + FRAME_IPV4_CHECKSUM_AT, &sum, sizeof(sum));
	sum = htons(frame_checksum(bytes + at, size));
	memcpy(bytes + at + FRAME_IPV4_CHECKSUM_AT, &sum, sizeof(sum));
}

void frame_fix_checksum(struct frame *frame)
{
	fix_checksum_at(frame->bytes, frame_ip_at(frame));
}

static uint32_t or_else(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static void write_zeroes(struct writer *w, size_t count)
{
	uint8_t *at = writer_take(w, count);

	if (at)
		memset(at, 0, count);
}

static bool is_zero(const struct hg_address *address)
{
	static const struct hg_address zero;

	return !memcmp(address, &zero, sizeof(zero));
}

static bool is_icmp(const struct shape *shape)
{
	return shape->protocol == (shape->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static size_t transport_size(uint8_t protocol)
{
	switch (protocol) {
	case 0:
	case IPPROTO_TCP:
		return FRAME_TCP_HEADER;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return FRAME_UDP_HEADER;
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return FRAME_SCTP_HEADER;
	default:
		return 0;
	}
}

static void write_packet(struct writer *w, const struct shape *shape);

static void write_quote(struct writer *w, const struct shape *shape)
{
	uint8_t bytes[FRAME_MAX];
	struct writer quote = writer_of(bytes, sizeof(bytes));
	size_t size;

	if (!shape->quote)
		return;
	write_packet(&quote, shape->quote);
	size = or_else(shape->quote_size, quote.used);
	writer_bytes(w, bytes, size < quote.used ? size : quote.used);
}

static void write_icmp(struct writer *w, const struct shape *shape)
{
	writer_u8(w, shape->icmp_type);
	writer_u8(w, shape->icmp_code);
	writer_u16(w, 0);
	writer_u16(w, or_else(shape->source_port, FRAME_SOURCE_PORT));
	writer_u16(w, 0);
	write_quote(w, shape);
}

static void write_ports(struct writer *w, const struct shape *shape)
{
	size_t size = transport_size(shape->protocol), at = w->used;

	if (!size)
		return;
	writer_u16(w, or_else(shape->source_port, FRAME_SOURCE_PORT));
	writer_u16(w, or_else(shape->destination_port, FRAME_DESTINATION_PORT));
	write_zeroes(w, size - 2 * sizeof(uint16_t));
	if (!w->failed && size == FRAME_TCP_HEADER)
		w->data[at + FRAME_TCP_FLAGS_AT] = shape->tcp_flags;
}

static void write_payload(struct writer *w, const struct shape *shape)
{
	size_t lead = shape->payload < FRAME_MAX_LEAD ? shape->payload :
							FRAME_MAX_LEAD;

	writer_bytes(w, shape->lead, lead);
	write_zeroes(w, shape->payload - lead);
}

bool shape_is_later_fragment(const struct shape *shape)
{
	if (!shape->ipv6)
		return shape->fragment & FRAME_IPV4_OFFSET;
	for (int i = 0; i < shape->extension_count; i++)
		if (shape->extensions[i].type == IPPROTO_FRAGMENT &&
		    shape->extensions[i].fragment >> FRAME_IPV6_OFFSET_SHIFT)
			return true;
	return false;
}

static void write_transport(struct writer *w, const struct shape *shape)
{
	if (shape_is_later_fragment(shape))
		;
	else if (is_icmp(shape))
		write_icmp(w, shape);
	else
		write_ports(w, shape);
	write_payload(w, shape);
	if (!w->failed)
		w->used -= shape->cut;
}

static void write_ipv4(struct writer *w, const struct shape *shape)
{
	const struct hg_address source = frame_ipv4_address(FRAME_SOURCE);
	uint8_t words = FRAME_IPV4_HEADER / FRAME_WORD + shape->option_words;
	size_t at = w->used;

	writer_u8(w, IPV4_VERSION << VERSION_SHIFT | words);
	writer_u8(w, 0);
	writer_u16(w, 0);
	writer_u16(w, shape->id);
	writer_u16(w, shape->fragment);
	writer_u8(w, or_else(shape->ttl, FRAME_TTL));
	writer_u8(w, or_else(shape->protocol, IPPROTO_TCP));
	writer_u16(w, 0);
	writer_bytes(
		w,
		(is_zero(&shape->source) ? &source : &shape->source)->bytes +
			MAPPED_AT,
		sizeof(uint32_t));
	writer_bytes(w, shape->destination.bytes + MAPPED_AT, sizeof(uint32_t));
	writer_bytes(w, shape->options, shape->option_words * FRAME_WORD);
	write_transport(w, shape);
	writer_patch_u16(w, at + FRAME_IPV4_LENGTH_AT, w->used - at);
	fix_checksum_at(w->data, at);
}

/* Write the whole header, with `next` in its first byte. */
static void write_extension(struct writer *w, const struct shape *shape,
			    const struct shape_extension *extension,
			    uint8_t next)
{
	size_t size = (extension->length + 1) * EXTENSION_UNIT;

	writer_u8(w, next);
	writer_u8(w, extension->length);
	if (extension->type == IPPROTO_FRAGMENT) {
		writer_u16(w, extension->fragment);
		writer_u32(w, shape->id);
		return;
	}
	if (extension->type == IPPROTO_AH)
		size = (extension->length + AUTHENTICATION_WORDS) * FRAME_WORD;
	write_zeroes(w, size - EXTENSION_HEAD);
}

/* Return the type of header number `i` behind the IPv6 header. */
static uint8_t next_header(const struct shape *shape, int i)
{
	return i < shape->extension_count ?
		       shape->extensions[i].type :
		       or_else(shape->protocol, IPPROTO_TCP);
}

static void write_ipv6(struct writer *w, const struct shape *shape)
{
	const struct hg_address source = frame_ipv6_address("2001:db8:a::1");
	size_t at = w->used;

	writer_u32(w, (uint32_t)IPV6_VERSION << 28);
	writer_u16(w, 0);
	writer_u8(w, next_header(shape, 0));
	writer_u8(w, or_else(shape->ttl, FRAME_TTL));
	writer_bytes(w, is_zero(&shape->source) ? &source : &shape->source,
		     sizeof(source));
	writer_bytes(w, &shape->destination, sizeof(shape->destination));
	for (int i = 0; i < shape->extension_count; i++)
		write_extension(w, shape, &shape->extensions[i],
				next_header(shape, i + 1));
	write_transport(w, shape);
	writer_patch_u16(w, at + FRAME_IPV6_LENGTH_AT,
			 w->used - at - FRAME_IPV6_HEADER);
}

static void write_packet(struct writer *w, const struct shape *shape)
{
	if (shape->ipv6)
		write_ipv6(w, shape);
	else
		write_ipv4(w, shape);
}

static void write_ethernet(struct writer *w, const struct shape *shape,
			   const uint8_t mac[ETH_ALEN])
{
	writer_bytes(w, shape->destination_mac ? shape->destination_mac : mac,
		     ETH_ALEN);
	writer_bytes(w, shape->source_mac ? shape->source_mac : router_mac,
		     ETH_ALEN);
	for (int i = 0; i < shape->tag_count; i++) {
		writer_u16(w, shape->tags[i].protocol);
		writer_u16(w, shape->tags[i].control);
	}
	writer_u16(w, or_else(shape->ethertype,
			      shape->ipv6 ? ETH_P_IPV6 : ETH_P_IP));
}

void frame_build(const struct shape *shape, const uint8_t mac[ETH_ALEN],
		 struct frame *frame)
{
	struct writer w = writer_of(frame->bytes, sizeof(frame->bytes));

	write_ethernet(&w, shape, mac);
	write_packet(&w, shape);
	write_zeroes(&w, shape->padding);
	if (w.failed) {
		fprintf(stderr, "shape: bigger than a frame\n");
		abort();
	}
	frame->size = w.used;
}

void frame_print(const char *name, const struct frame *frame)
{
	fprintf(stderr, "%s, %zu bytes:", name, frame->size);
	for (size_t i = 0; i < frame->size; i++)
		fprintf(stderr, "%s%02x", i % 4 ? "" : " ", frame->bytes[i]);
	fprintf(stderr, "\n");
}
