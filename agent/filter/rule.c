// SPDX-License-Identifier: BSD-2-Clause
/* One rule of the book. See rule.h. */

#include "filter/rule.h"

#include <stdlib.h>
#include <string.h>

#include "bgp/codec/flowspec.h"
#include "filter/compile.h"

struct filter_rule *filter_rule_new(enum filter_origin origin, bool ipv6,
				    struct reader bytes)
{
	struct filter_rule *rule = calloc(1, sizeof(*rule) + bytes.left);

	if (!rule)
		return NULL;
	rule->origin = origin;
	rule->ipv6 = ipv6;
	rule->size = (uint16_t)bytes.left;
	if (bytes.left)
		memcpy(rule->bytes, bytes.data, bytes.left);
	return rule;
}

/* Rules of two neighbors have two identities: each counts for itself. */
const char *filter_rule_compile(struct filter_rule *rule)
{
	rule->inability = filter_compile(filter_rule_reader(rule), rule->ipv6,
					 &rule->actions, &rule->compiled,
					 &rule->vip);
	rule->compiled.identity = filter_identity(rule->bytes, rule->size,
						  rule->ipv6, rule->origin);
	if (filter_rule_is_learned(rule))
		rule->compiled.identity ^=
			filter_identity(&rule->neighbor, sizeof(rule->neighbor),
					false, rule->origin)
			<< 1;
	return rule->inability;
}

static int compare_matches(const struct filter_rule *a,
			   const struct filter_rule *b)
{
	if (a->origin == FILTER_BLACKHOLE)
		return prefix_compare(&a->vip, &b->vip);
	if (a->ipv6 != b->ipv6)
		return a->ipv6 - b->ipv6;
	return flowspec_compare(filter_rule_reader(a), filter_rule_reader(b),
				a->ipv6);
}

int filter_rule_compare(const struct filter_rule *a,
			const struct filter_rule *b)
{
	int order = (int)a->origin - (int)b->origin;

	if (!order)
		order = compare_matches(a, b);
	return order ? order : address_compare(&a->neighbor, &b->neighbor);
}

bool filter_rule_is_same(const struct filter_rule *a,
			 const struct filter_rule *b)
{
	return a->origin == b->origin && !compare_matches(a, b);
}
