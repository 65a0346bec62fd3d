// SPDX-License-Identifier: BSD-2-Clause
/* Records of an MRT file. See mrt_reader.h. */

#include "mrt_reader.h"

#include <string.h>

/* RFC 6396 4, 4.4, RFC 8050 3. */
enum mrt_numbers {
	MRT_BGP4MP = 16,
	MRT_BGP4MP_ET = 17,
	MRT_STATE_CHANGE = 0,
	MRT_MESSAGE = 1,
	MRT_MESSAGE_AS4 = 4,
	MRT_STATE_CHANGE_AS4 = 5,
	MRT_MESSAGE_ADDPATH = 8,
	MRT_MESSAGE_AS4_ADDPATH = 9,
	MRT_ESTABLISHED = 6,
	MRT_AFI_IPV4 = 1,
	MRT_AFI_IPV6 = 2,
	MRT_MESSAGE_HEADER = 19, /* of BGP */
	MRT_US_PER_S = 1000000,
};

static bool has_long_as(unsigned int subtype)
{
	return subtype == MRT_MESSAGE_AS4 || subtype == MRT_STATE_CHANGE_AS4 ||
	       subtype == MRT_MESSAGE_AS4_ADDPATH;
}

static bool is_message(unsigned int subtype)
{
	return subtype == MRT_MESSAGE || subtype == MRT_MESSAGE_AS4 ||
	       subtype == MRT_MESSAGE_ADDPATH ||
	       subtype == MRT_MESSAGE_AS4_ADDPATH;
}

static bool is_state(unsigned int subtype)
{
	return subtype == MRT_STATE_CHANGE || subtype == MRT_STATE_CHANGE_AS4;
}

static struct address read_address(struct reader *body, unsigned int afi)
{
	struct address address = { .bytes = { 0 } };
	uint32_t ipv4 = 0;

	if (afi == MRT_AFI_IPV4) {
		reader_bytes(body, &ipv4, sizeof(ipv4));
		return address_from_ipv4(ipv4);
	}
	reader_bytes(body, address.bytes, sizeof(address.bytes));
	return address;
}

/* Read what all of these records begin with. */
static void read_session(struct reader *body, unsigned int subtype,
			 struct mrt_record *record)
{
	size_t as_size = has_long_as(subtype) ? sizeof(uint32_t) :
						sizeof(uint16_t);
	uint16_t afi;

	reader_take(body, 2 * as_size);
	reader_u16(body); /* interface */
	afi = reader_u16(body);
	if (afi != MRT_AFI_IPV4 && afi != MRT_AFI_IPV6)
		body->failed = true;
	record->peer = read_address(body, afi);
	record->local = read_address(body, afi);
}

static void read_state(struct reader *body, struct mrt_record *record)
{
	uint16_t before = reader_u16(body);
	uint16_t after = reader_u16(body);

	record->kind = MRT_RECORD_STATE;
	record->session_ends = before == MRT_ESTABLISHED && after != before;
}

/* Read the record's body. False: it is malformed. */
static bool read_body(struct reader body, unsigned int type,
		      unsigned int subtype, struct mrt_record *record)
{
	if (type == MRT_BGP4MP_ET)
		record->time_us += reader_u32(&body);
	if ((type != MRT_BGP4MP && type != MRT_BGP4MP_ET) ||
	    (!is_message(subtype) && !is_state(subtype)))
		return !body.failed;
	read_session(&body, subtype, record);
	if (is_state(subtype)) {
		read_state(&body, record);
	} else {
		record->kind = MRT_RECORD_MESSAGE;
		record->message = body;
	}
	return !body.failed && (is_state(subtype) ||
				record->message.left >= MRT_MESSAGE_HEADER);
}

bool mrt_reader_next(struct reader *file, struct mrt_record *record)
{
	uint32_t seconds, size;
	uint16_t type, subtype;
	struct reader body;

	if (!file->left)
		return false;
	seconds = reader_u32(file);
	type = reader_u16(file);
	subtype = reader_u16(file);
	size = reader_u32(file);
	body = reader_sub(file, size);
	*record = (struct mrt_record){
		.kind = MRT_RECORD_OTHER,
		.time_us = (uint64_t)seconds * MRT_US_PER_S,
	};
	if (file->failed || !read_body(body, type, subtype, record))
		file->failed = true;
	return !file->failed;
}
