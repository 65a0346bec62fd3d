// SPDX-License-Identifier: BSD-2-Clause
/* The matches of rules, one function for each. See policy.h. */

#include "rib/policy/as_pattern.h"
#include "rib/policy/policy_internal.h"

#include "bgp/codec/as_path.h"

enum {
	ATTRIBUTE_TEXT_SIZE = 4, /* only whether there is a text counts */
};

/* One match of a rule, and the path that it is compared with. */
struct candidate {
	const struct policy_rule *rule;
	const struct rule_term *term;
	const struct policy_run *run;
	const struct bgp_attributes *attributes;
};

static bool is_in_range(const struct rule_range *range, uint32_t number)
{
	return number >= range->first && number <= range->last;
}

/* ------------------------------------------------------------- the prefix */

static bool has_length_match(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->match_count; i++)
		if (rule->matches[i].key == RULE_MATCH_PREFIX_LENGTH)
			return true;
	return false;
}

static bool match_prefix(const struct candidate *c,
			 const union rule_value *value)
{
	if (c->term->or_longer || has_length_match(c->rule))
		return prefix_covers(&value->prefix, c->run->prefix);
	return prefix_equal(&value->prefix, c->run->prefix);
}

static bool match_prefix_length(const struct candidate *c,
				const union rule_value *value)
{
	return is_in_range(&value->range, c->run->prefix->length);
}

/* ------------------------------------------------------------- the AS path */

static bool match_as_path_first(const struct candidate *c,
				const union rule_value *value)
{
	return is_in_range(&value->range,
			   as_path_first(c->attributes->as_path));
}

static bool match_as_path_last(const struct candidate *c,
			       const union rule_value *value)
{
	return is_in_range(&value->range, as_path_last(c->attributes->as_path));
}

static bool match_as_path_contains(const struct candidate *c,
				   const union rule_value *value)
{
	struct reader path = c->attributes->as_path;
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		while (segment.numbers.left)
			if (is_in_range(&value->range,
					reader_u32(&segment.numbers)))
				return true;
	return false;
}

static bool match_as_path_length(const struct candidate *c,
				 const union rule_value *value)
{
	return is_in_range(&value->range,
			   as_path_length(c->attributes->as_path));
}

/* The values are one pattern. */
static bool match_as_path_pattern(const struct candidate *c)
{
	const struct as_pattern pattern = {
		.hops = &c->rule->values[c->term->first],
		.count = c->term->count,
	};
	struct as_pattern_run run;

	return as_pattern_matches(&pattern, c->attributes->as_path, &run);
}

/* ------------------------------------------------------------- numbers */

static bool match_origin(const struct candidate *c,
			 const union rule_value *value)
{
	return value->range.first == c->attributes->origin;
}

static bool match_nexthop(const struct candidate *c,
			  const union rule_value *value)
{
	return prefix_contains(&value->prefix, &c->attributes->nexthop);
}

/* True if either of two next hops (RFC 2545 3) is the neighbor's address. */
static bool match_nexthop_peer(const struct candidate *c)
{
	const struct path_source *from = c->run->peer->source;
	struct address link_local =
		address_scoped(&c->attributes->link_local, from->ifindex);

	return address_equal(&c->attributes->nexthop, &from->address) ||
	       address_equal(&link_local, &from->address);
}

/* A missing MED is 0: RFC 4271 9.1.2.2 c. */
static bool match_med(const struct candidate *c, const union rule_value *value)
{
	return is_in_range(&value->range, c->attributes->med);
}

static bool match_local_pref(const struct candidate *c,
			     const union rule_value *value)
{
	return is_in_range(&value->range,
			   c->attributes->present & BGP_HAS_LOCAL_PREF ?
				   c->attributes->local_pref :
				   (uint32_t)DEFAULT_LOCAL_PREF);
}

/* ------------------------------------------------------------- communities */

bool policy_community_is(const struct rule_community *community,
			 const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((bytes[i] ^ community->bytes[i]) & community->mask[i])
			return false;
	return true;
}

static bool list_contains(struct reader list, size_t size,
			  const struct rule_community *community)
{
	while (list.left >= size)
		if (policy_community_is(community, reader_take(&list, size),
					size))
			return true;
	return false;
}

static bool match_community(const struct candidate *c,
			    const union rule_value *value)
{
	return list_contains(c->attributes->communities, BGP_COMMUNITY_SIZE,
			     &value->community);
}

static bool match_ext_community(const struct candidate *c,
				const union rule_value *value)
{
	return list_contains(c->attributes->extended_communities,
			     BGP_EXTENDED_COMMUNITY_SIZE, &value->community);
}

static bool match_large_community(const struct candidate *c,
				  const union rule_value *value)
{
	return list_contains(c->attributes->large_communities,
			     BGP_LARGE_COMMUNITY_SIZE, &value->community);
}

/* ------------------------------------------------------------- any other */

static bool match_attribute(const struct candidate *c,
			    const union rule_value *value)
{
	char text[ATTRIBUTE_TEXT_SIZE];

	for (uint32_t type = value->range.first; type <= value->range.last;
	     type++)
		if (bgp_attributes_show(c->attributes, type, text,
					sizeof(text)))
			return true;
	return false;
}

/* ------------------------------------------------------------- the table */

/* True if a value matches; by enum rule_match. */
static bool (*const matchers[RULE_MATCH_COUNT])(const struct candidate *c,
						const union rule_value *) = {
	[RULE_MATCH_PREFIX] = match_prefix,
	[RULE_MATCH_PREFIX_LENGTH] = match_prefix_length,
	[RULE_MATCH_AS_PATH_FIRST] = match_as_path_first,
	[RULE_MATCH_AS_PATH_LAST] = match_as_path_last,
	[RULE_MATCH_AS_PATH_CONTAINS] = match_as_path_contains,
	[RULE_MATCH_AS_PATH_LENGTH] = match_as_path_length,
	[RULE_MATCH_ORIGIN] = match_origin,
	[RULE_MATCH_NEXTHOP] = match_nexthop,
	[RULE_MATCH_MED] = match_med,
	[RULE_MATCH_LOCAL_PREF] = match_local_pref,
	[RULE_MATCH_COMMUNITY] = match_community,
	[RULE_MATCH_EXT_COMMUNITY] = match_ext_community,
	[RULE_MATCH_LARGE_COMMUNITY] = match_large_community,
	[RULE_MATCH_ATTRIBUTE] = match_attribute,
};

static bool term_matches(const struct candidate *c)
{
	const union rule_value *values = &c->rule->values[c->term->first];

	if (c->term->key == RULE_MATCH_AS_PATH_PATTERN)
		return match_as_path_pattern(c);
	if (c->term->key == RULE_MATCH_NEXTHOP_PEER)
		return match_nexthop_peer(c);
	for (size_t i = 0; i < c->term->count; i++)
		if (matchers[c->term->key](c, &values[i]))
			return true;
	return false;
}

bool policy_matches(const struct policy_rule *rule,
		    const struct policy_run *run)
{
	struct candidate candidate = {
		.rule = rule,
		.run = run,
		.attributes = run->attributes,
	};

	for (size_t i = 0; i < rule->match_count; i++) {
		candidate.term = &rule->matches[i];
		if (!term_matches(&candidate))
			return false;
	}
	return true;
}
