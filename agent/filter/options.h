/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_OPTIONS_H
#define FILTER_OPTIONS_H

/* The options of the filters: plain values. */

#include "bgp/codec/flowspec_text.h"
#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum filter_options_limits {
	FILTER_MAX_RULES = 1000, /* --filter; with learned ones, too */
};

/* The sources that the VIPs of a prefix take: sources= of --vip */
struct filter_vip_options {
	struct prefix vip;
	bool has_sources;
	const struct prefix *sources;
	uint32_t source_count;
};

struct filter_options {
	const struct flowspec_rule *rules; /* in the order they are tried */
	size_t rule_count;
	const struct filter_vip_options *vips;
	size_t vip_count;
};

static inline bool filter_vip_options_equal(const struct filter_vip_options *a,
					    const struct filter_vip_options *b)
{
	return prefix_equal(&a->vip, &b->vip) &&
	       a->has_sources == b->has_sources &&
	       a->source_count == b->source_count &&
	       (!a->source_count ||
		!memcmp(a->sources, b->sources,
			a->source_count * sizeof(*a->sources)));
}

/* Where one prefix has sources, those inside it may have none. */
static inline bool
filter_options_have_sources(const struct filter_options *options)
{
	for (size_t i = 0; i < options->vip_count; i++)
		if (options->vips[i].has_sources)
			return true;
	return false;
}

/* VIPs count only where some have sources. */
static inline bool filter_options_equal(const struct filter_options *a,
					const struct filter_options *b)
{
	if (a->rule_count != b->rule_count ||
	    memcmp(a->rules, b->rules, a->rule_count * sizeof(*a->rules)) != 0)
		return false;
	if (!filter_options_have_sources(a) && !filter_options_have_sources(b))
		return true;
	if (a->vip_count != b->vip_count)
		return false;
	for (size_t i = 0; i < a->vip_count; i++)
		if (!filter_vip_options_equal(&a->vips[i], &b->vips[i]))
			return false;
	return true;
}

#endif
