/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VIEW_H
#define TOOLS_VIEW_H

/*
 * What `headgatectl show` can show: one const table that says which field of
 * a reply stands in which column. show.c prints by it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "table.h"

struct json_object;

/* A row, and the entry it is listed under, if any. */
struct view_place {
	struct json_object *row;
	struct json_object *parent;
};

struct view_column {
	struct table_column table;
	const char *field;
	bool watch; /* a rate: there only when it is shown again and again */
	/* Instead of `field`, where the text is made of several. */
	void (*write)(const struct view_place *place, FILE *out);
};

/* A name and a text for value_expand(). */
struct view_line {
	const char *name;
	const char *text;
	const char *field; /* the line is left out without it; NULL: never */
};

/*
 * Part of a view. With columns: a table of the list at `path` or, if `inner`
 * is set, of that list in each of its entries, below the line `heading`.
 * Without columns: lines about the object at `path`.
 */
struct view_section {
	const char *path;
	const struct view_column *columns;
	size_t column_count;
	const char *inner;
	const char *heading; /* a text for value_expand() */
	const struct view_line *lines;
	size_t line_count;
};

struct view {
	const char *what;     /* as on the command line and in the request */
	const char *argument; /* what it is about, a field too; NULL: nothing */
	const char *help;
	const struct view_section *sections;
	size_t section_count;
};

extern const struct view views[];
extern const size_t view_count;

/* Of replies to `explain`. */
extern const struct view view_explain_route;
extern const struct view view_explain_flow;
extern const struct view view_explain_packets;

/* NULL if there is nothing of that name. */
const struct view *view_find(const char *what);

#endif
