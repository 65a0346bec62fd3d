// SPDX-License-Identifier: BSD-2-Clause
/* Aligned columns. See table.h. */

#include "table.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	GAP = 2, /* blanks between two columns */
};

/* A cell, or a line across all columns. */
struct item {
	char *text;
	bool is_line;
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct item *items;
	size_t count;
	size_t room;
	size_t next_column; /* of the row being filled */
	bool failed;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	table->column_count = count;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->items[i].text);
	free(table->items);
	free(table);
}

static bool grow_items(struct table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	struct item *items;

	if (table->count < table->room)
		return true;
	items = realloc(table->items, room * sizeof(*items));
	if (!items)
		return false;
	table->items = items;
	table->room = room;
	return true;
}

static void replace_control_characters(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

static void append_item(struct table *table, const char *text, bool is_line)
{
	char *copy = text && grow_items(table) ? strdup(text) : NULL;

	if (!copy) {
		table->failed = true;
		return;
	}
	replace_control_characters(copy);
	table->items[table->count++] = (struct item){ copy, is_line };
}

void table_add_cell(struct table *table, const char *text)
{
	if (!table || table->failed)
		return;
	append_item(table, text, false);
	table->next_column = (table->next_column + 1) % table->column_count;
}

void table_add_line(struct table *table, const char *text)
{
	if (!table || table->failed)
		return;
	assert(!table->next_column);
	append_item(table, text, true);
}

static void measure_columns(const struct table *table, size_t *widths)
{
	size_t column = 0;

	for (size_t i = 0; i < table->column_count; i++)
		widths[i] = strlen(table->columns[i].header);
	for (size_t i = 0; i < table->count; i++) {
		size_t width = strlen(table->items[i].text);

		if (table->items[i].is_line)
			continue;
		if (width > widths[column])
			widths[column] = width;
		column = (column + 1) % table->column_count;
	}
}

static void print_cell(const struct table *table, const size_t *widths,
		       size_t column, const char *text, FILE *out)
{
	bool last = column + 1 == table->column_count;
	int blanks = (int)(widths[column] - strlen(text));

	if (table->columns[column].right)
		fprintf(out, "%*s%s", blanks, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : blanks, "");
	fprintf(out, "%*s", last ? 0 : GAP, "");
	if (last)
		fputc('\n', out);
}

static void print_items(const struct table *table, const size_t *widths,
			FILE *out)
{
	size_t column = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct item *item = &table->items[i];

		if (item->is_line) {
			fprintf(out, "%s\n", item->text);
			continue;
		}
		print_cell(table, widths, column, item->text, out);
		column = (column + 1) % table->column_count;
	}
}

int table_print(const struct table *table, FILE *out)
{
	size_t *widths;

	if (!table || table->failed)
		return -ENOMEM;
	widths = calloc(table->column_count, sizeof(*widths));
	if (!widths)
		return -ENOMEM;
	measure_columns(table, widths);
	for (size_t i = 0; i < table->column_count; i++)
		print_cell(table, widths, i, table->columns[i].header, out);
	print_items(table, widths, out);
	free(widths);
	return 0;
}
