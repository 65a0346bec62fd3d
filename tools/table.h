/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

/*
 * A table as text: a header row, columns as wide as their widest cell, two
 * blanks between them, none at the end of a line. Control characters in a cell
 * become '?', so that a text of a neighbor cannot control the terminal.
 *
 * An error of memory is sticky; table_print() returns it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

struct table_column {
	const char *header;
	bool right; /* aligned to the right, for numbers */
};

/*
 * Return an empty table, or NULL if out of memory; all functions below accept
 * NULL. `columns` belongs to the caller and must live until table_free().
 */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
/*
 * Add the next cell, from left to right and row after row. A text of NULL counts
 * as an error of memory.
 */
void table_add_cell(struct table *table, const char *text);
/* Add a line across all columns. The row before must be complete. */
void table_add_line(struct table *table, const char *text);
/* Print the table. Return 0, or -ENOMEM and print nothing. */
int table_print(const struct table *table, FILE *out);

#endif
