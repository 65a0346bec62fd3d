// SPDX-License-Identifier: BSD-2-Clause
/* Names and comparison of the rib's options. See options.h. */

#include "rib/options.h"

#include <string.h>

const char *const multipath_as_path_names[MULTIPATH_AS_PATH_COUNT] = {
	[MULTIPATH_AS_PATH_EXACT] = "exact",
	[MULTIPATH_AS_PATH_SAME_PEER_AS] = "same-peer-as",
	[MULTIPATH_AS_PATH_RELAXED] = "relaxed",
};

const char *const multipath_confederation_names[] = {
	[MULTIPATH_CONFEDERATION_RELAXED] = "relaxed",
	[MULTIPATH_CONFEDERATION_SAME_MEMBER_AS] = "same-member-as",
};

const char *const announce_as_names[ANNOUNCE_AS_COUNT] = {
	[ANNOUNCE_AS_ORIGIN] = "origin",
	[ANNOUNCE_AS_PATH] = "path",
};

const char *const compare_med_names[COMPARE_MED_COUNT] = {
	[COMPARE_MED_NEVER] = "never",
	[COMPARE_MED_BACKENDS] = "backends",
	[COMPARE_MED_ALWAYS] = "always",
};

const char *const missing_med_names[MISSING_MED_COUNT] = {
	[MISSING_MED_BEST] = "best",
	[MISSING_MED_WORST] = "worst",
};

const char *const bandwidth_use_names[BANDWIDTH_COUNT] = {
	[BANDWIDTH_USE] = "use",
	[BANDWIDTH_USE_IF_ALL] = "use-if-all",
	[BANDWIDTH_IGNORE] = "ignore",
};

const struct rib_options rib_options_default = {
	.decision = { .maximum_paths = 256,
		      .as_path = MULTIPATH_AS_PATH_RELAXED,
		      .confederation = MULTIPATH_CONFEDERATION_RELAXED,
		      .always_compare_med = COMPARE_MED_BACKENDS,
		      .missing_med = MISSING_MED_BEST,
		      .bandwidth_use = BANDWIDTH_USE_IF_ALL,
		      .bandwidth_unit = 125000, /* 1 Mbit/s */
		      .default_weight = 1 },
	.min_nexthops = 1,
};

const struct vip_options vip_options_default = {
	.as_path = MULTIPATH_AS_PATH_COUNT,
	.bandwidth_use = BANDWIDTH_COUNT,
	.full_link_speed = VIP_LINK_SPEED_OF_ALL,
};

/* The distance is what routers give a static route. */
const struct static_path_options static_path_options_default = {
	.weight = 1,
	.distance = 1,
};

bool vip_options_decide(const struct vip_options *vip)
{
	return vip->maximum_paths || vip->as_path != MULTIPATH_AS_PATH_COUNT ||
	       vip->bandwidth_use != BANDWIDTH_COUNT ||
	       vip->full_link_speed != VIP_LINK_SPEED_OF_ALL;
}

struct decision_options vip_options_decision(const struct vip_options *vip,
					     const struct decision_options *all)
{
	struct decision_options own = *all;

	if (vip->maximum_paths) {
		own.maximum_paths = vip->maximum_paths;
		own.maximum_paths_ibgp = vip->maximum_paths;
	}
	if (vip->as_path != MULTIPATH_AS_PATH_COUNT)
		own.as_path = vip->as_path;
	if (vip->bandwidth_use != BANDWIDTH_COUNT)
		own.bandwidth_use = vip->bandwidth_use;
	if (vip->full_link_speed != VIP_LINK_SPEED_OF_ALL)
		own.full_link_speed = vip->full_link_speed;
	return own;
}

static bool decision_equal(const struct decision_options *a,
			   const struct decision_options *b)
{
	return a->maximum_paths == b->maximum_paths &&
	       a->maximum_paths_ibgp == b->maximum_paths_ibgp &&
	       a->as_path == b->as_path &&
	       a->confederation == b->confederation &&
	       a->skip_igp_cost == b->skip_igp_cost &&
	       a->cluster_length == b->cluster_length &&
	       a->count_confederation_path == b->count_confederation_path &&
	       a->ebgp_ibgp == b->ebgp_ibgp &&
	       a->ignore_origin == b->ignore_origin &&
	       a->always_compare_med == b->always_compare_med &&
	       a->missing_med == b->missing_med && a->aigp == b->aigp &&
	       a->bandwidth_use == b->bandwidth_use &&
	       a->bandwidth_unit == b->bandwidth_unit &&
	       a->default_weight == b->default_weight &&
	       a->add_path_weight == b->add_path_weight &&
	       a->full_link_speed == b->full_link_speed;
}

static bool vips_equal(const struct import_options *a,
		       const struct import_options *b)
{
	if (a->vip_count != b->vip_count)
		return false;
	for (size_t i = 0; i < a->vip_count; i++) {
		const struct vip_options *x = &a->vips[i], *y = &b->vips[i];

		if (!prefix_equal(&x->prefix, &y->prefix) ||
		    x->min_nexthops != y->min_nexthops ||
		    x->return_nexthops != y->return_nexthops ||
		    x->min_bandwidth != y->min_bandwidth ||
		    x->maximum_paths != y->maximum_paths ||
		    x->as_path != y->as_path ||
		    x->bandwidth_use != y->bandwidth_use ||
		    x->full_link_speed != y->full_link_speed)
			return false;
	}
	return true;
}

bool rib_aggregates_equal(const struct import_options *a,
			  const struct import_options *b)
{
	if (a->aggregate_count != b->aggregate_count)
		return false;
	for (size_t i = 0; i < a->aggregate_count; i++) {
		const struct aggregate_options *x = &a->aggregates[i];
		const struct aggregate_options *y = &b->aggregates[i];

		if (!prefix_equal(&x->prefix, &y->prefix) ||
		    x->summary_only != y->summary_only ||
		    x->as_set != y->as_set)
			return false;
	}
	return true;
}

static bool import_equal(const struct import_options *a,
			 const struct import_options *b)
{
	return a->local_as == b->local_as &&
	       a->confederation == b->confederation &&
	       a->local_identifier == b->local_identifier &&
	       a->cluster_id == b->cluster_id && vips_equal(a, b) &&
	       rib_aggregates_equal(a, b);
}

bool rib_static_paths_equal(const struct rib_options *a,
			    const struct rib_options *b)
{
	if (a->static_path_count != b->static_path_count)
		return false;
	for (size_t i = 0; i < a->static_path_count; i++) {
		const struct static_path_options *x = &a->static_paths[i];
		const struct static_path_options *y = &b->static_paths[i];

		if (!prefix_equal(&x->prefix, &y->prefix) ||
		    !address_equal(&x->nexthop, &y->nexthop) ||
		    x->weight != y->weight || x->distance != y->distance ||
		    x->encapsulation != y->encapsulation || x->bfd != y->bfd ||
		    !key_file_equal(&x->bfd_key, &y->bfd_key) ||
		    !service_options_equal(&x->service, &y->service))
			return false;
	}
	return true;
}

static bool communities_equal(const struct rule_community *a, size_t a_count,
			      const struct rule_community *b, size_t b_count)
{
	return a_count == b_count && !memcmp(a, b, a_count * sizeof(*a));
}

static bool signals_equal(const struct signal_options *a,
			  const struct signal_options *b)
{
	return communities_equal(a->draining, a->draining_count, b->draining,
				 b->draining_count) &&
	       communities_equal(a->joining, a->joining_count, b->joining,
				 b->joining_count);
}

static bool rules_equal(const struct rib_options *a,
			const struct rib_options *b)
{
	if (a->rule_count != b->rule_count)
		return false;
	for (size_t i = 0; i < a->rule_count; i++)
		if (!policy_rule_equal(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

bool rib_options_equal(const struct rib_options *a, const struct rib_options *b)
{
	return import_equal(&a->import, &b->import) &&
	       decision_equal(&a->decision, &b->decision) &&
	       signals_equal(&a->signals, &b->signals) && rules_equal(a, b) &&
	       rib_static_paths_equal(a, b) &&
	       a->min_nexthops == b->min_nexthops &&
	       a->announce_delay_s == b->announce_delay_s &&
	       a->announce_as == b->announce_as &&
	       a->announce_bandwidth == b->announce_bandwidth;
}
