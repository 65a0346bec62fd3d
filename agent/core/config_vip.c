// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --vip. See config_vip.h. */

#include "core/config_vip.h"

#include <stdlib.h>
#include <string.h>

#include <headgate/abi.h>

#include "core/config_check.h"
#include "core/config_keys.h"
#include "core/config_parser.h"
#include "core/config_values.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	/* Slot 0 of the table of next hops is never used. */
	MAXIMUM_NEXTHOPS = HG_MAX_NEXTHOPS - 1,
};

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
}

bool config_vip_has_keys(const struct vip_config *vip)
{
	return vip->min_nexthops || vip->return_nexthops;
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
