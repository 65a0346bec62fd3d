// SPDX-License-Identifier: BSD-2-Clause
/*
 * Encoding of UPDATE messages. See update.h.
 *
 * A message is built in place, in the free room of `w`, and is added to `w`
 * only when it is complete.
 */

#include "bgp/codec/message.h"
#include "bgp/codec/nexthop.h"
#include "bgp/codec/update.h"

#include "bgp/codec/raw_attribute.h"

#include <string.h>

enum {
	/* Header with a length of two bytes. */
	ATTRIBUTE_HEADER_MAX = RAW_ATTRIBUTE_HEADER + 1,
	NEXTHOP_MAX = 2 * BGP_IPV6_SIZE,
	MP_REACH_MAX = BGP_MIN_MP_REACH + NEXTHOP_MAX,
};

/* Return a writer over the room of one message in `w`; failed if `w` is. */
static struct writer message_writer(const struct writer *w,
				    const struct bgp_negotiated *negotiated)
{
	size_t room = w->size - w->used;
	struct writer message =
		writer_of(w->data + w->used, room < negotiated->max_message ?
						     room :
						     negotiated->max_message);

	message.failed = w->failed;
	return message;
}

static void commit_message(struct writer *w, struct writer *message)
{
	bgp_message_end(message, 0);
	if (message->failed)
		w->failed = true;
	else
		w->used += message->used;
}

/* Return the room of `w` without `reserved` bytes that are written later. */
static size_t room_in(const struct writer *w, size_t reserved)
{
	size_t room = w->size - w->used;

	return w->failed || room < reserved ? 0 : room - reserved;
}

/* Write a two-byte length to patch. Return where its value begins. */
static size_t begin_length(struct writer *w)
{
	writer_u16(w, 0);
	return w->used;
}

static void end_length(struct writer *w, size_t begin)
{
	writer_patch_u16(w, begin - sizeof(uint16_t), w->used - begin);
}

static void write_empty_field(struct writer *w)
{
	end_length(w, begin_length(w));
}

static struct bgp_nlri_format format_of(const struct bgp_negotiated *negotiated,
					const struct bgp_path_key *route)
{
	enum bgp_family family = bgp_nlri_family(&route->prefix);

	return (struct bgp_nlri_format){
		.family = family,
		.add_path = negotiated->add_path_send[family],
	};
}

/* Write MP_REACH_NLRI up to its NLRI. */
static void write_reach(struct writer *w, enum bgp_family family,
			const struct bgp_attributes *attributes)
{
	const struct bgp_nexthop nexthop = {
		.address = attributes->nexthop,
		.link_local = attributes->link_local,
	};

	bgp_family_write(w, family);
	bgp_nexthop_write_for(w, family, &nexthop);
	writer_u8(w, 0); /* reserved: RFC 4760 3 */
}

/* Insert a gap of `size` bytes at `at`. Return a writer over it. */
static struct writer open_gap(struct writer *w, size_t at, size_t size)
{
	size_t moved = w->used - at;
	struct writer gap;

	if (!writer_take(w, size)) {
		gap = writer_of(w->data, 0);
		gap.failed = true;
		return gap;
	}
	memmove(w->data + at + size, w->data + at, moved);
	return writer_of(w->data + at, size);
}

/*
 * Write the attributes with MP_REACH_NLRI first (RFC 7606 5.1). How many routes
 * fit is known only after the others are written: these move behind it.
 */
static size_t write_multiprotocol(struct writer *w,
				  const struct bgp_negotiated *negotiated,
				  const struct bgp_attributes *attributes,
				  const struct bgp_path_key *routes,
				  size_t count)
{
	struct bgp_nlri_format format = format_of(negotiated, routes);
	struct bgp_attributes others = *attributes;
	uint8_t bytes[MP_REACH_MAX];
	struct writer reach = writer_of(bytes, sizeof(bytes));
	size_t field = begin_length(w), size, fitting;
	struct writer gap;

	others.present &= ~(uint32_t)BGP_HAS_NEXTHOP;
	bgp_attributes_encode(w, &others,
			      negotiated->as4 ? BGP_AS4_SIZE : BGP_AS2_SIZE);
	write_reach(&reach, format.family, attributes);
	fitting = bgp_nlri_fit(&format, routes, count,
			       room_in(w, ATTRIBUTE_HEADER_MAX + reach.used),
			       &size);
	size += reach.used;
	gap = open_gap(w, field, raw_attribute_size(size));
	raw_attribute_header(&gap, BGP_FLAG_OPTIONAL,
			     BGP_ATTRIBUTE_MP_REACH_NLRI, size);
	writer_bytes(&gap, reach.data, reach.used);
	bgp_nlri_encode(&gap, &format, routes, fitting);
	end_length(w, field);
	return fitting;
}

/* Write the attributes and the field of IPv4 routes. */
static size_t write_field(struct writer *w,
			  const struct bgp_negotiated *negotiated,
			  const struct bgp_attributes *attributes,
			  const struct bgp_path_key *routes, size_t count)
{
	struct bgp_nlri_format format = format_of(negotiated, routes);
	size_t field = begin_length(w), size, fitting;

	bgp_attributes_encode(w, attributes,
			      negotiated->as4 ? BGP_AS4_SIZE : BGP_AS2_SIZE);
	end_length(w, field);
	fitting = bgp_nlri_fit(&format, routes, count, room_in(w, 0), &size);
	bgp_nlri_encode(w, &format, routes, fitting);
	return fitting;
}

bool bgp_update_carries_nexthop(const struct bgp_negotiated *negotiated,
				const struct address *nexthop,
				enum bgp_family family)
{
	return !address_is_zero(nexthop) &&
	       (family == BGP_IPV6_UNICAST || address_is_ipv4(nexthop) ||
		negotiated->extended_nexthop);
}

size_t bgp_update_announce(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_attributes *attributes,
			   const struct bgp_path_key *routes, size_t count)
{
	struct writer message = message_writer(w, negotiated);
	enum bgp_family family;
	size_t written;

	if (!count)
		return 0;
	family = bgp_nlri_family(&routes->prefix);
	if (!bgp_update_carries_nexthop(negotiated, &attributes->nexthop,
					family))
		return 0;
	bgp_message_begin(&message, BGP_UPDATE);
	write_empty_field(&message); /* nothing withdrawn */
	if (family == BGP_IPV4_UNICAST && address_is_ipv4(&attributes->nexthop))
		written = write_field(&message, negotiated, attributes, routes,
				      count);
	else
		written = write_multiprotocol(&message, negotiated, attributes,
					      routes, count);
	if (written)
		commit_message(w, &message);
	return written;
}

/* MP_UNREACH_NLRI as the only attribute: RFC 4760 4. */
static size_t withdraw_multiprotocol(struct writer *w,
				     const struct bgp_nlri_format *format,
				     const struct bgp_path_key *routes,
				     size_t count)
{
	size_t field, size, fitting;

	write_empty_field(w);
	field = begin_length(w);
	fitting = bgp_nlri_fit(
		format, routes, count,
		room_in(w, ATTRIBUTE_HEADER_MAX + BGP_MIN_MP_UNREACH), &size);
	raw_attribute_header(w, BGP_FLAG_OPTIONAL,
			     BGP_ATTRIBUTE_MP_UNREACH_NLRI,
			     BGP_MIN_MP_UNREACH + size);
	bgp_family_write(w, format->family);
	bgp_nlri_encode(w, format, routes, fitting);
	end_length(w, field);
	return fitting;
}

static size_t withdraw_field(struct writer *w,
			     const struct bgp_nlri_format *format,
			     const struct bgp_path_key *routes, size_t count)
{
	size_t field = begin_length(w), size;
	size_t fitting = bgp_nlri_fit(format, routes, count,
				      room_in(w, sizeof(uint16_t)), &size);

	bgp_nlri_encode(w, format, routes, fitting);
	end_length(w, field);
	write_empty_field(w); /* no attributes */
	return fitting;
}

size_t bgp_update_withdraw(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_path_key *routes, size_t count)
{
	struct writer message = message_writer(w, negotiated);
	struct bgp_nlri_format format;
	size_t written;

	if (!count)
		return 0;
	format = format_of(negotiated, routes);
	bgp_message_begin(&message, BGP_UPDATE);
	written = format.family == BGP_IPV4_UNICAST ?
			  withdraw_field(&message, &format, routes, count) :
			  withdraw_multiprotocol(&message, &format, routes,
						 count);
	if (written)
		commit_message(w, &message);
	return written;
}

void bgp_update_end_of_rib(struct writer *w, enum bgp_family family)
{
	size_t begin = bgp_message_begin(w, BGP_UPDATE), field;

	write_empty_field(w);
	field = begin_length(w);
	if (family != BGP_IPV4_UNICAST) {
		raw_attribute_header(w, BGP_FLAG_OPTIONAL,
				     BGP_ATTRIBUTE_MP_UNREACH_NLRI,
				     BGP_MIN_MP_UNREACH);
		bgp_family_write(w, family);
	}
	end_length(w, field);
	bgp_message_end(w, begin);
}
