// SPDX-License-Identifier: BSD-2-Clause
/* BGP4MP_ET. See mrt_message.h. */

#include "bgp/codec/mrt_message.h"

#include "bgp/codec/message.h"
#include "bgp/codec/nexthop.h"
#include "bgp/codec/raw_attribute.h"

/* RFC 6396 4.4, RFC 8050 3. */
enum mrt_message_types {
	MRT_BGP4MP_ET = 17,
	MRT_MESSAGE = 1,
	MRT_MESSAGE_AS4 = 4,
	MRT_STATE_CHANGE_AS4 = 5,
	MRT_MESSAGE_ADDPATH = 8,
	MRT_MESSAGE_AS4_ADDPATH = 9,
};

enum mrt_message_header {
	MRT_LENGTH_AT = 8, /* behind time, type and subtype */
	MRT_HEADER_SIZE = 12,
	MRT_STATE_IDLE = 1,
	MRT_US_PER_S = 1000000,
};

/* Write the header, up to the microseconds. Return where the record begins. */
static size_t begin_message_record(struct writer *w, uint64_t now_us,
				   unsigned int subtype)
{
	size_t begin = w->used;

	writer_u32(w, (uint32_t)(now_us / MRT_US_PER_S));
	writer_u16(w, MRT_BGP4MP_ET);
	writer_u16(w, (uint16_t)subtype);
	writer_u32(w, 0);
	writer_u32(w, (uint32_t)(now_us % MRT_US_PER_S));
	return begin;
}

static void end_message_record(struct writer *w, size_t begin)
{
	writer_patch_u32(w, begin + MRT_LENGTH_AT,
			 w->used - begin - MRT_HEADER_SIZE);
}

static void write_mrt_address(struct writer *w, const struct address *address)
{
	const struct bgp_nexthop plain = { .address =
						   address_unscoped(address) };

	bgp_nexthop_write(w, &plain);
}

static bool is_as2(unsigned int subtype)
{
	return subtype == MRT_MESSAGE || subtype == MRT_MESSAGE_ADDPATH;
}

static void write_as(struct writer *w, unsigned int subtype, uint32_t as)
{
	if (is_as2(subtype))
		writer_u16(w, bgp_as_in_2_bytes(as));
	else
		writer_u32(w, as);
}

static void write_mrt_session(struct writer *w, unsigned int subtype,
			      const struct mrt_session *session)
{
	bool ipv4 = address_is_ipv4(&session->peer);
	struct address local = session->local;

	if (ipv4 && address_is_zero(&local))
		local = address_from_ipv4(0);
	write_as(w, subtype, session->peer_as);
	write_as(w, subtype, session->local_as);
	writer_u16(w, session->ifindex > UINT16_MAX ?
			      0 :
			      (uint16_t)session->ifindex);
	writer_u16(w, ipv4 ? BGP_AFI_IPV4 : BGP_AFI_IPV6);
	write_mrt_address(w, &session->peer);
	write_mrt_address(w, &local);
}

static unsigned int message_subtype(const struct mrt_message *message)
{
	if (message->path_ids)
		return message->as4 ? MRT_MESSAGE_AS4_ADDPATH :
				      MRT_MESSAGE_ADDPATH;
	return message->as4 ? MRT_MESSAGE_AS4 : MRT_MESSAGE;
}

void mrt_write_message(struct writer *w, uint64_t now_us,
		       const struct mrt_session *session,
		       const struct mrt_message *message)
{
	unsigned int subtype = message_subtype(message);
	size_t record = begin_message_record(w, now_us, subtype);
	size_t begin;

	write_mrt_session(w, subtype, session);
	begin = bgp_message_begin(w, message->type);
	writer_bytes(w, message->body.data, message->body.left);
	bgp_message_end(w, begin);
	end_message_record(w, record);
}

void mrt_write_state(struct writer *w, uint64_t now_us,
		     const struct mrt_session *session, enum bgp_state before,
		     enum bgp_state after)
{
	size_t begin = begin_message_record(w, now_us, MRT_STATE_CHANGE_AS4);

	write_mrt_session(w, MRT_STATE_CHANGE_AS4, session);
	writer_u16(w, (uint16_t)(before + MRT_STATE_IDLE));
	writer_u16(w, (uint16_t)(after + MRT_STATE_IDLE));
	end_message_record(w, begin);
}

/* Find the family of MP_REACH_NLRI or MP_UNREACH_NLRI. False: there is none. */
static bool find_family(struct reader attributes, enum bgp_family *family)
{
	struct raw_attribute raw;

	while (raw_attribute_next(&attributes, &raw))
		if (raw.type == BGP_ATTRIBUTE_MP_REACH_NLRI ||
		    raw.type == BGP_ATTRIBUTE_MP_UNREACH_NLRI)
			return bgp_family_read(&raw.value, family);
	return false;
}

bool mrt_update_has_path_ids(const struct bgp_negotiated *negotiated,
			     struct reader body)
{
	uint16_t withdrawn = reader_u16(&body);
	enum bgp_family family = BGP_IPV4_UNICAST;
	struct reader attributes;
	uint16_t length;

	reader_take(&body, withdrawn);
	length = reader_u16(&body);
	attributes = reader_sub(&body, length);

	if (body.failed)
		return false;
	if (!withdrawn && !body.left && !find_family(attributes, &family))
		return false;
	return negotiated->add_path_receive[family];
}
