// SPDX-License-Identifier: BSD-2-Clause
/* Lists of filters. See lists.h. */

#include "filter/lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Rules that are tried for a place; what is behind them does not fit. */
	MAX_CANDIDATES = 2 * HG_MAX_FILTERS,
	NO_PARENT = UINT32_MAX,
};

/* A prefix that has a list, or has one if a rule of it fits */
struct filter_list_plan {
	struct prefix prefix;
	uint32_t parent; /* the longest other one around it, or NO_PARENT */
	uint32_t count;	 /* rules that cover it, of those taken */
	uint32_t number; /* of the list */
	uint32_t place;	 /* the first one of the list */
	bool present;
};

struct filter_list_run {
	uint32_t first; /* plan */
	uint32_t behind;
};

static const char does_not_fit[] = "more filters than fit";
static const char is_second[] = "the same rule of another neighbor is in force";

/* ------------------------------------------------------------- prefixes */

static int compare_plans(const void *a, const void *b)
{
	const struct filter_list_plan *one = a, *other = b;

	return filter_prefix_compare(&one->prefix, &other->prefix);
}

static void add_plan(struct filter_lists_built *built,
		     const struct prefix *prefix)
{
	built->plans[built->plan_count++].prefix = *prefix;
}

/* Sort the prefixes, each once. Those around others are in front of them. */
static void sort_plans(struct filter_lists_built *built)
{
	struct filter_list_plan *plans = built->plans;
	uint32_t kept = 0;

	qsort(plans, built->plan_count, sizeof(*plans), compare_plans);
	for (uint32_t i = 0; i < built->plan_count; i++) {
		uint32_t parent = kept ? kept - 1 : NO_PARENT;

		if (kept && !compare_plans(&plans[kept - 1], &plans[i]))
			continue;
		while (parent != NO_PARENT &&
		       !prefix_covers(&plans[parent].prefix, &plans[i].prefix))
			parent = plans[parent].parent;
		plans[kept] = (struct filter_list_plan){
			.prefix = plans[i].prefix,
			.parent = parent,
		};
		kept++;
	}
	built->plan_count = kept;
}

/* Note each prefix whose VIPs may have a list of their own. */
static void find_plans(struct filter_lists_built *built,
		       struct filter_rule *const *rules, size_t count,
		       const struct filter_options *options)
{
	for (size_t i = 0; i < count; i++)
		if (!rules[i]->invalid && rules[i]->origin != FILTER_SOURCES)
			add_plan(built, &rules[i]->vip);
	for (size_t i = 0;
	     filter_options_have_sources(options) && i < options->vip_count;
	     i++)
		add_plan(built, &options->vips[i].vip);
	sort_plans(built);
}

/* Return the first one from `first` on that is not inside a prefix. */
static uint32_t behind_inside(const struct filter_lists_built *built,
			      uint32_t first, const struct prefix *prefix)
{
	uint32_t behind = built->plan_count;

	while (first < behind) {
		uint32_t middle = first + (behind - first) / 2;

		if (prefix_covers(prefix, &built->plans[middle].prefix))
			first = middle + 1;
		else
			behind = middle;
	}
	return first;
}

/* Find a prefix that is there, and those inside it, which follow. */
static struct filter_list_run find_run(const struct filter_lists_built *built,
				       const struct prefix *prefix)
{
	const struct filter_list_plan wanted = { .prefix = *prefix };
	const struct filter_list_plan *found =
		bsearch(&wanted, built->plans, built->plan_count,
			sizeof(wanted), compare_plans);
	struct filter_list_run run = { 0 };

	if (found)
		run.first = (uint32_t)(found - built->plans);
	if (found)
		run.behind = behind_inside(built, run.first, prefix);
	return run;
}

/* ------------------------------------------------------------- rules */

/* Count the rules that cover a prefix without a list. */
static uint32_t inherited_count(const struct filter_lists_built *built,
				const struct filter_list_plan *plan)
{
	uint32_t at = plan->parent;

	while (at != NO_PARENT && !built->plans[at].present)
		at = built->plans[at].parent;
	return at == NO_PARENT ? 0 : built->plans[at].count;
}

/* Return how many places a rule takes, or UINT32_MAX if a list is full. */
static uint32_t places_for(const struct filter_lists_built *built,
			   const struct filter_list_run *run)
{
	const struct filter_list_plan *own = &built->plans[run->first];
	uint32_t places = 0;

	if (!own->present)
		places = inherited_count(built, own) + 1;
	if (places > HG_MAX_FILTERS_OF_VIP ||
	    (!own->present && built->list_count == HG_MAX_FILTER_LISTS))
		return UINT32_MAX;
	for (uint32_t i = run->first; i < run->behind; i++) {
		if (built->plans[i].count == HG_MAX_FILTERS_OF_VIP)
			return UINT32_MAX;
		places += built->plans[i].present;
	}
	return places;
}

static void make_present(struct filter_lists_built *built,
			 struct filter_list_plan *plan)
{
	plan->count = inherited_count(built, plan);
	plan->present = true;
	built->list_count++;
}

/* Take a rule into all lists that it covers, or into none. */
static bool take_rule(struct filter_lists_built *built,
		      struct filter_rule *rule)
{
	struct filter_list_run run = { 0 };
	uint32_t places = 0;

	if (built->filter_count == HG_MAX_FILTERS)
		return false;
	if (rule->origin != FILTER_SOURCES) {
		run = find_run(built, &rule->vip);
		places = places_for(built, &run);
	}
	if (places > HG_FILTER_PLACES - built->place_count)
		return false;
	if (places && !built->plans[run.first].present)
		make_present(built, &built->plans[run.first]);
	for (uint32_t i = run.first; i < run.behind; i++)
		built->plans[i].count += built->plans[i].present;
	built->place_count += places;
	built->runs[built->filter_count] = run;
	built->owners[built->filter_count] = rule;
	built->filters[built->filter_count++] = rule->compiled;
	return true;
}

/*
 * Take all rules that fit, in order. Of the same rule from two neighbors, one
 * counts: they are one route (RFC 8955 4).
 */
static int take_rules(struct filter_lists_built *built,
		      struct filter_rule *const *rules, size_t count)
{
	const struct filter_rule *last = NULL;

	for (size_t i = 0; i < count; i++) {
		struct filter_rule *rule = rules[i];

		if (rule->invalid)
			continue;
		if (last && filter_rule_is_learned(rule) &&
		    filter_rule_is_same(last, rule))
			rule->refusal = is_second;
		else if (take_rule(built, rule))
			last = rule;
		else if (filter_rule_is_learned(rule))
			rule->refusal = does_not_fit;
		else
			return -E2BIG;
	}
	return 0;
}

/* Make the lists that are present, and write the order of each. */
static void fill_lists(struct filter_lists_built *built)
{
	uint32_t lists = 0, places = 0;

	for (uint32_t i = 0; i < built->plan_count; i++) {
		struct filter_list_plan *plan = &built->plans[i];

		if (!plan->present)
			continue;
		plan->number = lists;
		plan->place = places;
		built->lists[lists++] = (struct datapath_filter_list){
			.prefix = plan->prefix,
			.order = built->places + places,
			.count = plan->count,
		};
		places += plan->count;
		plan->count = 0;
	}
	for (uint32_t i = 0; i < built->filter_count; i++)
		for (uint32_t at = built->runs[i].first;
		     at < built->runs[i].behind; at++) {
			struct filter_list_plan *plan = &built->plans[at];

			if (plan->present)
				built->places[plan->place + plan->count++] =
					(uint16_t)i;
		}
}

/* ------------------------------------------------------------- sources */

/* Let the lists inside a --vip have its sources, or none. */
static void set_sources(struct filter_lists_built *built,
			const struct filter_vip_options *vip, uint16_t filter)
{
	struct filter_list_run run = find_run(built, &vip->vip);

	for (uint32_t i = run.first; i < run.behind; i++) {
		struct datapath_filter_list *list =
			&built->lists[built->plans[i].number];

		if (!built->plans[i].present)
			continue;
		list->has_sources = vip->has_sources;
		list->sources = vip->has_sources ? vip->sources : NULL;
		list->source_count = vip->has_sources ? vip->source_count : 0;
		list->sources_filter = vip->has_sources ? filter : 0;
	}
}

/* The longest --vip around a list counts, so shorter ones go first. */
static void add_sources(struct filter_lists_built *built,
			const struct filter_options *options)
{
	if (!filter_options_have_sources(options))
		return;
	for (unsigned int length = 0; length <= ADDRESS_BITS_IPV6; length++) {
		/* FILTER_SOURCES rules come first, in the order of the VIPs. */
		uint16_t filter = 0;

		for (size_t i = 0; i < options->vip_count; i++) {
			const struct filter_vip_options *vip =
				&options->vips[i];

			if (vip->vip.length == length)
				set_sources(built, vip, filter);
			filter = (uint16_t)(filter + vip->has_sources);
		}
	}
}

/* ------------------------------------------------------------- all of it */

static bool allocate(struct filter_lists_built *built, size_t vips)
{
	size_t most = MAX_CANDIDATES + vips;

	built->filters = calloc(HG_MAX_FILTERS, sizeof(*built->filters));
	built->owners = calloc(HG_MAX_FILTERS, sizeof(*built->owners));
	built->runs = calloc(HG_MAX_FILTERS, sizeof(*built->runs));
	built->slots = calloc(HG_MAX_FILTERS, sizeof(*built->slots));
	built->places = calloc(HG_FILTER_PLACES, sizeof(*built->places));
	built->plans = calloc(most, sizeof(*built->plans));
	built->lists = calloc(most, sizeof(*built->lists));
	return built->filters && built->owners && built->runs && built->slots &&
	       built->places && built->plans && built->lists;
}

/* The lists of --vip are there whether or not a rule covers them. */
static void add_source_lists(struct filter_lists_built *built,
			     const struct filter_options *options)
{
	for (size_t i = 0;
	     filter_options_have_sources(options) && i < options->vip_count;
	     i++)
		make_present(
			built,
			&built->plans[find_run(built, &options->vips[i].vip)
					      .first]);
}

/* Return how many rules are tried; refuse those behind them. */
static size_t find_candidates(struct filter_rule *const *rules, size_t count)
{
	size_t valid = 0, tried = 0;

	for (size_t i = 0; i < count; i++) {
		bool tries = valid < MAX_CANDIDATES;

		rules[i]->refusal = tries ? NULL : does_not_fit;
		tried += tries;
		valid += !rules[i]->invalid;
	}
	return tried;
}

int filter_lists_build(struct filter_lists_built *built,
		       struct filter_rule *const *rules, size_t count,
		       const struct filter_options *options)
{
	size_t tried = find_candidates(rules, count);
	int err;

	*built = (struct filter_lists_built){ 0 };
	if (!allocate(built, options->vip_count))
		return -ENOMEM;
	find_plans(built, rules, tried, options);
	add_source_lists(built, options);
	err = take_rules(built, rules, tried);
	if (err)
		return err;
	fill_lists(built);
	add_sources(built, options);
	built->wanted = (struct datapath_filters){
		.filters = built->filters,
		.filter_count = built->filter_count,
		.lists = built->lists,
		.list_count = built->list_count,
	};
	return 0;
}

void filter_lists_release(struct filter_lists_built *built)
{
	free(built->filters);
	free(built->owners);
	free(built->runs);
	free(built->slots);
	free(built->places);
	free(built->plans);
	free(built->lists);
	*built = (struct filter_lists_built){ 0 };
}
