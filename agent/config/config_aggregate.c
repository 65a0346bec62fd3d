// SPDX-License-Identifier: BSD-2-Clause
/* The value of --aggregate. See config_aggregate.h. */

#include "config/config_aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_keys.h"
#include "config/config_parser.h"
#include "config/config_values.h"
#include "core/array.h"

enum {
	PLACE_SIZE = 256,
};

static const struct config_key keys[] = {
	{ .name = "summary-only",
	  .parse = config_key_switch,
	  .offset = offsetof(struct aggregate_options, summary_only) },
	{ .name = "as-set",
	  .parse = config_key_switch,
	  .offset = offsetof(struct aggregate_options, as_set) },
};

static bool append(struct config_parser *parser,
		   const struct aggregate_options *aggregate)
{
	struct config *config = parser->config;

	if (prefix_is_host(&aggregate->prefix))
		return config_reject(parser, "a single address holds nothing "
					     "to aggregate; give a shorter "
					     "prefix");
	if (config->rib.import.aggregate_count == RIB_MAX_AGGREGATES)
		return config_reject(parser, "at most %d are supported",
				     RIB_MAX_AGGREGATES);
	parser->aggregates[config->rib.import.aggregate_count] = parser->place;
	config->lists.aggregates[config->rib.import.aggregate_count++] =
		*aggregate;
	return true;
}

bool config_aggregate_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value)
{
	struct aggregate_options aggregate = { .as_set = false };
	char *copy = strdup(value);
	char *rest = copy;
	bool ok;

	(void)flag;
	if (!copy)
		return config_reject(parser, "out of memory");
	ok = config_read_prefix(parser, strsep(&rest, ","), &aggregate.prefix);
	ok = config_keys_parse(parser, keys, COUNT_OF(keys), rest,
			       &aggregate) &&
	     ok;
	free(copy);
	return ok && append(parser, &aggregate);
}

void config_aggregate_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out)
{
	const struct aggregate_options *aggregate =
		&config->lists.aggregates[index];
	char text[PREFIX_TEXT_SIZE];

	(void)flag;
	fprintf(out, "%s%s%s", prefix_format(&aggregate->prefix, text),
		aggregate->summary_only ? ",summary-only" : "",
		aggregate->as_set ? ",as-set" : "");
}

static bool overlap(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

/* A VIP contributes to one aggregate: nobody has to think which. */
static void check_overlap(struct config_parser *parser, size_t index)
{
	const struct aggregate_options *all = parser->config->lists.aggregates;
	char text[PREFIX_TEXT_SIZE], place[PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		if (!overlap(&all[i].prefix, &all[index].prefix))
			continue;
		config_reject(parser, "overlaps %s, given on %s; remove one",
			      prefix_format(&all[i].prefix, text),
			      config_place_format(&parser->aggregates[i], place,
						  sizeof(place)));
		return;
	}
}

static bool in_vips(const struct config *config, const struct prefix *prefix)
{
	for (size_t i = 0; i < config->rib.import.vip_count; i++)
		if (prefix_covers(&config->lists.vips[i].prefix, prefix))
			return true;
	return false;
}

void config_aggregate_check(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < config->rib.import.aggregate_count; i++) {
		const struct prefix *prefix =
			&config->lists.aggregates[i].prefix;

		config_point_at(parser, "aggregate",
				prefix_format(prefix, text),
				&parser->aggregates[i]);
		check_overlap(parser, i);
		if (!in_vips(config, prefix))
			config_reject(parser, "is not inside one --vip; only "
					      "VIPs are announced: add it as "
					      "--vip");
	}
}
