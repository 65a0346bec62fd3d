// SPDX-License-Identifier: BSD-2-Clause
/* Views of what is forwarded, and where to. See view.h. */

#include "view_table.h"

#include <json-c/json.h>

#include "value.h"

static const struct view_column nexthop_columns[] = {
	COLUMN_NUMBER("SLOT", "slot"),
	COLUMN_TEXT("NEXT HOP", "address"),
	COLUMN_TEXT("STATE", "state"),
	COLUMN_NUMBER("SINCE", "since_s"),
	COLUMN_TEXT("BFD", "bfd.state"),
	COLUMN_TEXT("ALIVE", "alive"),
	COLUMN_TEXT("DRAINS BY", "drain.cause"),
	COLUMN_NUMBER("FLOWS STAY", "drain.flows_stay_s"),
	COLUMN_NUMBER("HELD", "held_s"),
	COLUMN_NUMBER("FAILING", "checks.failing"),
	COLUMN_TEXT("INTERFACE", "interface"),
	COLUMN_TEXT("MAC", "mac"),
	COLUMN_RARE("GATEWAY", "gateway", ""),
	COLUMN_RARE("INSIDE", "encapsulation", "none"),
	COLUMN_NUMBER("BUCKETS", "buckets"),
	COLUMN_NUMBER("FLOWS", "flows_recorded"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

static const struct view_section nexthop_sections[] = {
	{ .path = "nexthops", COLUMNS(nexthop_columns) },
};

const struct view view_nexthops = {
	.what = "nexthops",
	.help = "next hops: state, interface, MAC, buckets",
	SECTIONS(nexthop_sections),
};

static const struct view_column vip_columns[] = {
	COLUMN_TEXT("VIP", "prefix"),
	COLUMN_TEXT("FORWARDING", "forwarding"),
	COLUMN_NUMBER("ANNOUNCED TO", "announced_to"),
	COLUMN_NUMBER("NEXT HOPS", "nexthops"),
	COLUMN_NUMBER("NEEDED", "min_nexthops"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

static const struct view_section vip_sections[] = {
	{ .path = "vips", COLUMNS(vip_columns) },
};

const struct view view_vips = {
	.what = "vips",
	.help = "VIPs: next hops, to how many neighbors announced",
	SECTIONS(vip_sections),
};

static const struct view_column drain_columns[] = {
	COLUMN_TEXT("ADDRESS", "address"),   COLUMN_NUMBER("SINCE", "since_s"),
	COLUMN_NUMBER("ENDS IN", "until_s"), COLUMN_TEXT("NEXT HOP", "nexthop"),
	COLUMN_TEXT("REASON", "reason"),
};

static const struct view_section drain_sections[] = {
	{ .path = "drains", COLUMNS(drain_columns) },
};

const struct view view_drains = {
	.what = "drains",
	.help = "orders to drain",
	SECTIONS(drain_sections),
};

static const struct view_column flow_columns[] = {
	COLUMN_TEXT("VIP", "vip"),	 COLUMN_TEXT("NEXT HOP", "nexthop"),
	COLUMN_TEXT("MAP", "map"),	 COLUMN_NUMBER("BUCKET", "bucket"),
	COLUMN_NUMBER("AGE", "age_s"),	 COLUMN_TEXT("ENDING", "ending"),
	COLUMN_TEXT("COUNTS", "counts"), COLUMN_TEXT("SIGNATURE", "signature"),
};

static const struct view_line page_lines[] = {
	{ "looked at", "{read} records" },
	{ "more", "--from {next}", "next" },
};

static const struct view_section flow_sections[] = {
	{ .path = "flows", COLUMNS(flow_columns) },
	{ .path = "page", LINES(page_lines) },
};

const struct view view_flows = {
	.what = "flows",
	.help = "recorded flows, a page of them; --vip, --nexthop choose",
	SECTIONS(flow_sections),
};

static void write_member(const struct view_place *place, FILE *out)
{
	fputs("  ", out);
	value_write(place->row, "address", out);
}

static const struct view_column member_columns[] = {
	COLUMN_WRITE("  NEXT HOP", write_member),
	COLUMN_NUMBER("WEIGHT", "weight"),
	COLUMN_NUMBER("BUCKETS", "buckets"),
	COLUMN_NUMBER("SHARE", "share"),
};

static const struct view_section group_sections[] = {
	{ .path = "groups",
	  COLUMNS(member_columns),
	  .inner = "members",
	  .heading = "group {group}: {size} buckets, digest {digest}, VIPs "
		     "{vips}; {moving_buckets} buckets moving, window left "
		     "{window_left_s}" },
};

const struct view view_groups = {
	.what = "groups",
	.help = "groups of VIPs, and the share of each member",
	SECTIONS(group_sections),
};

#define COUNTER_COLUMNS                                                       \
	COLUMN_NUMBER("PACKETS", "packets"), COLUMN_NUMBER("BYTES", "bytes"), \
		COLUMN_RATE("PACKETS/S", "packet_rate"),                      \
		COLUMN_RATE("BYTES/S", "byte_rate")

static const struct view_column outcome_columns[] = {
	COLUMN_TEXT("OUTCOME", "name"),
	COUNTER_COLUMNS,
};

static const struct view_column event_columns[] = {
	COLUMN_TEXT("EVENT", "name"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

static const struct view_column vip_counter_columns[] = {
	COLUMN_TEXT("VIP", "prefix"),
	COUNTER_COLUMNS,
};

static const struct view_column nexthop_counter_columns[] = {
	COLUMN_TEXT("NEXT HOP", "address"),
	COUNTER_COLUMNS,
};

static const struct view_section counter_sections[] = {
	{ .path = "counters.outcomes", COLUMNS(outcome_columns) },
	{ .path = "counters.events", COLUMNS(event_columns) },
	{ .path = "counters.vips", COLUMNS(vip_counter_columns) },
	{ .path = "counters.nexthops", COLUMNS(nexthop_counter_columns) },
};

const struct view view_counters = {
	.what = "counters",
	.help = "packets by outcome, event, VIP and next hop",
	SECTIONS(counter_sections),
};

static const struct view_column filter_columns[] = {
	COLUMN_TEXT("ORIGIN", "origin"),
	COLUMN_TEXT("MATCH", "match"),
	COLUMN_TEXT("ACTION", "action"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("DROPPED", "dropped_packets"),
	COLUMN_NUMBER("LAST HIT S", "last_hit_s"),
};

static const struct view_section filter_sections[] = {
	{ .path = "filters", COLUMNS(filter_columns) },
};

const struct view view_filters = {
	.what = "filters",
	.help = "filters of VIPs, what they match and drop",
	SECTIONS(filter_sections),
};

static const struct view_line drain_lines[] = {
	{ "drained", "{address}", "drain" },
	{ "undrained", "{address}", .without = "drain" },
	{ "since", "{drain.since_s}", "drain.since_s" },
	{ "ends in", "{drain.until_s}", "drain.until_s" },
	{ "reason", "{drain.reason}", "drain.reason" },
};

static const struct view_section drain_reply_sections[] = {
	{ .path = "drain", LINES(drain_lines) },
};

const struct view view_drain = {
	.what = "drain",
	SECTIONS(drain_reply_sections),
};
