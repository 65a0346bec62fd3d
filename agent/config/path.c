// SPDX-License-Identifier: BSD-2-Clause
/* The value of --path. See path.h. */

#include "config/path.h"

#include "config/check.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/vip.h"
#include "core/array.h"
#include "rib/options.h"

static const struct option head = {
	.name = "prefix",
	.kind = &kind_prefix,
	OPTION_MEMBER(static_path_options, prefix),
};

#define VALUE(member, of_kind) \
	OPTION_MEMBER(static_path_options, member), .kind = &kind_##of_kind

static const struct option keys[] = {
	{ "via", "ADDRESS", "The server. Required.", VALUE(nexthop, address) },
	{ "weight", "N", "The server's share of the flows.",
	  .traits = OPTION_ALWAYS, VALUE(weight, number), .minimum = 1,
	  .maximum = WEIGHT_MAX },
	{ "distance", "N",
	  "The lowest distance is used, equal ones together. BGP has 20 "
	  "outside and 200 inside of our AS.",
	  .traits = OPTION_ALWAYS, VALUE(distance, number), .minimum = 1,
	  .maximum = DISTANCE_MAX },
	{ "bfd", NULL, "Use the server only while its BFD session is up.",
	  VALUE(bfd, switch) },
};

static void finish_path(struct parser *parser, const struct entry_draft *draft)
{
	if (!entry_has(draft, "via"))
		parser_reject(parser,
			      "the server is missing; give via=ADDRESS");
}

const struct entry path_entry = {
	.head = &head,
	.keys = keys,
	.key_count = COUNT_OF(keys),
	.initial = &static_path_options_default,
	.finish = finish_path,
};

void path_check_all(struct parser *parser)
{
	const struct rib_options *rib = &parser->config->rib;
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < rib->static_path_count; i++) {
		const struct static_path_options *path = &rib->static_paths[i];
		struct prefix server = prefix_of_address(&path->nexthop);

		parser_point_at(parser, "path", i);
		check_repeated(parser);
		if (!vip_covers(parser->config, &path->prefix))
			parser_reject(parser, "is outside of all --vip; add "
					      "its prefix as --vip");
		/* Packets to a VIP go to any of its servers: probes, too. */
		if (vip_covers(parser->config, &server))
			parser_reject(parser,
				      "via=%s is inside --vip; a server needs "
				      "an address outside of all VIPs",
				      address_format(&path->nexthop, text));
	}
}
