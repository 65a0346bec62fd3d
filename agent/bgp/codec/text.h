/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TEXT_H
#define BGP_TEXT_H

/*
 * Text in a buffer of the caller: built piece by piece, cut where it does not
 * fit, always terminated. Bytes from a peer go through text_add_escaped(), so
 * that none of them can end a log line, overwrite what is before it or act as a
 * terminal command.
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;
	size_t size; /* of `data`, at least 1 */
	size_t used; /* without the terminating 0 */
	bool cut;    /* a piece did not fit */
};

enum text_sizes {
	TEXT_ESCAPE_SIZE = 4, /* "\xNN" */
};

struct text text_of(char *data, size_t size);

void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Cut the text back to an earlier `used`. */
void text_cut(struct text *text, size_t used);

/*
 * Add bytes; control and non-ASCII ones, quotes and backslashes become \xNN. An
 * escape is never cut in two.
 */
void text_add_escaped(struct text *text, struct reader from);

/* Add "0x00ff", or "0x" for no bytes. Stops where the text is full. */
void text_add_hex(struct text *text, struct reader bytes);

/* Let a text that was cut end in "..."; `size` is at least 4. */
void text_mark_cut(struct text *text);

/*
 * Return how many bytes of the UTF-8 text `from` fit in `max` bytes without
 * cutting a character in two.
 */
size_t text_fit(const char *from, size_t max);

#endif
