// SPDX-License-Identifier: BSD-2-Clause
/* What rules look at and what they set, in the order of --help. See the header. */

#include "config/config_rule_keys.h"

#include "bgp/codec/attributes.h"
#include "core/array.h"
#include "rib/options.h"

enum {
	AS_PATH_LENGTH_MAXIMUM = 65535,
};

/* Kinds that several keys share. */
#define RANGE(low, high, text)                                  \
	.allowed = (text), .minimum = (low), .maximum = (high), \
	.parse = rule_range_parse, .print = rule_range_print
#define NUMBER(low, high, text)                                 \
	.allowed = (text), .minimum = (low), .maximum = (high), \
	.parse = rule_number_parse, .print = rule_number_print, .single = true
#define CHANGE                                                  \
	.allowed = "a number, +N or -N", .maximum = UINT32_MAX, \
	.parse = rule_change_parse, .print = rule_change_print, .single = true
#define ORIGIN                                                                \
	.allowed = "igp, egp or incomplete", .names = bgp_origin_names,       \
	.name_count = COUNT_OF(bgp_origin_names), .parse = rule_choice_parse, \
	.print = rule_choice_print
#define AS_NUMBER RANGE(1, UINT32_MAX, "an AS number N, N-M or >=N")
#define COMMUNITY(kind)                                   \
	.repeatable = true, .parse = rule_##kind##_parse, \
	.print = rule_##kind##_print
#define MATCH_COMMUNITY(kind) \
	COMMUNITY(kind), .wildcards = true, .everything = "any"
#define REMOVE_COMMUNITY(kind)                                \
	COMMUNITY(kind), .part = "remove", .wildcards = true, \
			 .everything = "all"
#define ADD_COMMUNITY(kind) COMMUNITY(kind), .part = "add"

#define STANDARD_TEXT                                         \
	"N:M of 16 bits each, graceful-shutdown, blackhole, " \
	"no-export, no-advertise or no-export-subconfed"
#define EXT_TEXT                                                \
	"rt:N:M, soo:N:M, bandwidth:AS:BYTES-PER-SECOND or 0x " \
	"and 16 digits"
#define LARGE_TEXT "N:N:N of 32 bits each"

/* In the order of enum rule_match. */
const struct rule_key rule_matches[] = {
	{ .name = "prefix",
	  .help = "Exactly this prefix; with or-longer or a prefixlen, all "
		  "inside it.",
	  .allowed = "a prefix without host bits such as 192.0.2.0/24",
	  .or_longer = true,
	  .parse = rule_prefix_parse,
	  .print = rule_prefix_print },
	{ .name = "prefixlen",
	  .help = "The length of the prefix.",
	  RANGE(0, ADDRESS_BITS_IPV6, "a length N, N-M or >=N, up to 128") },
	{ .name = "as-path",
	  .part = "first",
	  .help = "The AS the route came from last.",
	  AS_NUMBER },
	{ .name = "as-path",
	  .part = "last",
	  .help = "The AS the route began in.",
	  AS_NUMBER },
	{ .name = "as-path",
	  .part = "contains",
	  .help = "An AS anywhere in the path.",
	  AS_NUMBER },
	{ .name = "as-path",
	  .part = "length",
	  .help = "Its length as the decision counts it.",
	  RANGE(0, AS_PATH_LENGTH_MAXIMUM,
		"a length N, N-M or >=N, up to 65535") },
	{ .name = "as-path",
	  .part = "matches",
	  .help = "The whole path: N, N-M, ? for one AS, * for any number.",
	  .allowed = "AS numbers, N-M, ? and * in double quotes",
	  .pattern = true,
	  .minimum = 1,
	  .maximum = UINT32_MAX,
	  .parse = rule_hop_parse,
	  .print = rule_hop_print },
	{ .name = "origin", .help = "ORIGIN.", ORIGIN },
	{ .name = "next-hop",
	  .help = "The next hop, or where it is.",
	  .allowed = "an address, or a prefix without host bits",
	  .parse = rule_prefix_parse,
	  .print = rule_prefix_print },
	{ .name = "med",
	  .help = "MULTI_EXIT_DISC; 0 if there is none.",
	  RANGE(0, UINT32_MAX, "a number N, N-M or >=N") },
	{ .name = "localpref",
	  .help = "LOCAL_PREF; 100 if there is none.",
	  RANGE(0, UINT32_MAX, "a number N, N-M or >=N") },
	{ .name = "community",
	  .help = "Has this community; * stands for either number.",
	  .allowed = STANDARD_TEXT ", * for a number, or any",
	  MATCH_COMMUNITY(community) },
	{ .name = "ext-community",
	  .help = "The same for extended ones: rt:N:M, soo:N:M, "
		  "bandwidth:AS:N, or 0x and 16 digits.",
	  .allowed = EXT_TEXT ", * for M, or any",
	  MATCH_COMMUNITY(ext_community) },
	{ .name = "large-community",
	  .help = "The same for large ones: N:N:N.",
	  .allowed = LARGE_TEXT ", * for a number, or any",
	  MATCH_COMMUNITY(large_community) },
	{ .name = "attribute",
	  .help = "Has an attribute of this type, known or not.",
	  .repeatable = true,
	  RANGE(1, UINT8_MAX, "an attribute type from 1 to 255") },
};

/* In the order of enum rule_setting. */
const struct rule_key rule_settings[] = {
	{ .name = "localpref", .help = "LOCAL_PREF: N, +N or -N.", CHANGE },
	{ .name = "med", .help = "MULTI_EXIT_DISC: N, +N or -N.", CHANGE },
	{ .name = "med", .part = "remove", .help = "Without one." },
	{ .name = "origin", .help = "ORIGIN.", ORIGIN, .single = true },
	{ .name = "next-hop",
	  .help = "This address.",
	  .allowed = "an address, or self",
	  .single = true,
	  .parse = rule_address_parse,
	  .print = rule_address_print },
	{ .name = "next-hop",
	  .part = "self",
	  .help = "Us, which is the default towards neighbors." },
	{ .name = "weight",
	  .help = "The server's share of the flows; 1 if nothing sets it.",
	  NUMBER(1, WEIGHT_MAX, "a number from 1 to 65535") },
	{ .name = "prepend",
	  .help = "This AS in front, N times.",
	  .allowed = "an AS number, or self, and how often: 1 to 64",
	  .single = true,
	  .repeatable = true,
	  .minimum = 1,
	  .maximum = RULE_MAX_PREPEND,
	  .parse = rule_prepend_parse,
	  .print = rule_prepend_print },
	{ .name = "prepend",
	  .part = "self",
	  .help = "Our own.",
	  .repeatable = true,
	  NUMBER(1, RULE_MAX_PREPEND, "how often: 1 to 64") },
	{ .name = "community",
	  .help = "One more.",
	  .allowed = STANDARD_TEXT,
	  ADD_COMMUNITY(community) },
	{ .name = "community",
	  .help = "Without it; * as above, or all.",
	  .allowed = STANDARD_TEXT ", * for a number, or all",
	  REMOVE_COMMUNITY(community) },
	{ .name = "ext-community",
	  .help = "One more.",
	  .allowed = EXT_TEXT,
	  ADD_COMMUNITY(ext_community) },
	{ .name = "ext-community",
	  .help = "Without it.",
	  .allowed = EXT_TEXT ", * for M, or all",
	  REMOVE_COMMUNITY(ext_community) },
	{ .name = "large-community",
	  .help = "One more.",
	  .allowed = LARGE_TEXT,
	  ADD_COMMUNITY(large_community) },
	{ .name = "large-community",
	  .help = "Without it.",
	  .allowed = LARGE_TEXT ", * for a number, or all",
	  REMOVE_COMMUNITY(large_community) },
	{ .name = "attribute",
	  .part = "remove",
	  .help = "Without the attribute of this type.",
	  .repeatable = true,
	  NUMBER(1, UINT8_MAX, "an attribute type from 1 to 255") },
};

_Static_assert(COUNT_OF(rule_matches) == RULE_MATCH_COUNT,
	       "a match is missing");
_Static_assert(COUNT_OF(rule_settings) == RULE_SETTING_COUNT,
	       "a setting is missing");
