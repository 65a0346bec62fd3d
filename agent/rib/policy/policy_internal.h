/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_POLICY_INTERNAL_H
#define RIB_POLICY_INTERNAL_H

/* What policy.c, policy_match.c and policy_set.c share. */

#include "rib/policy/policy.h"

/* A route while rules are applied to it. */
struct policy_run {
	const struct policy_peer *peer;
	const struct prefix *prefix;
	struct bgp_attributes *attributes;
	struct policy_scratch *scratch;
	struct policy_result *result;
	bool failed; /* what was to be set did not fit */
};

/* True if the rule, whose direction is right, is about this neighbor. */
bool policy_is_about(const struct policy_rule *rule,
		     const struct policy_peer *peer);
/* True if all matches of the rule do. */
bool policy_matches(const struct policy_rule *rule,
		    const struct policy_run *route);
/* Changes the route as the rule says. */
void policy_set(const struct policy_rule *rule, struct policy_run *route);

/* True if bits of `bytes` under the mask are those of the community. */
bool policy_community_is(const struct rule_community *community,
			 const uint8_t *bytes, size_t size);

#endif
