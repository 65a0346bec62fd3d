// SPDX-License-Identifier: BSD-2-Clause
/* The settings of rules, one function for each. See policy.h. */

#include "rib/policy/policy_internal.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "bgp/codec/raw_attribute.h"

/* ------------------------------------------------------------- numbers */

/* Add or subtract without wrapping around. */
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

static void set_local_pref(struct policy_run *run,
			   const union rule_value *value)
{
	struct bgp_attributes *a = run->attributes;
	uint32_t before = a->present & BGP_HAS_LOCAL_PREF ?
				  a->local_pref :
				  (uint32_t)DEFAULT_LOCAL_PREF;

	a->present |= BGP_HAS_LOCAL_PREF;
	a->local_pref = changed_number(&value->change, before);
}

static void set_med(struct policy_run *run, const union rule_value *value)
{
	struct bgp_attributes *a = run->attributes;

	a->present |= BGP_HAS_MED;
	a->med = changed_number(&value->change, a->med);
	run->result->set |= POLICY_SET_MED;
}

static void remove_med(struct policy_run *run, const union rule_value *value)
{
	struct bgp_attributes *a = run->attributes;

	(void)value;
	a->present &= ~BGP_HAS_MED;
	a->med = 0;
	run->result->set |= POLICY_SET_MED;
}

static void set_origin(struct policy_run *run, const union rule_value *value)
{
	run->attributes->origin = (uint8_t)value->range.first;
}

static void set_weight(struct policy_run *run, const union rule_value *value)
{
	run->result->marks.weight = value->range.first;
}

static void set_encap(struct policy_run *run, const union rule_value *value)
{
	/* In marks, HG_ENCAPSULATION_NONE leaves it to the neighbor. */
	run->result->marks.encapsulation = value->range.first ?
						   value->range.first :
						   HG_ENCAPSULATION_COUNT;
}

static void set_multipath_no(struct policy_run *run,
			     const union rule_value *value)
{
	(void)value;
	run->result->set |= POLICY_SET_MULTIPATH_OFF;
}

/* ------------------------------------------------------------- next hop */

static void change_nexthop(struct policy_run *run,
			   const struct address *nexthop)
{
	run->attributes->nexthop = *nexthop;
	run->attributes->link_local = (struct address){ 0 };
	run->result->set |= POLICY_SET_NEXTHOP;
}

static void set_nexthop(struct policy_run *run, const union rule_value *value)
{
	change_nexthop(run, &value->prefix.address);
}

static void set_nexthop_self(struct policy_run *run,
			     const union rule_value *value)
{
	(void)value;
	change_nexthop(run, run->peer->nexthop);
}

/* ------------------------------------------------------------- lists */

/* Return a writer to the half of the buffer without the present list. */
static struct writer begin_list(struct policy_buffer *buffer)
{
	buffer->turn ^= 1;
	return writer_of(buffer->bytes[buffer->turn], sizeof(buffer->bytes[0]));
}

/* Take the written list, unless it did not fit. */
static void end_list(struct policy_run *run, const struct writer *w,
		     struct reader *list)
{
	if (w->failed)
		run->failed = true;
	else
		*list = reader_of(w->data, w->used);
}

static void prepend_as(struct policy_run *run, uint32_t as, uint32_t times)
{
	struct writer w = begin_list(&run->scratch->as_path);

	as_path_prepend(&w, run->attributes->as_path, as, times);
	end_list(run, &w, &run->attributes->as_path);
}

static void set_prepend(struct policy_run *run, const union rule_value *value)
{
	prepend_as(run, value->prepend.as, value->prepend.times);
}

static void set_prepend_self(struct policy_run *run,
			     const union rule_value *value)
{
	prepend_as(run, run->peer->local_as, value->range.first);
}

/* The communities of one kind. */
struct community_list {
	struct reader *list;
	struct policy_buffer *buffer;
	size_t size;	   /* bytes of one community */
	uint32_t presence; /* enum bgp_attribute_presence */
	uint16_t *own;	   /* how many at its end rules have added */
};

/* Write all communities that do not match, and count the own ones of them. */
static void write_without(struct writer *w, const struct community_list *kind,
			  const struct rule_community *community)
{
	const size_t own_bytes = *kind->own * kind->size;
	struct reader list = *kind->list;

	while (list.left >= kind->size) {
		bool own = list.left <= own_bytes;
		const uint8_t *one = reader_take(&list, kind->size);

		if (!policy_community_is(community, one, kind->size))
			writer_bytes(w, one, kind->size);
		else if (own)
			--*kind->own;
	}
}

/* Add a community at the end. One that is there already moves there. */
static void add_community(struct policy_run *run,
			  const struct community_list *kind,
			  const struct rule_community *community)
{
	struct writer w = begin_list(kind->buffer);

	write_without(&w, kind, community);
	writer_bytes(&w, community->bytes, kind->size);
	++*kind->own;
	end_list(run, &w, kind->list);
	run->attributes->present |= kind->presence;
}

static void remove_community(struct policy_run *run,
			     const struct community_list *kind,
			     const struct rule_community *community)
{
	struct writer w = begin_list(kind->buffer);

	write_without(&w, kind, community);
	end_list(run, &w, kind->list);
	if (!kind->list->left)
		run->attributes->present &= ~kind->presence;
}

static struct community_list standard_of(struct policy_run *run)
{
	return (struct community_list){
		.list = &run->attributes->communities,
		.buffer = &run->scratch->communities,
		.size = BGP_COMMUNITY_SIZE,
		.presence = BGP_HAS_COMMUNITIES,
		.own = &run->result->marks.own.standard,
	};
}

static struct community_list extended_of(struct policy_run *run)
{
	return (struct community_list){
		.list = &run->attributes->extended_communities,
		.buffer = &run->scratch->extended_communities,
		.size = BGP_EXTENDED_COMMUNITY_SIZE,
		.presence = BGP_HAS_EXTENDED_COMMUNITIES,
		.own = &run->result->marks.own.extended,
	};
}

static struct community_list large_of(struct policy_run *run)
{
	return (struct community_list){
		.list = &run->attributes->large_communities,
		.buffer = &run->scratch->large_communities,
		.size = BGP_LARGE_COMMUNITY_SIZE,
		.presence = BGP_HAS_LARGE_COMMUNITIES,
		.own = &run->result->marks.own.large,
	};
}

static void set_community_add(struct policy_run *run,
			      const union rule_value *value)
{
	const struct community_list kind = standard_of(run);

	add_community(run, &kind, &value->community);
}

static void add_graceful_shutdown(struct policy_run *run)
{
	const struct community_list kind = standard_of(run);
	struct rule_community community = { { 0 } };
	struct writer w = writer_of(community.bytes, sizeof(community.bytes));

	writer_u32(&w, BGP_COMMUNITY_GRACEFUL_SHUTDOWN);
	add_community(run, &kind, &community);
}

/*
 * Take the weight from the number that the mask leaves open. As with bandwidths,
 * the lowest counts, and 0 asks not to use the path: GRACEFUL_SHUTDOWN says so
 * to the decision.
 */
static void set_weight_from(struct policy_run *run,
			    const union rule_value *value)
{
	struct reader list = run->attributes->communities;
	uint32_t lowest = UINT32_MAX;

	while (list.left >= BGP_COMMUNITY_SIZE) {
		struct reader one = reader_sub(&list, BGP_COMMUNITY_SIZE);
		uint32_t number;

		if (!policy_community_is(&value->community, one.data,
					 BGP_COMMUNITY_SIZE))
			continue;
		number = reader_u32(&one) & UINT16_MAX;
		if (number < lowest)
			lowest = number;
	}
	if (!lowest)
		add_graceful_shutdown(run);
	else if (lowest <= UINT16_MAX)
		run->result->marks.weight = lowest;
}

static void set_community_remove(struct policy_run *run,
				 const union rule_value *value)
{
	const struct community_list kind = standard_of(run);

	remove_community(run, &kind, &value->community);
}

static void set_ext_community_add(struct policy_run *run,
				  const union rule_value *value)
{
	const struct community_list kind = extended_of(run);

	add_community(run, &kind, &value->community);
}

static void set_ext_community_remove(struct policy_run *run,
				     const union rule_value *value)
{
	const struct community_list kind = extended_of(run);

	remove_community(run, &kind, &value->community);
}

static void set_large_community_add(struct policy_run *run,
				    const union rule_value *value)
{
	const struct community_list kind = large_of(run);

	add_community(run, &kind, &value->community);
}

static void set_large_community_remove(struct policy_run *run,
				       const union rule_value *value)
{
	const struct community_list kind = large_of(run);

	remove_community(run, &kind, &value->community);
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

/* Remove an attribute. False if its type is among the unknown ones. */
static bool remove_known(struct policy_run *run, uint32_t type)
{
	struct own_communities *own = &run->result->marks.own;
	struct bgp_attributes *a = run->attributes;

	switch (type) {
	case BGP_ATTRIBUTE_MED:
		remove_med(run, NULL);
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
		own->standard = 0;
		return true;
	case BGP_ATTRIBUTE_EXTENDED_COMMUNITIES:
		remove_presence(a, BGP_HAS_EXTENDED_COMMUNITIES,
				&a->extended_communities);
		own->extended = 0;
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
		own->large = 0;
		return true;
	default:
		return false;
	}
}

static void set_attribute_remove(struct policy_run *run,
				 const union rule_value *value)
{
	struct reader *unknown = &run->attributes->unknown;
	struct reader rest = *unknown;
	struct raw_attribute raw;
	struct writer w;

	if (remove_known(run, value->range.first))
		return;
	w = begin_list(&run->scratch->unknown);
	while (raw_attribute_next(&rest, &raw))
		if (raw.type != value->range.first)
			writer_bytes(&w, raw.whole.data, raw.whole.left);
	end_list(run, &w, unknown);
}

/* ------------------------------------------------------------- the table */

/* By enum rule_setting; `value` is NULL for a setting without one. */
static void (*const setters[RULE_SETTING_COUNT])(struct policy_run *run,
						 const union rule_value *) = {
	[RULE_SET_LOCAL_PREF] = set_local_pref,
	[RULE_SET_MED] = set_med,
	[RULE_SET_MED_REMOVE] = remove_med,
	[RULE_SET_ORIGIN] = set_origin,
	[RULE_SET_NEXTHOP] = set_nexthop,
	[RULE_SET_NEXTHOP_SELF] = set_nexthop_self,
	[RULE_SET_WEIGHT] = set_weight,
	[RULE_SET_WEIGHT_FROM] = set_weight_from,
	[RULE_SET_ENCAP] = set_encap,
	[RULE_SET_MULTIPATH_NO] = set_multipath_no,
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

void policy_set(const struct policy_rule *rule, struct policy_run *run)
{
	for (size_t i = 0; i < rule->setting_count; i++) {
		const struct rule_term *term = &rule->settings[i];
		const union rule_value *values = &rule->values[term->first];

		run->result->set |= POLICY_SET_ATTRIBUTES;
		if (!term->count)
			setters[term->key](run, NULL);
		for (size_t j = 0; j < term->count; j++)
			setters[term->key](run, &values[j]);
	}
}
