// SPDX-License-Identifier: BSD-2-Clause
/* Rules that span several values, or need the host. See config_check.h. */

#include "config/config_check.h"

#include <errno.h>
#include <string.h>

#include "config/config.h"
#include "config/config_aggregate.h"
#include "config/config_confederation.h"
#include "config/config_parser.h"
#include "config/config_path.h"
#include "config/config_table.h"
#include "config/config_vip.h"
#include "core/suggest.h"

enum {
	PLACE_SIZE = 256,
	METAVAR_SIZE = 80,
	VALUE_SIZE = 64,
};

static void check_required(struct config_parser *parser)
{
	char metavar[METAVAR_SIZE];

	parser->place = (struct config_place){ .file = NULL };
	for (size_t i = 0; i < config_flag_count; i++) {
		const struct config_flag *flag = &config_flags[i];

		if (flag->required && !parser->given[i])
			config_complain(parser, "--%s %s is missing",
					flag->name,
					config_flag_metavar(flag, metavar,
							    sizeof(metavar)));
	}
}

/* True if the host has such an interface, or nobody knows. */
static bool host_has(const struct config_parser *parser, const char *wanted)
{
	const char *const *name = parser->host_interfaces;

	for (; name && *name; name++)
		if (!strcmp(*name, wanted))
			return true;
	return !name;
}

/* About the value that was pointed at. */
static void check_host_interface(struct config_parser *parser,
				 const char *wanted)
{
	struct suggestion nearest = suggestion_for(wanted);

	if (host_has(parser, wanted))
		return;
	for (size_t i = 0; parser->host_interfaces[i]; i++)
		suggestion_offer(&nearest, parser->host_interfaces[i]);
	if (nearest.name)
		config_reject(parser,
			      "this host has no such interface; did you mean "
			      "'%s'?",
			      nearest.name);
	else
		config_reject(parser, "this host has no such interface; `ip "
				      "link` lists them");
}

static void check_host_interfaces(struct config_parser *parser)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < config->datapath.interface_count; i++) {
		config_point_at(parser, "interface",
				config->datapath.interfaces[i],
				&parser->interfaces[i]);
		check_host_interface(parser, config->datapath.interfaces[i]);
	}
}

static void check_interfaces(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char place[PLACE_SIZE];

	for (size_t i = 0; i < config->datapath.interface_count; i++)
		for (size_t j = 0; j < i; j++) {
			if (strcmp(config->datapath.interfaces[i],
				   config->datapath.interfaces[j]))
				continue;
			config_point_at(parser, "interface",
					config->datapath.interfaces[i],
					&parser->interfaces[i]);
			config_reject(
				parser, "given before on %s; keep only one",
				config_place_format(&parser->interfaces[j],
						    place, sizeof(place)));
			break;
		}
}

/*
 * The first other VIP prefix that makes vips[index] useless, or -1. With keys
 * of its own it is of use: the longest prefix counts.
 */
static ssize_t covering_vip(const struct config *config, size_t index)
{
	const struct prefix *vip = &config->lists.vips[index].prefix;

	for (size_t i = 0; i < config->rib.import.vip_count; i++) {
		const struct prefix *other = &config->lists.vips[i].prefix;

		if (i == index || !prefix_covers(other, vip))
			continue;
		if (prefix_equal(other, vip) ?
			    i < index :
			    !config_vip_has_keys(config, index))
			return (ssize_t)i;
	}
	return -1;
}

static void check_vips(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char text[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];
	char place[PLACE_SIZE];

	for (size_t i = 0; i < config->rib.import.vip_count; i++) {
		ssize_t j = covering_vip(config, i);

		if (j < 0)
			continue;
		config_point_at(parser, "vip",
				prefix_format(&config->lists.vips[i].prefix,
					      text),
				&parser->vips[i]);
		config_reject(parser, "is within %s, given on %s; remove one",
			      prefix_format(&config->lists.vips[j].prefix,
					    other),
			      config_place_format(&parser->vips[j], place,
						  sizeof(place)));
	}
}

static void check_neighbor_repeated(struct config_parser *parser, size_t index)
{
	const struct bgp_neighbor_options *neighbors =
		parser->config->lists.neighbors;
	char place[PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		if (!prefix_equal(&neighbors[i].prefix,
				  &neighbors[index].prefix) ||
		    strcmp(neighbors[i].interface, neighbors[index].interface))
			continue;
		config_reject(parser, "given before on %s; keep only one",
			      config_place_format(&parser->neighbors[i], place,
						  sizeof(place)));
		return;
	}
}

/* What is sent to a VIP is balanced: its sessions would land on a server. */
static void check_neighbor_in_vip(struct config_parser *parser, size_t index)
{
	const struct config *config = parser->config;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < config->rib.import.vip_count; i++) {
		if (!prefix_covers(&config->lists.vips[i].prefix,
				   &config->lists.neighbors[index].prefix))
			continue;
		config_reject(parser,
			      "is inside --vip %s; a neighbor needs an address "
			      "of its own, outside of all VIPs",
			      prefix_format(&config->lists.vips[i].prefix,
					    text));
		return;
	}
}

/* Between ASes no route is reflected, and no server is a next hop. */
static void check_neighbor_inside(struct config_parser *parser, size_t index)
{
	const struct config *config = parser->config;
	const struct bgp_neighbor_options *neighbor =
		&config->lists.neighbors[index];

	if (neighbor_is_internal(neighbor, config->bgp.as))
		return;
	if (neighbor->route_reflector_client)
		config_reject(parser,
			      "route-reflector-client is for neighbors of our "
			      "own AS (RFC 4456); give as=internal, or remove "
			      "it");
	if (neighbor->nexthop == NEIGHBOR_NEXTHOP_UNCHANGED &&
	    !neighbor_is_member(neighbor, &config->bgp.confederation))
		config_reject(parser,
			      "next-hop=unchanged is for neighbors of our own "
			      "AS; give as=internal, or remove it");
}

/* What both have that the kernel cannot tell apart, or NULL. */
static const char *key_conflict(const struct bgp_neighbor_options *a,
				const struct bgp_neighbor_options *b)
{
	bool both_ao = a->tcp_ao_key_file[0] && b->tcp_ao_key_file[0];
	bool both_md5 = a->password_file[0] && b->password_file[0];

	if (!a->secret.size || !b->secret.size || both_md5)
		return NULL; /* of two MD5 keys the longer prefix's counts */
	if (!prefix_covers(&a->prefix, &b->prefix) &&
	    !prefix_covers(&b->prefix, &a->prefix))
		return NULL;
	if (!both_ao)
		return "have keys of both kinds; use either password-file or "
		       "tcp-ao-key-file for both";
	return a->tcp_ao_id == b->tcp_ao_id ?
		       "have TCP-AO keys of the same id; give one of them "
		       "another tcp-ao-id" :
		       NULL;
}

/* A listener has the keys of all neighbors. */
static void check_neighbor_keys(struct config_parser *parser, size_t index)
{
	const struct bgp_neighbor_options *neighbors =
		parser->config->lists.neighbors;
	char other[NEIGHBOR_TARGET_SIZE], place[PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		const char *conflict =
			key_conflict(&neighbors[i], &neighbors[index]);

		if (!conflict)
			continue;
		config_reject(parser,
			      "overlaps with --neighbor %s, given on %s, and "
			      "they %s",
			      neighbor_target_format(&neighbors[i], other),
			      config_place_format(&parser->neighbors[i], place,
						  sizeof(place)),
			      conflict);
		return;
	}
}

/* Who is told VIPs whatever the rules say, and is one neighbor for sure. */
static bool is_always_told(const struct bgp_neighbor_options *neighbor)
{
	return !neighbor_is_dynamic(neighbor) &&
	       (neighbor->role == NEIGHBOR_ROLE_UPSTREAM ||
		neighbor->role == NEIGHBOR_ROLE_PEER);
}

/* Says it of the first for whom there is no room. */
static void check_neighbor_told(struct config_parser *parser, size_t index)
{
	const struct bgp_neighbor_options *neighbors =
		parser->config->lists.neighbors;
	size_t told = 0;

	for (size_t i = 0; i < index; i++)
		told += is_always_told(&neighbors[i]);
	if (told == RIB_MAX_UPSTREAMS && is_always_told(&neighbors[index]))
		config_reject(parser,
			      "at most %d neighbors can be told VIPs, and this "
			      "is one more; a host that passes them on, such "
			      "as a route reflector, can take the place of "
			      "several",
			      RIB_MAX_UPSTREAMS);
}

static void check_neighbors(struct config_parser *parser)
{
	const struct config *config = parser->config;
	char text[NEIGHBOR_TARGET_SIZE];

	for (size_t i = 0; i < config->bgp.neighbor_count; i++) {
		const struct bgp_neighbor_options *neighbor =
			&config->lists.neighbors[i];

		config_point_at(parser, "neighbor",
				neighbor_target_format(neighbor, text),
				&parser->neighbors[i]);
		check_neighbor_repeated(parser, i);
		check_neighbor_in_vip(parser, i);
		check_neighbor_inside(parser, i);
		check_neighbor_keys(parser, i);
		check_neighbor_told(parser, i);
		if (neighbor->interface[0])
			check_host_interface(parser, neighbor->interface);
	}
}

/* A VIP that can never have enough next hops would never be announced. */
static void check_min_nexthops(struct config_parser *parser)
{
	const struct config *config = parser->config;
	const struct config_flag *flag = config_flag_find("min-nexthops");
	uint32_t most =
		config->rib.decision.maximum_paths >
				config->rib.decision.maximum_paths_ibgp ?
			config->rib.decision.maximum_paths :
			config->rib.decision.maximum_paths_ibgp;
	char text[VALUE_SIZE];

	if (config->rib.min_nexthops <= most)
		return;
	snprintf(text, sizeof(text), "%u", config->rib.min_nexthops);
	config_point_at(parser, flag->name, text,
			&parser->first[flag - config_flags]);
	config_reject(parser,
		      "is above --maximum-paths, which is %u: no VIP would "
		      "ever be announced; lower it, or raise --maximum-paths",
		      most);
}

void config_check(struct config_parser *parser)
{
	check_required(parser);
	check_interfaces(parser);
	check_host_interfaces(parser);
	check_vips(parser);
	config_vip_check(parser);
	check_neighbors(parser);
	check_min_nexthops(parser);
	config_path_check(parser);
	config_aggregate_check(parser);
	config_confederation_check(parser);
}
