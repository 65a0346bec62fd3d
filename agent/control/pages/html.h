/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_HTML_H
#define CONTROL_HTML_H

/*
 * Tables of HTML out of rows of JSON, for the status page. All text is escaped: much
 * of it comes from neighbors.
 */

#include <stddef.h>

struct evbuffer;
struct json_object;

enum html_kind {
	HTML_TEXT,
	HTML_HEADER, /* names the row: a header cell */
	HTML_NUMBER,
	HTML_AGE,    /* seconds */
	HTML_STATE,  /* text or true/false, with a class of its own */
	HTML_SHARES, /* a list of members, with bars */
	HTML_RATE,   /* a counter, whose rate the page's script draws */
};

struct html_column {
	const char *field; /* of the row */
	enum html_kind kind;
};

struct html_table {
	const struct html_column *columns;
	size_t count;
};

void html_write_text(struct evbuffer *out, const char *text);
/* Write text as a value in the query of a link. */
void html_write_query(struct evbuffer *out, const char *text);
/* Write a row of the table. */
void html_write_row(struct evbuffer *out, const struct html_table *table,
		    struct json_object *row);

#endif
