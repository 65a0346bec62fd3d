// SPDX-License-Identifier: BSD-2-Clause
/* Messages to a BMP collector. See bmp.h. */

#include "bgp/codec/bmp.h"

#include <string.h>

#include "bgp/codec/message.h"

enum bmp_numbers {
	BMP_VERSION = 3,
	BMP_LENGTH_AT = 1, /* in the common header: RFC 7854 4.1 */
	BMP_ADDRESS_SIZE = 16,
};

/* RFC 7854 4.1. */
enum bmp_message_type {
	BMP_ROUTE_MONITORING = 0,
	BMP_STATISTICS_REPORT = 1,
	BMP_PEER_DOWN = 2,
	BMP_PEER_UP = 3,
	BMP_INITIATION = 4,
	BMP_TERMINATION = 5,
};

/* RFC 7854 4.2, RFC 8671 4, RFC 9069 4.1. */
enum bmp_peer_type {
	BMP_PEER_GLOBAL = 0,
	BMP_PEER_LOC_RIB = 3,
};

enum bmp_peer_flags {
	BMP_FLAG_IPV6 = 1 << 7,
	BMP_FLAG_POST_POLICY = 1 << 6,
	BMP_FLAG_AS2 = 1 << 5,
	BMP_FLAG_OUT = 1 << 4,
};

/* RFC 7854 4.4, 4.5, RFC 9069 5.2.1. */
enum bmp_tlv {
	BMP_SYS_DESCR = 1,
	BMP_SYS_NAME = 2,
	BMP_TABLE_NAME = 3,
	BMP_TERMINATION_REASON = 1,
	BMP_CLOSED_BY_ADMINISTRATOR = 0,
	BMP_LOC_RIB_CLOSED = 6, /* reason of a Peer Down: RFC 9069 5.3 */
};

enum {
	US_PER_S = 1000000,
};

static size_t begin_bmp_message(struct writer *w, enum bmp_message_type type)
{
	size_t begin = w->used;

	writer_u8(w, BMP_VERSION);
	writer_u32(w, 0);
	writer_u8(w, (uint8_t)type);
	return begin;
}

void bmp_end(struct writer *w, size_t begin)
{
	writer_patch_u32(w, begin + BMP_LENGTH_AT, w->used - begin);
}

/* An IPv4 address stands in the last four bytes. */
static void write_address_field(struct writer *w, const struct address *address)
{
	static const uint8_t zeros[BMP_ADDRESS_SIZE - sizeof(uint32_t)];
	const struct address plain = address_unscoped(address);
	uint32_t ipv4;

	if (!address_is_ipv4(address)) {
		writer_bytes(w, plain.bytes, sizeof(plain.bytes));
		return;
	}
	ipv4 = address_ipv4(address);
	writer_bytes(w, zeros, sizeof(zeros));
	writer_bytes(w, &ipv4, sizeof(ipv4));
}

static uint8_t peer_flags_of(const struct bmp_peer *peer)
{
	unsigned int flags = peer->as2 ? BMP_FLAG_AS2 : 0;

	if (peer->rib == BMP_LOC_RIB)
		return 0;
	if (!address_is_ipv4(&peer->address))
		flags |= BMP_FLAG_IPV6;
	if (peer->rib != BMP_ADJ_RIB_IN_PRE)
		flags |= BMP_FLAG_POST_POLICY;
	if (peer->rib == BMP_ADJ_RIB_OUT_POST)
		flags |= BMP_FLAG_OUT;
	return (uint8_t)flags;
}

static void write_peer_header(struct writer *w, const struct bmp_peer *peer)
{
	writer_u8(w, peer->rib == BMP_LOC_RIB ? BMP_PEER_LOC_RIB :
						BMP_PEER_GLOBAL);
	writer_u8(w, peer_flags_of(peer));
	writer_u64(w, 0); /* no distinguisher: there is one instance */
	write_address_field(w, &peer->address);
	writer_u32(w, peer->as);
	writer_u32(w, peer->identifier);
	writer_u32(w, (uint32_t)(peer->time_us / US_PER_S));
	writer_u32(w, (uint32_t)(peer->time_us % US_PER_S));
}

static size_t begin_peer_message(struct writer *w, enum bmp_message_type type,
				 const struct bmp_peer *peer)
{
	size_t begin = begin_bmp_message(w, type);

	write_peer_header(w, peer);
	return begin;
}

size_t bmp_begin_route(struct writer *w, const struct bmp_peer *peer)
{
	return begin_peer_message(w, BMP_ROUTE_MONITORING, peer);
}

static void write_bmp_text(struct writer *w, enum bmp_tlv type,
			   const char *text)
{
	size_t length = strnlen(text, BMP_TEXT_MAX);

	writer_u16(w, (uint16_t)type);
	writer_u16(w, (uint16_t)length);
	writer_bytes(w, text, length);
}

void bmp_write_initiation(struct writer *w, const char *description,
			  const char *name)
{
	size_t begin = begin_bmp_message(w, BMP_INITIATION);

	write_bmp_text(w, BMP_SYS_DESCR, description);
	write_bmp_text(w, BMP_SYS_NAME, name);
	bmp_end(w, begin);
}

void bmp_write_termination(struct writer *w)
{
	size_t begin = begin_bmp_message(w, BMP_TERMINATION);

	writer_u16(w, BMP_TERMINATION_REASON);
	writer_u16(w, sizeof(uint16_t));
	writer_u16(w, BMP_CLOSED_BY_ADMINISTRATOR);
	bmp_end(w, begin);
}

/* Write an OPEN as the peer sent it, or ours again (RFC 9069 5.2). */
static void write_received_open(struct writer *w, const struct bmp_peer_up *up)
{
	size_t begin;

	if (!up->received.left) {
		bgp_open_encode(w, up->sent);
		return;
	}
	begin = bgp_message_begin(w, BGP_OPEN);
	writer_bytes(w, up->received.data, up->received.left);
	bgp_message_end(w, begin);
}

void bmp_write_peer_up(struct writer *w, const struct bmp_peer *peer,
		       const struct bmp_peer_up *up)
{
	size_t begin = begin_peer_message(w, BMP_PEER_UP, peer);

	write_address_field(w, &up->local);
	writer_u16(w, up->local_port);
	writer_u16(w, up->remote_port);
	bgp_open_encode(w, up->sent);
	write_received_open(w, up);
	if (up->table)
		write_bmp_text(w, BMP_TABLE_NAME, up->table);
	bmp_end(w, begin);
}

static void write_notification(struct writer *w, uint8_t code, uint8_t subcode)
{
	size_t begin = bgp_message_begin(w, BGP_NOTIFICATION);

	writer_u8(w, code);
	writer_u8(w, subcode);
	bgp_message_end(w, begin);
}

void bmp_write_peer_down(struct writer *w, const struct bmp_peer *peer,
			 enum bmp_down_reason reason, uint8_t code,
			 uint8_t subcode)
{
	size_t begin = begin_peer_message(w, BMP_PEER_DOWN, peer);

	writer_u8(w, peer->rib == BMP_LOC_RIB ? BMP_LOC_RIB_CLOSED :
						(uint8_t)reason);
	if (reason == BMP_DOWN_SENT || reason == BMP_DOWN_RECEIVED)
		write_notification(w, code, subcode);
	else if (reason == BMP_DOWN_LOCAL)
		writer_u16(w, 0); /* no event of the state machine */
	bmp_end(w, begin);
}

/* Counters have four bytes, gauges eight. */
static size_t statistic_size(enum bmp_statistic_type type)
{
	return type == BMP_REJECTED || type == BMP_TREATED_AS_WITHDRAW ?
		       sizeof(uint32_t) :
		       sizeof(uint64_t);
}

void bmp_write_statistics(struct writer *w, const struct bmp_peer *peer,
			  const struct bmp_statistic *list, size_t count)
{
	size_t begin = begin_peer_message(w, BMP_STATISTICS_REPORT, peer);

	writer_u32(w, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		size_t size = statistic_size(list[i].type);

		writer_u16(w, (uint16_t)list[i].type);
		writer_u16(w, (uint16_t)size);
		if (size == sizeof(uint32_t))
			writer_u32(w, (uint32_t)list[i].value);
		else
			writer_u64(w, list[i].value);
	}
	bmp_end(w, begin);
}
