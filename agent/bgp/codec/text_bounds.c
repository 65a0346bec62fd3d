// SPDX-License-Identifier: BSD-2-Clause
/* Long values in little room. See text_bounds.h. */

#include "bgp/codec/text_bounds.h"

#include <string.h>

void text_add_hex(struct text *text, struct reader bytes)
{
	text_add(text, "0x");
	while (bytes.left && !text->cut)
		text_add(text, "%02x", reader_u8(&bytes));
}

void text_mark_cut(struct text *text)
{
	static const char cut[] = "...";

	if (text->cut)
		memcpy(text->data + text->size - sizeof(cut), cut, sizeof(cut));
}
