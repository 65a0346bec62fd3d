// SPDX-License-Identifier: BSD-2-Clause
/* Framing of the byte stream and the message header. See message.h. */

#include "bgp/codec/message.h"

#include <string.h>

enum {
	MARKER_BYTE = 0xff,
	LENGTH_OFFSET = BGP_MARKER_SIZE,
};

/*
 * Sizes of each type, header included: RFC 4271 6.1. RFC 8654 3: an OPEN or
 * KEEPALIVE is never an extended message. route_refresh.c checks the size of a
 * ROUTE-REFRESH, which has its own error.
 */
struct message_type {
	const char *name;
	uint16_t min_size;
	uint16_t max_size; /* 0: the negotiated size */
};

static const struct message_type message_types[BGP_MESSAGE_TYPE_COUNT] = {
	[BGP_OPEN] = { "OPEN", BGP_MIN_OPEN, BGP_MAX_MESSAGE },
	[BGP_UPDATE] = { "UPDATE", BGP_MIN_UPDATE, 0 },
	[BGP_NOTIFICATION] = { "NOTIFICATION", BGP_MIN_NOTIFICATION, 0 },
	[BGP_KEEPALIVE] = { "KEEPALIVE", BGP_HEADER_SIZE, BGP_HEADER_SIZE },
	[BGP_ROUTE_REFRESH] = { "ROUTE-REFRESH", BGP_HEADER_SIZE, 0 },
};

static const struct message_type *message_type(unsigned int type)
{
	if (type >= BGP_MESSAGE_TYPE_COUNT || !message_types[type].name)
		return NULL;
	return &message_types[type];
}

static enum bgp_message_status frame_error(struct bgp_message *out,
					   enum bgp_header_subcode subcode,
					   const uint8_t *data, size_t size)
{
	bgp_notification_set(&out->error, BGP_ERROR_MESSAGE_HEADER, subcode,
			     data, size);
	out->silent = false;
	return BGP_MESSAGE_ERROR;
}

/* RFC 4271 6.1, 6.4. `rest` begins with the type if that has arrived. */
static enum bgp_message_status length_error(struct bgp_message *out,
					    const uint8_t *length_at,
					    struct reader rest)
{
	frame_error(out, BGP_HEADER_BAD_LENGTH, length_at, sizeof(uint16_t));
	out->silent = reader_u8(&rest) == BGP_NOTIFICATION;
	return BGP_MESSAGE_ERROR;
}

/* True if the part of the marker that has arrived is all ones. */
static bool marker_is_good(const uint8_t *data, size_t size)
{
	static const uint8_t marker[] = {
		[0 ... BGP_MARKER_SIZE - 1] = MARKER_BYTE,
	};

	return size < sizeof(marker) ? !memcmp(data, marker, size) :
				       !memcmp(data, marker, sizeof(marker));
}

static bool message_length_is_good(const struct message_type *type,
				   size_t length)
{
	return length >= type->min_size &&
	       (!type->max_size || length <= type->max_size);
}

enum bgp_message_status bgp_message_next(const uint8_t *data, size_t size,
					 size_t max_size,
					 struct bgp_message *out)
{
	struct reader header = reader_of(data, size);
	const struct message_type *type;
	const uint8_t *length_at;
	struct reader rest;
	size_t length;

	if (!marker_is_good(data, size))
		return frame_error(out, BGP_HEADER_NOT_SYNCHRONIZED, NULL, 0);
	reader_take(&header, BGP_MARKER_SIZE);
	length_at = header.data;
	length = reader_u16(&header);
	if (header.failed)
		return BGP_MESSAGE_INCOMPLETE;
	if (length < BGP_HEADER_SIZE || length > max_size)
		return length_error(out, length_at, header);

	rest = header;
	if (!reader_take(&header, sizeof(uint8_t)))
		return BGP_MESSAGE_INCOMPLETE;
	type = message_type(*rest.data);
	if (!type)
		return frame_error(out, BGP_HEADER_BAD_TYPE, rest.data,
				   sizeof(uint8_t));
	if (!message_length_is_good(type, length))
		return length_error(out, length_at, rest);
	if (size < length)
		return BGP_MESSAGE_INCOMPLETE;

	out->type = *rest.data;
	out->size = length;
	out->body = reader_sub(&header, length - BGP_HEADER_SIZE);
	return BGP_MESSAGE_OK;
}

size_t bgp_message_begin(struct writer *w, enum bgp_message_type type)
{
	size_t begin = w->used;
	uint8_t *marker = writer_take(w, BGP_MARKER_SIZE);

	if (marker)
		memset(marker, MARKER_BYTE, BGP_MARKER_SIZE);
	writer_u16(w, 0);
	writer_u8(w, (uint8_t)type);
	return begin;
}

void bgp_message_end(struct writer *w, size_t begin)
{
	writer_patch_u16(w, begin + LENGTH_OFFSET, w->used - begin);
}

void bgp_message_encode_keepalive(struct writer *w)
{
	bgp_message_end(w, bgp_message_begin(w, BGP_KEEPALIVE));
}

const char *bgp_message_name(unsigned int type)
{
	return message_type(type) ? message_types[type].name : "unknown";
}
