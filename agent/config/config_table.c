// SPDX-License-Identifier: BSD-2-Clause
/* The table of all flags, in the order of --help. See config_table.h. */

#include "config/config_table.h"

#include <stdio.h>
#include <string.h>

#include <headgate/abi.h>
#include <headgate/ctl.h>

#include "config/config_aggregate.h"
#include "config/config_confederation.h"
#include "config/config_file.h"
#include "config/config_neighbor.h"
#include "config/config_path.h"
#include "config/config_rule.h"
#include "config/config_values.h"
#include "core/array.h"

/* Where a value goes, and the kinds that several flags share. */
#define MEMBER(member)                             \
	.offset = offsetof(struct config, member), \
	.size = sizeof(((struct config *)NULL)->member)
#define RANGE(member, low, high)                             \
	MEMBER(member), .minimum = (low), .maximum = (high), \
			.print = config_number_print
#define NUMBER(member, low, high) \
	RANGE(member, low, high), .parse = config_number_parse
#define CHOICE(member, table)                                           \
	MEMBER(member), .parse = config_choice_parse,                   \
			.print = config_choice_print, .names = (table), \
			.name_count = COUNT_OF(table)
#define PATH(member) \
	MEMBER(member), .parse = config_path_parse, .print = config_path_print
#define ENDPOINT(member)                                \
	MEMBER(member), .parse = config_endpoint_parse, \
			.print = config_endpoint_print
#define REQUEST(what)                                      \
	.stage = CONFIG_STAGE_REQUEST, .repeatable = true, \
	.parse = config_request_parse, .request = (what)
#define SWITCH(member) \
	MEMBER(member), .is_switch = true, .parse = config_switch_parse
#define LIST(kind, count)                                                   \
	.repeatable = true, .count_offset = offsetof(struct config, count), \
	.parse = config_##kind##_parse, .print = config_##kind##_print

/* Slot 0 of the table of next hops is never used. */
enum {
	MAXIMUM_NEXTHOPS = HG_MAX_NEXTHOPS - 1,
};

const struct config_flag config_flags[] = {
	{ .name = "config",
	  .metavar = "FILE",
	  .help = "Read flags from FILE: one a line, without dashes, # for "
		  "comments. The command line wins over files; lists add up.",
	  .section = CONFIG_SECTION_GENERAL,
	  .stage = CONFIG_STAGE_FILE,
	  .repeatable = true,
	  .parse = config_file_parse },
	{ .name = "check",
	  .help = "Validate, print the configuration in its canonical form "
		  "and exit: 0 if it is valid, 2 if not.",
	  .section = CONFIG_SECTION_GENERAL,
	  REQUEST(CONFIG_CHECK) },
	{ .name = "version",
	  .help = "Print the version and exit.",
	  .section = CONFIG_SECTION_GENERAL,
	  REQUEST(CONFIG_VERSION) },
	{ .name = "help",
	  .help = "Print this text and exit.",
	  .section = CONFIG_SECTION_GENERAL,
	  REQUEST(CONFIG_HELP) },

	{ .name = "as",
	  .metavar = "N",
	  .help = "Our AS number.",
	  .section = CONFIG_SECTION_BGP,
	  .required = true,
	  RANGE(bgp.as, 1, UINT32_MAX),
	  .parse = config_as_parse },
	{ .name = "router-id",
	  .metavar = "A.B.C.D",
	  .help = "Our BGP identifier: an IPv4 address no other speaker uses.",
	  .section = CONFIG_SECTION_BGP,
	  .required = true,
	  MEMBER(bgp.identifier),
	  .parse = config_router_id_parse,
	  .print = config_router_id_print },
	{ .name = "confederation",
	  .metavar = "AS",
	  .help = "The AS that those outside of our confederation see "
		  "(RFC 5065); --as is then that of our member; 0: none.",
	  .initial = "0",
	  .section = CONFIG_SECTION_BGP,
	  RANGE(bgp.confederation.identifier, 0, UINT32_MAX),
	  .parse = config_as_parse },
	{ .name = "confederation-member",
	  .metavar = "AS[,AS...]",
	  .help = "The other members' ASes.",
	  .section = CONFIG_SECTION_BGP,
	  LIST(member, bgp.confederation.member_count) },
	{ .name = "cluster-id",
	  .metavar = "A.B.C.D",
	  .help = "The cluster we reflect routes for (RFC 4456); the same for "
		  "all reflectors of one. Default: as --router-id.",
	  .section = CONFIG_SECTION_BGP,
	  MEMBER(rib.import.cluster_id),
	  .parse = config_router_id_parse,
	  .print = config_router_id_print },
	{ .name = "neighbor",
	  .metavar = "ADDRESS|PREFIX|INTERFACE[,KEY=VALUE...]",
	  .help = "A BGP neighbor, a range of addresses that may connect, or "
		  "the one link-local neighbor on an interface. Without a "
		  "role nothing is exchanged (RFC 8212).",
	  .section = CONFIG_SECTION_BGP,
	  .required = true,
	  LIST(neighbor, bgp.neighbor_count) },
	{ .name = "shutdown-delay",
	  .metavar = "SECONDS",
	  .help = "When ending, announce VIPs as about to go "
		  "(GRACEFUL_SHUTDOWN, RFC 8326) for so long before they are "
		  "withdrawn; a second signal ends at once; 0: they go with "
		  "the sessions.",
	  .initial = "0",
	  .section = CONFIG_SECTION_BGP,
	  NUMBER(agent.shutdown_delay_s, 0, CONFIG_MAX_SHUTDOWN_DELAY_S) },
	{ .name = "rule",
	  .metavar = "RULE",
	  .help = "What may be learned from neighbors and announced to them, "
		  "and how it is changed. In order; the first rule that "
		  "matches decides. See below and docs/policy.md.",
	  .section = CONFIG_SECTION_BGP,
	  LIST(rule, rib.rule_count) },
	{ .name = "listen",
	  .metavar = "ADDRESS:PORT",
	  .help = "Where neighbors connect to; [::]: by IPv4, too; port 0: "
		  "nowhere.",
	  .initial = "[::]:179",
	  .section = CONFIG_SECTION_BGP,
	  ENDPOINT(bgp.listen) },

	{ .name = "maximum-paths",
	  .metavar = "N",
	  .help = "Largest number of paths in the set of a VIP.",
	  .initial = "64",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.decision.maximum_paths, 1, MAXIMUM_NEXTHOPS) },
	{ .name = "maximum-paths-ibgp",
	  .metavar = "N",
	  .help = "The same where the best path is internal. Default: as "
		  "--maximum-paths.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.decision.maximum_paths_ibgp, 1, MAXIMUM_NEXTHOPS) },
	{ .name = "multipath-as-path",
	  .help = "What the AS_PATHs in a set must have in common besides "
		  "their length.",
	  .initial = "relaxed",
	  .section = CONFIG_SECTION_MULTIPATH,
	  CHOICE(rib.decision.as_path, multipath_as_path_names) },
	{ .name = "multipath-confederation",
	  .help = "Whether the paths in a set come from one member AS of our "
		  "confederation (RFC 5065).",
	  .initial = "relaxed",
	  .section = CONFIG_SECTION_MULTIPATH,
	  CHOICE(rib.decision.confederation, multipath_confederation_names) },
	{ .name = "multipath-ebgp-ibgp",
	  .help = "External and internal paths share a set: it is everything "
		  "equal before MED. Packets must not come back to us.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.ebgp_ibgp) },
	{ .name = "multipath-cluster-length",
	  .help = "Compare the length of CLUSTER_LIST in place of the cost to "
		  "the next hop: against loops where reflectors set the next "
		  "hop to themselves.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.cluster_length) },
	{ .name = "skip-igp-cost",
	  .help = "Paths share a set whatever the way to their next hops "
		  "costs. The best path is still the nearest.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.skip_igp_cost) },
	{ .name = "count-confederation-path",
	  .help = "Count AS_CONFED_SEQUENCE in the length of AS_PATH.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.count_confederation_path) },
	{ .name = "always-compare-med",
	  .help = "Compare MEDs of different neighboring ASes, too.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.always_compare_med) },
	{ .name = "missing-med",
	  .help = "What a path without MED has: the best, 0, or the worst.",
	  .initial = "best",
	  .section = CONFIG_SECTION_MULTIPATH,
	  CHOICE(rib.decision.missing_med, missing_med_names) },
	{ .name = "aigp",
	  .help = "Prefer the least accumulated IGP metric (RFC 7311). An "
		  "external neighbor needs the key aigp for its own to count.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.aigp) },
	{ .name = "link-bandwidth",
	  .help = "Paths weigh what their link bandwidth community says. "
		  "Where one of a set has none, it weighs --default-weight "
		  "(use), or all weigh that (use-if-all).",
	  .initial = "use-if-all",
	  .section = CONFIG_SECTION_MULTIPATH,
	  CHOICE(rib.decision.bandwidth_use, bandwidth_use_names) },
	{ .name = "bandwidth-unit",
	  .metavar = "BYTES",
	  .help = "Bytes per second of one unit of weight; less is 1, more "
		  "than 65535 units are 65535.",
	  .initial = "12500000",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.decision.bandwidth_unit, 1, UINT32_MAX) },
	{ .name = "default-weight",
	  .metavar = "N",
	  .help = "Weight of a path without link bandwidth, in units of "
		  "--bandwidth-unit.",
	  .initial = "1",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.decision.default_weight, 1, WEIGHT_MAX) },
	{ .name = "add-path-weight",
	  .help = "Several paths (RFC 7911) of one neighbor with one next hop "
		  "add their weights up.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.decision.add_path_weight) },
	{ .name = "announce-bandwidth",
	  .help = "Announce VIPs with the bandwidth of all paths of their set "
		  "together, if one of them has any.",
	  .section = CONFIG_SECTION_MULTIPATH,
	  SWITCH(rib.announce_bandwidth) },
	{ .name = "min-nexthops",
	  .metavar = "N",
	  .help = "Announce a VIP only while it has so many living next hops.",
	  .initial = "1",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.min_nexthops, 1, MAXIMUM_NEXTHOPS) },
	{ .name = "announce-delay",
	  .metavar = "SECONDS",
	  .help = "Announce a VIP when it has had enough living next hops for "
		  "so long.",
	  .initial = "0",
	  .section = CONFIG_SECTION_MULTIPATH,
	  NUMBER(rib.announce_delay_s, 0, RIB_MAX_DELAY_S) },

	{ .name = "interface",
	  .metavar = "NAME",
	  .help = "Forward on this interface: the XDP program goes there.",
	  .section = CONFIG_SECTION_FORWARDING,
	  .required = true,
	  LIST(interface, datapath.interface_count) },
	{ .name = "vip",
	  .metavar = "PREFIX[,KEY=VALUE...]",
	  .help = "IPv4 or IPv6 prefix the service addresses lie in. What is "
		  "outside is neither learned from backends nor announced. "
		  "Keys: min-nexthops=N, return-nexthops=N: withdrawn below "
		  "the one, announced again from the other on; "
		  "hash-fields=...: instead of --hash-fields.",
	  .section = CONFIG_SECTION_FORWARDING,
	  .required = true,
	  LIST(vip, rib.import.vip_count) },
	{ .name = "aggregate",
	  .metavar = "PREFIX[,summary-only][,as-set]",
	  .help = "Announce this prefix while a VIP inside it could be; with "
		  "summary-only instead of them, with as-set with all their "
		  "ASes as an AS_SET (see RFC 9774).",
	  .section = CONFIG_SECTION_FORWARDING,
	  LIST(aggregate, rib.import.aggregate_count) },
	{ .name = "path",
	  .metavar = "PREFIX,via=ADDRESS[,weight=N][,distance=N][,bfd]",
	  .help = "A server that has the VIP and does not speak BGP. The "
		  "distance decides against BGP, which has 20 from outside "
		  "and 200 from inside our AS: the lower one is used, equal "
		  "ones together. Default: weight=1, distance=1. bfd: the "
		  "server is alive only while its BFD session is up.",
	  .section = CONFIG_SECTION_FORWARDING,
	  LIST(path_entry, rib.static_path_count) },
	{ .name = "bfd-interval",
	  .metavar = "MS",
	  .help = "How often we send BFD packets, and want some, while a "
		  "session is up; the slower of both sides counts.",
	  .initial = "300",
	  .section = CONFIG_SECTION_FORWARDING,
	  NUMBER(nexthop.bfd_interval_ms, NEXTHOP_BFD_MIN_INTERVAL,
		 NEXTHOP_BFD_MAX_INTERVAL) },
	{ .name = "bfd-multiplier",
	  .metavar = "N",
	  .help = "After so many intervals without a packet from us the "
		  "server calls us dead; what it sends itself says when we "
		  "call it so.",
	  .initial = "3",
	  .section = CONFIG_SECTION_FORWARDING,
	  NUMBER(nexthop.bfd_multiplier, 1, NEXTHOP_BFD_MAX_MULTIPLIER) },
	{ .name = "xdp-mode",
	  .help = "Run the program in the driver (native) or behind it "
		  "(generic); auto: native where the driver can.",
	  .initial = "auto",
	  .section = CONFIG_SECTION_FORWARDING,
	  CHOICE(datapath.mode, datapath_mode_names) },
	{ .name = "xdp-attach",
	  .help = "How the program is attached; link: a pinned bpf_link, "
		  "which outlives the agent.",
	  .initial = "link",
	  .section = CONFIG_SECTION_FORWARDING,
	  CHOICE(datapath.attach, datapath_attach_names) },
	{ .name = "hash-fields",
	  .help = "Which fields of a packet choose its bucket. packet is "
		  "none of them but chance, for services without state.",
	  .initial = "5-tuple",
	  .section = CONFIG_SECTION_FORWARDING,
	  CHOICE(steering.hash_fields, steering_hash_fields_names) },
	{ .name = "hash-seed",
	  .metavar = "N",
	  .help = "Decimal, or hexadecimal after 0x, of 64 bits. Nodes that "
		  "shall steer alike need the same.",
	  .initial = "0",
	  .section = CONFIG_SECTION_FORWARDING,
	  RANGE(datapath.hash_key, 0, UINT64_MAX),
	  .parse = config_seed_parse },
	{ .name = "table-size",
	  .metavar = "N",
	  .help = "Buckets of a group, a power of two: 256 to 65536.",
	  .initial = "16384",
	  .section = CONFIG_SECTION_FORWARDING,
	  RANGE(steering.table_size, HG_MIN_TABLE_SIZE, HG_MAX_TABLE_SIZE),
	  .parse = config_power_of_two_parse },
	{ .name = "bpffs",
	  .metavar = "DIR",
	  .help = "Where maps and links are pinned.",
	  .initial = "/sys/fs/bpf/headgate",
	  .section = CONFIG_SECTION_FORWARDING,
	  PATH(datapath.bpffs) },

	{ .name = "control-socket",
	  .metavar = "PATH",
	  .help = "Where headgatectl finds the agent.",
	  .initial = HG_CTL_SOCKET,
	  .section = CONFIG_SECTION_CONTROL,
	  PATH(control.socket) },
	{ .name = "metrics",
	  .metavar = "ADDRESS:PORT",
	  .help = "Where Prometheus fetches /metrics from: the counters, by "
		  "the names that they have in the JSON. Anybody who gets "
		  "there may; port 0: nowhere.",
	  .initial = "127.0.0.1:0",
	  .section = CONFIG_SECTION_CONTROL,
	  ENDPOINT(control.metrics) },
	{ .name = "log-level",
	  .help = "Least important messages to write to stderr.",
	  .initial = "info",
	  .section = CONFIG_SECTION_CONTROL,
	  CHOICE(agent.log_level, log_level_names) },
};

const size_t config_flag_count = COUNT_OF(config_flags);

const struct config_flag *config_flag_find(const char *name)
{
	for (size_t i = 0; i < config_flag_count; i++)
		if (!strcmp(config_flags[i].name, name))
			return &config_flags[i];
	return NULL;
}

bool config_flag_takes_value(const struct config_flag *flag)
{
	return flag->stage != CONFIG_STAGE_REQUEST && !flag->is_switch;
}

size_t config_flag_values(const struct config *config,
			  const struct config_flag *flag)
{
	size_t count;
	bool on;

	if (flag->stage != CONFIG_STAGE_VALUE)
		return 0;
	if (flag->is_switch) {
		memcpy(&on, (const char *)config + flag->offset, sizeof(on));
		return on;
	}
	if (!flag->repeatable)
		return 1;
	memcpy(&count, (const char *)config + flag->count_offset,
	       sizeof(count));
	return count;
}

const char *config_flag_metavar(const struct config_flag *flag, char *text,
				size_t size)
{
	size_t used = 0;

	if (!flag->names) {
		snprintf(text, size, "%s", flag->metavar);
		return text;
	}
	for (size_t i = 0; i < flag->name_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%c%s",
					 i ? ',' : '{', flag->names[i]);
	if (used < size)
		snprintf(text + used, size - used, "}");
	return text;
}
