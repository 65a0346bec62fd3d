// SPDX-License-Identifier: BSD-2-Clause
/* The value of --path. See path.h. */

#include "config/path.h"

#include "config/bfd_key.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/service_key.h"
#include "config/vip.h"
#include "core/array.h"
#include "core/encapsulation.h"
#include "nexthop/bfd_auth.h"
#include "rib/options.h"

static const struct option head = {
	.name = "prefix",
	.kind = &kind_prefix,
	OPTION_MEMBER(static_path_options, prefix),
};

#define VALUE(changed, member, of_kind) \
	.effect = EFFECT_##changed,     \
	OPTION_MEMBER(static_path_options, member), .kind = &kind_##of_kind

static const struct option keys[] = {
	{ "via", "ADDRESS", "The server. Required.",
	  VALUE(DECIDE, nexthop, address) },
	{ "weight", "N", "The server's share of the flows.",
	  .traits = OPTION_ALWAYS, VALUE(DECIDE, weight, number), .minimum = 1,
	  .maximum = WEIGHT_MAX },
	{ "distance", "N",
	  "The lowest distance is used, equal ones together. BGP has 20 "
	  "outside and 200 inside of our AS.",
	  .traits = OPTION_ALWAYS, VALUE(DECIDE, distance, number),
	  .minimum = 1, .maximum = DISTANCE_MAX },
	{ "encap", NULL, "Packets go to the server inside others.",
	  VALUE(DECIDE, encapsulation, choice),
	  OPTION_NAMES(encapsulation_names) },
	{ "bfd", NULL, "Use the server only while its BFD session is up.",
	  VALUE(LIVE, bfd, switch) },
	{ "bfd-key-file", "PATH",
	  "Sign BFD packets with the key in this file, of at most 20 bytes, "
	  "and drop others (RFC 5880 6.7).",
	  VALUE(RESTART, bfd_key.path, path),
	  .content = offsetof(struct static_path_options, bfd_key.secret) },
	{ "bfd-key-id", "N", "The number of the key, at both ends.",
	  VALUE(RESTART, bfd_key.id, number), .maximum = UINT8_MAX,
	  .usual = BFD_KEY_ID },
	{ "bfd-auth", NULL,
	  "How the number of each packet counts: it rises with each one, or "
	  "may repeat. Default: meticulous-sha1.",
	  VALUE(RESTART, bfd_key.algorithm, choice),
	  OPTION_NAMES(bfd_auth_names), .traits = OPTION_DERIVED },
	SERVICE_KEYS(static_path_options),
};

static void finish_path(struct parser *parser, const struct entry_draft *draft)
{
	struct static_path_options *path = draft->object;

	if (!entry_has(draft, "via"))
		parser_reject(parser,
			      "the server is missing; give via=ADDRESS");
	bfd_key_finish(parser, draft, path->bfd, &path->bfd_key);
	service_key_finish(parser, draft, &path->service);
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
		parser_check_repeated(parser);
		bfd_key_check_server(parser, &path->nexthop, &path->bfd_key,
				     path->bfd);
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
