/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_POLICY_H
#define RIB_POLICY_H

/*
 * The routing policy: apply the rules of the configuration (--rule,
 * rule.h) to a path. Pure.
 *
 * Rules apply in order. A rule matches if it is about this direction and this
 * neighbor, and if all its matches do. The first one that allows or denies
 * decides; "continue" only sets attributes, which the rules behind it see. If no
 * rule decides, the caller applies the defaults.
 *
 *	policy.c		the walk through the rules
 *	policy_match.c		one function for each match
 *	policy_set.c		one function for each setting
 *	as_pattern.c		patterns for AS paths
 *
 * The checks that no rule can lift are in import.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "rib/path.h"
#include "rib/policy/rule.h"

struct policy {
	const struct policy_rule *rules; /* must outlive the policy */
	size_t count;
	/* By direction: there are rules; some look at the prefix. */
	bool used[RULE_DIRECTION_COUNT];
	bool by_prefix[RULE_DIRECTION_COUNT];
};

struct policy policy_of(const struct policy_rule *rules, size_t count);

/* The neighbor that the path comes from or goes to. */
struct policy_peer {
	enum neighbor_role role;
	const struct path_source *source;
	uint32_t local_as;	       /* for "prepend self" */
	const struct address *nexthop; /* for "next-hop self" */
	/* policy_about() of this neighbor; NULL: ask each rule. */
	const struct policy_trace *about;
};

enum policy_verdict {
	POLICY_UNDECIDED,
	POLICY_ALLOW,
	POLICY_DENY,
};

/* Attributes that rules set and that defaults must not change. */
enum policy_set_bits {
	POLICY_SET_ATTRIBUTES = 1 << 0, /* any */
	POLICY_SET_MED = 1 << 1,
	POLICY_SET_NEXTHOP = 1 << 2,
	POLICY_SET_MULTIPATH_OFF = 1 << 3, /* the path shares no set */
};

enum policy_trace_sizes {
	POLICY_TRACE_BITS = 64,
	POLICY_TRACE_WORDS = POLICY_MAX_RULES / POLICY_TRACE_BITS,
};

/*
 * A bit for each rule. As a trace of the rules that matched: the same rules give
 * the same result for the same attributes.
 */
struct policy_trace {
	uint64_t rules[POLICY_TRACE_WORDS];
};

struct policy_result {
	enum policy_verdict verdict;
	unsigned int rule; /* the one that decided, from 1; 0: none */
	uint32_t set;	   /* enum policy_set_bits */
	struct attribute_marks marks;
	struct policy_trace trace;
};

/* Room for a list that is rewritten, and for the list it is made from. */
struct policy_buffer {
	uint8_t bytes[2][UINT16_MAX];
	unsigned int turn;
};

/*
 * Memory for rewritten lists, lent by the caller. Too large for a stack; unused
 * parts are never touched.
 */
struct policy_scratch {
	struct policy_buffer as_path;
	struct policy_buffer communities;
	struct policy_buffer extended_communities;
	struct policy_buffer large_communities;
	struct policy_buffer unknown;
};

/*
 * Apply the rules to `attributes`, which is afterwards a view into its former
 * bytes and `scratch`, until the next call. A rule that makes attributes too
 * long to be kept denies the path.
 */
void policy_apply(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, const struct prefix *prefix,
		  struct bgp_attributes *attributes,
		  struct policy_scratch *scratch, struct policy_result *result);

/* Note the rules of a direction that are about this neighbor. */
void policy_about(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, struct policy_trace *about);

/* True if a rule can allow something in this direction. */
bool policy_may_allow(const struct policy *policy,
		      enum rule_direction direction,
		      const struct policy_peer *peer);

bool policy_trace_equal(const struct policy_trace *a,
			const struct policy_trace *b);

#endif
