// SPDX-License-Identifier: BSD-2-Clause
/* Confederations. See config_confederation.h. */

#include "config/config_confederation.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_parser.h"
#include "config/config_table.h"
#include "config/config_values.h"

enum {
	AS_TEXT_SIZE = 24,
};

/* ------------------------------------------------------------- members */

static bool append(struct config_parser *parser, const char *text)
{
	struct bgp_confederation *confederation =
		&parser->config->bgp.confederation;
	uint64_t as;

	if (!config_read_number(text, UINT32_MAX, &as) || !as)
		return config_reject(parser,
				     "'%s' is no AS number; give one from 1 to "
				     "%u, or several with commas between",
				     text, UINT32_MAX);
	if (bgp_confederation_count(confederation, (uint32_t)as, (uint32_t)as))
		return config_reject(parser, "%s is given twice; keep only one",
				     text);
	if (confederation->member_count == BGP_MAX_MEMBERS)
		return config_reject(parser, "at most %d are supported",
				     BGP_MAX_MEMBERS);
	confederation->members[confederation->member_count++] = (uint32_t)as;
	return true;
}

bool config_member_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value)
{
	char *copy = strdup(value);
	char *rest = copy, *item;
	bool ok = true;

	(void)flag;
	if (!copy)
		return config_reject(parser, "out of memory");
	while ((item = strsep(&rest, ",")))
		ok = append(parser, item) && ok;
	free(copy);
	return ok;
}

void config_member_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out)
{
	(void)flag;
	fprintf(out, "%u", config->bgp.confederation.members[index]);
}

/* ------------------------------------------------------------- rules */

static void check_members(struct config_parser *parser)
{
	const struct config *config = parser->config;
	const struct bgp_confederation *confederation =
		&config->bgp.confederation;
	const struct config_flag *flag =
		config_flag_find("confederation-member");
	char text[AS_TEXT_SIZE];

	if (!confederation->member_count)
		return;
	snprintf(text, sizeof(text), "%u", confederation->members[0]);
	config_point_at(parser, flag->name, text,
			&parser->first[flag - config_flags]);
	if (!confederation->identifier)
		config_reject(parser, "the confederation has no number; give "
				      "--confederation");
	if (bgp_confederation_count(confederation, config->bgp.as,
				    config->bgp.as))
		config_reject(parser,
			      "%u is our own --as; list the other members only",
			      config->bgp.as);
}

static void check_neighbor(struct config_parser *parser,
			   const struct bgp_neighbor_options *neighbor)
{
	const struct config *config = parser->config;
	const struct bgp_confederation *confederation =
		&config->bgp.confederation;

	if (neighbor->as_kind == BGP_PEER_ANY && !neighbor->as_last)
		config_reject(parser,
			      "with --confederation we must know who it is; "
			      "give its as=");
	else if (neighbor->as_last && neighbor->as_first != neighbor->as_last &&
		 !neighbor_is_member(neighbor, confederation) &&
		 (bgp_confederation_count(confederation, neighbor->as_first,
					  neighbor->as_last) ||
		  (neighbor->as_first <= config->bgp.as &&
		   neighbor->as_last >= config->bgp.as)))
		config_reject(parser,
			      "as=%u-%u holds ASes in and outside of the "
			      "confederation; give a neighbor for each",
			      neighbor->as_first, neighbor->as_last);
}

void config_confederation_check(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char text[NEIGHBOR_TARGET_SIZE];

	check_members(parser);
	for (size_t i = 0; config->bgp.confederation.identifier &&
			   i < config->bgp.neighbor_count;
	     i++) {
		config_point_at(parser, "neighbor",
				neighbor_target_format(
					&config->lists.neighbors[i], text),
				&parser->neighbors[i]);
		check_neighbor(parser, &config->lists.neighbors[i]);
	}
}
