// SPDX-License-Identifier: BSD-2-Clause
/* ROUTE-REFRESH messages. See route_refresh.h. */

#include "bgp/codec/route_refresh.h"

#include "bgp/codec/message.h"

enum {
	BODY_SIZE = BGP_ROUTE_REFRESH_SIZE - BGP_HEADER_SIZE,
	SUBTYPE_COUNT = BGP_ROUTE_REFRESH_END + 1,
};

/* RFC 7313 5: the data is the message; a long one is cut. */
static void set_enhanced_error(struct bgp_notification *error,
			       struct reader body)
{
	uint8_t message[BGP_NOTIFICATION_DATA_MAX];
	struct writer w = writer_of(message, sizeof(message));
	size_t begin = bgp_message_begin(&w, BGP_ROUTE_REFRESH);
	size_t room = sizeof(message) - BGP_HEADER_SIZE;

	writer_bytes(&w, body.data, body.left < room ? body.left : room);
	writer_patch_u16(&w, begin + BGP_MARKER_SIZE,
			 BGP_HEADER_SIZE + body.left);
	bgp_notification_set(error, BGP_ERROR_ROUTE_REFRESH,
			     BGP_ROUTE_REFRESH_BAD_LENGTH, message, w.used);
}

/* RFC 4271 6.1: the data is the length, header included. */
static void set_length_error(struct bgp_notification *error, struct reader body)
{
	uint16_t length = htobe16((uint16_t)(BGP_HEADER_SIZE + body.left));

	bgp_notification_set(error, BGP_ERROR_MESSAGE_HEADER,
			     BGP_HEADER_BAD_LENGTH, &length, sizeof(length));
}

/*
 * RFC 7313 4: with enhanced route refresh the reserved byte of RFC 2918 3 is
 * the subtype. Without, it is ignored.
 */
static unsigned int subtype_of(const struct bgp_negotiated *negotiated,
			       unsigned int reserved)
{
	return negotiated->enhanced_refresh ? reserved :
					      BGP_ROUTE_REFRESH_REQUEST;
}

enum bgp_route_refresh_verdict
bgp_route_refresh_decode(const struct bgp_negotiated *negotiated,
			 struct reader body, struct bgp_route_refresh *out,
			 struct bgp_notification *error)
{
	struct reader fields = body;
	unsigned int afi = reader_u16(&fields);
	unsigned int subtype = subtype_of(negotiated, reader_u8(&fields));
	unsigned int safi = reader_u8(&fields);
	enum bgp_family family;

	/* RFC 7313 5: an unknown subtype is ignored, whatever the length. */
	if (!fields.failed && subtype >= SUBTYPE_COUNT)
		return BGP_ROUTE_REFRESH_IGNORE;
	if (body.left != BODY_SIZE) {
		if (negotiated->enhanced_refresh)
			set_enhanced_error(error, body);
		else
			set_length_error(error, body);
		return BGP_ROUTE_REFRESH_RESET;
	}
	/* RFC 2918 4: a family that was not negotiated is ignored. */
	if (!negotiated->route_refresh || !bgp_family_of(afi, safi, &family) ||
	    !bgp_negotiated_has_family(negotiated, family))
		return BGP_ROUTE_REFRESH_IGNORE;
	*out = (struct bgp_route_refresh){ family, subtype };
	return BGP_ROUTE_REFRESH_OK;
}

static void encode(struct writer *w, unsigned int afi, unsigned int safi,
		   enum bgp_route_refresh_subtype subtype)
{
	size_t begin = bgp_message_begin(w, BGP_ROUTE_REFRESH);

	writer_u16(w, (uint16_t)afi);
	writer_u8(w, (uint8_t)subtype);
	writer_u8(w, (uint8_t)safi);
	bgp_message_end(w, begin);
}

void bgp_route_refresh_encode(struct writer *w,
			      const struct bgp_route_refresh *refresh)
{
	encode(w, bgp_family_afi(refresh->family),
	       bgp_family_safi(refresh->family), refresh->subtype);
}

void bgp_route_refresh_encode_flowspec(struct writer *w, bool ipv6)
{
	encode(w, ipv6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4, BGP_SAFI_FLOWSPEC,
	       BGP_ROUTE_REFRESH_REQUEST);
}
