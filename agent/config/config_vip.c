// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --vip. See config_vip.h. */

#include "config/config_vip.h"

#include <stdlib.h>
#include <string.h>

#include <headgate/abi.h>

#include "config/config_keys.h"
#include "config/config_parser.h"
#include "config/config_values.h"
#include "core/array.h"

enum {
	/* Slot 0 of the table of next hops is never used. */
	MAXIMUM_NEXTHOPS = HG_MAX_NEXTHOPS - 1,
};

static bool parse_hash_fields(struct config_parser *parser,
			      const struct config_key *key, const char *value,
			      void *object)
{
	struct vip_config *vip = object;

	(void)key;
	if (!config_hash_fields_read(value, &vip->hash_fields))
		return config_reject(parser,
				     "hash-fields=%s: allowed are 5-tuple, "
				     "3-tuple, src-dst, src, dst, packet",
				     value);
	vip->own_hash_fields = true;
	return true;
}

static const struct config_key keys[] = {
	{ .name = "min-nexthops",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct vip_config, min_nexthops),
	  .minimum = 1,
	  .maximum = MAXIMUM_NEXTHOPS },
	{ .name = "return-nexthops",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct vip_config, return_nexthops),
	  .minimum = 1,
	  .maximum = MAXIMUM_NEXTHOPS },
	{ .name = "hash-fields",
	  .metavar = "FIELDS",
	  .parse = parse_hash_fields },
};

bool config_vip_read(struct config_parser *parser, const char *value,
		     struct vip_config *vip)
{
	char *copy = strdup(value);
	char *rest = copy;
	bool ok;

	if (!copy)
		return config_reject(parser, "out of memory");
	ok = config_read_prefix(parser, strsep(&rest, ","), &vip->prefix);
	ok = config_keys_parse(parser, keys, COUNT_OF(keys), rest, vip) && ok;
	free(copy);
	return ok;
}

void config_vip_print_keys(const struct vip_config *vip, FILE *out)
{
	if (vip->min_nexthops)
		fprintf(out, ",min-nexthops=%u", vip->min_nexthops);
	if (vip->return_nexthops)
		fprintf(out, ",return-nexthops=%u", vip->return_nexthops);
	if (vip->own_hash_fields)
		fprintf(out, ",hash-fields=%s",
			config_hash_fields_name(vip->hash_fields));
}

bool config_vip_has_keys(const struct vip_config *vip)
{
	return vip->min_nexthops || vip->return_nexthops ||
	       vip->own_hash_fields;
}

uint32_t config_hash_fields_of(const struct config *config,
			       const struct prefix *prefix)
{
	const struct vip_config *longest = NULL;

	for (size_t i = 0; i < config->vip_count; i++) {
		const struct vip_config *vip = &config->vips[i];

		if (vip->own_hash_fields &&
		    prefix_covers(&vip->prefix, prefix) &&
		    (!longest || vip->prefix.length > longest->prefix.length))
			longest = vip;
	}
	return longest ? longest->hash_fields : config->hash_fields;
}

/* About the value that was pointed at. */
static void check_numbers(struct config_parser *parser,
			  const struct vip_config *vip, uint32_t most)
{
	uint32_t least = vip->min_nexthops ? vip->min_nexthops :
					     parser->config->min_nexthops;

	if (vip->min_nexthops > most)
		config_reject(parser,
			      "min-nexthops=%u is above --maximum-paths, which "
			      "is %u: it would never be announced; lower it, "
			      "or raise --maximum-paths",
			      vip->min_nexthops, most);
	if (!vip->return_nexthops)
		return;
	if (vip->return_nexthops > most)
		config_reject(parser,
			      "return-nexthops=%u is above --maximum-paths, "
			      "which is %u: it would never be announced; lower "
			      "it, or raise --maximum-paths",
			      vip->return_nexthops, most);
	if (vip->return_nexthops < least)
		config_reject(parser,
			      "return-nexthops=%u is below min-nexthops, which "
			      "is %u; raise it",
			      vip->return_nexthops, least);
}

void config_vip_check(struct config_parser *parser)
{
	const struct config *config = parser->config;
	uint32_t most = config->maximum_paths > config->maximum_paths_ibgp ?
				config->maximum_paths :
				config->maximum_paths_ibgp;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < config->vip_count; i++) {
		const struct vip_config *vip = &config->vips[i];

		config_point_at(parser, "vip",
				prefix_format(&vip->prefix, text),
				&parser->vips[i]);
		check_numbers(parser, vip, most);
	}
}
