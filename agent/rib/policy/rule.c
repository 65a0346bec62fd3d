// SPDX-License-Identifier: BSD-2-Clause
/* Rules as values. See rule.h. */

#include "rib/policy/rule.h"

#include <string.h>

#include "bgp/codec/protocol.h"

static bool terms_equal(const struct rule_term *a, const struct rule_term *b,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].key != b[i].key || a[i].first != b[i].first ||
		    a[i].count != b[i].count ||
		    a[i].or_longer != b[i].or_longer)
			return false;
	return true;
}

/* Compare action, direction and neighbors. */
static bool head_equal(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->action == b->action && a->direction == b->direction &&
	       a->scope == b->scope && a->role == b->role &&
	       a->as.first == b->as.first && a->as.last == b->as.last &&
	       a->has_prefix == b->has_prefix &&
	       prefix_equal(&a->prefix, &b->prefix) &&
	       !strcmp(a->interface, b->interface);
}

bool policy_rule_equal(const struct policy_rule *a, const struct policy_rule *b)
{
	return head_equal(a, b) && a->match_count == b->match_count &&
	       terms_equal(a->matches, b->matches, a->match_count) &&
	       a->setting_count == b->setting_count &&
	       terms_equal(a->settings, b->settings, a->setting_count) &&
	       a->value_count == b->value_count &&
	       !memcmp(a->values, b->values,
		       a->value_count * sizeof(a->values[0]));
}

bool policy_attribute_is_needed(uint32_t type)
{
	switch (type) {
	case BGP_ATTRIBUTE_ORIGIN:
	case BGP_ATTRIBUTE_AS_PATH:
	case BGP_ATTRIBUTE_NEXT_HOP:
	case BGP_ATTRIBUTE_LOCAL_PREF:
	case BGP_ATTRIBUTE_ORIGINATOR_ID:
	case BGP_ATTRIBUTE_CLUSTER_LIST:
	case BGP_ATTRIBUTE_MP_REACH_NLRI:
	case BGP_ATTRIBUTE_MP_UNREACH_NLRI:
	case BGP_ATTRIBUTE_AS4_PATH:
	case BGP_ATTRIBUTE_AS4_AGGREGATOR:
	case BGP_ATTRIBUTE_OTC:
		return true;
	default:
		return false;
	}
}
