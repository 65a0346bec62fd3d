// SPDX-License-Identifier: BSD-2-Clause
/* Views of neighbors. See view.h. */

#include "view_table.h"

#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "value.h"

enum {
	GONE_SHOWN_S = 300, /* the JSON has gone neighbors for an hour */
};

static bool is_link_local(const char *address)
{
	return !strncmp(address, "fe80:", strlen("fe80:")) &&
	       !strchr(address, '%');
}

/*
 * Write the address, with its link if it means nothing without; or the interface
 * of a neighbor whose address is not known yet.
 */
static void write_neighbor(const struct view_place *place, FILE *out)
{
	struct json_object *address = value_at(place->row, "address");

	if (!address)
		value_write(place->row, "interface", out);
	else if (value_at(place->row, "interface") &&
		 is_link_local(json_object_get_string(address)))
		value_expand(place->row, "{address}%{interface}", out);
	else
		value_write(place->row, "address", out);
}

static bool is_established(const struct view_place *place)
{
	const char *state =
		json_object_get_string(value_at(place->row, "state"));

	return state && !strcmp(state, "Established");
}

/* Write the hint or, until a session has followed it, the last error. */
static void write_last_error(const struct view_place *place, FILE *out)
{
	bool hint = value_at(place->row, "hint");

	if (!hint && is_established(place)) {
		fputs("-", out);
		return;
	}
	value_write(place->row, hint ? "hint" : "last_error", out);
	if (!hint && value_at(place->row, "last_error_s"))
		value_expand(place->row, ", {last_error_s} ago", out);
}

/* Write the state, and what keeps the session down or when we try again. */
static void write_state(const struct view_place *place, FILE *out)
{
	const char *text = "{state}";

	if (value_at(place->row, "administrative.since_s"))
		text = "{state}, shut down {administrative.since_s}";
	else if (value_at(place->row, "next_attempt_s"))
		text = "{state}, retry {next_attempt_s}";
	value_expand(place->row, text, out);
}

/* Write "2/10": prefixes, and the limit of them. */
static void write_max_prefix(const struct view_place *place, FILE *out)
{
	if (value_at(place->row, "max_prefix"))
		value_expand(place->row, "{max_prefix_count}/{max_prefix}",
			     out);
	else
		fputs("-", out);
}

static const struct view_column neighbor_columns[] = {
	COLUMN_WRITE("NEIGHBOR", write_neighbor),
	COLUMN_TEXT("NAME", "name"),
	COLUMN_TEXT("AS", "as"),
	COLUMN_TEXT("ROLE", "role"),
	COLUMN_WRITE("STATE", write_state),
	COLUMN_NUMBER("UP/DOWN", "changed_s"),
	COLUMN_NUMBER("RECEIVED", "prefixes_received"),
	COLUMN_WRITE_NUMBER("OF MAX", write_max_prefix),
	COLUMN_NUMBER("ACCEPTED", "prefixes_accepted"),
	COLUMN_NUMBER("ANNOUNCED", "prefixes_announced"),
	COLUMN_WRITE("LAST ERROR", write_last_error),
};

/* True for a neighbor of a prefix that does not seem to come back. */
static bool is_long_gone(struct json_object *entry)
{
	return json_object_get_int64(value_at(entry, "gone_s")) >= GONE_SHOWN_S;
}

static const struct view_section neighbor_sections[] = {
	{ .path = "neighbors",
	  COLUMNS(neighbor_columns),
	  .left_out = is_long_gone },
};

const struct view view_neighbors = {
	.what = "neighbors",
	.help = "BGP sessions",
	SECTIONS(neighbor_sections),
};

static const struct view_line one_neighbor_lines[] = {
	{ "neighbor", "{address}, AS {as}, {role}" },
	{ "interface", "{interface}", "interface" },
	{ "name", "{name}", "name" },
	{ "state", "{state} for {changed_s}, ended {flaps} times" },
	{ "shut down", "{administrative.since_s} ago",
	  "administrative.since_s" },
	{ "hint", "{hint}", "hint" },
	{ "from key", "--neighbor {options.of}" },
	{ "families",
	  "{families} agreed; only here: {families_only_ours}; "
	  "only there: {families_only_theirs}",
	  "families" },
	{ "families", "{families_disabled} ignored since an error",
	  "families_disabled" },
	{ "families", "{options.families} offered", .without = "families" },
	{ "capabilities", "{capabilities}", "capabilities" },
	{ "only here", "{capabilities_only_ours}", "capabilities" },
	{ "only there",
	  "{capabilities_only_theirs}, and {capabilities_unknown} unknown "
	  "ones",
	  "capabilities" },
	{ "add-path", "asked for: {options.add_path}; agreed: receive "
		      "{add_path.receive}, send {add_path.send}" },
	{ "multipath", "{options.multipath}" },
	{ "passive", "{options.passive}" },
	{ "multihop", "{options.multihop}" },
	{ "ttl-security", "{options.ttl_security}" },
	{ "bfd", "{options.bfd}, {bfd.state}" },
	{ "hold time", "{hold_time} s" },
	{ "prefixes", "{prefixes_received} received, {prefixes_accepted} "
		      "accepted, {prefixes_announced} announced" },
	{ "limits", "max-prefix {options.max_prefix}, max-paths "
		    "{options.max_paths}, max-attributes "
		    "{options.max_attributes}, max-next-hops "
		    "{options.max_next_hops}, max-bandwidth "
		    "{options.max_bandwidth}" },
	{ "errors", "{withdrawn_by_error} prefixes withdrawn by error, "
		    "{updates_of_other_families} UPDATEs of other families" },
};

static const struct view_column error_columns[] = {
	COLUMN_NUMBER("AGO", "age_s"),
	COLUMN_TEXT("NOTIFICATION", "direction"),
	COLUMN_TEXT("ERROR", "text"),
};

static const struct view_section one_neighbor_sections[] = {
	{ .path = "neighbor", LINES(one_neighbor_lines) },
	{ .path = "neighbor.errors", COLUMNS(error_columns), .optional = true },
};

const struct view view_neighbor = {
	.what = "neighbor",
	.argument = "neighbor",
	.help = "one of them: options in force, what was agreed, errors",
	SECTIONS(one_neighbor_sections),
};

static const struct view_line order_lines[] = {
	{ "neighbor", "{address}: {state}" },
	{ "down since", "{administrative.since_s} ago",
	  "administrative.since_s" },
	{ "reason", "{administrative.reason}", "administrative.reason" },
};

static const struct view_section order_sections[] = {
	{ .path = "neighbor", LINES(order_lines) },
};

const struct view view_order = {
	.what = "order",
	SECTIONS(order_sections),
};
