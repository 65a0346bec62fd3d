// SPDX-License-Identifier: BSD-2-Clause
/* The table of views. See view.h. */

#include "view.h"
#include "core/array.h"

#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "value.h"
#include "verdict.h"

enum {
	GONE_SHOWN_S = 300, /* the JSON has gone neighbors for an hour */
};

#define COLUMN_TEXT(name, from)                             \
	{                                                   \
		.table = { (name), false }, .field = (from) \
	}
#define COLUMN_NUMBER(name, from)                          \
	{                                                  \
		.table = { (name), true }, .field = (from) \
	}
#define COLUMN_WRITE_NUMBER(name, function)                    \
	{                                                      \
		.table = { (name), true }, .write = (function) \
	}
#define COLUMN_RATE(name, from)                                            \
	{                                                                  \
		.table = { (name), true }, .field = (from), .watch = true, \
	}
#define COLUMN_WRITE(name, function)                            \
	{                                                       \
		.table = { (name), false }, .write = (function) \
	}
#define COLUMNS(array)	.columns = (array), .column_count = COUNT_OF(array)
#define SECTIONS(array) .sections = (array), .section_count = COUNT_OF(array)

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
	{ .path = "status",
	  .lines = status_lines,
	  .line_count = COUNT_OF(status_lines) },
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

/* Write "*=" for the best path, "=" for others of the set, "-" for the rest. */
static void write_mark(const struct view_place *place, FILE *out)
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
	COLUMN_WRITE("  IN", write_mark),
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

static const struct view_section config_sections[] = {
	{ .path = "config", .plain = true },
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
		    "{options.max_paths}, max-next-hops "
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
	{ .path = "neighbor",
	  .lines = one_neighbor_lines,
	  .line_count = COUNT_OF(one_neighbor_lines) },
	{ .path = "neighbor.errors", COLUMNS(error_columns), .optional = true },
};

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
	COLUMN_NUMBER("BUCKETS", "buckets"),
	COLUMN_NUMBER("FLOWS", "flows_recorded"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

static const struct view_section nexthop_sections[] = {
	{ .path = "nexthops", COLUMNS(nexthop_columns) },
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

static const struct view_column drain_columns[] = {
	COLUMN_TEXT("ADDRESS", "address"),   COLUMN_NUMBER("SINCE", "since_s"),
	COLUMN_NUMBER("ENDS IN", "until_s"), COLUMN_TEXT("NEXT HOP", "nexthop"),
	COLUMN_TEXT("REASON", "reason"),
};

static const struct view_section drain_sections[] = {
	{ .path = "drains", COLUMNS(drain_columns) },
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
	{ .path = "page",
	  .lines = page_lines,
	  .line_count = COUNT_OF(page_lines) },
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

static const struct view_column happened_columns[] = {
	COLUMN_TEXT("TIME", "time"),	COLUMN_TEXT("SEVERITY", "severity"),
	COLUMN_TEXT("EVENT", "event"),	COLUMN_TEXT("OBJECT", "object"),
	COLUMN_TEXT("MESSAGE", "text"),
};

static const struct view_section happened_sections[] = {
	{ .path = "events", COLUMNS(happened_columns) },
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

const struct view views[] = {
	{ "status", NULL, "the agent and its interfaces",
	  SECTIONS(status_sections) },
	{ "host", NULL, "settings of the host that matter, and what mends them",
	  SECTIONS(host_sections) },
	{ "neighbors", NULL, "BGP sessions", SECTIONS(neighbor_sections) },
	{ "neighbor", "neighbor",
	  "one of them: options in force, what was agreed, errors",
	  SECTIONS(one_neighbor_sections) },
	{ "config", NULL, "the configuration in force, without secrets",
	  SECTIONS(config_sections) },
	{ "routes", "neighbor",
	  "paths from one neighbor, refused ones too (Adj-RIB-In)",
	  SECTIONS(from_sections), .keyword = "from" },
	{ "routes", "neighbor",
	  "routes announced to one neighbor, as they are sent (Adj-RIB-Out)",
	  SECTIONS(to_sections), .keyword = "to" },
	{ "routes", NULL, "all paths, and why each is in the set or not",
	  SECTIONS(route_sections) },
	{ "route", "prefix", "the same for one prefix or address",
	  SECTIONS(route_sections) },
	{ "vips", NULL, "VIPs: next hops, to how many neighbors announced",
	  SECTIONS(vip_sections) },
	{ "nexthops", NULL, "next hops: state, interface, MAC, buckets",
	  SECTIONS(nexthop_sections) },
	{ "drains", NULL, "orders to drain", SECTIONS(drain_sections) },
	{ "filters", NULL, "filters of VIPs, what they match and drop",
	  SECTIONS(filter_sections) },
	{ "groups", NULL, "groups of VIPs, and the share of each member",
	  SECTIONS(group_sections) },
	{ "flows", NULL,
	  "recorded flows, a page of them; --vip, --nexthop choose",
	  SECTIONS(flow_sections) },
	{ "events", NULL, "what happened of late",
	  SECTIONS(happened_sections) },
	{ "counters", NULL, "packets by outcome, event, VIP and next hop",
	  SECTIONS(counter_sections) },
};

const size_t view_count = COUNT_OF(views);

const struct view *view_find(const char *what)
{
	for (size_t i = 0; i < view_count; i++)
		if (!strcmp(views[i].what, what) && !views[i].keyword)
			return &views[i];
	return NULL;
}

/*
 * Return the view of that name, or the first that begins so and takes as many
 * words: "ne" is neighbors, and "ne 10.1.0.12" one neighbor.
 */
static const struct view *find_abbreviated(int count, char *const *words)
{
	const struct view *view = view_find(words[0]);

	for (size_t i = 0; !view && i < view_count; i++)
		if (!strncmp(views[i].what, words[0], strlen(words[0])) &&
		    !views[i].keyword &&
		    (views[i].argument != NULL) == (count > 1))
			view = &views[i];
	return view;
}

const struct view *view_find_words(int count, char *const *words)
{
	for (size_t i = 0; count > 1 && i < view_count; i++)
		if (!strncmp(views[i].what, words[0], strlen(words[0])) &&
		    views[i].keyword && !strcmp(views[i].keyword, words[1]))
			return &views[i];
	return count ? find_abbreviated(count, words) : NULL;
}

static const struct view_line order_lines[] = {
	{ "neighbor", "{address}: {state}" },
	{ "down since", "{administrative.since_s} ago",
	  "administrative.since_s" },
	{ "reason", "{administrative.reason}", "administrative.reason" },
};

static const struct view_section order_sections[] = {
	{ .path = "neighbor",
	  .lines = order_lines,
	  .line_count = COUNT_OF(order_lines) },
};

const struct view view_order = {
	.what = "order",
	SECTIONS(order_sections),
};

static const struct view_line drain_lines[] = {
	{ "drained", "{address}", "drain" },
	{ "undrained", "{address}", .without = "drain" },
	{ "since", "{drain.since_s}", "drain.since_s" },
	{ "ends in", "{drain.until_s}", "drain.until_s" },
	{ "reason", "{drain.reason}", "drain.reason" },
};

static const struct view_section drain_reply_sections[] = {
	{ .path = "drain",
	  .lines = drain_lines,
	  .line_count = COUNT_OF(drain_lines) },
};

const struct view view_drain = {
	.what = "drain",
	SECTIONS(drain_reply_sections),
};

/* ------------------------------------------------------------- explain */

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
	COLUMN_WRITE("  IN", write_mark),
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
	{ .path = "explain",
	  .lines = explain_route_lines,
	  .line_count = COUNT_OF(explain_route_lines) },
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
	{ .path = "explain",
	  .lines = explain_flow_lines,
	  .line_count = COUNT_OF(explain_flow_lines) },
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
	COLUMN_TEXT("AGREE", "agree"),
};

static const struct view_section packet_sections[] = {
	{ .path = "packets", COLUMNS(packet_columns) },
};

const struct view view_explain_packets = {
	.what = "packets",
	SECTIONS(packet_sections),
};
