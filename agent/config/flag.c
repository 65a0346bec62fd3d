// SPDX-License-Identifier: BSD-2-Clause
/* The table of all flags. See flag.h. */

#include "config/flag.h"

#include <string.h>

#include <headgate/abi.h>

#include "config/aggregate.h"
#include "config/file.h"
#include "config/filter.h"
#include "config/interface.h"
#include "config/kind.h"
#include "config/neighbor.h"
#include "config/parser.h"
#include "config/path.h"
#include "config/rule.h"
#include "config/rule_kinds.h"
#include "config/vip.h"
#include "core/array.h"
#include "nexthop/route_owner.h"

/* The effect of a change, where a value goes, and the kinds of several flags. */
#define VALUE(changed, member, of_kind)                            \
	.effect = EFFECT_##changed, OPTION_MEMBER(config, member), \
	.kind = &kind_##of_kind
#define NUMBER(changed, member, low, high) \
	VALUE(changed, member, number), .minimum = (low), .maximum = (high)
/* Numbers with units: core/quantity.h. */
#define SECONDS(changed, member, low, high) \
	VALUE(changed, member, seconds), .minimum = (low), .maximum = (high)
#define MILLISECONDS(changed, member, low, high)                \
	VALUE(changed, member, milliseconds), .minimum = (low), \
					      .maximum = (high)
#define AMOUNT(changed, member, low, high) \
	VALUE(changed, member, count), .minimum = (low), .maximum = (high)
#define MEGABITS(changed, member, low, high) \
	VALUE(changed, member, megabits), .minimum = (low), .maximum = (high)
#define POWER(changed, member, low, high) \
	VALUE(changed, member, binary), .minimum = (low), .maximum = (high)
#define CHOICE(changed, member, table) \
	VALUE(changed, member, choice), OPTION_NAMES(table)
#define SWITCH(changed, member) VALUE(changed, member, switch)
#define REQUEST(what)                                                          \
	.effect = EFFECT_NONE, .kind = &kind_request, .stage = OPTION_REQUEST, \
	.request = (what)
/* A list: its entries, their number and their limit. */
#define LIST(changed, member, of_kind, count, most)                   \
	.effect = EFFECT_##changed, .kind = &kind_##of_kind,          \
	.entries = (most), .offset = offsetof(struct config, member), \
	.size = sizeof(((struct config *)NULL)->member[0]),           \
	.count_offset = offsetof(struct config, count)
#define ENTRIES(changed, member, name, count, most) \
	LIST(changed, member, entry, count, most), .entry = &(name)

/* Indexed by desync_stays. */
static const char *const desync_names[] = { "yes", "no" };

static const char *const check_names[] = {
	[KIND_CHECK_ALL] = "all",
	[KIND_CHECK_SYNTAX] = "syntax",
};

const struct option flag_table[] = {
	{ "config", "FILE",
	  "Read flags from FILE: one per line, without dashes, # for "
	  "comments. The command line wins over files; lists add up. Of a "
	  "directory: its files *.conf, by name. Repeatable.",
	  .heading = "General", .effect = EFFECT_NONE, .kind = &kind_file,
	  .stage = OPTION_FILE },
	{ "check", NULL,
	  "Validate the configuration, print it in its canonical form and "
	  "exit: 0 if it is valid, 2 if not. syntax: without a look at the "
	  "interfaces, keys and addresses of this host.",
	  .effect = EFFECT_NONE, .kind = &kind_check, .stage = OPTION_REQUEST,
	  .request = CONFIG_CHECK, OPTION_NAMES(check_names),
	  .implied = KIND_CHECK_ALL },
	{ "version", NULL, "Print the version and exit.",
	  REQUEST(CONFIG_VERSION) },
	{ "help", NULL, "Print this text and exit.", REQUEST(CONFIG_HELP) },

	{ "as", "N", "Our AS number.", .heading = "BGP",
	  .traits = OPTION_REQUIRED, VALUE(RESTART, bgp.as, as), .minimum = 1,
	  .maximum = UINT32_MAX },
	{ "router-id", "A.B.C.D",
	  "Our BGP identifier: an IPv4 address that no other speaker uses.",
	  .traits = OPTION_REQUIRED,
	  VALUE(RESTART, bgp.identifier, identifier) },
	{ "confederation", "AS",
	  "The AS that neighbors outside of our confederation see (RFC 5065); "
	  "--as is then our member AS. 0: no confederation.",
	  VALUE(RESTART, bgp.confederation.identifier, as),
	  .maximum = UINT32_MAX },
	{ "confederation-member", "AS[,AS...]",
	  "AS numbers of the other members.", .traits = OPTION_COMMAS,
	  LIST(RESTART, bgp.confederation.members, as,
	       bgp.confederation.member_count, BGP_MAX_MEMBERS),
	  .identity = sizeof(uint32_t), .minimum = 1, .maximum = UINT32_MAX },
	{ "dynamic-limit", "N",
	  "Most sessions of all prefixes of --neighbor together, whatever "
	  "their limit= is. A connection that has not sent its OPEN makes "
	  "room for another one.",
	  NUMBER(LIVE, bgp.dynamic_limit, 1, UINT16_MAX) },
	{ "cluster-id", "A.B.C.D",
	  "The cluster that we reflect routes for (RFC 4456), the same for all "
	  "its reflectors. Default: as --router-id.",
	  .traits = OPTION_DERIVED,
	  VALUE(RESTART, rib.import.cluster_id, identifier) },
	{ "neighbor", "ADDRESS|PREFIX|INTERFACE[,KEY=VALUE...]",
	  "A BGP neighbor, a range of addresses that may connect, or the one "
	  "link-local neighbor on an interface. Without a role no routes are "
	  "exchanged (RFC 8212).",
	  .traits = OPTION_REQUIRED,
	  ENTRIES(RESET, lists.neighbors, neighbor_entry, bgp.neighbor_count,
		  BGP_MAX_NEIGHBORS),
	  .identity = offsetof(struct bgp_neighbor_options, name),
	  .advice = "give a prefix for many alike" },
	{ "shutdown-delay", "SECONDS",
	  "At the end, announce VIPs with GRACEFUL_SHUTDOWN (RFC 8326) for "
	  "this long before they are withdrawn, then wait until traffic has "
	  "fallen, for the same time at most; a second signal ends at once. "
	  "0: withdraw them with the sessions.",
	  SECONDS(LIVE, agent.shutdown_delay_s, 0,
		  CONFIG_MAX_SHUTDOWN_DELAY_S) },
	{ "on-exit", NULL,
	  "At the end, remove the program, its pins and the kernel's routes, "
	  "or keep them: traffic goes on and nothing notices a dead server "
	  "until the next start. With keep there is no --shutdown-delay, and "
	  "an upstream with graceful-restart keeps its routes.",
	  CHOICE(LIVE, agent.on_exit, agent_on_exit_names) },
	{ "takeover-max", "SECONDS",
	  "After a start where a killed agent left its program forwarding, "
	  "the longest time that its tables stay for servers that are not "
	  "announced again.",
	  SECONDS(RESTART, agent.takeover_max_s, 0, CONFIG_MAX_TAKEOVER_S) },
	{ "takeover", NULL,
	  "If an agent runs with the same --control-socket and --bpffs, take "
	  "its sessions, routes and tables over, and let it end; else start "
	  "as usual.",
	  SWITCH(LIVE, agent.takeover) },
	{ "start-max", "SECONDS",
	  "After a start, VIPs are announced when all backends that --neighbor "
	  "names by address or interface have announced theirs, by End-of-RIB, "
	  "or within two seconds of their session if they do not promise one "
	  "by graceful restart (RFC 4724), or after this long at most. 0: at "
	  "once.",
	  NUMBER(RESTART, agent.start_max_s, 0, CONFIG_MAX_TAKEOVER_S) },
	{ "rule", "RULE",
	  "Which routes are learned from neighbors and announced to them, and "
	  "how they are changed. The first rule that matches decides. See "
	  "below and docs/policy.md.",
	  LIST(JUDGE, lists.rules, rule, rib.rule_count, POLICY_MAX_RULES) },
	{ "filter", "RULE",
	  "What to do with packets of VIPs: vip 192.0.2.1 protocol udp port 53 "
	  "rate 1000pps. The first rule that matches decides. See "
	  "docs/filters.md. Repeatable.",
	  LIST(LIVE, lists.filters, filter, filter.rule_count,
	       FILTER_MAX_RULES) },
	{ "listen", "ADDRESS:PORT",
	  "Where neighbors connect to. [::] includes IPv4; port 0 does not "
	  "listen.",
	  VALUE(LIVE, bgp.listen, endpoint) },

	{ "maximum-paths", "N",
	  "Largest number of paths in the multipath set of a VIP.",
	  .heading = "Choosing next hops",
	  NUMBER(DECIDE, rib.decision.maximum_paths, 1, VIP_MAX_NEXTHOPS) },
	{ "maximum-paths-ibgp", "N",
	  "The same if the best path is internal. Default: as --maximum-paths.",
	  .traits = OPTION_DERIVED,
	  NUMBER(DECIDE, rib.decision.maximum_paths_ibgp, 1,
		 VIP_MAX_NEXTHOPS) },
	{ "multipath-as-path", NULL,
	  "How much the AS_PATHs in a set must have in common besides their "
	  "length.",
	  CHOICE(DECIDE, rib.decision.as_path, multipath_as_path_names) },
	{ "multipath-confederation", NULL,
	  "Whether the paths in a set must come from one member AS of our "
	  "confederation (RFC 5065).",
	  CHOICE(DECIDE, rib.decision.confederation,
		 multipath_confederation_names) },
	{ "multipath-ebgp-ibgp", NULL,
	  "External and internal paths share a set: all that are equal before "
	  "MED. Make sure that packets do not come back to this host.",
	  SWITCH(DECIDE, rib.decision.ebgp_ibgp) },
	{ "multipath-cluster-length", NULL,
	  "Compare the length of CLUSTER_LIST instead of the cost to the next "
	  "hop: against loops where reflectors set the next hop to "
	  "themselves.",
	  SWITCH(DECIDE, rib.decision.cluster_length) },
	{ "skip-igp-cost", NULL,
	  "Paths share a set whatever the cost to their next hops. The best "
	  "path is still the nearest.",
	  SWITCH(DECIDE, rib.decision.skip_igp_cost) },
	{ "count-confederation-path", NULL,
	  "Count AS_CONFED_SEQUENCE in the length of AS_PATH.",
	  SWITCH(DECIDE, rib.decision.count_confederation_path) },
	{ "ignore-origin", NULL,
	  "Do not compare ORIGIN: daemons set it differently, and one server's "
	  "would keep it out of the set.",
	  SWITCH(DECIDE, rib.decision.ignore_origin) },
	{ "always-compare-med", NULL,
	  "Whether MEDs of different neighboring ASes compare: those of "
	  "backends, so that a server takes itself out by a higher one, or all.",
	  CHOICE(DECIDE, rib.decision.always_compare_med, compare_med_names),
	  .implied = COMPARE_MED_ALWAYS },
	{ "missing-med", NULL,
	  "The MED of a path without one: the best, 0, or the worst.",
	  CHOICE(DECIDE, rib.decision.missing_med, missing_med_names) },
	{ "aigp", NULL,
	  "Prefer the lowest accumulated IGP metric (RFC 7311). That of an "
	  "external neighbor counts with its key aigp only.",
	  SWITCH(DECIDE, rib.decision.aigp) },
	{ "link-bandwidth", NULL,
	  "Weigh paths by their link bandwidth community. If a path of the "
	  "set has none, it weighs --default-weight (use), or all paths weigh "
	  "that (use-if-all).",
	  CHOICE(DECIDE, rib.decision.bandwidth_use, bandwidth_use_names) },
	{ "bandwidth-unit", "BYTES",
	  "Bytes per second of one unit of weight; the default is 1 Mbit/s. Less "
	  "counts as 1 unit, more than 4294967295 units as 4294967295.",
	  AMOUNT(DECIDE, rib.decision.bandwidth_unit, 1, UINT32_MAX) },
	{ "default-weight", "N",
	  "Weight of a path without link bandwidth, in units of "
	  "--bandwidth-unit.",
	  AMOUNT(DECIDE, rib.decision.default_weight, 1, WEIGHT_MAX) },
	{ "add-path-weight", NULL,
	  "Add up the weights of several paths (RFC 7911) of one neighbor with "
	  "one next hop.",
	  SWITCH(DECIDE, rib.decision.add_path_weight) },
	{ "link-speed-weight", "MBIT",
	  "Weigh a path whose link is slower than this number of Mbit/s by "
	  "its share of it: a link that lost a member, or was negotiated down. "
	  "Default: links count alike",
	  MEGABITS(DECIDE, rib.decision.full_link_speed, 0,
		   RIB_MAX_LINK_SPEED) },
	{ "draining-community", "N:N",
	  "A path with this community drains, as with GRACEFUL_SHUTDOWN: it "
	  "gets no new flows while its VIP has other paths. Repeatable.",
	  LIST(DECIDE, rib.signals.draining, community,
	       rib.signals.draining_count, RIB_MAX_SIGNALS) },
	{ "joining-community", "N:N",
	  "A path with this community is going to join: it gets no flows yet "
	  "while its VIP has other paths. Repeatable.",
	  LIST(DECIDE, rib.signals.joining, community,
	       rib.signals.joining_count, RIB_MAX_SIGNALS) },
	{ "announce-as", NULL,
	  "Announce VIPs from backends as originated by us (origin), so that "
	  "an announcement changes only when it says something else, or with "
	  "the path and the attributes of the best server (path).",
	  CHOICE(DECIDE, rib.announce_as, announce_as_names) },
	{ "announce-bandwidth", NULL,
	  "Announce VIPs with the total bandwidth of their set, if a path of "
	  "it has any.",
	  SWITCH(DECIDE, rib.announce_bandwidth) },
	{ "min-nexthops", "N",
	  "Announce a VIP only while it has this many living next hops.",
	  NUMBER(DECIDE, rib.min_nexthops, 1, VIP_MAX_NEXTHOPS) },
	{ "announce-delay", "SECONDS",
	  "Announce a VIP after it has had enough living next hops for this "
	  "long.",
	  SECONDS(DECIDE, rib.announce_delay_s, 0, RIB_MAX_DELAY_S) },

	{ "interface", "NAME[,KEY=VALUE]",
	  "Forward on this interface: the XDP program is attached to it.",
	  .heading = "Forwarding", .traits = OPTION_REQUIRED,
	  ENTRIES(RESTART, lists.interfaces, interface_entry,
		  datapath.interface_count, DATAPATH_MAX_INTERFACES),
	  .identity = INTERFACE_SIZE },
	{ "wait-interfaces", NULL,
	  "Start although interfaces of --interface are missing, and attach "
	  "the program to each when it appears. Without this, they are an "
	  "error of the configuration.",
	  SWITCH(LIVE, agent.wait_interfaces) },
	{ "vip", "PREFIX[,KEY=VALUE...]",
	  "IPv4 or IPv6 prefix of service addresses. Prefixes outside are "
	  "neither learned from backends nor announced.",
	  .traits = OPTION_REQUIRED,
	  ENTRIES(JUDGE, lists.vip_entries, vip_entry, lists.vip_count,
		  RIB_MAX_VIPS),
	  .advice = "give shorter prefixes" },
	{ "aggregate", "PREFIX[,KEY...]",
	  "Announce this prefix while a VIP inside it could be announced.",
	  ENTRIES(LIVE, lists.aggregates, aggregate_entry,
		  rib.import.aggregate_count, RIB_MAX_AGGREGATES) },
	{ "path", "PREFIX,via=ADDRESS[,KEY=VALUE...]",
	  "A server that has the VIP and does not speak BGP.",
	  ENTRIES(LIVE, lists.static_paths, path_entry, rib.static_path_count,
		  RIB_MAX_STATIC_PATHS),
	  .identity = offsetof(struct static_path_options, weight),
	  .advice = "let the servers announce their VIPs by BGP" },
	{ "probe-interval", "MS",
	  "How often a next hop is asked by ARP or Neighbor Discovery. All "
	  "together are asked 1000 times a second at most: above 750 a second "
	  "the interval grows.",
	  MILLISECONDS(LIVE, nexthop.probe_interval_ms,
		       NEXTHOP_PROBE_MIN_INTERVAL,
		       NEXTHOP_PROBE_MAX_INTERVAL) },
	{ "probe-count", "N",
	  "A next hop is dead after this many questions without an answer, "
	  "each half a --probe-interval after the other, 250 ms at most.",
	  NUMBER(LIVE, nexthop.probe_count, NEXTHOP_PROBE_MIN_COUNT,
		 NEXTHOP_PROBE_MAX_COUNT) },
	{ "hold-down", "SECONDS",
	  "Hold a server that was dead until it has answered for this long: it "
	  "is used meanwhile only for VIPs whose servers are all held. Each "
	  "death starts the time again. Default: no hold-down",
	  SECONDS(LIVE, nexthop.hold_down_s, 0, NEXTHOP_MAX_HOLD_DOWN_S) },
	{ "bfd-interval", "MS",
	  "How often BFD packets are sent, and wanted, while a session is up; "
	  "the slower side counts.",
	  MILLISECONDS(CONNECT, nexthop.bfd_interval_ms,
		       NEXTHOP_BFD_MIN_INTERVAL, NEXTHOP_BFD_MAX_INTERVAL) },
	{ "bfd-multiplier", "N",
	  "The server declares us down after this many intervals without a "
	  "packet. When we declare the server down follows from its own "
	  "values.",
	  NUMBER(CONNECT, nexthop.bfd_multiplier, 1,
		 NEXTHOP_BFD_MAX_MULTIPLIER) },
	{ "xdp-mode", NULL,
	  "Run the program in the driver (native) or behind it (generic); "
	  "auto: native if the drivers of all interfaces can.",
	  CHOICE(RESTART, datapath.mode, datapath_mode_names) },
	{ "xdp-attach", NULL,
	  "How the program is attached; link: by a pinned bpf_link, which "
	  "outlives the agent.",
	  CHOICE(RESTART, datapath.attach, datapath_attach_names) },
	{ "hash-fields", NULL,
	  "The fields of a packet that choose its bucket; packet: a random "
	  "bucket for each packet, for services without state.",
	  CHOICE(LIVE, steering.hash_fields, steering_hash_fields_names) },
	{ "hash-seed-file", "FILE",
	  "Where the secret seed of the flow hash is kept. The first start "
	  "draws one and makes the file; nodes that must steer alike need a "
	  "copy of it.",
	  VALUE(RESTART, datapath.hash_seed_file, path) },
	{ "hash-seed", "N",
	  "The seed itself, in a --config file that others cannot read: a "
	  "number of 64 bits, decimal, or hexadecimal after 0x. Default: that "
	  "of --hash-seed-file.",
	  .traits = OPTION_DERIVED | OPTION_SECRET,
	  VALUE(RESTART, datapath.hash_key, seed) },
	{ "icmp-rate", "N",
	  "ICMP errors a second for one VIP on one CPU that go to its servers, "
	  "and as many \"packet too big\"; more are dropped. 0: any number.",
	  AMOUNT(RESTART, datapath.icmp_rate, 0, UINT32_MAX) },
	{ "accept-martians", NULL,
	  "Forward packets for VIPs whose source address sends nothing: "
	  "loopback, multicast, link-local, unspecified, the VIP itself. "
	  "Without this they are dropped, as by a router.",
	  SWITCH(LIVE, datapath.accept_martians) },
	{ "instance", "N",
	  "Number of this agent among those of this host, each with its own "
	  "interfaces and VIPs: it owns the kernel routes of protocol 71 + N, "
	  "and touches no others.",
	  NUMBER(RESTART, fib.instance, 1, ROUTE_OWNER_INSTANCES) },
	{ "handed-up-mark", "MASK",
	  "Bits of a packet's mark that are Headgate's: they lead packets that "
	  "the kernel forwards (too big, no room for tags) to the server of "
	  "their flow. off: the kernel chooses one by itself.",
	  VALUE(RESTART, fib.handed_up.mark, mark) },
	{ "handed-up-priority", "N",
	  "Priority of the first of the rules for these marks (ip rule); they "
	  "take 4226 of them, those of instance 2 the next ones, and so on.",
	  NUMBER(RESTART, fib.handed_up.priority, 1, HANDED_UP_MAX_PRIORITY) },
	{ "handed-up-table", "N",
	  "The 4095 routing tables that follow this number are for these "
	  "marks, one for each server in use; further instances have the next "
	  "4096 each.",
	  NUMBER(RESTART, fib.handed_up.table, HANDED_UP_MIN_TABLE,
		 UINT32_MAX - HANDED_UP_TABLES) },
	{ "gue-port", "N", "UDP port at which servers take GUE (encap=gue).",
	  NUMBER(RESTART, steering.gue_port, 1, UINT16_MAX) },
	{ "encap-source", "PREFIX",
	  "The source of outer headers is in this prefix, and the flow chooses "
	  "the address: so the queues of a server share them. One of each "
	  "family. Default: our own address.",
	  LIST(RESTART, steering.outer_sources, prefix,
	       steering.outer_source_count, STEERING_MAX_OUTER_SOURCES),
	  .identity = sizeof(struct prefix) },
	{ "table-size", "N", "Buckets of a group, a power of two.",
	  .traits = OPTION_POWER_OF_TWO,
	  POWER(RESTART, steering.table_size, HG_MIN_TABLE_SIZE,
		HG_MAX_TABLE_SIZE) },
	{ "groups", "N",
	  "Number of groups: different sets of next hops that VIPs have at one "
	  "time. Each group takes 4 bytes a bucket, used or not.",
	  NUMBER(RESTART, steering.group_count, 1, HG_MAX_GROUPS) },
	{ "affinity-window", "SECONDS",
	  "When a bucket moves to another server, flows that are open stay "
	  "where they are, and packets are watched for so long to know them. "
	  "0: flows move at once.",
	  SECONDS(LIVE, steering.window_s, 0, STEERING_MAX_WINDOW_S) },
	{ "drain-max", "SECONDS",
	  "Longest time that flows stay on a server that withdrew its VIP and "
	  "whose session is up.",
	  SECONDS(LIVE, steering.drain_max_s, 1, STEERING_MAX_WINDOW_S) },
	{ "session-loss", NULL,
	  "When the session with a server ends and the server still answers: "
	  "its flows stay for --affinity-window (drain), or move at once "
	  "(death).",
	  CHOICE(LIVE, steering.session_loss, steering_session_loss_names) },
	{ "affinity-flows", "N",
	  "Number of flows that can stay where they are at one time, of all "
	  "VIPs. Each takes some 180 bytes of memory, used or not.",
	  AMOUNT(RESTART, steering.flow_records, STEERING_MIN_FLOWS,
		 HG_MAX_FLOW_RECORDS) },
	{ "bpffs", "DIR", "Where maps and links are pinned.",
	  VALUE(RESTART, datapath.bpffs, path) },

	{ "control-socket", "PATH", "Where headgatectl finds the agent.",
	  .heading = "Control", VALUE(RESTART, control.socket, path) },
	{ "metrics", "ADDRESS:PORT|unix:PATH",
	  "Where Prometheus fetches /metrics: state, and counters with the names "
	  "that they have in the JSON; / is a status page. All clients that can "
	  "connect may read them; port 0 does not listen.",
	  VALUE(LIVE, control.metrics, any_endpoint) },
	{ "user", "NAME",
	  "Run as this user, with the five capabilities that the agent needs "
	  "and nothing else. Start as root. Default: stay as started.",
	  .traits = OPTION_DERIVED, VALUE(RESTART, agent.user, text) },
	{ "seccomp", NULL,
	  "What happens to a system call that the agent does not need: it fails "
	  "and is logged (on), or it passes and the kernel logs it (log). off: "
	  "no filter.",
	  CHOICE(RESTART, agent.seccomp, agent_seccomp_names) },
	{ "audit-interval", "SECONDS",
	  "Check this often that the interfaces still have our program and the "
	  "maps our tables, and repair them if not. 0: never.",
	  SECONDS(LIVE, agent.audit_interval_s, 0,
		  CONFIG_MAX_AUDIT_INTERVAL_S) },
	{ "withdraw-on-desync", NULL,
	  "Withdraw all VIPs while the program cannot be attached again, or a "
	  "table not be repaired.",
	  CHOICE(LIVE, agent.desync_stays, desync_names) },
	{ "bmp", "ADDRESS:PORT[,...]",
	  "Collectors that get all routes by the BGP monitoring protocol "
	  "(RFC 7854): as received, after rules, as chosen and as announced.",
	  .traits = OPTION_COMMAS,
	  LIST(LIVE, agent.bmp, endpoint, agent.bmp_count, BMP_MAX_COLLECTORS),
	  .identity = sizeof(struct endpoint) },
	{ "mrt", "FILE",
	  "Append each message that a neighbor sends, and each change of its "
	  "state, to this file (MRT, RFC 6396). A reload opens it again. "
	  "Default: no file",
	  .traits = OPTION_DERIVED, VALUE(RESTART, agent.mrt_file, path) },
	{ "log-level", NULL,
	  "Least important messages that are written to stderr.",
	  CHOICE(LIVE, agent.log_level, log_level_names) },
	{ "log-format", NULL,
	  "How lines on stderr begin. auto: as the journal reads them, with "
	  "fields, if stderr is the journal, else text. priority: <4> for a "
	  "warning and so on, as systemd reads them from a pipe.",
	  CHOICE(LIVE, agent.log_format, log_format_names) },
};

const size_t flag_count = COUNT_OF(flag_table);

const struct option *flag_find(const char *name)
{
	return option_find(flag_table, flag_count, name);
}

void flag_complain_unknown(struct parser *parser, const char *word,
			   const char *dashes)
{
	int length = (int)strcspn(word, "=");
	char name[OPTION_CHOICES_SIZE];
	const struct option *nearest;

	snprintf(name, sizeof(name), "%.*s", length, word);
	nearest = option_suggest(flag_table, flag_count,
				 name + strspn(name, "-"));
	if (nearest)
		parser_complain(parser,
				"unknown flag '%.*s'; did you mean '%s%s'?",
				length, word, dashes, nearest->name);
	else
		parser_complain(
			parser,
			"unknown flag '%.*s'; headgate --help lists them",
			length, word);
}

size_t flag_values(const struct config *config, const struct option *flag)
{
	const char *base = (const char *)config;

	if (flag->stage != OPTION_VALUE || flag->traits & OPTION_SECRET)
		return 0;
	if (flag->kind == &kind_text || flag->kind == &kind_path)
		return *(base + flag->offset) != '\0';
	if (flag->entries)
		return *(const size_t *)(base + flag->count_offset);
	return !flag->kind->bare || *(const bool *)(base + flag->offset);
}

void flag_set_values(struct config *config, const struct option *flag,
		     size_t count)
{
	*(size_t *)((char *)config + flag->count_offset) = count;
}

void *flag_entry(const struct config *config, const struct option *flag,
		 size_t index)
{
	return (char *)config + flag->offset + index * flag->size;
}

void flag_print(const struct config *config, const struct option *flag,
		size_t index, FILE *out)
{
	const struct value value = { flag, NULL,
				     flag_entry(config, flag, index) };

	flag->kind->print(&value, out);
}
