// SPDX-License-Identifier: BSD-2-Clause
/* Matches and settings of rules. See rule_tables.h. */

#include "config/rule_tables.h"

#include "bgp/codec/attributes.h"
#include "config/kind.h"
#include "config/rule_kinds.h"
#include "core/array.h"
#include "core/encapsulation.h"
#include "rib/options.h"

enum {
	AS_PATH_LENGTH_MAX = 65535,
};

/* Kinds of values that several rows share. */
#define VALUE(of_kind, member)                                                 \
	.kind = &kind_##of_kind, .offset = offsetof(union rule_value, member), \
	.size = sizeof(((union rule_value *)NULL)->member)
#define RANGE(low, high) \
	VALUE(range, range), .minimum = (low), .maximum = (high)
#define AS_NUMBER RANGE(1, UINT32_MAX)
#define NUMBER(low, high) \
	VALUE(number, range.first), .minimum = (low), .maximum = (high)
#define CHANGE VALUE(change, change), .maximum = UINT32_MAX
#define ORIGIN VALUE(choice, range.first), OPTION_NAMES(bgp_origin_names)
#define ENCAP  VALUE(choice, range.first), OPTION_NAMES(encapsulation_names)
#define COMMUNITY(of_kind, all)                         \
	.traits = OPTION_REPEATABLE | OPTION_WILDCARDS, \
	VALUE(of_kind, community), .everything = (all)
#define ADDED_COMMUNITY(of_kind) \
	.traits = OPTION_REPEATABLE, VALUE(of_kind, community)

/* In the order of enum rule_match. */
const struct option rule_matches[] = {
	{ "prefix", "PREFIX",
	  "Exactly this prefix; with or-longer or a prefixlen, all "
	  "prefixes inside it.",
	  .traits = OPTION_OR_LONGER, VALUE(prefix, prefix) },
	{ "prefixlen", "N", "The length of the prefix.",
	  RANGE(0, ADDRESS_BITS_IPV6) },
	{ "as-path first", "AS", "The AS that the route came from last.",
	  AS_NUMBER },
	{ "as-path last", "AS", "The AS that the route began in.", AS_NUMBER },
	{ "as-path contains", "AS", "An AS anywhere in the path.", AS_NUMBER },
	{ "as-path length", "N",
	  "The length of the path, as the decision counts it.",
	  RANGE(0, AS_PATH_LENGTH_MAX) },
	{ "as-path matches", "\"PATTERN\"",
	  "The whole path: N, N-M, ? for one AS, * for any number of "
	  "them.",
	  .traits = OPTION_PATTERN, VALUE(hop, hop), .minimum = 1,
	  .maximum = UINT32_MAX },
	{ "origin", NULL, "ORIGIN.", ORIGIN },
	{ "next-hop", "PREFIX", "The next hop, or a prefix around it.",
	  VALUE(prefix, prefix) },
	{ "next-hop peer", NULL, "The next hop is the neighbor's address." },
	{ "med", "N", "MULTI_EXIT_DISC; 0 if the route has none.",
	  RANGE(0, UINT32_MAX) },
	{ "localpref", "N", "LOCAL_PREF; 100 if the route has none.",
	  RANGE(0, UINT32_MAX) },
	{ "community", "N:M",
	  "The route has this community; * stands for either number.",
	  COMMUNITY(community, "any") },
	{ "ext-community", "COMMUNITY",
	  "The same for extended ones: rt:N:M, soo:N:M, bandwidth:AS:N, "
	  "or 0x and 16 digits.",
	  COMMUNITY(ext_community, "any") },
	{ "large-community", "N:N:N", "The same for large ones.",
	  COMMUNITY(large_community, "any") },
	{ "attribute", "TYPE",
	  "The route has an attribute of this type, known or not.",
	  .traits = OPTION_REPEATABLE, RANGE(1, UINT8_MAX) },
};

/* In the order of enum rule_setting. */
const struct option rule_settings[] = {
	{ "localpref", "[+|-]N", "Set, raise or lower LOCAL_PREF.",
	  .traits = OPTION_SINGLE, CHANGE },
	{ "med", "[+|-]N", "Set, raise or lower MULTI_EXIT_DISC.",
	  .traits = OPTION_SINGLE, CHANGE },
	{ "med remove", NULL, "Remove MULTI_EXIT_DISC." },
	{ "origin", NULL, "Set ORIGIN.", .traits = OPTION_SINGLE, ORIGIN },
	{ "next-hop", "ADDRESS", "Set the next hop.", .traits = OPTION_SINGLE,
	  VALUE(host, prefix) },
	{ "next-hop self", NULL,
	  "Set it to this host, which is the default towards "
	  "neighbors." },
	{ "weight", "N", "The server's share of the flows; 1 unless set.",
	  .traits = OPTION_SINGLE, NUMBER(1, WEIGHT_MAX) },
	{ "weight from", "community N:*",
	  "The weight is the number in a community of this form, the lowest "
	  "of several; 0 is GRACEFUL_SHUTDOWN.",
	  .traits = OPTION_SINGLE | OPTION_TWO_WORDS,
	  VALUE(weight_community, community) },
	{ "encap", NULL,
	  "How packets go to a server behind a router, whatever the neighbor "
	  "says.",
	  .traits = OPTION_SINGLE, ENCAP },
	{ "multipath no", NULL, "The path shares no set with others." },
	{ "prepend", "AS N", "Put this AS in front of the path, N times.",
	  .traits = OPTION_SINGLE | OPTION_REPEATABLE | OPTION_TWO_WORDS,
	  VALUE(prepend, prepend), .minimum = 1, .maximum = RULE_MAX_PREPEND },
	{ "prepend self", "N", "Put our own AS in front of the path, N times.",
	  .traits = OPTION_SINGLE | OPTION_REPEATABLE,
	  NUMBER(1, RULE_MAX_PREPEND) },
	{ "community add", "N:M", "Add a community.",
	  ADDED_COMMUNITY(community) },
	{ "community remove", "N:M", "Remove it; * as above, or all.",
	  COMMUNITY(community, "all") },
	{ "ext-community add", "COMMUNITY", "Add an extended community.",
	  ADDED_COMMUNITY(ext_community) },
	{ "ext-community remove", "COMMUNITY", "Remove it.",
	  COMMUNITY(ext_community, "all") },
	{ "large-community add", "N:N:N", "Add a large community.",
	  ADDED_COMMUNITY(large_community) },
	{ "large-community remove", "N:N:N", "Remove it.",
	  COMMUNITY(large_community, "all") },
	{ "attribute remove", "TYPE", "Remove the attribute of this type.",
	  .traits = OPTION_SINGLE | OPTION_REPEATABLE, NUMBER(1, UINT8_MAX) },
};

_Static_assert(COUNT_OF(rule_matches) == RULE_MATCH_COUNT,
	       "a match is missing");
_Static_assert(COUNT_OF(rule_settings) == RULE_SETTING_COUNT,
	       "a setting is missing");
