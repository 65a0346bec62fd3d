// SPDX-License-Identifier: BSD-2-Clause
/* Text in a buffer. See text.h. */

#include "bgp/codec/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum {
	PRINTABLE_FIRST = 0x20,
	PRINTABLE_LAST = 0x7e,
	/* RFC 3629 3: all bytes of a character but the first are 10xxxxxx. */
	UTF8_MASK = 0xc0,
	UTF8_CONTINUATION = 0x80,
};

struct text text_of(char *data, size_t size)
{
	data[0] = '\0';
	return (struct text){ .data = data, .size = size };
}

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->data + text->used, room, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	text->cut |= (size_t)length >= room;
	text->used += (size_t)length < room ? (size_t)length : room - 1;
}

void text_cut(struct text *text, size_t used)
{
	text->used = used;
	text->data[used] = '\0';
}

/* True if the byte is safe between quotes in a log line. */
static bool is_plain(uint8_t byte)
{
	return byte >= PRINTABLE_FIRST && byte <= PRINTABLE_LAST &&
	       byte != '"' && byte != '\\';
}

void text_add_escaped(struct text *text, struct reader from)
{
	while (from.left) {
		uint8_t byte = reader_u8(&from);
		size_t size = is_plain(byte) ? 1 : TEXT_ESCAPE_SIZE;

		if (size >= text->size - text->used)
			return;
		text_add(text, is_plain(byte) ? "%c" : "\\x%02x", byte);
	}
}

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

size_t text_fit(const char *from, size_t max)
{
	size_t length = strnlen(from, max + 1);

	if (length <= max)
		return length;
	length = max;
	while (length && (from[length] & UTF8_MASK) == UTF8_CONTINUATION)
		length--;
	return length;
}
