// SPDX-License-Identifier: BSD-2-Clause
/* One path attribute on the wire. See raw_attribute.h. */

#include "bgp/codec/raw_attribute.h"

#include "bgp/codec/protocol.h"

bool raw_attribute_next(struct reader *block, struct raw_attribute *raw)
{
	size_t size;

	if (!block->left)
		return false;
	raw->whole = *block;
	raw->flags = reader_u8(block);
	raw->type = reader_u8(block);
	size = raw->flags & BGP_FLAG_EXTENDED_LENGTH ? reader_u16(block) :
						       reader_u8(block);
	raw->value = reader_sub(block, size);
	if (block->failed)
		return false;
	raw->whole.left -= block->left;
	return true;
}

size_t raw_attribute_size(size_t length)
{
	return RAW_ATTRIBUTE_HEADER + (length > UINT8_MAX) + length;
}

void raw_attribute_header(struct writer *w, unsigned int flags,
			  unsigned int type, size_t length)
{
	bool extended = length > UINT8_MAX;

	if (length > RAW_ATTRIBUTE_MAX)
		w->failed = true;
	writer_u8(w,
		  (uint8_t)(flags | (extended ? BGP_FLAG_EXTENDED_LENGTH : 0)));
	writer_u8(w, (uint8_t)type);
	if (extended)
		writer_u16(w, (uint16_t)length);
	else
		writer_u8(w, (uint8_t)length);
}
