// SPDX-License-Identifier: BSD-2-Clause
/* Tables of HTML. See html.h. */

#include "control/pages/html.h"

#include <ctype.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

#include "control/json.h"

enum {
	PERCENT = 100,
	S_IN_MINUTE = 60,
	S_IN_HOUR = 3600,
	S_IN_DAY = 86400,
};

static const char *entity_of(char character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

void html_write_text(struct evbuffer *out, const char *text)
{
	size_t clean = strcspn(text, "&<>\"'");

	for (; text[clean]; clean = strcspn(text, "&<>\"'")) {
		evbuffer_add(out, text, clean);
		evbuffer_add_printf(out, "%s", entity_of(text[clean]));
		text += clean + 1;
	}
	evbuffer_add(out, text, clean);
}

void html_write_query(struct evbuffer *out, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text))
			evbuffer_add(out, text, 1);
		else
			evbuffer_add_printf(out, "%%%02x",
					    (unsigned int)(unsigned char)*text);
}

static void write_age(struct evbuffer *out, uint64_t seconds)
{
	if (seconds >= S_IN_DAY)
		evbuffer_add_printf(out, "%" PRIu64 "d%02" PRIu64 "h",
				    seconds / S_IN_DAY,
				    seconds % S_IN_DAY / S_IN_HOUR);
	else if (seconds >= S_IN_HOUR)
		evbuffer_add_printf(out, "%" PRIu64 "h%02" PRIu64 "m",
				    seconds / S_IN_HOUR,
				    seconds % S_IN_HOUR / S_IN_MINUTE);
	else if (seconds >= S_IN_MINUTE)
		evbuffer_add_printf(out, "%" PRIu64 "m%02" PRIu64 "s",
				    seconds / S_IN_MINUTE,
				    seconds % S_IN_MINUTE);
	else
		evbuffer_add_printf(out, "%" PRIu64 "s", seconds);
}

static double get_double(struct json_object *row, const char *name)
{
	return json_object_get_double(json_object_object_get(row, name));
}

/* Write a server and a bar: its share, and a line where that should be. */
static void write_share(struct evbuffer *out, struct json_object *member)
{
	double share = get_double(member, "share") * PERCENT;
	double wanted = get_double(member, "wanted") * PERCENT;

	evbuffer_add_printf(out, "<li><span>");
	html_write_text(out, json_get_text(member, "address"));
	evbuffer_add_printf(
		out,
		"</span> <svg width=\"100\" height=\"10\" aria-hidden=\"true\">"
		"<rect width=\"%.1f\" height=\"10\"/>"
		"<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"10\"/></svg> "
		"<b>%.1f&nbsp;%%</b> of %.1f&nbsp;%%</li>",
		share, wanted, wanted, share, wanted);
}

static void write_shares(struct evbuffer *out, struct json_object *list)
{
	size_t count = json_object_array_length(list);

	evbuffer_add_printf(out, "<ul>");
	for (size_t i = 0; i < count; i++)
		write_share(out, json_object_array_get_idx(list, i));
	evbuffer_add_printf(out, "</ul>");
}

static void write_cell_value(struct evbuffer *out, enum html_kind kind,
			     struct json_object *value)
{
	if (!value)
		evbuffer_add_printf(out, "&ndash;");
	else if (kind == HTML_AGE)
		write_age(out, json_object_get_uint64(value));
	else if (kind == HTML_SHARES)
		write_shares(out, value);
	else if (json_object_is_type(value, json_type_boolean))
		evbuffer_add_printf(
			out, json_object_get_boolean(value) ? "yes" : "no");
	else
		html_write_text(out, json_object_get_string(value));
}

/* Write what stands before the value of a cell. */
static void begin_cell(struct evbuffer *out, const struct html_column *column,
		       struct json_object *value)
{
	switch (column->kind) {
	case HTML_HEADER:
		evbuffer_add_printf(out, "<th scope=\"row\">");
		return;
	case HTML_NUMBER:
	case HTML_AGE:
		evbuffer_add_printf(out, "<td class=\"n\">");
		return;
	case HTML_RATE:
		evbuffer_add_printf(out, "<td class=\"n\" data-count=\"%s\">",
				    value ? json_object_get_string(value) :
					    "0");
		return;
	case HTML_STATE:
		evbuffer_add_printf(out, "<td class=\"s\" data-is=\"");
		write_cell_value(out, HTML_TEXT, value);
		evbuffer_add_printf(out, "\">");
		return;
	default:
		evbuffer_add_printf(out, "<td>");
	}
}

void html_write_row(struct evbuffer *out, const struct html_table *table,
		    struct json_object *row)
{
	evbuffer_add_printf(out, "<tr>");
	for (size_t i = 0; i < table->count; i++) {
		const struct html_column *column = &table->columns[i];
		struct json_object *value =
			json_object_object_get(row, column->field);

		begin_cell(out, column, value);
		write_cell_value(out, column->kind, value);
		evbuffer_add_printf(out, column->kind == HTML_HEADER ? "</th>" :
								       "</td>");
	}
	evbuffer_add_printf(out, "</tr>\n");
}
