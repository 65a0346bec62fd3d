/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_RULE_H
#define CONFIG_CONFIG_RULE_H

/*
 * The value of --rule: one rule of the routing policy, in one line of words.
 *
 *	allow from role backend community 65000:1 set localpref 200 weight 2
 *
 * Here is the syntax only: words become struct policy_rule and struct
 * policy_rule becomes words that parse back to it. What a rule does to a route
 * is in rib/policy/policy.h; numbers mean here what they mean on the wire.
 *
 *	config_rule.c		words, the order of things, what makes no sense
 *	config_rule_head.c	action, direction and whom it is about
 *	config_rule_terms.c	matches and settings, by their tables
 *	config_rule_keys.c	the tables
 *	config_rule_values.c	one parser and printer for each kind of value
 *	config_rule_community.c	the same for communities
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/address.h"

struct config;
struct config_flag;
struct config_parser;

enum rule_limits {
	RULE_MAX_MATCHES = 16,
	RULE_MAX_SETTINGS = 16,
	RULE_MAX_VALUES = 32, /* of all matches and settings together */
	RULE_INTERFACE_SIZE = 16,
};

enum rule_action {
	RULE_ALLOW,
	RULE_DENY,
	RULE_CONTINUE, /* sets, and the next rules decide */
	RULE_ACTION_COUNT,
};

enum rule_direction {
	RULE_FROM, /* what a neighbor tells us */
	RULE_TO,   /* what it is told */
	RULE_DIRECTION_COUNT,
};

/* Whom a rule is about. */
enum rule_whom {
	RULE_ANY,
	RULE_INTERNAL,
	RULE_EXTERNAL,
	RULE_ROLE,
	RULE_NEIGHBOR,
	RULE_AS,
	RULE_WHOM_COUNT,
};

/* What is looked at. A rule matches if all its matches do. */
enum rule_match {
	RULE_MATCH_PREFIX,
	RULE_MATCH_PREFIX_LENGTH,
	RULE_MATCH_AS_PATH_FIRST,
	RULE_MATCH_AS_PATH_LAST,
	RULE_MATCH_AS_PATH_CONTAINS,
	RULE_MATCH_AS_PATH_LENGTH,
	RULE_MATCH_AS_PATH_PATTERN,
	RULE_MATCH_ORIGIN,
	RULE_MATCH_NEXTHOP,
	RULE_MATCH_MED,
	RULE_MATCH_LOCAL_PREF,
	RULE_MATCH_COMMUNITY,
	RULE_MATCH_EXT_COMMUNITY,
	RULE_MATCH_LARGE_COMMUNITY,
	RULE_MATCH_ATTRIBUTE,
	RULE_MATCH_COUNT,
};

/* What is changed. */
enum rule_setting {
	RULE_SET_LOCAL_PREF,
	RULE_SET_MED,
	RULE_SET_MED_REMOVE,
	RULE_SET_ORIGIN,
	RULE_SET_NEXTHOP,
	RULE_SET_NEXTHOP_SELF,
	RULE_SET_WEIGHT,
	RULE_SET_PREPEND,
	RULE_SET_PREPEND_SELF,
	RULE_SET_COMMUNITY_ADD,
	RULE_SET_COMMUNITY_REMOVE,
	RULE_SET_EXT_COMMUNITY_ADD,
	RULE_SET_EXT_COMMUNITY_REMOVE,
	RULE_SET_LARGE_COMMUNITY_ADD,
	RULE_SET_LARGE_COMMUNITY_REMOVE,
	RULE_SET_ATTRIBUTE_REMOVE,
	RULE_SETTING_COUNT,
};

/* Numbers from `first` to `last`, or one number if they are equal. */
struct rule_range {
	uint32_t first;
	uint32_t last;
};

enum rule_change_kind {
	RULE_CHANGE_TO,
	RULE_CHANGE_UP,
	RULE_CHANGE_DOWN,
};

struct rule_change {
	enum rule_change_kind kind;
	uint32_t amount;
};

/* An AS number and how often it is put in front. */
struct rule_prepend {
	uint32_t as;
	uint32_t times;
};

enum rule_community_sizes {
	RULE_COMMUNITY_MAX = 12, /* bytes of the longest kind */
};

/* A community as on the wire; what has no bit in `mask` does not count. */
struct rule_community {
	uint8_t bytes[RULE_COMMUNITY_MAX];
	uint8_t mask[RULE_COMMUNITY_MAX];
};

enum rule_hop_kind {
	RULE_HOP_AS,  /* one AS out of a range */
	RULE_HOP_ONE, /* "?": one AS, whichever */
	RULE_HOP_RUN, /* "*": any number of them, none as well */
};

/* One word of a pattern for AS paths. */
struct rule_hop {
	enum rule_hop_kind kind;
	struct rule_range as;
};

/* Which member means something follows from the match or the setting. */
union rule_value {
	struct rule_range range;
	struct prefix prefix;
	struct rule_change change;
	struct rule_prepend prepend;
	struct rule_community community;
	struct rule_hop hop;
};

/* One match or one setting with its values. */
struct rule_term {
	uint8_t key;   /* enum rule_match or enum rule_setting */
	uint8_t first; /* in the rule's values */
	uint8_t count; /* any of them; of a pattern: one after the other */
	bool or_longer;
};

struct policy_rule {
	enum rule_action action;
	enum rule_direction direction;
	enum rule_whom whom;
	unsigned int role;    /* enum neighbor_role, of RULE_ROLE */
	struct rule_range as; /* of RULE_AS */
	/* Of RULE_NEIGHBOR: either, or both for "fe80::1%eth0". */
	bool has_prefix;
	struct prefix prefix;
	char interface[RULE_INTERFACE_SIZE];
	uint8_t match_count;
	uint8_t setting_count;
	uint8_t value_count;
	struct rule_term matches[RULE_MAX_MATCHES];
	struct rule_term settings[RULE_MAX_SETTINGS];
	union rule_value values[RULE_MAX_VALUES];
};

/* For the table of flags. */
bool config_rule_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value);
void config_rule_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out);

/* The canonical form of one rule, without the end of a line. */
void policy_rule_print(const struct policy_rule *rule, FILE *out);

#endif
