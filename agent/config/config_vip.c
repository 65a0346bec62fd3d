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
	struct vip_draft *vip = object;

	(void)key;
	for (uint32_t i = 0; i < HG_HASH_FIELDS_COUNT; i++)
		if (!strcmp(steering_hash_fields_names[i], value)) {
			vip->hash_fields = i;
			vip->own_hash_fields = true;
			return true;
		}
	return config_reject(parser,
			     "hash-fields=%s: allowed are 5-tuple, "
			     "3-tuple, src-dst, src, dst, packet",
			     value);
}

static const struct config_key keys[] = {
	{ .name = "min-nexthops",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct vip_draft, vip.min_nexthops),
	  .minimum = 1,
	  .maximum = MAXIMUM_NEXTHOPS },
	{ .name = "return-nexthops",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct vip_draft, vip.return_nexthops),
	  .minimum = 1,
	  .maximum = MAXIMUM_NEXTHOPS },
	{ .name = "hash-fields",
	  .metavar = "FIELDS",
	  .parse = parse_hash_fields },
};

bool config_vip_read(struct config_parser *parser, const char *value,
		     struct vip_draft *vip)
{
	char *copy = strdup(value);
	char *rest = copy;
	bool ok;

	if (!copy)
		return config_reject(parser, "out of memory");
	ok = config_read_prefix(parser, strsep(&rest, ","), &vip->vip.prefix);
	ok = config_keys_parse(parser, keys, COUNT_OF(keys), rest, vip) && ok;
	free(copy);
	return ok;
}

/* The VIP's own hash fields, or NULL. */
static const struct steering_vip_fields *own_fields(const struct config *config,
						    size_t index)
{
	for (size_t i = 0; i < config->steering.vip_fields_count; i++)
		if (prefix_equal(&config->lists.vip_fields[i].prefix,
				 &config->lists.vips[index].prefix))
			return &config->lists.vip_fields[i];
	return NULL;
}

void config_vip_print_keys(const struct config *config, size_t index, FILE *out)
{
	const struct vip_options *vip = &config->lists.vips[index];
	const struct steering_vip_fields *own = own_fields(config, index);

	if (vip->min_nexthops)
		fprintf(out, ",min-nexthops=%u", vip->min_nexthops);
	if (vip->return_nexthops)
		fprintf(out, ",return-nexthops=%u", vip->return_nexthops);
	if (own)
		fprintf(out, ",hash-fields=%s",
			steering_hash_fields_names[own->hash_fields]);
}

bool config_vip_has_keys(const struct config *config, size_t index)
{
	const struct vip_options *vip = &config->lists.vips[index];

	return vip->min_nexthops || vip->return_nexthops ||
	       own_fields(config, index);
}

/* About the value that was pointed at. */
static void check_numbers(struct config_parser *parser,
			  const struct vip_options *vip, uint32_t most)
{
	uint32_t least = vip->min_nexthops ? vip->min_nexthops :
					     parser->config->rib.min_nexthops;

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
	uint32_t most =
		config->rib.decision.maximum_paths >
				config->rib.decision.maximum_paths_ibgp ?
			config->rib.decision.maximum_paths :
			config->rib.decision.maximum_paths_ibgp;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < config->rib.import.vip_count; i++) {
		const struct vip_options *vip = &config->lists.vips[i];

		config_point_at(parser, "vip",
				prefix_format(&vip->prefix, text),
				&parser->vips[i]);
		check_numbers(parser, vip, most);
	}
}
