// SPDX-License-Identifier: BSD-2-Clause
/* Lists of type, length and value. See tlv.h. */

#include "bgp/codec/tlv.h"

enum {
	SHORT = sizeof(uint8_t),
	LONG = sizeof(uint16_t),
	TUNNEL_PART_LONG_FROM = 128,
};

const struct tlv_format tlv_of_aigp = { SHORT, LONG, .whole_length = true };
const struct tlv_format tlv_of_sid = { SHORT, LONG };
const struct tlv_format tlv_of_tunnel = { LONG, LONG };
const struct tlv_format tlv_of_tunnel_part = {
	SHORT, SHORT, .long_from = TUNNEL_PART_LONG_FROM
};
const struct tlv_format tlv_of_link_state = { LONG, LONG };

static uint16_t read_tlv_number(struct reader *list, unsigned int size)
{
	return size == SHORT ? reader_u8(list) : reader_u16(list);
}

bool tlv_next(struct reader *list, const struct tlv_format *format,
	      struct tlv *tlv)
{
	unsigned int length_size = format->length_size;
	size_t length, counted;

	if (!list->left)
		return false;
	tlv->whole = *list;
	tlv->type = read_tlv_number(list, format->type_size);
	if (format->long_from && tlv->type >= format->long_from)
		length_size = LONG;
	length = read_tlv_number(list, length_size);
	counted = format->whole_length ? format->type_size + length_size : 0;
	if (length < counted)
		list->failed = true;
	else
		tlv->value = reader_sub(list, length - counted);
	tlv->whole.left -= list->left;
	return !list->failed;
}

bool tlv_list_is_whole(struct reader list, const struct tlv_format *format)
{
	struct tlv tlv;

	while (tlv_next(&list, format, &tlv))
		;
	return !list.failed;
}
