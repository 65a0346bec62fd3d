/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_POLICY_INTERNAL_H
#define RIB_POLICY_INTERNAL_H

/* Shared by policy.c, policy_match.c and policy_set.c. */

#include "rib/policy/policy.h"

/* One application of the rules to a path. */
struct policy_run {
	const struct policy_peer *peer;
	const struct prefix *prefix;
	struct bgp_attributes *attributes;
	struct policy_scratch *scratch;
	struct policy_result *result;
	bool failed; /* a setting did not fit */
};

/* True if the rule, whose direction is right, is about this neighbor. */
bool policy_is_about(const struct policy_rule *rule,
		     const struct policy_peer *peer);
/* True if all matches of the rule do. */
bool policy_matches(const struct policy_rule *rule,
		    const struct policy_run *run);
/* Change the attributes as the rule says. */
void policy_set(const struct policy_rule *rule, struct policy_run *run);

/* True if the bits of `bytes` under the mask are those of the community. */
bool policy_community_is(const struct rule_community *community,
			 const uint8_t *bytes, size_t size);

#endif
