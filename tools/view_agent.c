// SPDX-License-Identifier: BSD-2-Clause
/* Views of the agent, its host, its configuration and its events. See view.h. */

#include "view_table.h"

#include "verdict.h"

static const struct view_line status_lines[] = {
	{ "headgate", "{version}, pid {pid}, up {uptime_s}" },
	{ "DEGRADED", "{sync.why}", "sync.why" },
	{ "audit", "{sync.last.what}, {sync.last.age_s} ago", "sync.last" },
	{ "takeover",
	  "for {takeover.took_s}, {takeover.left_s} more at most: "
	  "{takeover.vips_waiting} of {takeover.vips} VIPs wait for "
	  "{takeover.nexthops_waited_for} next hops",
	  "takeover.running" },
	{ "bgp", "AS {as}, router id {router_id}" },
	{ "neighbors", "{neighbors.established} of {neighbors.configured} "
		       "established" },
	{ "refused",
	  "{connections_refused} connections, the last "
	  "{last_refused.age_s} ago from {last_refused.address}: "
	  "{last_refused.why}",
	  "last_refused" },
	{ "vips", "{vips.learned} learned, {vips.forwarding} forwarding, "
		  "{vips.announced} announced" },
	{ "next hops", "{nexthops.alive} of {nexthops.total} alive" },
	{ "too many",
	  "{vips.above_maximum_paths} VIPs with more equal paths than "
	  "--maximum-paths",
	  "vips.above_maximum_paths" },
	{ "groups", "{groups.used} of {groups.maximum}" },
	{ "waiting", "{groups.waiting} VIPs for a group of their own",
	  "groups.waiting" },
	{ "light",
	  "{groups.light} groups with a share below one bucket: raise "
	  "--table-size",
	  "groups.light" },
	{ "crowded",
	  "{groups.crowded} groups with fewer than 16 buckets a next hop: raise "
	  "--table-size",
	  "groups.crowded" },
	{ "checks",
	  "{checks.passing} passing, {checks.failing} failing, "
	  "{checks.pending} not ended yet",
	  "checks" },
	{ "mrt", "{mrt.file}: {mrt.records} records, {mrt.lost} lost", "mrt" },
	{ "loop",
	  "longest turn {loop.longest_turn_us} us, of the CPU "
	  "{loop.longest_turn_cpu_us} us; {loop.turns_above_20_ms} "
	  "above 20 ms",
	  "loop" },
	{ "hash", "seed digest {hash_seed_digest}, {table_size} buckets a "
		  "group" },
};

static const struct view_column collector_columns[] = {
	COLUMN_TEXT("COLLECTOR", "address"),
	COLUMN_NUMBER("PORT", "port"),
	COLUMN_TEXT("STATE", "state"),
	COLUMN_NUMBER("MESSAGES", "messages"),
	COLUMN_NUMBER("BUFFERED", "buffered"),
	COLUMN_NUMBER("LOST", "drops"),
	COLUMN_TEXT("LAST ERROR", "last_error"),
};

static const struct view_column interface_columns[] = {
	COLUMN_TEXT("INTERFACE", "name"),
	COLUMN_TEXT("DEVICE", "device"),
	COLUMN_NUMBER("INDEX", "ifindex"),
	COLUMN_TEXT("UP", "up"),
	COLUMN_TEXT("XDP MODE", "mode"),
	COLUMN_NUMBER("PROGRAM", "program_id"),
	COLUMN_TEXT("VLAN TAGS", "vlan_tags"),
	COLUMN_TEXT("MAC", "mac"),
};

static const struct view_column waited_for_columns[] = {
	COLUMN_TEXT("WAITS FOR", "nexthop"),
};

static const struct view_column flow_map_columns[] = {
	COLUMN_TEXT("FLOW MAP", "map"),
	COLUMN_NUMBER("RECORDS", "records"),
	COLUMN_NUMBER("ROOM", "room"),
	COLUMN_NUMBER("OLDEST", "oldest_s"),
	COLUMN_NUMBER("EVICTED", "evicted"),
};

static const struct view_column complaint_columns[] = {
	COLUMN_TEXT("HOST", "check"),
	COLUMN_TEXT("INTERFACE", "interface"),
	COLUMN_TEXT("LEVEL", "level"),
	COLUMN_TEXT("FOUND", "found"),
	COLUMN_TEXT("MENDED BY", "command"),
};

static const struct view_section host_sections[] = {
	{ .path = "host.findings", COLUMNS(complaint_columns) },
};

static const struct view_section status_sections[] = {
	{ .path = "status", .write = verdict_write, .needs = "verdict" },
	{ .path = "status", LINES(status_lines) },
	{ .path = "status.takeover.waits_for",
	  COLUMNS(waited_for_columns),
	  .optional = true },
	{ .path = "status.interfaces", COLUMNS(interface_columns) },
	{ .path = "status.bmp", COLUMNS(collector_columns), .optional = true },
	{ .path = "status.flow_maps",
	  COLUMNS(flow_map_columns),
	  .optional = true },
	{ .path = "status.host.findings",
	  COLUMNS(complaint_columns),
	  .optional = true },
};

const struct view view_status = {
	.what = "status",
	.help = "the agent and its interfaces",
	SECTIONS(status_sections),
};

const struct view view_host = {
	.what = "host",
	.help = "settings of the host that matter, and what mends them",
	SECTIONS(host_sections),
};

static const struct view_section config_sections[] = {
	{ .path = "config", .plain = true },
};

const struct view view_config = {
	.what = "config",
	.help = "the configuration in force, without secrets",
	SECTIONS(config_sections),
};

static const struct view_column happened_columns[] = {
	COLUMN_TEXT("TIME", "time"),	COLUMN_TEXT("SEVERITY", "severity"),
	COLUMN_TEXT("EVENT", "event"),	COLUMN_TEXT("OBJECT", "object"),
	COLUMN_TEXT("MESSAGE", "text"),
};

static const struct view_section happened_sections[] = {
	{ .path = "events", COLUMNS(happened_columns) },
};

const struct view view_events = {
	.what = "events",
	.help = "what happened of late",
	SECTIONS(happened_sections),
};
