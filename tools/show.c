// SPDX-License-Identifier: BSD-2-Clause
/* A reply as tables. See show.h. */

#include "show.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "table.h"
#include "value.h"
#include "view.h"

enum {
	MAX_COLUMNS = 24,
};

/* A stream into memory, for one text after the other. */
struct scratch {
	FILE *out;
	char *text;
	size_t size;
};

static int scratch_open(struct scratch *scratch)
{
	scratch->text = NULL;
	scratch->out = open_memstream(&scratch->text, &scratch->size);
	return scratch->out ? 0 : -ENOMEM;
}

static void scratch_close(struct scratch *scratch)
{
	fclose(scratch->out);
	free(scratch->text);
}

/* End the text and return it, valid until the next write; NULL: no memory. */
static const char *scratch_take(struct scratch *scratch)
{
	fputc('\0', scratch->out);
	if (fflush(scratch->out) || ferror(scratch->out))
		return NULL;
	rewind(scratch->out);
	return scratch->text;
}

/* A table while it is filled. */
struct filling {
	const struct view_section *section;
	bool shown[MAX_COLUMNS]; /* of the section's columns */
	struct table *table;
	struct scratch scratch;
};

/* True if a row has another value than the usual one. */
static bool is_needed(const struct view_column *column,
		      struct json_object *list)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		struct json_object *value = value_at(row, column->field);

		if (value &&
		    strcmp(json_object_get_string(value), column->usual))
			return true;
	}
	return false;
}

static void choose_columns(struct filling *filling, struct json_object *list,
			   bool rates)
{
	const struct view_section *section = filling->section;

	assert(section->column_count <= MAX_COLUMNS);
	for (size_t i = 0; i < section->column_count; i++) {
		const struct view_column *column = &section->columns[i];

		filling->shown[i] = (rates || !column->watch) &&
				    (!column->usual || is_needed(column, list));
	}
}

static void add_row(struct filling *filling, const struct view_place *place)
{
	const struct view_section *section = filling->section;
	struct scratch *scratch = &filling->scratch;

	for (size_t i = 0; i < section->column_count; i++) {
		const struct view_column *column = &section->columns[i];

		if (!filling->shown[i])
			continue;
		if (column->write)
			column->write(place, scratch->out);
		else
			value_write(place->row, column->field, scratch->out);
		table_add_cell(filling->table, scratch_take(scratch));
	}
}

static void add_rows(struct filling *filling, struct json_object *list,
		     struct json_object *parent)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct view_place place = {
			.row = json_object_array_get_idx(list, i),
			.parent = parent,
		};

		if (filling->section->left_out &&
		    filling->section->left_out(place.row))
			continue;
		add_row(filling, &place);
	}
}

/* Add each entry as a line, and below it the rows of its inner list. */
static void add_entries(struct filling *filling, struct json_object *list)
{
	const struct view_section *section = filling->section;
	struct scratch *scratch = &filling->scratch;
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		struct json_object *inner = value_at(entry, section->inner);

		value_expand(entry, section->heading, scratch->out);
		table_add_line(filling->table, scratch_take(scratch));
		if (json_object_is_type(inner, json_type_array))
			add_rows(filling, inner, entry);
	}
}

static int print_list(const struct view_section *section,
		      struct json_object *list, bool rates, FILE *out)
{
	struct filling filling = { .section = section };
	struct table_column columns[MAX_COLUMNS];
	int error = scratch_open(&filling.scratch);
	size_t count = 0;

	if (error)
		return error;
	choose_columns(&filling, list, rates);
	for (size_t i = 0; i < section->column_count; i++)
		if (filling.shown[i])
			columns[count++] = section->columns[i].table;
	filling.table = table_new(columns, count);
	if (section->inner)
		add_entries(&filling, list);
	else
		add_rows(&filling, list, NULL);
	error = table_print(filling.table, out);
	table_free(filling.table);
	scratch_close(&filling.scratch);
	return error;
}

static int longest_name(const struct view_section *section)
{
	size_t longest = 0;

	for (size_t i = 0; i < section->line_count; i++) {
		size_t length = strlen(section->lines[i].name);

		if (length > longest)
			longest = length;
	}
	return (int)longest;
}

static bool is_line_shown(const struct view_line *line,
			  struct json_object *object)
{
	return (!line->field || value_at(object, line->field)) &&
	       (!line->without || !value_at(object, line->without));
}

static int print_lines(const struct view_section *section,
		       struct json_object *object, FILE *out)
{
	int width = longest_name(section);

	for (size_t i = 0; i < section->line_count; i++) {
		const struct view_line *line = &section->lines[i];

		if (!is_line_shown(line, object))
			continue;
		fprintf(out, "%-*s  ", width, line->name);
		value_expand(object, line->text, out);
		fputc('\n', out);
	}
	return 0;
}

static int print_texts(struct json_object *list, FILE *out)
{
	if (!json_object_is_type(list, json_type_array))
		return -EPROTO;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		fprintf(out, "%s\n",
			json_object_get_string(
				json_object_array_get_idx(list, i)));
	return 0;
}

static int print_section(const struct view_section *section,
			 struct json_object *reply, bool rates, FILE *out)
{
	struct json_object *part = value_at(reply, section->path);

	if (section->write) {
		section->write(part, out);
		return 0;
	}
	if (section->plain)
		return print_texts(part, out);
	if (section->lines)
		return json_object_is_type(part, json_type_object) ?
			       print_lines(section, part, out) :
			       -EPROTO;
	return json_object_is_type(part, json_type_array) ?
		       print_list(section, part, rates, out) :
		       -EPROTO;
}

static bool is_left_out(const struct view_section *section,
			struct json_object *reply)
{
	struct json_object *part = value_at(reply, section->path);

	if (section->write)
		return !value_at(part, section->needs);
	return section->optional &&
	       (!json_object_is_type(part, json_type_array) ||
		!json_object_array_length(part));
}

int show_print(const struct view *view, struct json_object *reply, bool rates,
	       FILE *out, const char **missing)
{
	bool is_first = true;

	for (size_t i = 0; i < view->section_count; i++) {
		int error;

		if (is_left_out(&view->sections[i], reply))
			continue;
		if (!is_first)
			fputc('\n', out);
		is_first = false;
		error = print_section(&view->sections[i], reply, rates, out);
		if (error == -EPROTO)
			*missing = view->sections[i].path;
		if (error)
			return error;
	}
	return 0;
}
