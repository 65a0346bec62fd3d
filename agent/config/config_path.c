// SPDX-License-Identifier: BSD-2-Clause
/* The value of --path. See config_path.h. */

#include "config/config_path.h"

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
	{ .name = "via",
	  .metavar = "ADDRESS",
	  .parse = config_key_address,
	  .offset = offsetof(struct static_path_options, nexthop) },
	{ .name = "weight",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct static_path_options, weight),
	  .minimum = 1,
	  .maximum = WEIGHT_MAX },
	{ .name = "distance",
	  .metavar = "N",
	  .parse = config_key_number,
	  .offset = offsetof(struct static_path_options, distance),
	  .minimum = 1,
	  .maximum = DISTANCE_MAX },
	{ .name = "bfd",
	  .parse = config_key_switch,
	  .offset = offsetof(struct static_path_options, bfd) },
};

static bool check(struct config_parser *parser,
		  const struct static_path_options *path)
{
	if (address_is_zero(&path->nexthop))
		return config_reject(parser, "the server is missing; give "
					     "via=ADDRESS");
	return true;
}

static bool append(struct config_parser *parser,
		   const struct static_path_options *path)
{
	struct config *config = parser->config;

	if (config->rib.static_path_count == RIB_MAX_STATIC_PATHS)
		return config_reject(parser,
				     "at most %d are supported; let the "
				     "servers announce their VIPs by BGP",
				     RIB_MAX_STATIC_PATHS);
	parser->paths[config->rib.static_path_count] = parser->place;
	config->lists.static_paths[config->rib.static_path_count++] = *path;
	return true;
}

bool config_path_entry_parse(struct config_parser *parser,
			     const struct config_flag *flag, const char *value)
{
	struct static_path_options path = {
		.weight = WEIGHT_DEFAULT,
		.distance = DISTANCE_DEFAULT,
	};
	char *copy = strdup(value);
	char *rest = copy;
	bool ok;

	(void)flag;
	if (!copy)
		return config_reject(parser, "out of memory");
	ok = config_read_prefix(parser, strsep(&rest, ","), &path.prefix);
	ok = config_keys_parse(parser, keys, COUNT_OF(keys), rest, &path) && ok;
	free(copy);
	return ok && check(parser, &path) && append(parser, &path);
}

void config_path_entry_print(const struct config *config,
			     const struct config_flag *flag, size_t index,
			     FILE *out)
{
	const struct static_path_options *path =
		&config->lists.static_paths[index];
	char prefix[PREFIX_TEXT_SIZE], nexthop[ADDRESS_TEXT_SIZE];

	(void)flag;
	fprintf(out, "%s,via=%s,weight=%u,distance=%u%s",
		prefix_format(&path->prefix, prefix),
		address_format(&path->nexthop, nexthop), path->weight,
		path->distance, path->bfd ? ",bfd" : "");
}

static bool in_vips(const struct config *config, const struct prefix *prefix)
{
	for (size_t i = 0; i < config->rib.import.vip_count; i++)
		if (prefix_covers(&config->lists.vips[i].prefix, prefix))
			return true;
	return false;
}

/* What is sent to a VIP is balanced: probes would land on a server. */
static bool is_vip(const struct config *config, const struct address *address)
{
	for (size_t i = 0; i < config->rib.import.vip_count; i++)
		if (prefix_contains(&config->lists.vips[i].prefix, address))
			return true;
	return false;
}

static void check_repeated(struct config_parser *parser, size_t index)
{
	const struct static_path_options *paths =
		parser->config->lists.static_paths;
	char place[PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		if (!prefix_equal(&paths[i].prefix, &paths[index].prefix) ||
		    !address_equal(&paths[i].nexthop, &paths[index].nexthop))
			continue;
		config_reject(parser,
			      "the same path was given on %s; keep only one",
			      config_place_format(&parser->paths[i], place,
						  sizeof(place)));
		return;
	}
}

void config_path_check(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char text[PREFIX_TEXT_SIZE], nexthop[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < config->rib.static_path_count; i++) {
		const struct static_path_options *path =
			&config->lists.static_paths[i];

		config_point_at(parser, "path",
				prefix_format(&path->prefix, text),
				&parser->paths[i]);
		check_repeated(parser, i);
		if (!in_vips(config, &path->prefix))
			config_reject(parser, "is outside of all --vip; add "
					      "its prefix as --vip");
		if (is_vip(config, &path->nexthop))
			config_reject(parser,
				      "via=%s is inside --vip; a server needs "
				      "an address of its own, outside of all "
				      "VIPs",
				      address_format(&path->nexthop, nexthop));
	}
}
