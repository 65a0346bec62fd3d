// SPDX-License-Identifier: BSD-2-Clause
/* The walk through the rules. See policy.h. */

#include "rib/policy/policy.h"

#include <string.h>

#include "rib/policy/policy_internal.h"

_Static_assert(POLICY_TRACE_WORDS *POLICY_TRACE_BITS == POLICY_MAX_RULES,
	       "a bit for each rule");

enum {
	/* Headers of all attributes, and the attributes of fixed size. */
	FIXED_ATTRIBUTES_SIZE = 256,
};

static bool looks_at_prefix(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->match_count; i++)
		if (rule->matches[i].key == RULE_MATCH_PREFIX ||
		    rule->matches[i].key == RULE_MATCH_PREFIX_LENGTH)
			return true;
	return false;
}

struct policy policy_of(const struct policy_rule *rules, size_t count)
{
	struct policy policy = { .rules = rules, .count = count };

	for (size_t i = 0; i < count; i++) {
		policy.used[rules[i].direction] = true;
		if (looks_at_prefix(&rules[i]))
			policy.by_prefix[rules[i].direction] = true;
	}
	return policy;
}

static bool is_neighbor(const struct policy_rule *rule,
			const struct path_source *source)
{
	if (rule->has_prefix &&
	    !prefix_contains(&rule->prefix, &source->address))
		return false;
	return !rule->interface[0] ||
	       (source->interface &&
		!strcmp(rule->interface, source->interface));
}

bool policy_is_about(const struct policy_rule *rule,
		     const struct policy_peer *peer)
{
	switch (rule->scope) {
	case RULE_ANY:
		return true;
	case RULE_INTERNAL:
		return peer->source->type == PEER_INTERNAL;
	case RULE_EXTERNAL:
		return peer->source->type != PEER_INTERNAL;
	case RULE_ROLE:
		return rule->role == peer->role;
	case RULE_NEIGHBOR:
		return is_neighbor(rule, peer->source);
	case RULE_AS:
		return peer->source->as >= rule->as.first &&
		       peer->source->as <= rule->as.last;
	case RULE_SCOPE_COUNT:
		break;
	}
	return false;
}

bool policy_may_allow(const struct policy *policy,
		      enum rule_direction direction,
		      const struct policy_peer *peer)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].action == RULE_ALLOW &&
		    policy->rules[i].direction == direction &&
		    policy_is_about(&policy->rules[i], peer))
			return true;
	return false;
}

bool policy_trace_equal(const struct policy_trace *a,
			const struct policy_trace *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static void note_rule(struct policy_trace *trace, size_t rule)
{
	trace->rules[rule / POLICY_TRACE_BITS] |= (uint64_t)1
						  << rule % POLICY_TRACE_BITS;
}

static bool is_noted(const struct policy_trace *trace, size_t rule)
{
	return trace->rules[rule / POLICY_TRACE_BITS] >>
		       rule % POLICY_TRACE_BITS &
	       1;
}

void policy_about(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, struct policy_trace *about)
{
	*about = (struct policy_trace){ { 0 } };
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].direction == direction &&
		    policy_is_about(&policy->rules[i], peer))
			note_rule(about, i);
}

/* True if the attributes can be interned (bgp/codec/attributes.h). */
static bool fits_canonical(const struct bgp_attributes *a)
{
	return FIXED_ATTRIBUTES_SIZE + a->as_path.left + a->communities.left +
		       a->cluster_list.left + a->extended_communities.left +
		       a->ipv6_extended_communities.left +
		       a->large_communities.left + a->aigp_tlvs.left +
		       a->unknown.left <=
	       BGP_CANONICAL_MAX;
}

/* Apply a rule that matches. True if it decides. */
static bool apply_rule(const struct policy_rule *rule, size_t number,
		       struct policy_run *run)
{
	struct policy_result *result = run->result;

	note_rule(&result->trace, number);
	policy_set(rule, run);
	if (run->failed ||
	    (rule->setting_count && !fits_canonical(run->attributes)))
		result->verdict = POLICY_DENY;
	else if (rule->action == RULE_CONTINUE)
		return false;
	else
		result->verdict = rule->action == RULE_ALLOW ? POLICY_ALLOW :
							       POLICY_DENY;
	result->rule = (unsigned int)number + 1;
	return true;
}

void policy_apply(const struct policy *policy, enum rule_direction direction,
		  const struct policy_peer *peer, const struct prefix *prefix,
		  struct bgp_attributes *attributes,
		  struct policy_scratch *scratch, struct policy_result *result)
{
	struct policy_run run = {
		.peer = peer,
		.prefix = prefix,
		.attributes = attributes,
		.scratch = scratch,
		.result = result,
	};

	*result = (struct policy_result){ .verdict = POLICY_UNDECIDED };
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->direction == direction &&
		    (peer->about ? is_noted(peer->about, i) :
				   policy_is_about(rule, peer)) &&
		    policy_matches(rule, &run) && apply_rule(rule, i, &run))
			return;
	}
}
