// SPDX-License-Identifier: BSD-2-Clause
/* Views of routes and their paths. See view.h. */

#include "view_table.h"

#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "value.h"

static bool is_selected(const struct view_place *place)
{
	return json_object_get_boolean(value_at(place->row, "selected"));
}

/* In replies to `show routes` the route names the next hop of its best path. */
static bool is_best(const struct view_place *place)
{
	struct json_object *flag = value_at(place->row, "best");
	const char *best =
		json_object_get_string(value_at(place->parent, "best"));
	const char *nexthop =
		json_object_get_string(value_at(place->row, "next_hop"));

	if (flag)
		return json_object_get_boolean(flag);
	return is_selected(place) && best && nexthop && !strcmp(best, nexthop);
}

void view_write_mark(const struct view_place *place, FILE *out)
{
	fprintf(out, "  %s",
		is_best(place)	   ? "*=" :
		is_selected(place) ? "=" :
				     "-");
}

/* Write the end of "filtered: denied_by_rule 2". */
static void write_cause(const struct view_place *place, FILE *out)
{
	const char *reason =
		json_object_get_string(value_at(place->row, "reason"));
	const char *cause =
		json_object_get_string(value_at(place->row, "cause"));
	int rule = json_object_get_int(value_at(place->row, "rule"));

	if (!cause || !reason || !strcmp(cause, reason))
		return;
	fprintf(out, ": %s", cause);
	if (rule)
		fprintf(out, " %d", rule);
}

static void write_why(const struct view_place *place, FILE *out)
{
	if (is_best(place)) {
		fputs("best", out);
	} else if (is_selected(place)) {
		fputs("equal to best", out);
	} else {
		value_write(place->row, "reason", out);
		write_cause(place, out);
	}
}

static const struct view_column path_columns[] = {
	COLUMN_WRITE("  IN", view_write_mark),
	COLUMN_TEXT("NEIGHBOR", "neighbor"),
	COLUMN_TEXT("NEXT HOP", "next_hop"),
	COLUMN_NUMBER("WEIGHT", "weight"),
	COLUMN_NUMBER("PREF", "local_pref"),
	COLUMN_NUMBER("MED", "med"),
	COLUMN_TEXT("ORIGIN", "origin"),
	COLUMN_TEXT("AS PATH", "as_path"),
	COLUMN_NUMBER("AGE", "age_s"),
	COLUMN_WRITE("WHY", write_why),
};

static const struct view_section route_sections[] = {
	{ .path = "routes",
	  COLUMNS(path_columns),
	  .inner = "paths",
	  .heading = "{prefix}, announced to {announced}" },
};

static const struct view_section from_sections[] = {
	{ .path = "routes",
	  COLUMNS(path_columns),
	  .inner = "paths",
	  .heading = "{prefix}" },
};

const struct view view_routes = {
	.what = "routes",
	.help = "all paths, and why each is in the set or not",
	SECTIONS(route_sections),
};

const struct view view_route = {
	.what = "route",
	.argument = "prefix",
	.help = "the same for one prefix or address",
	SECTIONS(route_sections),
};

const struct view view_routes_from = {
	.what = "routes",
	.argument = "neighbor",
	.help = "paths from one neighbor, refused ones too (Adj-RIB-In)",
	SECTIONS(from_sections),
	.keyword = "from",
};

/* Write "add-path 3", or "pending" for a change that waits to be sent. */
static void write_sent_state(const struct view_place *place, FILE *out)
{
	bool pending = json_object_get_boolean(value_at(place->row, "pending"));

	fputs(pending ? "  pending" : "  sent", out);
}

static const struct view_column sent_columns[] = {
	COLUMN_WRITE("  STATE", write_sent_state),
	COLUMN_NUMBER("PATH ID", "path_id"),
	COLUMN_TEXT("NEXT HOP", "next_hop"),
	COLUMN_NUMBER("PREF", "local_pref"),
	COLUMN_NUMBER("MED", "med"),
	COLUMN_TEXT("ORIGIN", "origin"),
	COLUMN_TEXT("AS PATH", "as_path"),
	COLUMN_TEXT("COMMUNITIES", "attributes.COMMUNITIES (8)"),
};

static const struct view_section to_sections[] = {
	{ .path = "routes",
	  COLUMNS(sent_columns),
	  .inner = "paths",
	  .heading = "{prefix}" },
};

const struct view view_routes_to = {
	.what = "routes",
	.argument = "neighbor",
	.help = "routes announced to one neighbor, as they are sent (Adj-RIB-Out)",
	SECTIONS(to_sections),
	.keyword = "to",
};
