// SPDX-License-Identifier: BSD-2-Clause
/* The keys of BFD's authentication. See bfd_key.h. */

#include "config/bfd_key.h"

#include "config/flag.h"
#include "config/parser.h"
#include "nexthop/bfd_auth.h"

static void read_bfd_key(struct parser *parser, struct key_file *key)
{
	char error[SECRET_ERROR_SIZE];

	if (parser->syntax_only)
		return;
	if (secret_read(key->path, &key->secret, error))
		parser_reject(parser, "%s", error);
	else if (key->secret.size > BFD_KEY_MAX)
		parser_reject(parser,
			      "%s: longer than %d bytes, the longest key of "
			      "BFD; shorten it at both ends",
			      key->path, BFD_KEY_MAX);
}

void bfd_key_finish(struct parser *parser, const struct entry_draft *draft,
		    bool bfd, struct key_file *key)
{
	static const char *const keys[] = { "bfd-key-id", "bfd-auth" };
	int errors = parser->error_count;

	if (key->path[0] && !bfd)
		parser_reject(parser, "bfd-key-file is for BFD; give bfd, too");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!key->path[0] && entry_has(draft, keys[i]))
			parser_reject(parser,
				      "%s is for the key of bfd-key-file; give "
				      "that, too, or remove %s",
				      keys[i], keys[i]);
	if (!key->path[0] || parser->error_count != errors)
		return;
	if (!entry_has(draft, "bfd-key-id"))
		key->id = BFD_KEY_ID;
	if (!entry_has(draft, "bfd-auth"))
		key->algorithm = BFD_AUTH_METICULOUS_SHA1;
	read_bfd_key(parser, key);
}

static void reject_other_key(struct parser *parser, const char *flag,
			     size_t index)
{
	char place[PARSER_PLACE_SIZE];

	parser_reject(parser,
		      "another BFD key than the --%s on %s, which has the same "
		      "server; give both the same bfd-key-file",
		      flag,
		      parser_place_format(parser, flag_find(flag), index,
					  place));
}

void bfd_key_check_server(struct parser *parser, const struct address *server,
			  const struct key_file *key, bool bfd)
{
	const struct config *config = parser->config;
	struct prefix host = prefix_of_address(server);

	if (!bfd)
		return;
	for (size_t i = 0; i < parser->index; i++) {
		const struct static_path_options *other =
			&config->rib.static_paths[i];

		if (other->bfd && address_equal(&other->nexthop, server) &&
		    !key_file_equal(&other->bfd_key, key)) {
			reject_other_key(parser, "path", i);
			return;
		}
	}
	for (size_t i = 0; i < config->bgp.neighbor_count; i++) {
		const struct bgp_neighbor_options *other =
			&config->bgp.neighbors[i];

		if (other->bfd && prefix_covers(&other->prefix, &host) &&
		    !key_file_equal(&other->bfd_key, key)) {
			reject_other_key(parser, "neighbor", i);
			return;
		}
	}
}
