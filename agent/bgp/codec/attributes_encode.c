// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writing attributes, for a peer or in the canonical form, and the view of the
 * canonical form. See attributes.h.
 */

#include "bgp/codec/attribute_table.h"
#include "bgp/codec/attributes.h"
#include "bgp/codec/raw_attribute.h"

#include <assert.h>
#include <string.h>

static bool is_attribute_wanted(const struct bgp_attribute_output *out)
{
	const struct bgp_attribute_row *row = out->row;

	if (!row->store)
		return false;
	return row->wanted ? row->wanted(out) :
			     out->from->present & row->presence;
}

/*
 * Write one attribute. Its length is known only after the value is written; a
 * value of more than 255 bytes moves to make room for the second length byte.
 */
static void encode_attribute(struct writer *w, unsigned int type,
			     const struct bgp_attribute_output *out)
{
	unsigned int flags = out->row->flags;
	struct writer header;
	size_t begin = w->used, value, length;

	if (out->from->partial & out->row->presence)
		flags |= BGP_FLAG_PARTIAL;
	writer_take(w, RAW_ATTRIBUTE_HEADER);
	value = w->used;
	out->row->store(w, out);
	length = w->used - value;
	if (length > RAW_ATTRIBUTE_MAX)
		w->failed = true;
	if (length > UINT8_MAX && writer_take(w, 1))
		memmove(w->data + value + 1, w->data + value, length);
	if (w->failed)
		return;
	header = writer_of(w->data + begin, w->used - begin);
	raw_attribute_header(&header, flags, type, length);
}

void bgp_attributes_encode(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size)
{
	struct bgp_attribute_output out = { .from = attributes,
					    .as_size = as_size };

	for (unsigned int type = 0; type < BGP_ATTRIBUTE_TABLE_SIZE; type++) {
		out.row = &bgp_attribute_rows[type];
		if (is_attribute_wanted(&out))
			encode_attribute(w, type, &out);
	}
	writer_bytes(w, attributes->unknown.data, attributes->unknown.left);
}

void bgp_attributes_view(const void *canonical, size_t size,
			 struct bgp_attributes *out)
{
	struct reader block = reader_of(canonical, size);
	struct bgp_attribute_input input = { .out = out,
					     .as_size = BGP_AS4_SIZE };
	const struct bgp_attribute_row *row;
	struct raw_attribute raw;

	*out = (struct bgp_attributes){ 0 };
	while (raw_attribute_next(&block, &raw)) {
		row = bgp_attribute_known(raw.type);
		if (!row) { /* the first of the unknown ones */
			out->unknown = raw.whole;
			out->unknown.left += block.left;
			return;
		}
		bgp_attribute_load(&input, row, &raw);
	}
	assert(!block.failed);
}
