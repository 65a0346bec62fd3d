/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

/*
 * A table for people: a header row, columns as wide as their widest cell, two
 * blanks between them, none at the end of a line. A cell never breaks the
 * table, nor the terminal: control characters in it become '?'.
 *
 * Running out of memory is sticky and told once, by table_print().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

struct table_column {
	const char *header;
	bool right; /* numbers are easier to compare so */
};

/*
 * `columns` stays the caller's and is used until table_free(). NULL if out of
 * memory, which all functions below take for a table.
 */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
/*
 * Adds the next cell, from left to right and row after row. A text of NULL is
 * one that could not be made for lack of memory.
 */
void table_add_cell(struct table *table, const char *text);
/* The same for a line across all columns; the row before must be complete. */
void table_add_line(struct table *table, const char *text);
/* Returns 0 or -ENOMEM; nothing is written then. */
int table_print(const struct table *table, FILE *out);

#endif
