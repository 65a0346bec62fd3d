/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_LISTS_H
#define FILTER_LISTS_H

/*
 * The lists that the program reads, made of rules in order: for each prefix that a
 * rule or sources= names, the rules that cover it. For the files of this room only.
 *
 * The prefixes are sorted, so a rule is in a run of them. The work is that of the
 * places in the lists, which are bounded.
 */

#include "datapath/filters.h"
#include "filter/options.h"
#include "filter/rule.h"

#include <stddef.h>
#include <stdint.h>

struct filter_list_run;	 /* the lists of one rule */
struct filter_list_plan; /* a list that there may be */

struct filter_lists_built {
	struct datapath_filters wanted; /* views into what is below */
	struct hg_filter *filters;
	struct filter_rule **owners; /* the rule of each filter */
	struct filter_list_run *runs;
	struct filter_list_plan *plans;
	struct datapath_filter_list *lists;
	uint16_t *places;
	uint16_t *slots; /* for the datapath to fill in */
	uint32_t filter_count;
	uint32_t plan_count;
	uint32_t list_count;
	uint32_t place_count;
};

/*
 * Build the lists of all rules that are not invalid and fit. Learned rules that do
 * not fit get a refusal. Returns 0, -E2BIG if a rule of the configuration does
 * not fit, or -ENOMEM. The caller releases in each case.
 */
int filter_lists_build(struct filter_lists_built *built,
		       struct filter_rule *const *rules, size_t count,
		       const struct filter_options *options);
void filter_lists_release(struct filter_lists_built *built);

#endif
