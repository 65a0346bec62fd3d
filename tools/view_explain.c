// SPDX-License-Identifier: BSD-2-Clause
/* Views of replies to `explain`. See view.h. */

#include "view_table.h"

static const struct view_line explain_route_lines[] = {
	{ "prefix", "{prefix}" },
	{ "next hops", "{selected} in the set, {cut} more as good but cut" },
	{ "steered", "{forwarding}" },
	{ "multipath",
	  "up to {multipath.maximum_paths} external, "
	  "{multipath.maximum_paths_ibgp} internal paths; AS paths "
	  "{multipath.as_path}; both kinds {multipath.ebgp_ibgp}; link "
	  "bandwidth {multipath.link_bandwidth}",
	  "multipath" },
	{ "links",
	  "weights are whole from {multipath.link_speed_weight} Mbit/s on",
	  "multipath.link_speed_weight" },
	{ "bandwidth",
	  "{multipath.bandwidth}, and {multipath.min_bandwidth} is needed",
	  "multipath.min_bandwidth" },
	{ "table", "{steering.state}: {steering.why}", "steering.why" },
	{ "gone", "{gone.age_s} ago from {gone.neighbor}: {gone.why}", "gone" },
};

static const struct view_column explain_path_columns[] = {
	COLUMN_WRITE("  IN", view_write_mark),
	COLUMN_TEXT("NEIGHBOR", "neighbor"),
	COLUMN_TEXT("NEXT HOP", "next_hop"),
	COLUMN_NUMBER("WEIGHT", "weight"),
	COLUMN_TEXT("STEP", "reason"),
	COLUMN_TEXT("WHY", "why"),
};

static const struct view_column departed_columns[] = {
	COLUMN_TEXT("GONE FROM", "neighbor"),
	COLUMN_NUMBER("AGO", "age_s"),
	COLUMN_NUMBER("TIMES", "times"),
	COLUMN_TEXT("WHY", "why"),
};

static const struct view_column announcement_columns[] = {
	COLUMN_TEXT("TO", "neighbor"),
	COLUMN_TEXT("ANNOUNCED", "announced"),
	COLUMN_TEXT("WHY NOT", "cause"),
};

static const struct view_column explain_event_columns[] = {
	COLUMN_TEXT("TIME", "time"),
	COLUMN_TEXT("EVENT", "event"),
	COLUMN_TEXT("MESSAGE", "text"),
};

static const struct view_section explain_route_sections[] = {
	{ .path = "explain", LINES(explain_route_lines) },
	{ .path = "explain.paths",
	  COLUMNS(explain_path_columns),
	  .optional = true },
	{ .path = "explain.departed",
	  COLUMNS(departed_columns),
	  .optional = true },
	{ .path = "explain.announcements",
	  COLUMNS(announcement_columns),
	  .optional = true },
	{ .path = "explain.events",
	  COLUMNS(explain_event_columns),
	  .optional = true },
};

const struct view view_explain_route = {
	.what = "prefix",
	SECTIONS(explain_route_sections),
};

static const struct view_line explain_flow_lines[] = {
	{ "flow", "{flow.source}:{flow.source_port} to {flow.destination}:"
		  "{flow.destination_port}, {flow.protocol}" },
	{ "vip", "{vip}, hashed by {hash_fields}", "vip" },
	{ "bucket", "{bucket} of group {group}, hash {hash}", "vip" },
	{ "table",
	  "{table.outcome}, next hop {table.next_hop}, backup {table.backup}",
	  "table.next_hop" },
	{ "table", "{table.outcome}", .without = "table.next_hop" },
	{ "program",
	  "{program.outcome}, next hop {program.next_hop}, {program.action}",
	  "program.next_hop" },
	{ "program", "{program.outcome}, {program.action}", "program",
	  .without = "program.next_hop" },
	{ "outer",
	  "inside {program.outer.encapsulation}, from {program.outer.source} "
	  "port {program.outer.source_port} to {program.outer.destination} "
	  "port {program.outer.destination_port}",
	  "program.outer.destination_port" },
	{ "outer",
	  "inside {program.outer.encapsulation}, from {program.outer.source} to "
	  "{program.outer.destination}",
	  "program.outer", .without = "program.outer.destination_port" },
	{ "filter", "{program.filter.match}: {program.filter.action}",
	  "program.filter" },
	{ "program", "not asked: {program_error}", "program_error" },
	{ "rule",
	  "{affinity.rule}; record: {affinity.record}; previous next hop: "
	  "{affinity.previous}; after the window: {affinity.after_window}",
	  "affinity" },
	{ "record", "{table.recorded}, signature {affinity.signature}",
	  "table.recorded" },
	{ "agree", "{agree}", "program" },
};

static const struct view_section explain_flow_sections[] = {
	{ .path = "explain", LINES(explain_flow_lines) },
};

const struct view view_explain_flow = {
	.what = "flow",
	SECTIONS(explain_flow_sections),
};

static const struct view_column packet_columns[] = {
	COLUMN_NUMBER("PACKET", "packet"),
	COLUMN_TEXT("SOURCE", "flow.source"),
	COLUMN_NUMBER("PORT", "flow.source_port"),
	COLUMN_TEXT("DESTINATION", "flow.destination"),
	COLUMN_NUMBER("PORT", "flow.destination_port"),
	COLUMN_TEXT("PROTOCOL", "flow.protocol"),
	COLUMN_NUMBER("BUCKET", "bucket"),
	COLUMN_TEXT("TABLE", "table.next_hop"),
	COLUMN_TEXT("PROGRAM", "program.next_hop"),
	COLUMN_TEXT("OUTCOME", "program.outcome"),
	COLUMN_RARE("INSIDE", "program.outer.encapsulation", ""),
	COLUMN_RARE("FROM", "program.outer.source", ""),
	COLUMN_TEXT("AGREE", "agree"),
};

static const struct view_section packet_sections[] = {
	{ .path = "packets", COLUMNS(packet_columns) },
};

const struct view view_explain_packets = {
	.what = "packets",
	SECTIONS(packet_sections),
};
