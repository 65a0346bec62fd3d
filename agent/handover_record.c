// SPDX-License-Identifier: BSD-2-Clause
/* Records of a handover. See handover_record.h. */

#include "handover_record.h"

#include <string.h>

/* ------------------------------------------------------------- framing */

int32_t handover_record_next(const uint8_t *data, size_t size,
			     struct handover_record *record)
{
	struct reader r = reader_of(data, size);
	uint32_t length = reader_u32(&r);
	uint16_t type = reader_u16(&r);

	reader_u16(&r); /* reserved */
	if (r.failed)
		return 0;
	if (length > HANDOVER_BODY_MAX)
		return -1;
	record->type = type;
	record->body = reader_sub(&r, length);
	return r.failed ? 0 : (int32_t)(HANDOVER_HEADER_SIZE + length);
}

size_t handover_record_begin(struct writer *w, enum handover_type type)
{
	size_t begin = w->used;

	writer_u32(w, 0); /* the length, set at the end */
	writer_u16(w, (uint16_t)type);
	writer_u16(w, 0);
	return begin;
}

void handover_record_end(struct writer *w, size_t begin)
{
	size_t length = w->used - begin - HANDOVER_HEADER_SIZE;
	uint32_t wire = htobe32((uint32_t)length);

	if (w->failed || length > HANDOVER_BODY_MAX)
		w->failed = true;
	else
		memcpy(w->data + begin, &wire, sizeof(wire));
}

/* ------------------------------------------------------------- texts */

static void write_short_text(struct writer *w, const char *text)
{
	size_t length = strnlen(text, HANDOVER_TEXT_MAX);

	writer_u8(w, (uint8_t)length);
	writer_bytes(w, text, length);
}

static void read_short_text(struct reader *r, char text[HANDOVER_TEXT_MAX + 1])
{
	size_t length = reader_u8(r);
	const uint8_t *bytes = reader_take(r, length);

	text[0] = '\0';
	if (!bytes)
		return;
	if (memchr(bytes, 0, length))
		r->failed = true;
	memcpy(text, bytes, length);
	text[length] = '\0';
}

/* ------------------------------------------------------------- bodies */

void handover_hello_encode(struct writer *w, const char *software)
{
	writer_u16(w, HANDOVER_VERSION);
	write_short_text(w, software);
}

bool handover_hello_decode(struct reader *r, struct handover_hello *hello)
{
	hello->version = reader_u16(r);
	read_short_text(r, hello->software);
	return !r->failed;
}

static void write_address(struct writer *w, const struct address *address)
{
	writer_bytes(w, address->bytes, sizeof(address->bytes));
}

static void read_address(struct reader *r, struct address *address)
{
	*address = (struct address){ 0 };
	reader_bytes(r, address->bytes, sizeof(address->bytes));
}

void handover_key_encode(struct writer *w, const struct handover_key *key)
{
	writer_u32(w, key->path_id);
	writer_u8(w, key->prefix.length);
	write_address(w, &key->prefix.address);
}

static bool is_prefix(const struct prefix *prefix)
{
	return prefix->length <= (address_is_ipv4(&prefix->address) ?
					  ADDRESS_BITS_IPV4 :
					  ADDRESS_BITS_IPV6);
}

bool handover_key_decode(struct reader *r, struct handover_key *key)
{
	if (r->failed || !r->left)
		return false;
	*key = (struct handover_key){ .path_id = reader_u32(r) };
	key->prefix.length = reader_u8(r);
	read_address(r, &key->prefix.address);
	if (!is_prefix(&key->prefix))
		r->failed = true;
	return !r->failed;
}

void handover_nexthop_encode(struct writer *w,
			     const struct handover_nexthop *nexthop)
{
	write_address(w, &nexthop->via);
	writer_u32(w, nexthop->ifindex);
	writer_bytes(w, nexthop->mac, sizeof(nexthop->mac));
}

bool handover_nexthop_decode(struct reader *r, struct handover_nexthop *nexthop)
{
	read_address(r, &nexthop->via);
	nexthop->ifindex = reader_u32(r);
	reader_bytes(r, nexthop->mac, sizeof(nexthop->mac));
	return !r->failed;
}

void handover_drain_encode(struct writer *w, const struct handover_drain *drain)
{
	write_address(w, &drain->address);
	writer_u64(w, drain->since_ms);
	writer_u64(w, drain->until_ms);
	write_short_text(w, drain->reason);
}

bool handover_drain_decode(struct reader *r, struct handover_drain *drain)
{
	read_address(r, &drain->address);
	drain->since_ms = reader_u64(r);
	drain->until_ms = reader_u64(r);
	read_short_text(r, drain->reason);
	return !r->failed;
}

void handover_manager_encode(struct writer *w,
			     const struct handover_manager *manager)
{
	writer_u64(w, manager->sign_us);
	write_short_text(w, manager->path);
}

bool handover_manager_decode(struct reader *r, struct handover_manager *manager)
{
	manager->sign_us = reader_u64(r);
	read_short_text(r, manager->path);
	return !r->failed;
}
