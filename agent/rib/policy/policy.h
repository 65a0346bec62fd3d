/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_POLICY_H
#define RIB_POLICY_H

/*
 * The routing policy: what the rules of the configuration (--rule,
 * rule.h) make of a route. Pure.
 *
 * Rules are gone through in order. A rule matches if it is about this direction
 * and this neighbor and if all of its matches do. The first one that allows or
 * denies decides; "continue" only sets, and the rules behind it see what it has
 * set. What none decides is left to the caller, who knows the defaults.
 *
 *	policy.c		the walk through the rules
 *	policy_match.c		one function for each match
 *	policy_set.c		one function for each setting
 *	as_pattern.c		patterns for AS paths
 *
 * What no rule can allow is not here but in import.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "rib/decision.h"
#include "rib/policy/rule.h"

struct policy {
	const struct policy_rule *rules; /* must outlive the policy */
	size_t count;
	/* Per direction: there are rules, and some look at the prefix. */
	bool used[RULE_DIRECTION_COUNT];
	bool by_prefix[RULE_DIRECTION_COUNT];
};

struct policy policy_of(const struct policy_rule *rules, size_t count);

/* Who is at the other end. */
struct policy_peer {
	enum neighbor_role role;
	const struct path_source *source;
	uint32_t local_as;	       /* for "prepend self" */
	const struct address *nexthop; /* for "next-hop self" */
	/* policy_about(), if known: nothing else says whom rules are about. */
	const struct policy_trace *about;
};

enum policy_verdict {
	POLICY_UNDECIDED,
	POLICY_ALLOW,
	POLICY_DENY,
};

/* What rules have set and no default may undo. */
enum policy_set_bits {
	POLICY_SET_ATTRIBUTES = 1 << 0, /* any */
	POLICY_SET_MED = 1 << 1,
	POLICY_SET_NEXTHOP = 1 << 2,
};

enum policy_trace_sizes {
	POLICY_TRACE_BITS = 64,
	POLICY_TRACE_WORDS = POLICY_MAX_RULES / POLICY_TRACE_BITS,
};

/*
 * A bit for each rule. Of those that have matched: the same rules make the same
 * of the same.
 */
struct policy_trace {
	uint64_t rules[POLICY_TRACE_WORDS];
};

struct policy_result {
	enum policy_verdict verdict;
	unsigned int rule; /* that decided, counted from 1; 0: none */
	uint32_t weight;   /* 0: no rule has set it */
	uint32_t set;	   /* enum policy_set_bits */
	struct policy_trace trace;
};

/* Room for a list that is rewritten, and for the one it is made from. */
struct policy_buffer {
	uint8_t bytes[2][UINT16_MAX];
	unsigned int turn;
};

/*
 * Lent by the caller for what is rewritten. Too large for a stack; what is not
 * used of it is never touched.
 */
struct policy_scratch {
	struct policy_buffer as_path;
	struct policy_buffer communities;
	struct policy_buffer extended_communities;
	struct policy_buffer large_communities;
	struct policy_buffer unknown;
};

/*
 * Applies the rules to `attributes`, which afterwards is a view into what it
 * was and `scratch`, until the next call. Attributes that have become too long
 * to be kept are denied by the rule that made them so.
 */
void policy_apply(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, const struct prefix *prefix,
		  struct bgp_attributes *attributes,
		  struct policy_scratch *scratch, struct policy_result *result);

/* The rules of a direction that are about this neighbor. */
void policy_about(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, struct policy_trace *about);

/* True if a rule can allow something in this direction. */
bool policy_may_allow(const struct policy *policy,
		      enum rule_direction direction,
		      const struct policy_peer *peer);

bool policy_trace_equal(const struct policy_trace *a,
			const struct policy_trace *b);

#endif
