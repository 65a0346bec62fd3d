/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VIEW_H
#define TOOLS_VIEW_H

/*
 * The views of `headgatectl show` and `explain` as tables: which field of a
 * reply stands in which column. show.c prints by them. They are in view_*.c, by
 * what they show.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "table.h"

struct json_object;

/* A row, and the entry that it is listed under, or NULL. */
struct view_place {
	struct json_object *row;
	struct json_object *parent;
};

struct view_column {
	struct table_column table;
	const char *field;
	bool watch; /* a rate: shown with --watch only */
	/* Left out if no row has another value than this; NULL: never. */
	const char *usual;
	/* In place of `field`, for a text made of several fields. */
	void (*write)(const struct view_place *place, FILE *out);
};

/* A name and a text for value_expand(). */
struct view_line {
	const char *name;
	const char *text;
	const char *field;   /* left out if it is missing; NULL: never */
	const char *without; /* left out if it is there; NULL: never */
};

/*
 * A part of a view. With columns it is a table of the list at `path`; with
 * `inner` a table of that list in each entry, below the line `heading`. Without
 * columns it is lines about the object at `path`.
 */
struct view_section {
	const char *path;
	const struct view_column *columns;
	size_t column_count;
	const char *inner;
	const char *heading; /* a text for value_expand() */
	/* True if an entry is left out; NULL: never. */
	bool (*left_out)(struct json_object *entry);
	/* In place of all of these; left out if the object lacks `needs`. */
	void (*write)(struct json_object *object, FILE *out);
	const char *needs;
	bool plain;    /* the list is texts: print each on a line */
	bool optional; /* left out if the list is missing or empty */
	const struct view_line *lines;
	size_t line_count;
};

struct view {
	const char *what;     /* the word of the command line and the request */
	const char *argument; /* its word, and the field; NULL: it has none */
	const char *help;
	const struct view_section *sections;
	size_t section_count;
	/* The word before the argument, and the field that it has; or NULL. */
	const char *keyword;
};

extern const struct view *const views[];
extern const size_t view_count;

/* Views of replies to `explain`. */
extern const struct view view_explain_route;
/* The reply to `neighbor`. */
extern const struct view view_order;
/* The reply to `drain` and `undrain`. */
extern const struct view view_drain;
extern const struct view view_explain_flow;
extern const struct view view_explain_packets;

/* Return the view of that name without a keyword, or NULL. */
const struct view *view_find(const char *what);
/* Return the view that a command line asks for, or NULL. */
const struct view *view_find_words(int count, char *const *words);

#endif
