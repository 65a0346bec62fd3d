/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TEXT_H
#define BGP_TEXT_H

/*
 * Text for people, in memory of the caller's: built piece by piece, cut where
 * it does not fit and always terminated. What a peer wrote goes through
 * text_add_escaped(), so that no byte of it can end a line, hide what stands
 * before it or reach a terminal as a command.
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;
	size_t size; /* of `data`, at least 1 */
	size_t used; /* without the terminating 0 */
	bool cut;    /* something did not fit */
};

enum text_sizes {
	TEXT_ESCAPE_SIZE = 4, /* "\xNN" */
};

struct text text_of(char *data, size_t size);

void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Back to an earlier `used`. */
void text_cut(struct text *text, size_t used);

/*
 * Control and non-ASCII bytes, quotes and backslashes become \xNN. An escape
 * is never cut in two.
 */
void text_add_escaped(struct text *text, struct reader from);

/* "0x00ff", or "0x" for no bytes. Stops where the text is full. */
void text_add_hex(struct text *text, struct reader bytes);

/* End a text that was cut in "..."; it has room for at least 3 characters. */
void text_mark_cut(struct text *text);

/*
 * How many bytes of `from` to send where no more than `max` may be: all, or
 * the beginning that ends between two characters of UTF-8.
 */
size_t text_fit(const char *from, size_t max);

#endif
