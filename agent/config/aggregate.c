// SPDX-License-Identifier: BSD-2-Clause
/* The value of --aggregate. See aggregate.h. */

#include "config/aggregate.h"

#include "config/kind.h"
#include "config/parser.h"
#include "config/vip.h"
#include "core/array.h"
#include "rib/options.h"

static const struct aggregate_options without_keys;

static const struct option head = {
	.name = "prefix",
	.kind = &kind_prefix,
	OPTION_MEMBER(aggregate_options, prefix),
};

#define SWITCH(changed, member)                                               \
	.effect = EFFECT_##changed, OPTION_MEMBER(aggregate_options, member), \
	.kind = &kind_switch

static const struct option keys[] = {
	{ "summary-only", NULL, "Do not announce the VIPs themselves.",
	  SWITCH(LIVE, summary_only) },
	{ "as-set", NULL,
	  "Announce it with all their ASes as an AS_SET (see RFC 9774).",
	  SWITCH(LIVE, as_set) },
};

static void finish_aggregate(struct parser *parser,
			     const struct entry_draft *draft)
{
	const struct aggregate_options *aggregate = draft->object;

	if (prefix_is_host(&aggregate->prefix))
		parser_reject(parser, "a single address has nothing to "
				      "aggregate; give a shorter prefix");
}

const struct entry aggregate_entry = {
	.head = &head,
	.keys = keys,
	.key_count = COUNT_OF(keys),
	.initial = &without_keys,
	.finish = finish_aggregate,
};

/* A VIP contributes to one aggregate, so that it is clear to which. */
static void check_overlap(struct parser *parser, size_t index)
{
	const struct aggregate_options *all =
		parser->config->rib.import.aggregates;
	char text[PREFIX_TEXT_SIZE], place[PARSER_PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		if (!prefix_covers(&all[i].prefix, &all[index].prefix) &&
		    !prefix_covers(&all[index].prefix, &all[i].prefix))
			continue;
		parser_reject(parser, "overlaps %s, given on %s; remove one",
			      prefix_format(&all[i].prefix, text),
			      parser_place_format(parser, parser->flag, i,
						  place));
		return;
	}
}

void aggregate_check_all(struct parser *parser)
{
	const struct import_options *import = &parser->config->rib.import;

	for (size_t i = 0; i < import->aggregate_count; i++) {
		parser_point_at(parser, "aggregate", i);
		check_overlap(parser, i);
		if (!vip_covers(parser->config, &import->aggregates[i].prefix))
			parser_reject(parser, "is not inside one --vip, and "
					      "only VIPs are announced; add it "
					      "as --vip");
	}
}
