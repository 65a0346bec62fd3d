// SPDX-License-Identifier: BSD-2-Clause
/* What rules change, one function for each setting. See policy.h. */

#include "rib/policy/policy_internal.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/raw_attribute.h"

/* ------------------------------------------------------------- numbers */

/* Up and down end where the numbers do. */
static uint32_t changed_number(const struct rule_change *change,
			       uint32_t number)
{
	switch (change->kind) {
	case RULE_CHANGE_TO:
		return change->amount;
	case RULE_CHANGE_UP:
		return number > UINT32_MAX - change->amount ?
			       UINT32_MAX :
			       number + change->amount;
	case RULE_CHANGE_DOWN:
		break;
	}
	return number < change->amount ? 0 : number - change->amount;
}

static void set_local_pref(struct policy_run *route,
			   const union rule_value *value)
{
	struct bgp_attributes *a = route->attributes;
	uint32_t before = a->present & BGP_HAS_LOCAL_PREF ?
				  a->local_pref :
				  (uint32_t)DEFAULT_LOCAL_PREF;

	a->present |= BGP_HAS_LOCAL_PREF;
	a->local_pref = changed_number(&value->change, before);
}

static void set_med(struct policy_run *route, const union rule_value *value)
{
	struct bgp_attributes *a = route->attributes;

	a->present |= BGP_HAS_MED;
	a->med = changed_number(&value->change, a->med);
	route->result->set |= POLICY_SET_MED;
}

static void remove_med(struct policy_run *route, const union rule_value *value)
{
	struct bgp_attributes *a = route->attributes;

	(void)value;
	a->present &= ~BGP_HAS_MED;
	a->med = 0;
	route->result->set |= POLICY_SET_MED;
}

static void set_origin(struct policy_run *route, const union rule_value *value)
{
	route->attributes->origin = (uint8_t)value->range.first;
}

static void set_weight(struct policy_run *route, const union rule_value *value)
{
	route->result->weight = value->range.first;
}

/* ------------------------------------------------------------- next hop */

static void change_nexthop(struct policy_run *route,
			   const struct address *nexthop)
{
	route->attributes->nexthop = *nexthop;
	route->attributes->link_local = (struct address){ 0 };
	route->result->set |= POLICY_SET_NEXTHOP;
}

static void set_nexthop(struct policy_run *route, const union rule_value *value)
{
	change_nexthop(route, &value->prefix.address);
}

static void set_nexthop_self(struct policy_run *route,
			     const union rule_value *value)
{
	(void)value;
	change_nexthop(route, route->peer->nexthop);
}

/* ------------------------------------------------------------- lists */

/* The half of the buffer that the present list is not in. */
static struct writer begin_list(struct policy_buffer *buffer)
{
	buffer->turn ^= 1;
	return writer_of(buffer->bytes[buffer->turn], sizeof(buffer->bytes[0]));
}

/* The list is what was written, if it could be. */
static void end_list(struct policy_run *route, const struct writer *w,
		     struct reader *list)
{
	if (w->failed)
		route->failed = true;
	else
		*list = reader_of(w->data, w->used);
}

static void prepend_as(struct policy_run *route, uint32_t as, uint32_t times)
{
	struct writer w = begin_list(&route->scratch->as_path);

	as_path_prepend(&w, route->attributes->as_path, as, times);
	end_list(route, &w, &route->attributes->as_path);
}

static void set_prepend(struct policy_run *route, const union rule_value *value)
{
	prepend_as(route, value->prepend.as, value->prepend.times);
}

static void set_prepend_self(struct policy_run *route,
			     const union rule_value *value)
{
	prepend_as(route, route->peer->local_as, value->range.first);
}

/* One kind of communities of the route. */
struct community_list {
	struct reader *list;
	struct policy_buffer *buffer;
	size_t size;	   /* of one of them */
	uint32_t presence; /* enum bgp_attribute_presence */
};

/* Writes all communities but those; true if there were some. */
static bool write_without(struct writer *w, const struct community_list *kind,
			  const struct rule_community *community)
{
	struct reader list = *kind->list;
	bool found = false;

	while (list.left >= kind->size) {
		const uint8_t *one = reader_take(&list, kind->size);

		if (policy_community_is(community, one, kind->size))
			found = true;
		else
			writer_bytes(w, one, kind->size);
	}
	return found;
}

/* One that is there already stays once, at the end. */
static void add_community(struct policy_run *route,
			  const struct community_list *kind,
			  const struct rule_community *community)
{
	struct writer w = begin_list(kind->buffer);

	write_without(&w, kind, community);
	writer_bytes(&w, community->bytes, kind->size);
	end_list(route, &w, kind->list);
	route->attributes->present |= kind->presence;
}

static void remove_community(struct policy_run *route,
			     const struct community_list *kind,
			     const struct rule_community *community)
{
	struct writer w = begin_list(kind->buffer);

	write_without(&w, kind, community);
	end_list(route, &w, kind->list);
	if (!kind->list->left)
		route->attributes->present &= ~kind->presence;
}

static struct community_list standard_of(struct policy_run *route)
{
	return (struct community_list){
		.list = &route->attributes->communities,
		.buffer = &route->scratch->communities,
		.size = BGP_COMMUNITY_SIZE,
		.presence = BGP_HAS_COMMUNITIES,
	};
}

static struct community_list extended_of(struct policy_run *route)
{
	return (struct community_list){
		.list = &route->attributes->extended_communities,
		.buffer = &route->scratch->extended_communities,
		.size = BGP_EXTENDED_COMMUNITY_SIZE,
		.presence = BGP_HAS_EXTENDED_COMMUNITIES,
	};
}

static struct community_list large_of(struct policy_run *route)
{
	return (struct community_list){
		.list = &route->attributes->large_communities,
		.buffer = &route->scratch->large_communities,
		.size = BGP_LARGE_COMMUNITY_SIZE,
		.presence = BGP_HAS_LARGE_COMMUNITIES,
	};
}

static void set_community_add(struct policy_run *route,
			      const union rule_value *value)
{
	const struct community_list kind = standard_of(route);

	add_community(route, &kind, &value->community);
}

static void set_community_remove(struct policy_run *route,
				 const union rule_value *value)
{
	const struct community_list kind = standard_of(route);

	remove_community(route, &kind, &value->community);
}

static void set_ext_community_add(struct policy_run *route,
				  const union rule_value *value)
{
	const struct community_list kind = extended_of(route);

	add_community(route, &kind, &value->community);
}

static void set_ext_community_remove(struct policy_run *route,
				     const union rule_value *value)
{
	const struct community_list kind = extended_of(route);

	remove_community(route, &kind, &value->community);
}

static void set_large_community_add(struct policy_run *route,
				    const union rule_value *value)
{
	const struct community_list kind = large_of(route);

	add_community(route, &kind, &value->community);
}

static void set_large_community_remove(struct policy_run *route,
				       const union rule_value *value)
{
	const struct community_list kind = large_of(route);

	remove_community(route, &kind, &value->community);
}

/* ------------------------------------------------------------- attributes */

static void remove_presence(struct bgp_attributes *a, uint32_t presence,
			    struct reader *list)
{
	a->present &= ~presence;
	a->partial &= ~presence;
	if (list)
		*list = reader_of(NULL, 0);
}

/* False for a type that is kept among the unknown ones. */
static bool remove_known(struct policy_run *route, uint32_t type)
{
	struct bgp_attributes *a = route->attributes;

	switch (type) {
	case BGP_ATTRIBUTE_MED:
		remove_med(route, NULL);
		return true;
	case BGP_ATTRIBUTE_ATOMIC_AGGREGATE:
		remove_presence(a, BGP_HAS_ATOMIC_AGGREGATE, NULL);
		return true;
	case BGP_ATTRIBUTE_AGGREGATOR:
		remove_presence(a, BGP_HAS_AGGREGATOR, NULL);
		a->aggregator_as = 0;
		a->aggregator = (struct address){ 0 };
		return true;
	case BGP_ATTRIBUTE_COMMUNITIES:
		remove_presence(a, BGP_HAS_COMMUNITIES, &a->communities);
		return true;
	case BGP_ATTRIBUTE_EXTENDED_COMMUNITIES:
		remove_presence(a, BGP_HAS_EXTENDED_COMMUNITIES,
				&a->extended_communities);
		return true;
	case BGP_ATTRIBUTE_IPV6_EXTENDED_COMMUNITIES:
		remove_presence(a, BGP_HAS_IPV6_EXTENDED_COMMUNITIES,
				&a->ipv6_extended_communities);
		return true;
	case BGP_ATTRIBUTE_AIGP:
		remove_presence(a, BGP_HAS_AIGP, &a->aigp_tlvs);
		a->aigp = 0;
		return true;
	case BGP_ATTRIBUTE_LARGE_COMMUNITIES:
		remove_presence(a, BGP_HAS_LARGE_COMMUNITIES,
				&a->large_communities);
		return true;
	default:
		return false;
	}
}

static void set_attribute_remove(struct policy_run *route,
				 const union rule_value *value)
{
	struct reader *unknown = &route->attributes->unknown;
	struct reader rest = *unknown;
	struct raw_attribute raw;
	struct writer w;

	if (remove_known(route, value->range.first))
		return;
	w = begin_list(&route->scratch->unknown);
	while (raw_attribute_next(&rest, &raw))
		if (raw.type != value->range.first)
			writer_bytes(&w, raw.whole.data, raw.whole.left);
	end_list(route, &w, unknown);
}

/* ------------------------------------------------------------- the table */

/* `value` is the setting's only one, if it has one; by enum rule_setting. */
static void (*const setters[RULE_SETTING_COUNT])(struct policy_run *route,
						 const union rule_value *) = {
	[RULE_SET_LOCAL_PREF] = set_local_pref,
	[RULE_SET_MED] = set_med,
	[RULE_SET_MED_REMOVE] = remove_med,
	[RULE_SET_ORIGIN] = set_origin,
	[RULE_SET_NEXTHOP] = set_nexthop,
	[RULE_SET_NEXTHOP_SELF] = set_nexthop_self,
	[RULE_SET_WEIGHT] = set_weight,
	[RULE_SET_PREPEND] = set_prepend,
	[RULE_SET_PREPEND_SELF] = set_prepend_self,
	[RULE_SET_COMMUNITY_ADD] = set_community_add,
	[RULE_SET_COMMUNITY_REMOVE] = set_community_remove,
	[RULE_SET_EXT_COMMUNITY_ADD] = set_ext_community_add,
	[RULE_SET_EXT_COMMUNITY_REMOVE] = set_ext_community_remove,
	[RULE_SET_LARGE_COMMUNITY_ADD] = set_large_community_add,
	[RULE_SET_LARGE_COMMUNITY_REMOVE] = set_large_community_remove,
	[RULE_SET_ATTRIBUTE_REMOVE] = set_attribute_remove,
};

void policy_set(const struct policy_rule *rule, struct policy_run *route)
{
	for (size_t i = 0; i < rule->setting_count; i++) {
		const struct rule_term *term = &rule->settings[i];
		const union rule_value *values = &rule->values[term->first];

		route->result->set |= POLICY_SET_ATTRIBUTES;
		if (!term->count)
			setters[term->key](route, NULL);
		for (size_t j = 0; j < term->count; j++)
			setters[term->key](route, &values[j]);
	}
}
