/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_POLICY_RULE_H
#define RIB_POLICY_RULE_H

/*
 * One rule of the routing policy (--rule): plain values, with the numbers of the
 * wire. policy.h applies it, config/rule.h has its text. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/exchange.h"
#include "core/address.h"
#include "core/sizes.h"

enum rule_limits {
	POLICY_MAX_RULES = 512,
	RULE_MAX_MATCHES = 16,
	RULE_MAX_SETTINGS = 16,
	RULE_MAX_VALUES = 32, /* of all matches and settings together */
	/* More would only make AS_PATH too long for a message. */
	RULE_MAX_PREPEND = 64,
};

enum rule_action {
	RULE_ALLOW,
	RULE_DENY,
	RULE_CONTINUE, /* set attributes; the next rules decide */
	RULE_ACTION_COUNT,
};

enum rule_direction {
	RULE_FROM, /* routes from a neighbor */
	RULE_TO,   /* routes to a neighbor */
	RULE_DIRECTION_COUNT,
};

/* The neighbors that a rule is about. */
enum rule_scope {
	RULE_ANY,
	RULE_INTERNAL,
	RULE_EXTERNAL,
	RULE_ROLE,
	RULE_NEIGHBOR,
	RULE_AS,
	RULE_SCOPE_COUNT,
};

/* Kinds of matches. A rule matches if all its matches do. */
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
	RULE_MATCH_NEXTHOP_PEER,
	RULE_MATCH_MED,
	RULE_MATCH_LOCAL_PREF,
	RULE_MATCH_COMMUNITY,
	RULE_MATCH_EXT_COMMUNITY,
	RULE_MATCH_LARGE_COMMUNITY,
	RULE_MATCH_ATTRIBUTE,
	RULE_MATCH_COUNT,
};

/* Kinds of settings. */
enum rule_setting {
	RULE_SET_LOCAL_PREF,
	RULE_SET_MED,
	RULE_SET_MED_REMOVE,
	RULE_SET_ORIGIN,
	RULE_SET_NEXTHOP,
	RULE_SET_NEXTHOP_SELF,
	RULE_SET_WEIGHT,
	RULE_SET_WEIGHT_FROM,
	RULE_SET_ENCAP,
	RULE_SET_MULTIPATH_NO,
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

/* An AS number and how many times to prepend it. */
struct rule_prepend {
	uint32_t as;
	uint32_t times;
};

enum rule_community_sizes {
	RULE_COMMUNITY_MAX = 12, /* bytes of the longest kind */
};

/* A community as on the wire; only the bits in `mask` count. */
struct rule_community {
	uint8_t bytes[RULE_COMMUNITY_MAX];
	uint8_t mask[RULE_COMMUNITY_MAX];
};

enum rule_hop_kind {
	RULE_HOP_AS,  /* one AS out of a range */
	RULE_HOP_ONE, /* "?": any one AS */
	RULE_HOP_RUN, /* "*": any number of ASes, also none */
};

/* One word of a pattern for AS paths. */
struct rule_hop {
	enum rule_hop_kind kind;
	struct rule_range as;
};

/* The kind of match or setting selects the member. Unused bytes are zero. */
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
	uint8_t first; /* index of its first value in the rule's values */
	uint8_t count; /* alternatives; for a pattern: its words */
	bool or_longer;
};

struct policy_rule {
	enum rule_action action;
	enum rule_direction direction;
	enum rule_scope scope;
	enum neighbor_role role; /* for RULE_ROLE */
	struct rule_range as;	 /* for RULE_AS */
	/* For RULE_NEIGHBOR: either, or both for "fe80::1%eth0". */
	bool has_prefix;
	struct prefix prefix;
	char interface[INTERFACE_SIZE];
	uint8_t match_count;
	uint8_t setting_count;
	uint8_t value_count;
	struct rule_term matches[RULE_MAX_MATCHES];
	struct rule_term settings[RULE_MAX_SETTINGS];
	union rule_value values[RULE_MAX_VALUES];
};

bool policy_rule_equal(const struct policy_rule *a,
		       const struct policy_rule *b);

/* True if routes need the attribute, so that no rule may remove it. */
bool policy_attribute_is_needed(uint32_t type);

#endif
